import SyncProtocol
import TestSupport
import Testing

/// A write and what the rules say of it.
struct RuleCase: CustomTestStringConvertible {
    let name: String
    let operations: [RowOperation]
    let code: RefusalCode?

    var testDescription: String { name }

    init(
        _ name: String, _ table: String, _ id: String, _ operations: [SyncProtocol.Operation],
        _ code: RefusalCode?
    ) {
        self.name = name
        self.operations = operations.map { RowOperation(RowKey(table: table, id: id), $0) }
        self.code = code
    }
}

@Suite("The rules for writes")
struct WriteRulesTests {
    private static func long(_ count: Int) -> String { String(repeating: "a", count: count) }

    private static func deep(_ depth: Int) -> JSONValue {
        (1..<depth).reduce([]) { value, _ in [value] }
    }

    private static let dot = Dot(device: DeviceID(1), mid: 1)

    static let rows: [RuleCase] = [
        RuleCase("nothing", "annotation", "v-1", [], .operationsNone),
        RuleCase("a new note", "annotation", "v-1", [.create], nil),
        RuleCase("a deleted note", "annotation", "v-1", [.delete], nil),
        RuleCase("an unknown table", "horoscope", "v-1", [.create], .tableUnknown),
        RuleCase("an agency's row", "driving_licence", "dl-1", [.create], .tableReadOnly),
        RuleCase("an agency's row deleted", "traffic_ticket", "t-1", [.delete], .tableReadOnly),
        RuleCase(
            "an agency's field", "profile", "me", [.set(field: "name", value: "x")], .tableReadOnly),
        RuleCase("a public row", "service", "s", [.create], .tableReadOnly),
        RuleCase("an empty id", "annotation", "", [.create], .rowInvalid),
        RuleCase("an id with a slash", "annotation", "a/b", [.create], .rowInvalid),
        RuleCase("an id in Thai", "annotation", "ก", [.create], .rowInvalid),
        RuleCase("an id too long", "annotation", long(129), [.create], .rowInvalid),
        RuleCase("a table name with a space", "an notation", "a", [.create], .rowInvalid),
        RuleCase("a second preference row", "preference", "you", [.create], .rowInvalid),
        RuleCase("the preference row", "preference", "me", [.create], nil),
        RuleCase("the preference row deleted", "preference", "me", [.delete], .tableReadOnly),
        RuleCase(
            "64 operations", "annotation", "v-1",
            .init(repeating: .increment(field: "shown", by: 1), count: 64), nil),
        RuleCase(
            "65 operations", "annotation", "v-1",
            .init(repeating: .increment(field: "shown", by: 1), count: 65), .operationsTooMany),
        RuleCase("a submission", "request", "r-1", [.submit(["service": "s"])], nil),
        RuleCase(
            "a submission that is a list", "request", "r-1", [.submit([1])], .submissionInvalid),
        RuleCase("a submission elsewhere", "annotation", "v-1", [.submit([:])], .tableReadOnly),
        RuleCase("a request written by hand", "request", "r-1", [.create], .tableReadOnly),
        RuleCase(
            "a submission too large", "request", "r-1", [.submit(["a": .string(long(70_000))])],
            .rowTooLarge),
        RuleCase(
            "a submission too deep", "request", "r-1", [.submit(["a": deep(40)])],
            .submissionInvalid),
        RuleCase(
            "a submission with U+0000", "request", "r-1", [.submit(["a": ["\u{0}"]])],
            .submissionInvalid),
    ]

    static let fields: [RuleCase] = [
        RuleCase(
            "a language", "preference", "me", [.set(field: "language", value: "en")], nil),
        RuleCase(
            "a language not on the list", "preference", "me",
            [.set(field: "language", value: "fr")], .valueInvalid),
        RuleCase(
            "a language that is a number", "preference", "me",
            [.set(field: "language", value: 1)], .valueInvalid),
        RuleCase(
            "a field of the prefix", "preference", "me",
            [.set(field: "notify.bills", value: true)], nil),
        RuleCase(
            "the prefix alone", "preference", "me", [.set(field: "notify.", value: true)],
            .fieldNotWritable),
        RuleCase(
            "a name like the prefix", "preference", "me", [.set(field: "notify", value: true)],
            .fieldNotWritable),
        RuleCase(
            "an unknown field", "annotation", "v-1", [.set(field: "owner", value: 1)],
            .fieldNotWritable),
        RuleCase(
            "a field in Thai", "annotation", "v-1", [.set(field: "ก", value: 1)], .fieldNotWritable),
        RuleCase(
            "the wrong kind", "annotation", "v-1", [.set(field: "labels", value: "x")], .fieldKind),
        RuleCase("a counter marked", "annotation", "v-1", [.mark(field: "shown")], .fieldKind),
        RuleCase("a flag", "notification_state", "n-1", [.mark(field: "read")], nil),
        RuleCase("a maximum", "inbox", "me", [.raise(field: "seen_up_to", to: 5)], nil),
        RuleCase(
            "32 bytes", "preference", "me", [.set(field: "mobile", value: .string(long(32)))], nil),
        RuleCase(
            "33 bytes", "preference", "me", [.set(field: "mobile", value: .string(long(33)))],
            .valueTooLarge),
        RuleCase(
            "eleven Thai letters", "preference", "me",
            [.set(field: "mobile", value: .string(String(repeating: "ก", count: 11)))],
            .valueTooLarge),
        RuleCase(
            "a list too large", "preference", "me",
            [.set(field: "mobile", value: [.string(long(30))])], .valueTooLarge),
        RuleCase(
            "a value sixteen deep", "request_draft", "d-1",
            [.set(field: "form.level", value: deep(16))], nil),
        RuleCase(
            "a value seventeen deep", "request_draft", "d-1",
            [.set(field: "form.level", value: deep(17))], .valueInvalid),
        RuleCase(
            "a value with U+0000", "annotation", "v-1",
            [.set(field: "nickname", value: ["\u{0}"])], .valueInvalid),
        RuleCase(
            "a name with U+0000", "annotation", "v-1",
            [.set(field: "nickname", value: ["\u{0}": 1])], .valueInvalid),
        RuleCase("a label", "annotation", "v-1", [.add(field: "labels", element: "บ้าน")], nil),
        RuleCase(
            "an empty label", "annotation", "v-1", [.add(field: "labels", element: "")],
            .valueInvalid),
        RuleCase(
            "a label with U+0000", "annotation", "v-1", [.add(field: "labels", element: "a\u{0}")],
            .valueInvalid),
        RuleCase(
            "a label too long", "annotation", "v-1", [.add(field: "labels", element: long(129))],
            .valueTooLarge),
        RuleCase(
            "a label removed", "annotation", "v-1",
            [.remove(field: "labels", element: "a", dots: [dot])], nil),
        RuleCase(
            "too many dots", "annotation", "v-1",
            [.remove(field: "labels", element: "a", dots: .init(repeating: dot, count: 1_025))],
            .valueTooLarge),
        RuleCase(
            "a text", "annotation", "v-1",
            [.write(field: "note", text: long(8_192), replacing: [dot])], nil),
        RuleCase(
            "a text too long", "annotation", "v-1",
            [.write(field: "note", text: long(8_193), replacing: [])], .valueTooLarge),
        RuleCase(
            "a text with U+0000", "annotation", "v-1",
            [.write(field: "note", text: "\u{0}", replacing: [])], .valueInvalid),
        RuleCase(
            "a text with too many dots", "annotation", "v-1",
            [.write(field: "note", text: "", replacing: .init(repeating: dot, count: 1_025))],
            .valueTooLarge),
        RuleCase(
            "a step", "annotation", "v-1", [.increment(field: "shown", by: -1_000_000_000)], nil),
        RuleCase(
            "a step too far", "annotation", "v-1", [.increment(field: "shown", by: 1_000_000_001)],
            .valueInvalid),
        RuleCase(
            "the largest step", "annotation", "v-1", [.increment(field: "shown", by: .min)],
            .valueInvalid),
    ]

    static let repeats: [RuleCase] = [
        RuleCase(
            "a field set twice", "annotation", "v-1",
            [.set(field: "nickname", value: 1), .set(field: "nickname", value: 2)], .fieldTwice),
        RuleCase(
            "two elements under one dot", "annotation", "v-1",
            [.add(field: "labels", element: "a"), .add(field: "labels", element: "b")],
            .fieldTwice),
        RuleCase(
            "two texts under one dot", "annotation", "v-1",
            [
                .write(field: "note", text: "a", replacing: []),
                .write(field: "note", text: "b", replacing: []),
            ], .fieldTwice),
        RuleCase(
            "one element in place of another", "annotation", "v-1",
            [
                .remove(field: "labels", element: "a", dots: [dot]),
                .add(field: "labels", element: "b"),
            ], nil),
        RuleCase(
            "a counter moved twice", "annotation", "v-1",
            [.increment(field: "shown", by: 1), .increment(field: "shown", by: 1)], nil),
        RuleCase(
            "two fields", "annotation", "v-1",
            [.set(field: "nickname", value: 1), .set(field: "reminder_days", value: 2)], nil),
    ]

    private func code(_ operations: [RowOperation]) -> RefusalCode? {
        do throws(WriteRules.Problem) {
            try WriteRules.check(operations)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("decide about rows", arguments: rows)
    func row(example: RuleCase) {
        #expect(code(example.operations) == example.code)
    }

    @Test("decide about fields", arguments: fields)
    func field(example: RuleCase) {
        #expect(code(example.operations) == example.code)
    }

    @Test("decide about fields written more than once", arguments: repeats)
    func repeated(example: RuleCase) {
        #expect(code(example.operations) == example.code)
    }

    @Test("let one field be set in two rows")
    func twoRows() {
        let write = SyncProtocol.Operation.set(field: "nickname", value: 1)
        let operations = ["v-1", "v-2"].map {
            RowOperation(RowKey(table: "annotation", id: $0), write)
        }
        #expect(code(operations) == nil)
    }

    @Test("name the row and the field")
    func place() {
        let operation = RowOperation(
            RowKey(table: "annotation", id: "v-1"), .set(field: "labels", value: 1))
        let problem = #expect(throws: WriteRules.Problem.self) { try WriteRules.check([operation]) }
        #expect(problem?.detail == "annotation/v-1.labels")
    }

    /// Goal: no write that passes blocks the outbox because it cannot be sent.
    ///
    /// Method: the largest mutation of small steps each allowed on its own.
    @Test("refuse what would not fit one frame")
    func frame() {
        let operations = (0..<64).map { index in
            RowOperation(
                RowKey(table: "request_draft", id: "d-\(index)"),
                .write(field: "statement", text: Self.long(16_384), replacing: []))
        }
        #expect(code(operations) == .valueTooLarge)
        #expect(code(Array(operations[..<32])) == nil)
        let mutation = Mutation(
            mid: 1, time: HybridTime(packed: 1, device: DeviceID(1)), schema: 1,
            operations: Array(operations[..<32]), chain: 0)
        let read = FrameStreams.readBinary([FrameStreams.binary([.mutation(mutation)])])
        #expect(read.frames == [.mutation(mutation)])
    }

    /// Goal: what the rules let through can be stored, sent and read again.
    @Test("let nothing through that cannot be read back", arguments: fields + repeats)
    func readable(example: RuleCase) throws {
        guard example.code == nil else { return }
        let mutation = Mutation(
            mid: 1, time: HybridTime(packed: 1, device: DeviceID(1)), schema: 1,
            operations: example.operations, chain: 0)
        let frames = [Frame.mutation(mutation)]
        #expect(FrameStreams.readBinary([FrameStreams.binary(frames)]).frames == frames)
        #expect(FrameStreams.readJSON([FrameStreams.json(frames)]).frames == frames)
        var document = MergeDocument(touched: mutation.time)
        for operation in mutation.operations {
            document.apply(operation.operation, time: mutation.time, dot: mutation.dot)
        }
        #expect(MergeDocument(bytes: document.body) == document)
    }
}

@Suite("The list of tables")
struct TablePolicyTests {
    static let tables = TablePolicy.all.values.sorted { $0.table < $1.table }

    @Test("gives citizens fields only in tables that are theirs", arguments: tables)
    func writers(policy: TablePolicy) {
        #expect(Identifier.isValid(policy.table))
        #expect(policy.fields.isEmpty == (policy.writer == .agency))
        #expect(!policy.isPublic || policy.writer == .agency)
        #expect(!policy.takesSubmissions || policy.table == "request")
        for field in policy.fields {
            #expect(Identifier.isValid(field.name))
            #expect(field.bytesMax > 0 && field.bytesMax < WriteRules.rowBytesMax)
        }
    }

    @Test("says where each row lives", arguments: tables)
    func buckets(policy: TablePolicy) {
        let bucket = policy.bucket(subject: "s1")
        #expect(bucket == (policy.isPublic ? "public/" : "person/s1/") + policy.domain)
        #expect((1...5).contains(TablePolicy.priority(ofBucket: bucket)))
        #expect(policy.isPublic == (bucket == TablePolicy.catalogueBucket))
    }

    @Test("sends small buckets first and unknown ones last")
    func priorities() {
        let names = ["person/s/core", "person/s/bills", "person/s/credit", "person/s/access"]
        let priorities = (names + ["public/catalogue", "public/x", ""])
            .map(TablePolicy.priority(ofBucket:))
        #expect(priorities == [1, 2, 3, 4, 5, 6, 6])
    }
}

@Suite("A refusal")
struct RefusalCodeTests {
    @Test("is explained in both languages", arguments: RefusalCode.allCases)
    func texts(code: RefusalCode) {
        let thai = 0x0e01...0x0e5b as ClosedRange<UInt32>
        for text in [code.english, code.adviceEnglish] {
            #expect(!text.isEmpty)
            #expect(text.utf8.allSatisfy { $0 < 0x80 })
        }
        for text in [code.thai, code.adviceThai] {
            #expect(text.unicodeScalars.contains { thai.contains($0.value) })
        }
        #expect(code.english.hasSuffix("."))
    }

    @Test("has a code of its own that is an identifier, and texts of its own")
    func codes() {
        let codes = RefusalCode.allCases
        #expect(codes.allSatisfy { Identifier.isValid($0.rawValue) })
        #expect(Set(codes.map(\.english)).count == codes.count)
        #expect(Set(codes.map(\.thai)).count == codes.count)
    }
}
