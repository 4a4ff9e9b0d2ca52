internal import SyncProtocol

extension SyncClient {
    /// Starts a draft of a request and gives its id.
    ///
    /// - Parameters:
    ///   - service: The service's id.
    ///   - action: `new`, `renew`, `amend` or `cancel`.
    ///   - form: The fields known so far.
    /// - Returns: The draft's id, which the request keeps.
    /// - Throws: ``SyncFailure``; nothing is stored then.
    public func createDraft(
        service: String, action: String, form: [String: FieldValue] = [:]
    ) async throws(SyncFailure) -> String {
        let id = environment.random.uuid()
        let key = RowKey(table: Self.draftTable, id: id)
        let operations =
            [
                RowOperation(key, .create),
                RowOperation(key, .set(field: "service", value: .string(service))),
                RowOperation(key, .set(field: "action", value: .string(action))),
            ] + Self.fields(form, of: key)
        _ = try await write(operations)
        return id
    }

    /// Changes fields of a draft, its statement or its attachments.
    ///
    /// - Parameters:
    ///   - id: The draft.
    ///   - form: The fields to change.
    ///   - statement: The free text, in place of all versions seen here.
    ///   - addAttachments: Attachments to add, as canonical JSON, each in a write
    ///     of its own.
    ///   - removeAttachments: Attachments to take out, as they were added.
    /// - Returns: The last write, as it is stored.
    /// - Throws: ``SyncFailure``; nothing is stored then.
    @discardableResult
    public func editDraft(
        _ id: String, form: [String: FieldValue] = [:], statement: String? = nil,
        addAttachments: [String] = [], removeAttachments: [String] = []
    ) async throws(SyncFailure) -> QueuedWrite {
        let key = RowKey(table: Self.draftTable, id: id)
        return try await write { (context) -> [[RowOperation]] in
            let document = try Self.draft(key, context)
            var operations = Self.fields(form, of: key)
            if let statement {
                operations.append(Self.text(statement, in: "statement", of: key, document))
            }
            for attachment in removeAttachments {
                operations.append(
                    try Self.removal(of: attachment, from: "attachments", of: key, document))
            }
            return (operations.isEmpty ? [] : [operations])
                + Self.additions(of: addAttachments, to: "attachments", of: key)
        }
    }

    /// Throws a draft away.
    @discardableResult
    public func deleteDraft(_ id: String) async throws(SyncFailure) -> QueuedWrite {
        let key = RowKey(table: Self.draftTable, id: id)
        return try await write { (context) -> [RowOperation] in
            _ = try Self.draft(key, context)
            return [RowOperation(key, .delete)]
        }
    }

    /// Finds what is missing or wrong in a draft, without a network.
    public func checkDraft(_ id: String) async throws(SyncFailure) -> [FormProblem] {
        let key = RowKey(table: Self.draftTable, id: id)
        let wall = environment.wall.milliseconds()
        return try await signedIn().store.read { connection in
            let now = try CacheState.load(connection).now(wallMilliseconds: wall)
            guard let document = try RowQuery.document(key, now: now, connection),
                document.isAlive
            else { throw SyncFailure.rowAbsent(table: key.table, id: key.id) }
            return DraftContent(document).problems
        }
    }

    /// Hands a draft in as a request; it is sent with the next sync.
    ///
    /// The request appears at once under the draft's id in the state `queued`,
    /// and the draft goes with it, in one write: if the server refuses, the
    /// draft is there again. The lawful time of receipt is the server's and
    /// comes with the receipt.
    ///
    /// - Parameter draft: The draft's id.
    /// - Returns: The write as it is stored.
    /// - Throws: ``SyncFailure/formIncomplete(problems:)`` where the form breaks a
    ///   rule; nothing is stored then.
    @discardableResult
    public func submit(_ draft: String) async throws(SyncFailure) -> QueuedWrite {
        let key = RowKey(table: Self.draftTable, id: draft)
        return try await write { (context) -> [RowOperation] in
            let content = DraftContent(try Self.draft(key, context))
            let problems = content.problems
            guard problems.isEmpty else { throw SyncFailure.formIncomplete(problems: problems) }
            let payload = Submission.payload(
                id: draft, draft: content, draftedAt: content.draftedAt ?? context.now,
                queuedAt: context.now)
            return [
                RowOperation(RowKey(table: "request", id: draft), .submit(payload)),
                RowOperation(key, .delete),
            ]
        }
    }

    /// Takes a request back that has been handed in.
    ///
    /// Until the server has answered, the request keeps the state that the
    /// server last told, and its row says when the withdrawal was queued here,
    /// in `withdrawal_queued_at`. The server can still refuse: the agency may
    /// have decided in the meantime.
    ///
    /// - Parameter request: The request's id.
    /// - Returns: The write as it is stored.
    /// - Throws: ``SyncFailure/writeRefused(code:detail:)`` with the code
    ///   `request_state` where the request is past the point at which it can be
    ///   taken back, or a withdrawal waits already; nothing is stored then.
    @discardableResult
    public func withdraw(_ request: String) async throws(SyncFailure) -> QueuedWrite {
        let key = RowKey(table: "request", id: request)
        return try await write { (context) -> [RowOperation] in
            guard let row = try context.row(key) else {
                throw SyncFailure.rowAbsent(table: key.table, id: key.id)
            }
            guard Submission.mayWithdraw(row) else {
                throw SyncFailure.writeRefused(
                    code: RefusalCode.requestState.rawValue, detail: key.description)
            }
            return [
                RowOperation(key, .submit(Submission.withdrawal(queuedAt: context.now)))
            ]
        }
    }

    private static let draftTable = "request_draft"

    private static func draft(_ key: RowKey, _ context: WriteContext) throws -> MergeDocument {
        guard let document = try context.document(key), document.isAlive else {
            throw SyncFailure.rowAbsent(table: key.table, id: key.id)
        }
        return document
    }

    /// Writes of form fields, in the order of their names' bytes.
    private static func fields(_ form: [String: FieldValue], of key: RowKey) -> [RowOperation] {
        form.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { name, value in
            RowOperation(key, .set(field: "form." + name, value: value.json))
        }
    }
}
