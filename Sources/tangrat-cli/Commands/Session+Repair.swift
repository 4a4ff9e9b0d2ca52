internal import SyncClientCore
internal import SyncProtocol

extension Session {
    /// Compares every row with the service and puts right what differs.
    func repair() async throws -> SyncReport {
        do {
            return try await mirror.repair(trace: nil)
        } catch let failure {
            throw SyncWords.trouble(failure, isEmpty: standing.lastSync == nil)
        }
    }

    /// One line on what a repair came to.
    func repaired(_ report: SyncReport) -> String {
        let bytes = "\(report.bytesDown + report.bytesUp)"
        let requests = "\(report.requests)"
        return report.mended == 0
            ? say(RepairMessage.nothingWrong, bytes, requests)
            : say(RepairMessage.mended, "\(report.mended)", bytes, requests)
    }
}
