import Foundation
import FoundationNetworking
import Testing

@testable import SyncClientCore

@Suite("A session that waits")
struct SessionRestTests {
    /// If this fails, Foundation has changed: see row 16 of docs/workarounds.md.
    @Test("has the queue on which it looks after its sockets, and works there")
    func queue() throws {
        let session = URLSession(configuration: .ephemeral)
        defer { session.invalidateAndCancel() }
        let queue = try #require(SessionRest.queue(of: session))
        // What is asked of the session while its queue is taken waits for the queue.
        let isTaken = DispatchSemaphore(value: 0)
        let isFree = DispatchSemaphore(value: 0)
        queue.async {
            isTaken.signal()
            isFree.wait()
        }
        isTaken.wait()
        let hasAnswered = DispatchSemaphore(value: 0)
        session.getAllTasks { _ in hasAnswered.signal() }
        #expect(hasAnswered.wait(timeout: .now() + .milliseconds(50)) == .timedOut)
        isFree.signal()
        hasAnswered.wait()
    }

    @Test(
        "spins where half a core is used and hardly a byte arrives",
        arguments: [
            (250, 240, 0, true), (250, 130, 0, true), (250, 120, 0, false), (20, 19, 0, true),
            // A slow network is waited for, a fast one gives work.
            (1_000, 900, 100_000, true), (1_000, 900, 2_000_000, false),
            (60_000, 900, 0, false), (0, 0, 0, false),
        ])
    func spinning(wall: Int64, processor: Int64, bytes: Int, expected: Bool) {
        let before = SessionRest.Sample(
            wallNanoseconds: 5_000_000_000, processorNanoseconds: 7_000_000, bytes: 400)
        let after = SessionRest.Sample(
            wallNanoseconds: before.wallNanoseconds + wall * 1_000_000,
            processorNanoseconds: before.processorNanoseconds + processor * 1_000_000,
            bytes: before.bytes + bytes)
        #expect(SessionRest.isSpinning(before, after) == expected)
    }
}
