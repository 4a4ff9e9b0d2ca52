import Foundation
import TestSupport
import Testing

extension WorldTests {
    /// Goal: a tester can end a process at a named place, and only there.
    ///
    /// Method: real processes. `Scripts/torture --only points` goes through all places;
    /// here one of each side shows that the way to do it works.
    @Suite("A named crash point")
    struct CrashPointTests {
        static func armed(_ point: String) -> [String] {
            ["/usr/bin/env", "TANGRAT_CRASH_AT=\(point)"]
        }

        @Test("ends the server at that place, and what was committed is there")
        func server() async throws {
            try await RealWorld.run { world in
                let person = try await world.person()
                let device = try await world.device("a", of: person)
                _ = try await world.stop(SIGTERM)
                let before = try await world.startedAgain(armed: "server.commit.after:1")
                try await device.must("pin", "one")
                let cut = try await device.run("sync")
                #expect(cut.code == 3, "\(cut.output)")
                #expect(await before.wait() == 128 + SIGKILL)
                try await world.start()
                try await device.must("sync")
                // Committed before the kill: the second push finds it done.
                let taken = try await world.metric("tangrat_mutations_taken_total")
                #expect(taken == 0)
                let dump = try await device.dump()
                #expect(dump.count { $0.contains(#""table":"pinned""#) } == 1)
                #expect(!dump.contains { $0.hasPrefix(#"{"pending""#) })
            }
        }

        @Test("ends a device at the passing that was asked for")
        func device() async throws {
            try await RealWorld.run { world in
                let person = try await world.person()
                let device = try await world.device("a", of: person)
                let words = ["--data", device.folder]
                try await device.must("pin", "one")
                let client = Self.armed("client.write.after:2") + [Programs.client]
                let first = try await world.run(
                    client[0], Array(client.dropFirst()) + ["pin", "two"] + words)
                #expect(first.code == 0, "the second passing is in no process of one write")
                let once = Self.armed("client.write.after") + [Programs.client]
                let second = try await world.run(
                    once[0], Array(once.dropFirst()) + ["pin", "three"] + words)
                #expect(second.code == 128 + SIGKILL)
                try await device.must("sync")
                let dump = try await device.dump().joined()
                for name in ["one", "two", "three"] {
                    #expect(dump.components(separatedBy: "\"\(name)\"").count == 2, "\(name)")
                }
            }
        }

        @Test("that does not exist ends the process before it does anything")
        func misspelt() async throws {
            try await RealWorld.run(serving: false) { world in
                for point in ["server.comit.after", "server.commit.after:0", "a:b:c"] {
                    let words =
                        Self.armed(point) + [Programs.server, "serve", "--data", world.data]
                    let run = try await world.run(words[0], Array(words.dropFirst()))
                    #expect(run.code == 2)
                    #expect(run.error.contains("tangrat-qa points"))
                }
            }
        }

        @Test("is listed, once each")
        func listed() async throws {
            try await RealWorld.run(serving: false) { world in
                let run = try await world.run(Programs.qa, ["points", "--json"])
                let points = run.lines.compactMap { PlainJSON.object($0)["point"] as? String }
                #expect(points.count > 40)
                #expect(Set(points).count == points.count)
                #expect(points.contains("server.commit.after"))
                #expect(run.lines.allSatisfy { $0.contains(#""built_in":1"#) })
            }
        }
    }
}

extension RealWorld {
    /// Starts the server so that it ends itself at a place.
    func startedAgain(armed point: String) async throws -> Child {
        try await start(under: WorldTests.CrashPointTests.armed(point))
        guard let child = serverChild else { throw WorldProblem("there is no server") }
        return child
    }
}
