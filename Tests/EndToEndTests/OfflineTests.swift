import Foundation
import Testing

extension WorldTests {
    @Suite("A server that goes away")
    struct OfflineTests {
        @Test("leaves reading and writing as they are; all arrives when it is back")
        func offline() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                let now = Int(Date().timeIntervalSince1970 * 1_000)
                try await world.mustFeed(
                    [
                        BadInputTests.line(
                            "dlt-1", subject, asOf: now,
                            body: #"{"class_th":"รถยนต์","status":"active"}"#)
                    ], key: key)
                let device = try await world.device("a", of: subject)
                let empty = try await device.run("licence")
                #expect(empty.code == 3, "nothing was ever synced")
                try await device.must("sync")
                _ = try await world.stop(SIGKILL)
                let licence = try await device.run("licence", "--json")
                #expect(licence.code == 0)
                #expect(licence.output.contains("dlt-1"))
                try await device.must("prefs", "set", "language", "en")
                try await device.must("note", "driving_licence/dlt-1", "renew", "soon")
                let draft = try await device.must("request", "new", "obec-2", "--json")
                #expect(draft.output.contains("obec-2"))
                let status = try await device.must("status", "--json")
                #expect(!status.output.isEmpty)
                let failed = try await device.run("sync", "--json")
                #expect(failed.code == 1)
                #expect(failed.error.contains(#""code":"sync.offline""#), "\(failed.error)")
                let waiting = try await device.dump().filter { $0.hasPrefix(#"{"pending""#) }
                #expect(waiting.count == 3)
                let unsent = try await device.run("logout")
                #expect(unsent.code != 0, "what waits is not thrown away")

                let took = try await world.start()
                #expect(took < .seconds(2), "start after kill -9 took \(took)")
                try await device.must("sync")
                let dump = try await device.dump()
                #expect(!dump.contains { $0.hasPrefix(#"{"pending""#) })
                #expect(dump.contains { $0.contains("renew soon") })
                let second = try await world.device("b", of: subject)
                try await second.must("sync")
                #expect(try await second.dump() == dump)
                #expect(try await world.admin("verify")["sound"] as? Int == 1)
            }
        }

        @Test("and a device that never synced say what is missing by their exit codes")
        func codes() async throws {
            try await RealWorld.run { world in
                let device = Device(world: world, folder: world.path("new"))
                #expect(try await device.run("licence").code == 4)
                #expect(try await device.run("nonsense").code == 2)
                let signedIn = try await world.device("a", of: try await world.person())
                _ = try await world.stop(SIGKILL)
                #expect(try await signedIn.run("sync").code == 3)
                let login = try await device.run("login", "--server", world.address)
                #expect(login.code == 1)
            }
        }

        @Test("by SIGTERM finishes what it was doing and ends with 0 within 10 seconds")
        func drain() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                let watcher = try await world.device("a", of: subject)
                let watch = try world.spawn(
                    Programs.client, ["sync", "--watch", "--json", "--data", watcher.folder])
                try await eventually("the watcher is connected") {
                    watch.output.contains("connected")
                }
                let lines = (0..<3_000).map {
                    BadInputTests.line("dlt-\($0)", subject, body: #"{"n":\#($0)}"#)
                }
                async let feeding = try? world.feed(lines, key: key)
                try await eventually("the feed has begun") {
                    try await world.metric("tangrat_feed_applied_total") > 0
                }
                let begun = ContinuousClock.now
                #expect(try await world.stop(SIGTERM) == 0)
                #expect(ContinuousClock.now - begun < .seconds(10))
                let answer = await feeding
                try await world.start()
                let rows = try await world.lineDevice(of: subject).rows()
                if let answer, answer.lines.last?["status"] as? String == "done" {
                    #expect(rows.count == lines.count)
                } else {
                    let again = try await world.feed(lines, key: key)
                    #expect(again.lines.last?["unchanged"] as? Int == rows.count)
                }
                watch.signal(SIGTERM)
                _ = await watch.wait()
            }
        }

        @Test("is never two servers on one directory, nor one that cannot write")
        func directories() async throws {
            try await RealWorld.run { world in
                let second = try await world.run(
                    Programs.server, ["serve", "--data", world.data, "--listen", "127.0.0.1:0"])
                #expect(second.code == 1)
                #expect(second.error.contains("server.store"))
                #expect(second.error.contains("another server is using"))
                #expect(second.error.contains("advice"))
                let health = try await world.http("GET", "/readyz")
                #expect(health.status == 200, "the first one is not disturbed")

                let other = try await world.run(
                    Programs.server,
                    ["serve", "--data", "/proc/nowhere", "--listen", "127.0.0.1:0"])
                #expect(other.code == 1)
                #expect(other.error.contains("error server."), "\(other.error)")
                #expect(!other.error.contains("Stop the other server"), "\(other.error)")
                #expect(!other.error.contains("Fatal"))
                let file = world.path("file")
                try Data("x".utf8).write(to: URL(fileURLWithPath: file))
                let onFile = try await world.run(
                    Programs.server, ["serve", "--data", file, "--listen", "127.0.0.1:0"])
                #expect(onFile.code == 1)
                #expect(onFile.error.contains("error server."), "\(onFile.error)")
            }
        }
    }
}
