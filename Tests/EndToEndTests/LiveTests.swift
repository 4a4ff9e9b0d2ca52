import Foundation
import Testing

extension WorldTests {
    @Suite("A device that watches")
    struct LiveTests {
        @Test("shows an agency's change that nobody asked for")
        func watch() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                let device = try await world.device("a", of: subject)
                let watch = try world.spawn(
                    Programs.client, ["sync", "--watch", "--json", "--data", device.folder])
                try await eventually("the watcher is connected") {
                    watch.output.contains("connected")
                }
                for version in 1...3 {
                    try await world.mustFeed(
                        [
                            BadInputTests.line(
                                "dlt-1", subject, version: version, body: #"{"v":\#(version)}"#)
                        ], key: key)
                    try await eventually("version \(version) is on the device") {
                        try await device.dump().contains { $0.contains(#"{"v":\#(version)}"#) }
                    }
                }
                #expect(watch.isRunning)
                _ = try await world.stop(SIGKILL)
                try await world.start()
                try await world.mustFeed(
                    [BadInputTests.line("dlt-1", subject, version: 9, body: #"{"v":9}"#)], key: key)
                try await eventually("the watcher came back after a restart", within: 40) {
                    try await device.dump().contains { $0.contains(#"{"v":9}"#) }
                }
                watch.signal(SIGTERM)
                _ = await watch.wait()
            }
        }

        @Test("sends what another program writes, and ends at a signal with nothing lost")
        func writtenElsewhere() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let device = try await world.device("a", of: subject)
                let watch = try world.spawn(
                    Programs.client, ["sync", "--watch", "--json", "--data", device.folder])
                try await eventually("the watcher is connected") {
                    watch.output.contains("connected")
                }
                for number in 1...3 {
                    try await device.must("pin", "service-\(number)")
                    try await eventually("write \(number) is with the server") {
                        try await world.metric("tangrat_mutations_taken_total") == number
                    }
                }
                try await eventually("the outcome is on the device") {
                    try await !device.dump().contains { $0.hasPrefix(#"{"pending""#) }
                }
                #expect(watch.isRunning)
                watch.signal(SIGTERM)
                #expect(await watch.wait() == 143, "\(watch.error)")
                #expect(try await device.run("doctor").code == 0)
            }
        }

        @Test("ends when the device is revoked, and shows nothing any more")
        func revoked() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let device = try await world.device("a", of: subject)
                let watch = try world.spawn(
                    Programs.client, ["sync", "--watch", "--json", "--data", device.folder])
                try await eventually("the watcher is connected") {
                    watch.output.contains("connected")
                }
                let listed = try await world.admin("device", "list", "--person", subject)
                try await world.admin("device", "revoke", listed["device"] as? String ?? "")
                try await eventually("the watcher has ended") { !watch.isRunning }
                #expect(watch.code == 4, "\(watch.output) \(watch.error)")
                #expect(try await device.run("sync").code == 4)
            }
        }
    }

    /// Goal: programs that share a cache never tell a person of a lock.
    @Suite("Two processes on one cache")
    struct SharedCacheTests {
        @Test("sync, read and write at the same time; no write is lost, no lock is mentioned")
        func parallel() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let device = try await world.device("a", of: subject)
                try await device.must("sync")
                try await withThrowingTaskGroup(of: ProgramRun.self) { group in
                    for worker in 0..<4 {
                        for round in 0..<12 {
                            if worker * 12 + round >= 6, let run = try await group.next() {
                                Self.check(run)
                            }
                            group.addTask {
                                switch worker {
                                case 0, 1: try await device.run("sync")
                                case 2:
                                    try await device.run(
                                        "prefs", "set", "notify.n\(round)", "v\(round)")
                                default: try await device.run("dump", "--canonical")
                                }
                            }
                        }
                    }
                    while let run = try await group.next() { Self.check(run) }
                }
                // Four kinds of work, mixed once more so that writes and syncs overlap.
                try await withThrowingTaskGroup(of: ProgramRun.self) { group in
                    for round in 0..<24 {
                        if round >= 6, let run = try await group.next() { Self.check(run) }
                        group.addTask {
                            switch round % 3 {
                            case 0: try await device.run("sync")
                            case 1: try await device.run("pin", "service-\(round)")
                            default: try await device.run("status", "--json")
                            }
                        }
                    }
                    while let run = try await group.next() { Self.check(run) }
                }
                try await device.must("sync")
                let dump = try await device.dump()
                #expect(!dump.contains { $0.hasPrefix(#"{"pending""#) })
                for round in 0..<12 {
                    #expect(dump.contains { $0.contains(#""notify.n\#(round)""#) })
                }
                for round in stride(from: 1, to: 24, by: 3) {
                    #expect(dump.contains { $0.contains("service-\(round)") })
                }
                #expect(try await world.metric("tangrat_mutations_taken_total") == 20)
                #expect(try await device.run("doctor").code == 0)
            }
        }

        private static func check(_ run: ProgramRun) {
            #expect(run.code == 0, "\(run.error)")
            #expect(!run.error.lowercased().contains("lock"), "\(run.error)")
            #expect(!run.error.lowercased().contains("busy"), "\(run.error)")
        }
    }
}
