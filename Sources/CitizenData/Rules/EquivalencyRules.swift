/// The four equivalency requests of the Basic Education Commission.
///
/// Every rule stands in Data/catalogue/rules.ndjson under the same id.
enum EquivalencyRules {
    static let targetLevels: Set<String> = ["compulsory", "basic"]
    static let reasons: Set<String> = ["damaged", "lost"]
    static let centralLevels: Set<String> = ["p7", "ms3", "ms5", "ms6_vocational", "m8_former"]
    /// The first academic year that is refused.
    static let firstYearRefused: Int64 = 2562

    /// A foreign qualification, for lower or upper secondary school.
    @Sendable static func foreign(_ fields: RecordFields) -> [RuleProblem] {
        var found: [RuleProblem] = []
        let level = fields.text("target_level")
        if fields.has("target_level"), !targetLevels.contains(level) {
            found.append(
                RuleProblem(
                    code: "obec-1.levels", field: "target_level",
                    message: Bilingual(
                        "เทียบได้เฉพาะการศึกษาภาคบังคับ (ม.ต้น) หรือการศึกษาขั้นพื้นฐาน (ม.ปลาย)",
                        "Only compulsory (lower) or basic (upper secondary) education is compared"),
                    advice: Bilingual(
                        "เลือก compulsory หรือ basic", "Choose compulsory or basic")))
        }
        if ["ไทย", "ประเทศไทย"].contains(where: {
            ThaiText.areEqual($0, ThaiText.trimmed(fields.text("country_th")))
        }) {
            found.append(
                RuleProblem(
                    code: "obec-1.levels", field: "country_th",
                    message: Bilingual(
                        "สำหรับผู้สำเร็จการศึกษาจากต่างประเทศเท่านั้น",
                        "Only for those who finished school abroad"),
                    advice: Bilingual(
                        "หากเรียนจบในไทย ใช้วุฒิเดิมได้เลย",
                        "A Thai certificate needs no equivalency")))
        }
        if fields.has("completed"), fields.date("completed") == nil {
            found.append(RuleProblems.date("completed"))
        }
        // Equivalence for compulsory education is outside the exception.
        if level == "basic", fields.text("purpose") == "university_admission" {
            found.append(
                RuleProblem(
                    code: "obec-1.not-for-university", field: "purpose",
                    message: Bilingual(
                        "การเทียบวุฒิเพื่อศึกษาต่อระดับอุดมศึกษาเป็นหน้าที่ของมหาวิทยาลัย",
                        "Equivalency for university admission is decided by the university"),
                    advice: Bilingual(
                        "ติดต่อมหาวิทยาลัยที่จะเข้าศึกษา", "Ask the university you apply to")))
        }
        return found
    }

    /// A new copy of an equivalency certificate.
    @Sendable static func equivalencyCopy(_ fields: RecordFields) -> [RuleProblem] {
        reason(fields, code: "obec-2.reason")
    }

    /// A new copy of a school certificate of a class that no longer exists.
    @Sendable static func certificateCopy(_ fields: RecordFields) -> [RuleProblem] {
        var found = reason(fields, code: "obec-3.reason")
        let advice = Bilingual(
            "หากเรียนจบจากที่อื่น ติดต่อสถานศึกษาหรือสำนักงานเขตพื้นที่การศึกษา",
            "If you finished elsewhere, ask the school or the area office")
        if fields.has("administration"), fields.text("administration") != "central" {
            found.append(
                RuleProblem(
                    code: "obec-3.levels", field: "administration",
                    message: Bilingual(
                        "เฉพาะผู้ที่สำเร็จการศึกษาในส่วนกลาง",
                        "Only for those who finished in the central administration"),
                    advice: advice))
        }
        if fields.has("level"), !centralLevels.contains(fields.text("level")) {
            found.append(
                RuleProblem(
                    code: "obec-3.levels", field: "level",
                    message: Bilingual(
                        "เฉพาะระดับชั้น ป.7 ม.ศ.3 ม.ศ.5 ม.ศ.6 (สายอาชีพ) หรือ ม.8 เดิม",
                        "Only P.7, M.S.3, M.S.5, M.S.6 (vocational) or the former M.8"),
                    advice: advice))
        }
        return found
    }

    /// Pali grade 5 as an equivalent of school.
    @Sendable static func pali(_ fields: RecordFields) -> [RuleProblem] {
        var found: [RuleProblem] = []
        if fields.has("course"), fields.text("course") != "pali_5" {
            found.append(
                RuleProblem(
                    code: "obec-4.before-2562", field: "course",
                    message: Bilingual(
                        "เฉพาะหลักสูตรเปรียญธรรม 5 ประโยค", "Only for Pali grade 5"),
                    advice: Bilingual("เลือก pali_5", "Choose pali_5")))
        }
        guard fields.has("academic_year_be") else { return found }
        guard let year = buddhistYear(fields, "academic_year_be") else {
            return found + [RuleProblems.buddhistYear("academic_year_be")]
        }
        if year >= firstYearRefused {
            found.append(
                RuleProblem(
                    code: "obec-4.before-2562", field: "academic_year_be",
                    message: Bilingual(
                        "รับเฉพาะผู้สำเร็จก่อนปีการศึกษา 2562",
                        "Only for those who completed before academic year 2562"),
                    advice: Bilingual(
                        "ตรวจปีการศึกษาบนประกาศนียบัตร",
                        "Check the academic year on the certificate")))
        }
        return found
    }

    static let attachments: [String: [Bilingual]] = [
        "obec-1": [
            Bilingual("ใบแสดงผลการเรียน", "Transcript"), Bilingual("ประกาศนียบัตร", "Certificate"),
            Bilingual("คำแปล", "Translation"),
            Bilingual("หนังสือเดินทางหรือบัตรประชาชน", "Passport or identity card"),
        ],
        "obec-2": [
            Bilingual("ใบแจ้งความ หรือภาพถ่ายเอกสารที่ชำรุด", "Police report, or a photo of the damage")
        ],
        "obec-3": [
            Bilingual("ใบแจ้งความ หรือภาพถ่ายเอกสารที่ชำรุด", "Police report, or a photo of the damage")
        ],
        "obec-4": [Bilingual("ประกาศนียบัตร", "Certificate")],
    ]

    private static func reason(_ fields: RecordFields, code: String) -> [RuleProblem] {
        guard fields.has("reason"), !reasons.contains(fields.text("reason")) else { return [] }
        return [
            RuleProblem(
                code: code, field: "reason",
                message: Bilingual(
                    "ออกใบแทนได้เฉพาะกรณีเอกสารชำรุดหรือสูญหาย",
                    "A copy is issued only if the document is damaged or lost"),
                advice: Bilingual("เลือก damaged หรือ lost", "Choose damaged or lost"))
        ]
    }

    /// Reads a Buddhist year as a number or as typed, or nil.
    ///
    /// A Christian year would pass as one before 2562, so it is refused.
    private static func buddhistYear(_ fields: RecordFields, _ name: String) -> Int64? {
        let typed = Digits.value(ThaiText.trimmed(ThaiText.asciiDigits(fields.text(name))))
        guard let year = fields.integer(name) ?? typed, (2400...2743).contains(year)
        else { return nil }
        return year
    }
}
