import Foundation
import SyncClientCore
import SyncProtocol
import Testing

extension WorldTests {
    /// Goal: after yesterday's file is restored under live devices, every write of a
    /// citizen that was acknowledged is back, exactly once.
    ///
    /// Method: real processes. Notes and favourites show that a write is there, a
    /// counter that it took effect once. One device signs in after the backup, so
    /// the restored server has never had it.
    @Suite("A server restored from a backup")
    struct RestoreWorldTests {
        private static let counter = RowKey(table: "annotation", id: "counted")

        /// A citizen's device that also counts, which no command does.
        private func counting(_ world: RealWorld, _ subject: String) async throws -> SyncClient {
            let client = try await SyncClient.open(
                SyncConfiguration(dataDirectory: world.path("counting")))
            let prompt = try await client.beginSignIn(server: world.address, deviceName: "c")
            try await world.admin("approve", prompt.userCode, "--person", subject)
            _ = try await client.completeSignIn(prompt)
            return client
        }

        private func count(_ client: SyncClient) async throws {
            _ = try await client.write([
                RowOperation(Self.counter, .create),
                RowOperation(Self.counter, .increment(field: "shown", by: 1)),
            ])
        }

        /// Puts the file in place, with or without telling the server.
        static func restore(_ file: String, _ world: RealWorld, isTold: Bool) async throws {
            if isTold {
                let answer = try await world.admin("restore", file)
                #expect(answer["lineage"] is String)
                #expect(answer["kept"] is String)
                return
            }
            let store = world.data + "/server.sqlite"
            for end in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: store + end)
            }
            try FileManager.default.copyItem(atPath: file, toPath: store)
        }

        @Test("has every acknowledged write again, once", arguments: [true, false])
        func restored(isTold: Bool) async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                let rows = (0..<40).map { BadInputTests.line("r-\($0)", subject) }
                try await world.mustFeed(rows, key: key)
                let first = try await world.device("first", of: subject)
                let second = try await world.device("second", of: subject)
                let counting = try await counting(world, subject)
                for device in [first, second] { try await device.must("sync") }
                try await first.must("note", "r-1", "before")
                try await count(counting)
                try await first.must("sync")
                _ = try await counting.sync()

                // Yesterday's file is made while the server serves.
                let file = world.path("yesterday.sqlite")
                try await world.admin("backup", file)
                try await world.mustFeed(
                    [BadInputTests.line("r-2", subject, version: 2, body: #"{"a":2}"#)], key: key)
                try await first.must("note", "r-2", "after")
                try await second.must("note", "r-3", "after too")
                try await count(counting)
                try await count(counting)
                let third = try await world.device("third", of: subject)
                try await third.must("sync")
                try await third.must("note", "r-4", "of a new device")
                for device in [first, second, third, first, second] {
                    try await device.must("sync")
                }
                _ = try await counting.sync()
                try await first.must("sync")
                let today = try await first.dump().filter { !$0.contains("\"id\":\"r-2\"") }
                try await second.must("note", "r-5", "never sent before")

                #expect(try await world.stop(SIGTERM) == 0)
                try await Self.restore(file, world, isTold: isTold)
                try await world.start()
                if !isTold { #expect(world.serverChild?.error.contains("store.replaced") == true) }

                for device in [first, second] { try await device.must("sync") }
                _ = try await counting.sync()
                // The restored server does not know this device: it signs in again.
                #expect(try await third.run("sync").code != 0)
                _ = try await world.device("third", of: subject)
                try await third.must("sync")
                for device in [first, second, third] { try await device.must("sync") }
                _ = try await counting.sync()

                // The agency sends its row again, as it does after every restore.
                try await world.mustFeed(
                    [BadInputTests.line("r-2", subject, version: 2, body: #"{"a":2}"#)], key: key)
                for device in [first, second, third] { try await device.must("sync") }
                _ = try await counting.sync()
                let dump = try await first.dump()
                for text in [
                    "before", "after", "after too", "of a new device", "never sent before",
                ] {
                    #expect(
                        dump.contains { $0.contains("\"\(text)\"") },
                        "\(text) is lost, told \(isTold)")
                }
                #expect(Set(today.filter { $0.contains("r-1") }).isSubset(of: Set(dump)))
                let row = try await counting.row(Self.counter.table, Self.counter.id)
                #expect(row?.integer("shown") == 3)
                #expect(try await second.dump() == dump)
                #expect(try await third.dump() == dump)
                for device in [first, second, third] {
                    #expect(try await device.run("doctor").code == 0)
                    let status = try await device.must("status", "--json")
                    #expect(!status.output.contains("writes_missing"))
                }
                #expect(try await world.metric("tangrat_repairs_total") >= 3)
                let verified = try await world.admin("verify")
                #expect(verified["sound"] as? Int == 1)
                await counting.close()
            }
        }

        @Test("that has purged tombstones lets nothing rise again, and the person decides")
        func quarantine() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed(
                    ["kept", "dropped", "gone"].map { BadInputTests.line($0, subject) }, key: key)
                let away = try await world.device("away", of: subject)
                try await away.must("sync")
                // While the device is away the row of its note comes and goes, and an
                // agency's row as well; then all traces of that are purged.
                try await away.must("note", "kept", "use me")
                try await away.must("note", "dropped", "drop me")
                let other = try await world.lineDevice(of: subject)
                let made = try await other.send(
                    other.push(
                        [
                            other.mutation(1, LineDevice.create("annotation", "x-1")),
                            other.mutation(
                                2, #"{"do":"delete","table":"annotation","id":"x-1"}"#),
                        ], after: "00000000000000aa"))
                #expect(made.frames("outcomes").first?["status"] as? String == "accepted")
                try await world.mustFeed(
                    [
                        #"{"table":"driving_licence","id":"gone","subject":"\#(subject)","#
                            + #""as_of":2,"source_version":2,"deleted":1}"#
                    ], key: key)
                let purged = try await world.admin("compact", "--days", "0")
                #expect(purged["purged"] as? Int == 2)
                let synced = try await away.must("sync", "--json")
                let report = PlainJSON.object(synced.lines.last ?? "")
                #expect(report["repairs"] as? Int == 1)
                #expect(try await !away.dump().contains { $0.contains("\"id\":\"gone\"") })
                // The oldest feed does not bring it back either.
                let replay = try await world.feed([BadInputTests.line("gone", subject)], key: key)
                #expect(replay.lines.last?["stale"] as? Int == 1)

                let aside = try await away.must("aside", "--json").lines
                    .compactMap { PlainJSON.object($0)["row"] as? String }
                #expect(aside.count == 2)
                let used = try #require(aside.first { $0.hasSuffix("kept") })
                let dropped = try #require(aside.first { $0.hasSuffix("dropped") })
                try await away.must("aside", "use", used)
                try await away.must("aside", "drop", dropped)
                #expect(try await away.run("aside", "drop", dropped).code != 0)
                try await away.must("sync")
                let dump = try await away.dump()
                #expect(dump.contains { $0.contains("\"use me\"") })
                #expect(!dump.contains { $0.contains("\"drop me\"") })
                #expect(try await away.must("aside", "--json").output.isEmpty)
                let fresh = try await world.device("fresh", of: subject)
                try await fresh.must("sync")
                #expect(try await fresh.dump() == dump)
            }
        }
    }
}
