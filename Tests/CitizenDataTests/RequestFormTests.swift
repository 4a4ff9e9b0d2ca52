import SyncProtocol
import Testing

@testable import CitizenData

/// A form, with the code and field of each problem that it has.
struct FormExample: Sendable {
    let service: String
    let form: JSONValue
    /// Code and field of each problem.
    let problems: [String]

    init(_ service: String, _ form: JSONValue, _ problems: String...) {
        self.service = service
        self.form = form
        self.problems = problems
    }
}

@Suite("Checks of a request")
struct RequestFormTests {
    static func foreign(_ level: JSONValue, _ purpose: JSONValue) -> JSONValue {
        ["completed": "2024-03", "country_th": "ญี่ปุ่น", "purpose": purpose, "target_level": level]
    }

    static func copy(_ reason: JSONValue, _ level: JSONValue, _ place: JSONValue) -> JSONValue {
        ["reason": reason, "level": level, "administration": place]
    }

    static func pali(_ year: JSONValue) -> JSONValue {
        ["academic_year_be": year, "course": "pali_5"]
    }

    static let examples: [FormExample] = [
        FormExample("obec-1", foreign("basic", "work")),
        FormExample("obec-1", foreign("compulsory", "work")),
        FormExample("obec-1", foreign("compulsory", "university_admission")),
        FormExample(
            "obec-1", foreign("basic", "university_admission"), "obec-1.not-for-university purpose"),
        FormExample("obec-1", foreign("doctorate", "work"), "obec-1.levels target_level"),
        FormExample(
            "obec-1",
            [
                "completed": "2024-13", "country_th": "ไทย", "purpose": "work",
                "target_level": "basic",
            ], "obec-1.levels country_th", "date_format completed"),
        FormExample(
            "obec-1", [:], "required_field country_th", "required_field completed",
            "required_field purpose", "required_field target_level"),
        FormExample("obec-2", ["reason": "damaged"]),
        FormExample("obec-2", ["reason": "lost"]),
        FormExample("obec-2", ["reason": "bored"], "obec-2.reason reason"),
        FormExample("obec-2", ["reason": "  "], "required_field reason", "obec-2.reason reason"),
        FormExample("obec-3", copy("lost", "p7", "central")),
        FormExample("obec-3", copy("damaged", "m8_former", "central")),
        FormExample("obec-3", copy("stolen", "p7", "central"), "obec-3.reason reason"),
        FormExample("obec-3", copy("lost", "p6", "central"), "obec-3.levels level"),
        FormExample("obec-3", copy("lost", "ms3", "regional"), "obec-3.levels administration"),
        FormExample("obec-4", pali(2561)),
        FormExample("obec-4", pali("๒๕๖๑")),
        FormExample("obec-4", pali(2562), "obec-4.before-2562 academic_year_be"),
        FormExample("obec-4", pali("2562"), "obec-4.before-2562 academic_year_be"),
        FormExample("obec-4", pali(2018), "year_format academic_year_be"),
        FormExample("obec-4", pali("+2561"), "year_format academic_year_be"),
        FormExample(
            "obec-4", ["academic_year_be": 2561, "course": "pali_3"], "obec-4.before-2562 course"),
        FormExample("obec-4", [:], "required_field course", "required_field academic_year_be"),
        FormExample("obec-5", [:], "unknown_service service"),
        FormExample("credit-bureau-check", [:], "unknown_service service"),
        FormExample("one-stop-complaint-centre", ["topic_th": "ไฟดับ"]),
        FormExample(
            "stimulus-registration", ["accept_terms": 0], "terms_not_accepted accept_terms"),
        FormExample("obec-2", "not an object", "form_format form"),
    ]

    @Test("find what is wrong and nothing else", arguments: Self.examples)
    func problems(example: FormExample) {
        let found = RequestForm.check(
            service: example.service, action: "new", form: example.form)
        #expect(found.map { "\($0.code) \($0.field)" } == example.problems)
        for problem in found {
            #expect(!problem.message.thai.isEmpty && !problem.message.english.isEmpty)
            #expect(!problem.advice.thai.isEmpty && !problem.advice.english.isEmpty)
        }
    }

    @Test("decide as the offices did on the requests of the personas")
    func personas() throws {
        var refused: [String: [String]] = [:]
        for row in try Personas.rows() where row.table == "request" {
            let request = try #require(RequestRecord(id: row.id, body: row.body))
            let problems = RequestForm.check(
                service: request.service, action: request.action, form: row.body["form"] ?? .null,
                attachments: (row.body["attachments"]?.items ?? []).compactMap(
                    RequestAttachment.init))
            if !problems.isEmpty {
                refused[row.id] = problems.map(\.code)
                #expect(problems.map(\.code) == [request.decision.rule])
            }
        }
        #expect(
            refused == [
                "amnuay-obec-rq-02": ["obec-1.not-for-university"],
                "amnuay-obec-rq-06": ["obec-4.before-2562"],
            ])
    }

    @Test("use the ids of rules that the catalogue has")
    func ruleIDs() throws {
        let rules = try Project.lines("Data/catalogue/rules.ndjson")
        let ids = Set(rules.compactMap { $0["id"]?.text })
        let codes = Set(
            Self.examples.flatMap(\.problems).compactMap { $0.split(separator: " ").first })
        for code in codes where code.hasPrefix("obec-") { #expect(ids.contains(String(code))) }
        func parameter(_ id: String, _ name: String) -> JSONValue? {
            rules.first { $0["id"]?.text == id }?["parameters"]?[name]
        }
        func texts(_ id: String, _ name: String) -> Set<String> {
            Set((parameter(id, name)?.items ?? []).compactMap(\.text))
        }
        #expect(texts("obec-1.levels", "target_levels") == EquivalencyRules.targetLevels)
        #expect(texts("obec-2.reason", "reasons") == EquivalencyRules.reasons)
        #expect(texts("obec-3.reason", "reasons") == EquivalencyRules.reasons)
        #expect(texts("obec-3.levels", "levels") == EquivalencyRules.centralLevels)
        #expect(
            parameter("obec-4.before-2562", "first_refused_academic_year_be")?.intValue
                == EquivalencyRules.firstYearRefused)
    }

    @Test("refuse an action that the service does not offer")
    func action() {
        let found = RequestForm.check(
            service: "obec-2", action: "renew", form: ["reason": "lost"])
        #expect(found.map(\.code) == ["unknown_action"])
    }

    @Test(
        "refuse a file that cannot be stored",
        arguments: [
            (
                RequestAttachment(name: "a.pdf", mime: "application/pdf", bytes: 1, sha256: hash),
                nil
            ),
            (
                RequestAttachment(
                    name: "a.pdf", mime: "", bytes: FormLimits.attachmentBytesMax, sha256: hash),
                nil
            ),
            (
                RequestAttachment(
                    name: "a.pdf", mime: "", bytes: FormLimits.attachmentBytesMax + 1, sha256: hash),
                "attachment_size"
            ),
            (
                RequestAttachment(name: "a.pdf", mime: "", bytes: 0, sha256: hash),
                "attachment_empty"
            ),
            (
                RequestAttachment(name: "../a.pdf", mime: "", bytes: 1, sha256: hash),
                "attachment_name"
            ),
            (RequestAttachment(name: "", mime: "", bytes: 1, sha256: hash), "attachment_name"),
            (
                RequestAttachment(name: "a.pdf", mime: "", bytes: 1, sha256: "ABC"),
                "attachment_hash"
            ),
        ] as [(RequestAttachment, String?)])
    func attachments(file: RequestAttachment, code: String?) {
        let found = RequestForm.check(
            service: "obec-2", action: "new", form: ["reason": "lost"], attachments: [file])
        #expect(found.map(\.code) == [code].compactMap { $0 })
        #expect(RequestAttachment(file.json) == file)
    }

    static let hash = String(repeating: "0a", count: 32)

    @Test("refuse a text or a form that is too large")
    func size() {
        let long = String(repeating: "ก", count: FormLimits.textLengthMax + 1)
        #expect(
            RequestForm.check(
                service: "one-stop-complaint-centre", action: "new",
                form: ["topic_th": .string(long)]
            ).map(\.code) == ["field_length"])
        let many = (0...FormLimits.fieldsMax).map { ("f\($0)", JSONValue.integer(1)) }
        #expect(
            RequestForm.check(
                service: "farmer-registration", action: "new", form: .record(many)
            ).map(\.code) == ["form_size"])
    }
}
