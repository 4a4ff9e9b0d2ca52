internal import CitizenData

/// Drafting and handing in requests.
enum RequestMessage: Message {
    case title, none, draft, drafted, edited, deleted, ready, problems, notComplete
    case editAdvice, queued, notReceived, notReceivedShort, deviceClock, serverClock
    case withdrawn, expected, twoVersions, form, timeline, unknownID, listAdvice, notADraft
    case fileMissing, fileAdvice, nothingToEdit, withdrawalQueued, withdrawalCounts
    case withdrawDraftAdvice, draftNotHandedIn, refusedTitle
    case noAttachment, noAttachments, attachments, offers, takesNone, takesNoneAdvice

    var words: Bilingual {
        switch self {
        case .title: Bilingual("คำขอ", "Requests")
        case .none: Bilingual("ไม่มีคำขอ", "There are no requests.")
        case .draft: Bilingual("ร่าง", "Draft")
        case .drafted: Bilingual("บันทึกร่าง {1} แล้ว", "The draft {1} is saved.")
        case .edited:
            Bilingual(
                "แก้ไขร่าง {1} แล้ว รอส่ง",
                "The draft {1} is changed and queued.")
        case .deleted: Bilingual("ทิ้งร่าง {1} แล้ว", "The draft {1} is thrown away.")
        case .ready:
            Bilingual(
                "กรอกครบแล้ว ยื่นได้:\n  tangrat request submit {1}",
                "Complete. Hand it in:\n  tangrat request submit {1}")
        case .problems:
            Bilingual(
                "ต้องแก้ไข {1} ช่องก่อนยื่น",
                "{1} to put right before it can be handed in")
        case .notComplete:
            Bilingual(
                "แบบฟอร์มยังไม่ครบถ้วน จึงยังไม่ได้ยื่น",
                "The form is not complete, so it was not handed in.")
        case .editAdvice:
            Bilingual(
                "แก้ไข: tangrat request edit {1} --set ช่อง=ค่า",
                "Correct it: tangrat request edit {1} --set field=value")
        case .offers: Bilingual("ที่ทำได้: --action {1}", "It offers: --action {1}")
        case .takesNone:
            Bilingual("ยื่นคำขอของบริการ {1} ที่นี่ไม่ได้", "{1} takes no requests here.")
        case .takesNoneAdvice:
            Bilingual(
                "ดูว่าบริการนี้ทำอะไรได้: tangrat services {1}",
                "See what it does, and where: tangrat services {1}")
        case .queued: Bilingual("จัดคิวคำขอ {1} แล้ว", "The request {1} is queued.")
        case .notReceived:
            Bilingual(
                "ยังไม่ถือว่าหน่วยงานได้รับ จะถือว่าได้รับเมื่อเข้าสู่ระบบตามเวลาของระบบ",
                "Not yet received by the agency. It counts as received when it enters the system, by the system's clock."
            )
        case .notReceivedShort:
            Bilingual(
                "ยังไม่ถือว่าหน่วยงานได้รับ",
                "Not yet received by the agency")
        case .deviceClock: Bilingual("{1} (เวลาเครื่อง)", "{1} (device clock)")
        case .serverClock:
            Bilingual(
                "{1} (เวลาระบบ มีผลตามกฎหมาย)",
                "{1} (system clock, the lawful time)")
        case .withdrawn:
            Bilingual(
                "จัดคิวการถอนคำขอ {1} แล้ว",
                "The withdrawal of {1} is queued.")
        case .withdrawalQueued: Bilingual("รอส่งการถอนคำขอ", "Withdrawal queued")
        case .withdrawalCounts:
            Bilingual(
                "การถอนมีผลเมื่อเข้าสู่ระบบ หากหน่วยงานยังไม่ได้ตัดสินใจก่อนหน้านั้น",
                "It counts when it enters the system, unless the agency has decided before.")
        case .draftNotHandedIn:
            Bilingual(
                "ร่าง {1} ยังไม่ได้ยื่น จึงไม่มีคำขอให้ถอน",
                "The draft {1} has not been handed in, so there is nothing to withdraw.")
        case .withdrawDraftAdvice:
            Bilingual(
                "ทิ้งร่าง: tangrat request delete {1}",
                "Throw it away: tangrat request delete {1}")
        case .refusedTitle: Bilingual("ระบบไม่รับ", "Refused")
        case .expected:
            Bilingual(
                "เอกสารที่หน่วยงานมักขอ: {1}",
                "Papers that the office usually asks for: {1}")
        case .twoVersions:
            Bilingual(
                "มีข้อความสองฉบับจากสองเครื่อง โปรดรวมกัน",
                "Two devices wrote different texts. Please put them together.")
        case .form: Bilingual("แบบฟอร์ม", "Form")
        case .timeline: Bilingual("ลำดับเหตุการณ์", "What happened")
        case .unknownID:
            Bilingual(
                "ไม่มีคำขอหรือร่าง {1} ในเครื่อง",
                "There is no request or draft {1} on this device.")
        case .listAdvice:
            Bilingual(
                "ดูรายการ: tangrat request list",
                "See the list: tangrat request list")
        case .notADraft:
            Bilingual(
                "คำขอ {1} ยื่นแล้ว แก้ไขไม่ได้",
                "The request {1} has been handed in and cannot be changed.")
        case .fileMissing: Bilingual("อ่านไฟล์ {1} ไม่ได้", "The file {1} cannot be read.")
        case .fileAdvice:
            Bilingual(
                "ตรวจสอบชื่อไฟล์ ขนาดต้องไม่เกิน 10 MB",
                "Check its name. It may have at most 10 MB.")
        case .noAttachment:
            Bilingual("ร่างนี้ไม่มีไฟล์แนบ {1}", "The draft has no attached file {1}.")
        case .noAttachments: Bilingual("ร่างนี้ไม่มีไฟล์แนบ", "No file is attached to it.")
        case .attachments: Bilingual("ไฟล์แนบที่มี: {1}", "Attached to it: {1}")
        case .nothingToEdit: Bilingual("ไม่ได้ระบุสิ่งที่จะแก้ไข", "Nothing to change was given.")
        }
    }
}
