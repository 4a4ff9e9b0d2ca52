internal import SyncClientCore
internal import SyncProtocol

/// The client as the commands use it, so that they run in a test without one.
protocol Mirror: Sendable {
    func standing() async throws(SyncFailure) -> Standing
    func health() async throws(SyncFailure) -> [HealthCheck]
    func close() async

    func beginSignIn(server: String, deviceName: String) async throws(SyncFailure) -> SignInPrompt
    func completeSignIn(_ prompt: SignInPrompt) async throws(SyncFailure) -> Account
    func signOut(discardingUnsent: Bool) async throws(SyncFailure)

    func devices() async throws(SyncFailure) -> [SignedInDevice]
    func endDevice(_ id: String) async throws(SyncFailure) -> Bool

    func sync(
        progress: (@Sendable (SyncProgress) -> Void)?, trace: (@Sendable (TraceEvent) -> Void)?
    ) async throws(SyncFailure) -> SyncReport
    func repair(
        trace: (@Sendable (TraceEvent) -> Void)?
    ) async throws(SyncFailure) -> SyncReport
    func live(trace: (@Sendable (TraceEvent) -> Void)?) -> AsyncStream<LiveEvent>

    func rows(_ table: String) async throws(SyncFailure) -> [SyncRow]
    func row(_ table: String, _ id: String) async throws(SyncFailure) -> SyncRow?
    func writesAside() async throws(SyncFailure) -> [AsideWrites]
    func useWritesAside(_ row: String) async throws(SyncFailure) -> QueuedWrite
    func dropWritesAside(_ row: String) async throws(SyncFailure)
    func notices() async throws(SyncFailure) -> [CacheNotice]
    func dropNotices() async throws(SyncFailure)
    func sendExported(_ path: String) async throws(SyncFailure) -> Int
    func outcomes(limit: Int) async throws(SyncFailure) -> [WriteOutcome]
    func dumpCanonical(_ line: @Sendable ([UInt8]) -> Void) async throws(SyncFailure)

    func setPreference(
        _ name: String, to value: FieldValue
    ) async throws(SyncFailure) -> QueuedWrite
    func markRead(_ notifications: [String]) async throws(SyncFailure) -> QueuedWrite
    func pin(_ service: String) async throws(SyncFailure) -> QueuedWrite
    func unpin(_ service: String) async throws(SyncFailure) -> QueuedWrite
    func annotate(
        _ id: String, nickname: String?, note: String?, addLabels: [String],
        removeLabels: [String], reminderDays: Int?
    ) async throws(SyncFailure) -> QueuedWrite
    func createDraft(
        service: String, action: String, form: [String: FieldValue]
    ) async throws(SyncFailure) -> String
    func editDraft(
        _ id: String, form: [String: FieldValue], statement: String?, addAttachments: [String],
        removeAttachments: [String]
    ) async throws(SyncFailure) -> QueuedWrite
    func deleteDraft(_ id: String) async throws(SyncFailure) -> QueuedWrite
    func submit(_ draft: String) async throws(SyncFailure) -> QueuedWrite
    func withdraw(_ request: String) async throws(SyncFailure) -> QueuedWrite
}

/// One thing that a check of the cache looked at.
struct HealthCheck: Hashable, Sendable {
    let code: String
    let isSound: Bool
    let detail: String
}

extension SyncClient: Mirror {
    func standing() async throws(SyncFailure) -> Standing { Standing(try await status()) }

    func health() async throws(SyncFailure) -> [HealthCheck] {
        try await doctor().checks.map {
            HealthCheck(code: $0.code, isSound: $0.isSound, detail: $0.detail)
        }
    }
}
