import CitizenData
import Foundation
import SyncClientCore
import SyncProtocol
import Synchronization

@testable import tangrat_cli

/// The moment of the personas: 20 November 2569, 09.00 in Thailand.
let personaMoment: Int64 = 1_795_140_000_000

/// The folder of the package.
let packageFolder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// The rows of a persona and of the catalogue, as the client would give them.
enum PersonaRows {
    static func load(_ persona: String) throws -> [SyncRow] {
        try lines("Data/personas/rows/\(persona).ndjson").map { line in
            row(
                table: line["table"]?.text ?? "", id: line["id"]?.text ?? "",
                owner: line["agency"]?.text ?? "", asOf: line["as_of"]?.intValue ?? 0,
                version: line["source_version"]?.intValue ?? 0, body: line["body"] ?? .null)
        }
    }

    /// The catalogue, read once.
    static func catalogue() throws -> [SyncRow] { try shared.get() }

    private static let shared = Result { try readCatalogue() }

    private static func readCatalogue() throws -> [SyncRow] {
        let tables = [("service", "services", "id"), ("agency", "agencies", "code")]
        return try tables.flatMap { table, file, key in
            try lines("Data/catalogue/\(file).ndjson").map { body in
                row(
                    table: table, id: body[key]?.text ?? "", owner: "dga",
                    asOf: personaMoment - 3_600_000, version: 1, body: body)
            }
        }
    }

    static func row(
        table: String, id: String, owner: String = "", asOf: Int64 = personaMoment,
        version: Int64 = 1, pending: [UInt64] = [], body: JSONValue
    ) -> SyncRow {
        SyncRow(
            table: table, id: id, owner: owner, asOfMilliseconds: asOf, sourceVersion: version,
            isConfirmed: pending.isEmpty, pendingMutations: pending, value: body)
    }

    private static func lines(_ path: String) throws -> [JSONValue] {
        try String(contentsOf: packageFolder.appendingPathComponent(path), encoding: .utf8)
            .split(separator: "\n").map { try JSON.parse(Array($0.utf8)) }
    }
}

/// A client made of rows: no network, no files, writes wait for ever.
final class FakeMirror: Mirror {
    struct State {
        var rows: [SyncRow] = []
        var standing = Standing(now: personaMoment)
        var failure: SyncFailure?
        var report = SyncReport()
        var calls: [String] = []
        var devices: [SignedInDevice] = []
    }

    let state: Mutex<State>

    init(rows: [SyncRow] = [], isSignedIn: Bool = true, lastSync: Int64? = personaMoment - 900_000)
    {
        var state = State(rows: rows)
        if isSignedIn {
            state.standing.account = Account(
                subject: "s-0001", device: "00000000000000aa", server: "http://127.0.0.1:8470")
            state.standing.lastSync = lastSync
        }
        let owners = Dictionary(
            grouping: rows.filter { $0.table != "service" && $0.table != "agency" }
        ) {
            $0.owner
        }
        state.standing.sources = owners.map { owner, rows in
            let times = rows.map(\.asOfMilliseconds)
            return Standing.Source(
                owner: owner, rows: rows.count, oldestAsOf: times.min() ?? 0,
                newestAsOf: times.max() ?? 0)
        }
        self.state = Mutex(state)
    }

    func change(_ body: (inout sending State) -> Void) {
        state.withLock { body(&$0) }
    }

    var calls: [String] { state.withLock { $0.calls } }

    private func queue(
        _ row: String, _ operation: String,
        _ change: (inout sending State, UInt64) -> Void = { _, _ in }
    ) throws(SyncFailure) -> QueuedWrite {
        let result: Result<QueuedWrite, SyncFailure> = state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            state.standing.queuedCount += 1
            let mid = UInt64(state.standing.queuedCount)
            let write = QueuedWrite(
                mid: mid, queuedAtMilliseconds: personaMoment, rows: [row], operations: [operation])
            state.standing.queued.append(write)
            state.calls.append("\(operation) \(row)")
            change(&state, mid)
            return .success(write)
        }
        return try result.get()
    }

    private static func replace(_ state: inout State, _ row: SyncRow) {
        state.rows.removeAll { $0.table == row.table && $0.id == row.id }
        state.rows.append(row)
    }

    func standing() async throws(SyncFailure) -> Standing { state.withLock { $0.standing } }
    func health() async throws(SyncFailure) -> [HealthCheck] {
        [HealthCheck(code: "cache.integrity", isSound: true, detail: "ok")]
    }
    func close() async {}
    func beginSignIn(server: String, deviceName: String) async throws(SyncFailure) -> SignInPrompt {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        return try await prompt(server: server)
    }
    private func prompt(server: String) async throws(SyncFailure) -> SignInPrompt {
        SignInPrompt(
            server: server, userCode: "WDJB-MJHT", verificationURL: "\(server)/device",
            verificationURLComplete: "\(server)/device?user_code=WDJB-MJHT", expiresInSeconds: 600,
            deviceCode: "secret", intervalSeconds: 5, deadlineNanoseconds: 0)
    }
    func completeSignIn(_ prompt: SignInPrompt) async throws(SyncFailure) -> Account {
        Account(subject: "s-0001", device: "00000000000000aa", server: prompt.server)
    }
    func signOut(discardingUnsent: Bool) async throws(SyncFailure) {
        let waiting = state.withLock { $0.standing.queuedCount }
        guard discardingUnsent || waiting == 0 else { throw .unsentWrites(count: waiting) }
    }
    func sync(
        progress: (@Sendable (SyncProgress) -> Void)?, trace: (@Sendable (TraceEvent) -> Void)?
    ) async throws(SyncFailure) -> SyncReport {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        return state.withLock { $0.report }
    }
    func devices() async throws(SyncFailure) -> [SignedInDevice] {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        return state.withLock { $0.devices }
    }

    func endDevice(_ id: String) async throws(SyncFailure) -> Bool {
        state.withLock { state in
            state.calls.append("end \(id)")
            return state.devices.contains { $0.id == id }
        }
    }

    func notices() async throws(SyncFailure) -> [CacheNotice] {
        state.withLock { $0.standing.notices }
    }

    func dropNotices() async throws(SyncFailure) {
        state.withLock { state in
            state.calls.append("dropNotices")
            state.standing.notices = []
        }
    }

    func sendExported(_ path: String) async throws(SyncFailure) -> Int {
        state.withLock { $0.calls.append("sendExported \(path)") }
        return 2
    }

    func writesAside() async throws(SyncFailure) -> [AsideWrites] { [] }
    func useWritesAside(_ row: String) async throws(SyncFailure) -> QueuedWrite {
        throw SyncFailure.rowAbsent(table: "", id: row)
    }
    func dropWritesAside(_ row: String) async throws(SyncFailure) {
        throw SyncFailure.rowAbsent(table: "", id: row)
    }
    func repair(
        trace: (@Sendable (TraceEvent) -> Void)?
    ) async throws(SyncFailure) -> SyncReport {
        state.withLock { $0.calls.append("repair") }
        return try await sync(progress: nil, trace: trace)
    }
    func live(trace: (@Sendable (TraceEvent) -> Void)?) -> AsyncStream<LiveEvent> {
        AsyncStream { continuation in
            continuation.yield(.connected)
            continuation.yield(.stopped(.signInExpired))
            continuation.finish()
        }
    }
    func rows(_ table: String) async throws(SyncFailure) -> [SyncRow] {
        state.withLock { state in
            state.rows.filter { $0.table == table }.sorted { $0.id < $1.id }
        }
    }
    func row(_ table: String, _ id: String) async throws(SyncFailure) -> SyncRow? {
        try await rows(table).first { $0.id == id }
    }
    func outcomes(limit: Int) async throws(SyncFailure) -> [WriteOutcome] {
        state.withLock { $0.standing.refused }
    }
    func dumpCanonical(_ line: @Sendable ([UInt8]) -> Void) async throws(SyncFailure) {
        for row in state.withLock({ $0.rows }) { line(JSON.canonical(row.value)) }
    }
    func setPreference(
        _ name: String, to value: FieldValue
    ) async throws(SyncFailure) -> QueuedWrite {
        try queue("preference/me", "set \(name)")
    }
    func markRead(_ notifications: [String]) async throws(SyncFailure) -> QueuedWrite {
        try queue("notification_state/\(notifications.joined(separator: ","))", "read")
    }
    func pin(_ service: String) async throws(SyncFailure) -> QueuedWrite {
        try queue("pinned/me", "add \(service)")
    }
    func unpin(_ service: String) async throws(SyncFailure) -> QueuedWrite {
        try queue("pinned/me", "remove \(service)")
    }
    func annotate(
        _ id: String, nickname: String?, note: String?, addLabels: [String],
        removeLabels: [String], reminderDays: Int?
    ) async throws(SyncFailure) -> QueuedWrite {
        try queue("annotation/\(id)", "write \(note ?? "")") { state, mid in
            Self.replace(
                &state,
                PersonaRows.row(
                    table: "annotation", id: id, pending: [mid],
                    body: ["note": .array([.string(note ?? "")])]))
        }
    }
    func createDraft(
        service: String, action: String, form: [String: FieldValue]
    ) async throws(SyncFailure) -> String {
        let id = "draft-1"
        _ = try queue("request_draft/\(id)", "create") { state, mid in
            let fields = form.map { ("form.\($0.key)", $0.value.json) }
            Self.replace(
                &state,
                PersonaRows.row(
                    table: "request_draft", id: id, pending: [mid],
                    body: .object(
                        JSONObject(
                            fields + [("service", .string(service)), ("action", .string(action))])))
            )
        }
        return id
    }
    func editDraft(
        _ id: String, form: [String: FieldValue], statement: String?, addAttachments: [String],
        removeAttachments: [String]
    ) async throws(SyncFailure) -> QueuedWrite {
        try queue("request_draft/\(id)", "set") { state, mid in
            guard let old = state.rows.first(where: { $0.table == "request_draft" && $0.id == id }),
                var body = old.value.fields
            else { return }
            for (name, value) in form { body["form.\(name)"] = value.json }
            if let statement { body["statement"] = .array([.string(statement)]) }
            let files = (old.texts("attachments") + addAttachments)
                .filter { !removeAttachments.contains($0) }
            body["attachments"] = .array(files.map(JSONValue.string))
            Self.replace(
                &state,
                PersonaRows.row(table: "request_draft", id: id, pending: [mid], body: .object(body))
            )
        }
    }
    func deleteDraft(_ id: String) async throws(SyncFailure) -> QueuedWrite {
        try queue("request_draft/\(id)", "delete") { state, _ in
            state.rows.removeAll { $0.table == "request_draft" && $0.id == id }
        }
    }
    func submit(_ draft: String) async throws(SyncFailure) -> QueuedWrite {
        try queue("request/\(draft)", "submit") { state, mid in
            guard
                let old = state.rows.first(where: { $0.table == "request_draft" && $0.id == draft })
            else { return }
            let draft = RequestDraft(old)
            state.rows.removeAll { $0.table == "request_draft" && $0.id == old.id }
            Self.replace(
                &state,
                PersonaRows.row(
                    table: "request", id: old.id, pending: [mid],
                    body: [
                        "action": .string(draft.action), "client_uuid": .string(old.id),
                        "form": .object(draft.form), "queued_at": "2026-11-20T09:00:00+07:00",
                        "service": .string(draft.service), "state": "queued",
                    ]))
        }
    }
    func withdraw(_ request: String) async throws(SyncFailure) -> QueuedWrite {
        try queue("request/\(request)", "withdraw")
    }
}

/// One run of the program over a fake client, with what it wrote.
struct CLIRun {
    let code: Int32
    let output: String
    let error: String

    /// The widest line, in cells.
    var cellsMax: Int {
        output.split(separator: "\n").map { ThaiText.cells(String($0)) }.max() ?? 0
    }

    static func run(
        _ words: [String], on mirror: FakeMirror, environment: [String: String] = [:],
        terminal: World.Terminal = World.Terminal(), files: [String: [UInt8]] = [:]
    ) async -> CLIRun {
        let sink = Sink()
        let world = World(
            environment: environment, terminal: terminal, now: { personaMoment },
            output: { sink.write($0, isError: false) }, error: { sink.write($0, isError: true) },
            hostName: "test-host", readFile: { files[$0] },
            open: { _ async throws(SyncFailure) -> any Mirror in mirror })
        let code = await Runner(world: world).run(words)
        let (output, error) = sink.texts
        return CLIRun(code: code, output: output, error: error)
    }

    /// A run for which the person's data cannot be opened.
    static func run(_ words: [String], opening failure: SyncFailure) async -> CLIRun {
        let sink = Sink()
        let world = World(
            environment: [:], terminal: World.Terminal(), now: { personaMoment },
            output: { sink.write($0, isError: false) }, error: { sink.write($0, isError: true) },
            hostName: "test-host", readFile: { _ in nil },
            open: { _ async throws(SyncFailure) -> any Mirror in throw failure })
        let code = await Runner(world: world).run(words)
        return CLIRun(code: code, output: sink.texts.0, error: sink.texts.1)
    }

    private final class Sink: Sendable {
        let pair = Mutex(("", ""))

        func write(_ text: String, isError: Bool) {
            pair.withLock { if isError { $0.1 += text } else { $0.0 += text } }
        }

        var texts: (String, String) { pair.withLock { $0 } }
    }
}

/// Compares a screen with the one that was looked at and kept.
///
/// With `TANGRAT_KEEP_SCREENS=1` the kept screens are written anew; look at the
/// difference before you commit it.
enum GoldenScreen {
    static func matches(_ name: String, _ text: String) throws -> Bool {
        let folder = packageFolder.appendingPathComponent("Tests/Vectors/screens")
        let file = folder.appendingPathComponent("\(name).txt")
        if ProcessInfo.processInfo.environment["TANGRAT_KEEP_SCREENS"] == "1" {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
            return true
        }
        return try String(contentsOf: file, encoding: .utf8) == text
    }
}
