/// The problems that a form of any service can have.
enum RuleProblems {
    static func unknownService(_ service: String) -> RuleProblem {
        RuleProblem(
            code: "unknown_service", field: "service",
            message: Bilingual("ไม่รู้จักบริการ \(service)", "There is no service \(service)"),
            advice: Bilingual(
                "ปรับปรุงรายการบริการ แล้วเลือกใหม่", "Update the catalogue and choose again"))
    }

    static func unknownAction(_ action: String) -> RuleProblem {
        RuleProblem(
            code: "unknown_action", field: "action",
            message: Bilingual(
                "บริการนี้ไม่รับคำขอแบบ \(action)", "The service takes no request to \(action)"),
            advice: Bilingual(
                "ดูว่าบริการนี้ทำอะไรได้บ้าง", "See what the service offers"))
    }

    static let notAForm = RuleProblem(
        code: "form_format", field: "form",
        message: Bilingual("แบบฟอร์มไม่ถูกรูปแบบ", "The form is not an object"),
        advice: Bilingual("กรอกแบบฟอร์มใหม่", "Fill in the form again"))

    static let tooManyFields = RuleProblem(
        code: "form_size", field: "form",
        message: Bilingual("แบบฟอร์มมีช่องมากเกินไป", "The form has too many members"),
        advice: Bilingual("กรอกแบบฟอร์มใหม่", "Fill in the form again"))

    static let termsNotAccepted = RuleProblem(
        code: "terms_not_accepted", field: "accept_terms",
        message: Bilingual("ยังไม่ได้ยอมรับเงื่อนไข", "The terms are not accepted"),
        advice: Bilingual("อ่านเงื่อนไข แล้วเลือกยอมรับ", "Read the terms and accept them"))

    static func required(_ field: String) -> RuleProblem {
        RuleProblem(
            code: "required_field", field: field,
            message: Bilingual("ยังไม่ได้กรอก \(field)", "\(field) is missing"),
            advice: Bilingual("กรอกช่องนี้", "Fill it in"))
    }

    static func tooLong(_ field: String) -> RuleProblem {
        RuleProblem(
            code: "field_length", field: field,
            message: Bilingual("ข้อความยาวเกินไป", "The text is too long"),
            advice: Bilingual(
                "ย่อให้ไม่เกิน \(FormLimits.textLengthMax) ตัวอักษร",
                "Keep it within \(FormLimits.textLengthMax) characters"))
    }

    static func date(_ field: String) -> RuleProblem {
        RuleProblem(
            code: "date_format", field: field,
            message: Bilingual("วันที่ไม่ถูกต้อง", "The date cannot be read"),
            advice: Bilingual(
                "ใช้รูปแบบ 2024-03-31, 2024-03 หรือ 2024", "Write 2024-03-31, 2024-03 or 2024"))
    }

    static func buddhistYear(_ field: String) -> RuleProblem {
        RuleProblem(
            code: "year_format", field: field,
            message: Bilingual("ต้องเป็นปี พ.ศ. สี่หลัก", "It must be a Buddhist year of four digits"),
            advice: Bilingual("เช่น 2561", "For example 2561"))
    }

    // MARK: - Attachments

    static let tooManyAttachments = RuleProblem(
        code: "attachment_count", field: "attachments",
        message: Bilingual("ไฟล์แนบมากเกินไป", "There are too many attachments"),
        advice: Bilingual(
            "แนบไม่เกิน \(FormLimits.attachmentsMax) ไฟล์",
            "Attach at most \(FormLimits.attachmentsMax) files"))

    static func attachmentName(_ name: String) -> RuleProblem {
        RuleProblem(
            code: "attachment_name", field: name,
            message: Bilingual("ชื่อไฟล์ใช้ไม่ได้", "The name of the file cannot be used"),
            advice: Bilingual("เปลี่ยนชื่อไฟล์", "Rename the file"))
    }

    static func attachmentEmpty(_ name: String) -> RuleProblem {
        RuleProblem(
            code: "attachment_empty", field: name,
            message: Bilingual("ไฟล์ว่างเปล่า", "The file is empty"),
            advice: Bilingual("แนบไฟล์ใหม่", "Attach it again"))
    }

    static func attachmentTooLarge(_ name: String) -> RuleProblem {
        RuleProblem(
            code: "attachment_size", field: name,
            message: Bilingual("ไฟล์ใหญ่เกิน 10 MB", "The file is larger than 10 MB"),
            advice: Bilingual("ลดขนาดหรือแบ่งไฟล์", "Make it smaller or split it"))
    }

    static func attachmentHash(_ name: String) -> RuleProblem {
        RuleProblem(
            code: "attachment_hash", field: name,
            message: Bilingual("ไฟล์แนบไม่สมบูรณ์", "The hash of the file is not a SHA-256"),
            advice: Bilingual("แนบไฟล์ใหม่", "Attach it again"))
    }
}
