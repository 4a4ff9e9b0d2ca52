import Foundation
import Testing

extension WorldTests {
    /// Goal: what docs/protocol.md says of rights that end, of gaps and of writes that are
    /// used anew is enough to lose, to double and to keep nothing that must not be.
    ///
    /// Method: the client in `Tests/Interop`; what it has stored is searched for a text.
    @Suite("A client written from the document, and rights that end")
    struct InteropRightsTests {
        private static let canary = "canary-5b2e"

        @Test("counts a write once that two copies set aside and both use anew")
        func aside() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let device = try await world.pythonDevice("a", of: subject)
                try await device.note("use me")
                let other = try await world.pythonDevice("b", of: subject)
                try await other.must("write", "[\(LineDevice.create("annotation", "gone"))]")
                try await other.must(
                    "write", #"[{"do":"delete","table":"annotation","id":"gone"}]"#)
                try await other.must("sync")
                #expect(try await world.admin("compact", "--days", "0")["purged"] as? Int == 1)
                #expect(try await device.must("sync")["aside"] as? Int == 1)

                let copy = try device.copy(as: "python-copy")
                for one in [device, copy] { try await one.must("aside", "use") }
                try await device.must("sync")
                #expect(try await copy.trouble("sync") == "client.copied")
                try await copy.signIn(for: subject)
                try await copy.must("sync")
                #expect(try await device.trouble("sync") == "client.signed_out")
                try await device.signIn(for: subject)
                for one in [device, copy, other] { try await one.must("sync") }
                for one in [device, copy, other] {
                    #expect(try await one.shown("x") == (1, ["use me"]))
                    #expect(try await one.dump() == device.dump())
                }
            }
        }

        @Test("keeps nothing about a bucket that was withdrawn, and goes on when it is back")
        func withdrawn() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let core = "person/\(subject)/core"
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed([BadInputTests.line("r-1", subject)], key: key)
                let device = try await world.pythonDevice("a", of: subject)
                try await device.note(Self.canary)
                try await device.must("sync")
                try await device.note(Self.canary + " waits")
                #expect(try device.holds(Self.canary))
                try await world.admin("revoke", core, "--person", subject)
                let report = try await device.must("sync")
                #expect(report["waiting"] as? Int == 0)
                #expect(report["rows"] as? Int == 1)
                #expect(try !device.holds(Self.canary))
                #expect(try !device.holds("annotation"))
                #expect(try await device.must("notices")["withdrawn"] as? String == core)

                try await world.admin("grant", core, "--person", subject)
                try await device.note("back")
                try await device.must("sync")
                #expect(try await device.shown("x") == (2, ["back", Self.canary].sorted()))
                try await InteropTests.checkSums(device)
            }
        }

        @Test("keeps writes on a bucket that a restored server never had, unless the right ended")
        func undecided() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed([BadInputTests.line("r-1", subject)], key: key)
                let device = try await world.pythonDevice("a", of: subject)
                try await device.must("sync")
                let file = world.path("yesterday.sqlite")
                try await world.admin("backup", file)
                try await device.note(Self.canary)
                try await device.must("sync")
                for hasEnded in [false, true] {
                    #expect(try await world.stop(SIGTERM) == 0)
                    try await RestoreWorldTests.restore(file, world, isTold: true)
                    try await world.start()
                    if hasEnded {
                        try await world.admin(
                            "revoke", "person/\(subject)/core", "--person", subject)
                    }
                    let report = try await device.must("sync")
                    #expect(report["waiting"] as? Int == 0)
                    #expect(report["undecided"] as? [String] == [])
                    #expect(try await device.lines("notices").count == (hasEnded ? 1 : 0))
                    let shown = try await device.shown("x")
                    #expect(shown.0 == (hasEnded ? nil : 1))
                    #expect(try device.holds(Self.canary) == !hasEnded)
                }
            }
        }

        @Test("shows nothing of a bucket whose lease is over, also offline")
        func lease() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed([BadInputTests.line("r-1", subject)], key: key)
                let device = try await world.pythonDevice("a", of: subject)
                try await device.note("one")
                try await device.must("sync")
                let sound = try await device.dump()
                #expect(sound.count == 2)
                let buckets = ["transport", "core"].map { "person/\(subject)/\($0)" }
                let end = Int64(Date().timeIntervalSince1970 * 1_000) + 4_000
                for bucket in buckets {
                    try await world.admin(
                        "grant", bucket, "--person", subject, "--until", RealWorld.iso(end))
                }
                try await device.must("sync")
                try await device.note("waits")
                #expect(try await world.stop(SIGTERM) == 0)
                try await eventually("the lease ends") { try await device.dump().isEmpty }
                #expect(Int64(Date().timeIntervalSince1970 * 1_000) >= end)
                let shown = try await device.shown("x")
                #expect(shown.0 == nil && shown.1.isEmpty)
                try await world.start()
                for bucket in buckets {
                    try await world.admin("grant", bucket, "--person", subject)
                }
                try await device.must("sync")
                #expect(try await device.shown("x") == (2, ["one", "waits"]))
                #expect(try await device.dump().count == 2)
            }
        }

        @Test("closes a gap that a withdrawn bucket has left, and sends the rest once")
        func closed() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let core = "person/\(subject)/core"
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed([BadInputTests.line("r-1", subject)], key: key)
                let device = try await world.pythonDevice("a", of: subject)
                try await device.note("zero")
                try await device.must("sync")
                let file = world.path("yesterday.sqlite")
                try await world.admin("backup", file)
                try await device.note("withdrawn")
                try await device.must("sync")
                try await world.admin("revoke", core, "--person", subject)
                try await device.must("sync")
                try await world.admin("grant", core, "--person", subject)
                try await device.note("two")
                try await device.must("sync")
                try await device.note("three")

                #expect(try await world.stop(SIGTERM) == 0)
                try await RestoreWorldTests.restore(file, world, isTold: true)
                try await world.start()
                let report = try await device.must("sync")
                #expect(report["held_back"] as? Int == 0)
                #expect(report["waiting"] as? Int == 0)
                let all = (3, ["three", "two", "zero"])
                #expect(try await device.shown("x") == all)
                let other = try await world.pythonDevice("b", of: subject)
                try await other.must("sync")
                #expect(try await other.shown("x") == all)
                #expect(try await device.dump() == other.dump())
            }
        }

        @Test("holds writes back where a gap stays open, goes on pulling, and sends them later")
        func heldBack() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let device = try await world.pythonDevice("a", of: subject, options: "--keep", "1")
                try await device.note("zero")
                try await device.must("sync")
                let older = world.path("older.sqlite")
                try await world.admin("backup", older)
                for text in ["one", "two"] {
                    try await device.note(text)
                    try await device.must("sync")
                }
                let newer = world.path("newer.sqlite")
                try await world.admin("backup", newer)
                #expect(try await world.stop(SIGTERM) == 0)
                try await RestoreWorldTests.restore(older, world, isTold: true)
                try await world.start()
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed([BadInputTests.line("r-9", subject)], key: key)
                try await device.note("three")
                for _ in 0..<2 {
                    let report = try await device.must("sync")
                    #expect(report["held_back"] as? Int == 3)
                    #expect(report["waiting"] as? Int == 1)
                    #expect(try await device.dump().contains { $0.contains("\"r-9\"") })
                }
                #expect(try await world.stop(SIGTERM) == 0)
                try await RestoreWorldTests.restore(newer, world, isTold: true)
                try await world.start()
                let report = try await device.must("sync")
                #expect(report["held_back"] as? Int == 0)
                #expect(report["waiting"] as? Int == 0)
                #expect(try await device.shown("x") == (4, ["one", "three", "two", "zero"]))
            }
        }
    }
}
