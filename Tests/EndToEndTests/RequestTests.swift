import Foundation
import Testing

extension WorldTests {
    @Suite("A request written offline")
    struct RequestTests {
        @Test("is handed in once, gets a receipt by the server's clock, and can be taken back")
        func lifecycle() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dga", "service")
                let services = try Catalogue.load().filter { $0.contains(#""table":"service""#) }
                try await world.mustFeed(services, key: key)
                let device = try await world.device("a", of: subject)
                try await device.must("sync")
                _ = try await world.stop(SIGKILL)
                let made = try await device.must(
                    "request", "new", "obec-2", "--set", "reason=lost", "--json")
                let id = PlainJSON.object(made.output)["id"] as? String ?? ""
                try await device.must("request", "submit", id)
                let queued = try await Self.show(id, device)
                #expect(queued["received"] as? Bool == false)
                let before = Int(Date().timeIntervalSince1970 * 1_000)
                try await world.start()
                try await device.must("sync")
                try await device.must("sync")
                let received = try await Self.show(id, device)
                #expect(received["received"] as? Bool == true)
                let receipt = received["receipt"] as? [String: Any]
                #expect(receipt?["receipt_no"] as? String == "R-1")
                #expect(receipt?["entered_ms"] as? Int ?? 0 >= before)
                let again = try await device.run("request", "submit", id)
                #expect(again.code != 0, "a request is no draft any more")
                try await device.must("request", "withdraw", id)
                let sync = try await device.must("sync", "--json")
                #expect(!sync.output.contains("refused"), "\(sync.output)")
                let withdrawn = try await Self.show(id, device)
                let body = withdrawn["value"] as? [String: Any]
                #expect(body?["state"] as? String == "withdrawn", "\(withdrawn)")
                let kept = withdrawn["receipt"] as? [String: Any]
                #expect(kept?["receipt_no"] as? String == "R-1")
                let second = try await world.device("b", of: subject)
                try await second.must("sync")
                #expect(try await second.dump() == device.dump())
            }
        }

        private static func show(_ id: String, _ device: Device) async throws -> [String: Any] {
            PlainJSON.object(try await device.must("request", "show", id, "--json").output)
        }
    }
}
