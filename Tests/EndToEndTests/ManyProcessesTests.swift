import Foundation
import SyncClientCore
import SyncProtocol
import Testing

extension WorldTests {
    /// Goal: any number of programs use one cache at the same time, some of them are
    /// killed while they hold a lock, and no lock ever reaches a person.
    ///
    /// Method: one process syncs all the time, several write and read, and one after
    /// the other is killed at a moment of its own. A counter says whether each write
    /// that was confirmed took effect once.
    @Suite("One cache and many programs")
    struct ManyProcessesTests {
        private func codes(_ run: ProgramRun) -> Bool {
            let text = run.error.lowercased()
            return text.contains("busy") || text.contains("lock") || text.contains("sqlite")
        }

        @Test("read live, write through, and outlive the one that held the lock")
        func many() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed([BadInputTests.line("r-1", subject)], key: key)
                let device = try await world.device("shared", of: subject)
                try await device.must("sync")
                var watcher = try world.spawn(
                    Programs.client, ["sync", "--watch", "--json", "--data", device.folder])
                var written: [String] = []
                for round in 0..<6 {
                    // Four at a time: two write, two read, all through one cache.
                    let names = (0..<2).map { "service-\(round)-\($0)" }
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for name in names {
                            group.addTask {
                                let run = try await device.run("pin", name)
                                #expect(run.code == 0, "\(run.error)")
                            }
                        }
                        for _ in 0..<2 {
                            group.addTask {
                                let run = try await device.run("show", "driving_licence", "--json")
                                #expect(!codes(run), "\(run.error)")
                                #expect(run.output.contains("r-1"))
                            }
                        }
                        try await group.waitForAll()
                    }
                    written += names
                    // Whatever it holds, its locks end with it.
                    watcher.signal(SIGKILL)
                    _ = await watcher.wait()
                    watcher = try world.spawn(
                        Programs.client, ["sync", "--watch", "--json", "--data", device.folder])
                }
                let expected = Set(written)
                // The one that syncs sends what the others wrote.
                let other = try await world.device("other", of: subject)
                try await eventually("all writes arrive", within: 60) {
                    try await other.must("sync")
                    let row = try await other.run("show", "pinned", "--json")
                    return expected.allSatisfy { row.output.contains("\"\($0)\"") }
                }
                #expect(!watcher.error.lowercased().contains("lock"))
                watcher.signal(SIGTERM)
                _ = await watcher.wait()
                try await device.must("sync")
                #expect(try await device.dump() == other.dump())
                #expect(try await device.run("doctor").code == 0)
                #expect(try await device.must("salvage", "--json").output.isEmpty)
            }
        }

        @Test("that stop in the middle of a write hold nobody up once they are killed")
        func stopped() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let device = try await world.device("shared", of: subject)
                try await device.must("sync")
                let lock = device.folder + "/accounts/\(subject)/writer.lock"
                // A program that was stopped while it held the writer's lock.
                let holder = try world.spawn(
                    "/usr/bin/flock", ["--exclusive", lock, "sleep", "600"])
                try await eventually("the lock is held") {
                    let probe = try await world.run(
                        "/usr/bin/flock", ["--nonblock", lock, "true"])
                    return probe.code != 0
                }
                // Reading needs no lock.
                async let writing = device.run("pin", "waited")
                try await Task.sleep(for: .milliseconds(300))
                holder.signalAll(SIGKILL)
                _ = await holder.wait()
                let run = try await writing
                #expect(run.code == 0, "\(run.error)")
                try await device.must("sync")
                #expect(try await device.dump().contains { $0.contains("waited") })
            }
        }
    }
}
