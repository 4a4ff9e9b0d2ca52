import Foundation
import Testing

extension WorldTests {
    /// Real processes: a cache that is damaged between two commands.
    @Suite("A damaged cache")
    struct SalvageWorldTests {
        private func cache(_ device: Device, _ subject: String) -> String {
            device.folder + "/accounts/\(subject)/cache.sqlite"
        }

        @Test("keeps what waits, tells the person, and heals with the next sync")
        func damaged() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed(
                    ["r-1", "r-2"].map { BadInputTests.line($0, subject) }, key: key)
                let device = try await world.device("first", of: subject)
                try await device.must("sync")
                try await device.must("note", "r-1", "sent before")
                try await device.must("sync")
                try await device.must("note", "r-2", "never sent")
                let file = cache(device, subject)
                var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
                for index in 0..<100 { bytes[index] ^= 0xff }
                try bytes.write(to: URL(fileURLWithPath: file))
                let shown = try await device.run("show", "driving_licence")
                #expect(shown.output.contains("r-1") && shown.output.contains("r-2"))
                #expect(!shown.error.lowercased().contains("sqlite"))
                let home = try await device.must("--json")
                #expect(home.output.contains("cache_damaged"))
                let notices = try await device.must("salvage", "--json").lines.map {
                    PlainJSON.object($0)
                }
                #expect(notices.count == 1)
                #expect(notices.first?["kind"] as? String == "damaged")
                let export = try #require(notices.first?["export"] as? String)
                let lines = try String(contentsOfFile: export, encoding: .utf8)
                #expect(lines.contains("never sent"))
                try await device.must("sync")
                #expect(try await device.must("salvage", "send", export).output.contains("0"))
                try await device.must("salvage", "drop")
                #expect(try await device.must("salvage", "--json").output.isEmpty)
                #expect(try await device.run("doctor").code == 0)
                let other = try await world.device("second", of: subject)
                try await other.must("sync")
                let dump = try await device.dump()
                #expect(try await other.dump() == dump)
                for text in ["sent before", "never sent"] {
                    #expect(dump.contains { $0.contains("\"\(text)\"") }, "\(text)")
                }
            }
        }

        @Test("that is gone is told of, and goes on under the same name")
        func gone() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed([BadInputTests.line("r-1", subject)], key: key)
                let device = try await world.device("first", of: subject)
                try await device.must("sync")
                try await device.must("note", "r-1", "one")
                try await device.must("sync")
                for end in ["", "-wal", "-shm"] {
                    try? FileManager.default.removeItem(atPath: cache(device, subject) + end)
                }
                try await device.must("pin", "a-service")
                try await device.must("prefs", "set", "email", "two@example.test")
                #expect(try await device.must("salvage", "--json").output.contains("missing"))
                let synced = try await device.must("sync", "--json")
                #expect(PlainJSON.object(synced.lines.last ?? "")["pushed"] as? Int == 2)
                let dump = try await device.dump()
                for text in ["one", "a-service", "two@example.test"] {
                    #expect(dump.contains { $0.contains("\"\(text)\"") }, "\(text)")
                }
                let other = try await world.device("second", of: subject)
                try await other.must("sync")
                #expect(try await other.dump() == dump)
                #expect(try await world.admin("verify")["sound"] as? Int == 1)
            }
        }
    }
}
