import NetworkIO
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

@Suite("A public change under many watchers")
struct LiveSpreadTests {
    /// Goal: what waits to be woken is bounded by the watchers, not by the changes.
    ///
    /// Method: the clock stands still, so that after the first watcher nobody is woken
    /// before it is turned; then every turn wakes one more.
    @Test("wakes each of them once, however often it changes meanwhile")
    func coalesced() throws {
        let turned = TurnedClock()
        let running = try RunningServer {
            $0.loops = 1
            $0.limits.liveSpreadAtOnce = 1
            $0.clock = turned.clock
            $0.limits.http.tickMilliseconds = 1
        }
        let subject = try running.addPerson()
        let key = try running.addAgency("dga", ["agency"])
        let phone = try running.signIn(subject)
        let watchers = try (0..<3).map { _ in try phone.watch(running) }
        func pokes() throws -> Int {
            let text = try running.request("GET", "/metrics").text
            let line = text.split(separator: "\n").first { $0.hasPrefix("tangrat_pokes_total ") }
            return Int(line?.split(separator: " ").last ?? "") ?? -1
        }
        for version in 1...5 {
            try running.feed(
                key,
                [
                    #"{"table":"agency","id":"a","as_of":1,"source_version":\#(version),"#
                        + #""body":{"v":\#(version)}}"#
                ])
        }
        #expect(try pokes() == 1)
        // The first one comes again, for the changes after its event: three more and no other.
        for count in [2, 3, 4, 4, 4] {
            turned.advance(milliseconds: 1_000)
            var asked = 0
            while try pokes() < count, asked < 2_000 { asked += 1 }
            #expect(try pokes() == count)
        }
        for watcher in watchers {
            #expect(try watcher.event() == "event: moved\ndata: {}\n\n")
        }
    }
}
