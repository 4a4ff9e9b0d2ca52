internal import CitizenData
internal import SyncProtocol

/// The writes that wait, laid over what the server has confirmed.
///
/// A screen always shows confirmed rows ⊕ pending operations, merged by the very
/// code the server merges with, so that what it shows does not change when the
/// confirmation comes. A write that is known to be refused shows nothing.
struct PendingOverlay {
    /// One operation that waits, with the write it belongs to.
    struct Step {
        var mid: UInt64
        var queuedAt: Int64
        var time: HybridTime
        var dot: Dot
        var operation: Operation
    }

    /// The steps for each row of one table, in the order they were made.
    private(set) var steps: [String: [Step]] = [:]

    /// The ids in order of their bytes.
    var ids: [String] {
        steps.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    init(_ entries: [OutboxTable.Entry], table: String, refused: Set<UInt64>) {
        for entry in entries where !refused.contains(entry.mid) {
            for operation in entry.mutation.operations where operation.key.table == table {
                steps[operation.key.id, default: []].append(
                    Step(
                        mid: entry.mid, queuedAt: entry.queuedAt, time: entry.mutation.time,
                        dot: entry.mutation.dot, operation: operation.operation))
            }
        }
    }

    /// Whether anything waits for a row.
    func touches(_ id: String) -> Bool { steps[id] != nil }

    /// The merged state of a row, or nil where it does not exist for a reader.
    func document(_ id: String, confirmed: MergeDocument?) -> MergeDocument? {
        var document = confirmed
        for step in steps[id] ?? [] {
            if document == nil {
                // As on the server: only `create` makes a row that is not there.
                guard step.operation == .create else { continue }
                document = MergeDocument(touched: step.time)
            }
            document?.apply(step.operation, time: step.time, dot: step.dot)
        }
        return document
    }

    /// The writes that wait for a row.
    func mutations(_ id: String) -> [UInt64] {
        var mids: [UInt64] = []
        for step in steps[id] ?? [] where mids.last != step.mid { mids.append(step.mid) }
        return mids
    }

    /// What a submission that waits shows: a request in the state `queued`.
    ///
    /// The three times stay apart: when the draft began, when it was queued here,
    /// and when it entered the system, which only the server can say.
    func submission(_ id: String, confirmed: JSONValue?) -> JSONValue? {
        var shown = confirmed
        for step in steps[id] ?? [] {
            guard case .submit(let payload) = step.operation, let object = payload.fields else {
                continue
            }
            if object["command"]?.text == Submission.withdrawCommand {
                guard case .object(var request)? = shown else { continue }
                request[RequestRecord.withdrawalQueuedField] = .string(
                    BangkokTime.iso(step.queuedAt))
                shown = .object(request)
                continue
            }
            guard shown == nil else { continue }
            var request = object
            request["state"] = .string(RequestState.queued.rawValue)
            request["queued_at"] = .string(BangkokTime.iso(step.queuedAt))
            request["timeline"] = .array([])
            shown = .object(request)
        }
        return shown
    }
}

/// The commands that a device hands in on a `request` row.
enum Submission {
    /// The value of `command` that takes a request back.
    static let withdrawCommand = "withdraw"

    /// The payload of a request made from a draft.
    static func payload(
        id: String, draft: DraftContent, draftedAt: Int64, queuedAt: Int64
    ) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("action", .string(draft.action)),
            ("attachments", .array(draft.attachments.map(\.json))),
            ("client_uuid", .string(id)), ("drafted_at", .string(BangkokTime.iso(draftedAt))),
            ("form", .object(draft.form)), ("queued_at", .string(BangkokTime.iso(queuedAt))),
            ("service", .string(draft.service)),
        ]
        if let statement = draft.statements.first {
            members.append(("statement", .string(statement)))
        }
        return .object(JSONObject(members))
    }

    /// Whether a request as it is shown can be taken back.
    ///
    /// The states are those the server asks. One that only a later version knows
    /// is left for the server to judge.
    static func mayWithdraw(_ row: SyncRow) -> Bool {
        guard row.text(RequestRecord.withdrawalQueuedField) == nil else { return false }
        let state = row.text("state").flatMap(RequestState.init)
        return state?.mayBecome(.withdrawn) ?? true
    }

    /// The payload that takes a request back.
    static func withdrawal(queuedAt: Int64) -> JSONValue {
        .object(
            JSONObject([
                ("command", .string(withdrawCommand)),
                ("queued_at", .string(BangkokTime.iso(queuedAt))),
            ]))
    }
}

/// A draft as its form reads it.
struct DraftContent {
    /// The service, or empty.
    var service = ""
    /// The action, or empty.
    var action = ""
    /// The form's fields, without their prefix.
    var form = JSONObject()
    /// The statement; more than one where two devices wrote apart.
    var statements: [String] = []
    /// The attachments.
    var attachments: [RequestAttachment] = []
    /// When the draft began, in milliseconds, or nil.
    var draftedAt: Int64?

    init(_ document: MergeDocument) {
        for (name, state) in document.fields {
            switch (name, state) {
            case ("service", .latest(let write)):
                service = write.value.text ?? ""
                draftedAt = Int64(write.time.milliseconds)
            case ("action", .latest(let write)): action = write.value.text ?? ""
            case ("statement", .text(let text)): statements = text.versions.map(\.text)
            case ("attachments", .set(let set)):
                attachments = set.elements.compactMap { element in
                    (try? JSON.parse(Array(element.utf8))).flatMap { RequestAttachment($0) }
                }
            case (_, .latest(let write)) where name.utf8.starts(with: "form.".utf8):
                form[String(name.dropFirst(5))] = write.value
            default: break
            }
        }
    }

    /// What stops it from being handed in.
    var problems: [FormProblem] {
        var found = RequestForm.check(
            service: service, action: action, form: .object(form), attachments: attachments
        ).map { problem in
            FormProblem(
                field: problem.field, code: problem.code, messageEnglish: problem.message.english,
                messageThai: problem.message.thai, adviceEnglish: problem.advice.english,
                adviceThai: problem.advice.thai)
        }
        if statements.count > 1 {
            found.append(
                FormProblem(
                    field: "statement", code: "draft.versions",
                    messageEnglish: "Two versions were written on two devices",
                    messageThai: "มีข้อความสองฉบับจากสองอุปกรณ์",
                    adviceEnglish: "Keep one of them", adviceThai: "โปรดเลือกฉบับเดียว"))
        }
        return found
    }
}
