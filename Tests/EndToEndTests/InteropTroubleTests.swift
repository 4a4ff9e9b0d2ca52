import Foundation
import Testing

extension WorldTests {
    /// Goal: what docs/protocol.md says of copies, restored servers, purged tombstones
    /// and lost answers is enough to lose and to double nothing.
    ///
    /// Method: the client in `Tests/Interop`; a counter shows that a write took
    /// effect once, a note that it took effect at all.
    @Suite("A client written from the document, in trouble")
    struct InteropTroubleTests {
        /// A device whose first write the server has, and the name that it has there.
        private func settled(
            _ world: RealWorld, _ subject: String, note text: String
        ) async throws -> (device: PythonDevice, id: String) {
            let device = PythonDevice(world: world, home: world.path("python-a"))
            let id = try await device.signIn(for: subject)["device"] as? String
            try await device.note(text)
            try await device.must("sync")
            return (device, try #require(id))
        }

        /// Signs in a device that has lost its place; gives its new name.
        @discardableResult
        private func signInAnew(
            _ device: PythonDevice, _ subject: String, not id: String
        ) async throws -> String? {
            let new = try await device.signIn(for: subject)["device"] as? String
            #expect(new != nil && new != id)
            return new
        }

        private func codes(_ device: PythonDevice) async throws -> [String?] {
            try await device.lines("outcomes").map { PlainJSON.object($0)["code"] as? String }
        }

        @Test("sends a write once though its answer was lost, and refreshes its token")
        func lostAnswer() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let device = try await world.pythonDevice("a", of: subject)
                try await device.note("one")
                #expect(try await device.trouble("sync", "--lose", "1") == "client.no_answer")
                try await device.note("two")
                try await device.must("forget", "token")
                try await device.must("sync")
                #expect(try await device.shown("x") == (2, ["one", "two"]))
                #expect(try await world.metric("tangrat_mutations_taken_total") == 2)
                #expect(try await world.metric("tangrat_mutations_repeated_total") == 1)
            }
        }

        @Test("counts a write once whose answer was lost before its device had a new name")
        func lostThenRenamed() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let (device, first) = try await settled(world, subject, note: "before")
                try await device.note("lost")
                try await device.must(
                    "write",
                    #"[{"do":"set","table":"annotation","id":"none","field":"nickname","#
                        + #""value":"n"}]"#)
                #expect(try await device.trouble("sync", "--lose", "1") == "client.no_answer")
                #expect(try await world.metric("tangrat_mutations_taken_total") == 3)
                try await device.note("never sent")
                try await world.admin("device", "revoke", first)
                #expect(try await device.trouble("sync") == "client.signed_out")
                try await signInAnew(device, subject, not: first)

                // The answer about the old name is lost as well: nothing has moved meanwhile.
                #expect(try await device.trouble("sync", "--lose", "1") == "client.no_answer")
                let everything = (3, ["before", "lost", "never sent"])
                #expect(try await device.shown("x") == everything)
                let report = try await device.must("sync")
                #expect((report["requests"] as? [String: Int])?["/v1/devices/replace"] == 1)
                #expect(try await device.shown("x") == everything)
                // What was refused is sent once more, because nobody was told.
                #expect(try await codes(device) == ["row_absent", ""])
                #expect(try await world.metric("tangrat_mutations_taken_total") == 5)
                #expect(try await world.metric("tangrat_mutations_repeated_total") == 0)
                let other = try await world.pythonDevice("b", of: subject)
                try await other.must("sync")
                #expect(try await other.shown("x") == everything)
                #expect(try await device.dump() == other.dump())
            }
        }

        @Test("finds that it is a copy, and neither copy loses or doubles a write")
        func copied() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let (device, first) = try await settled(world, subject, note: "both")
                let copy = try device.copy(as: "python-copy")
                try await device.note("of the first")
                try await copy.note("of the copy")
                try await device.must("sync")
                #expect(try await copy.trouble("sync") == "client.copied")
                #expect(try await copy.trouble("sync") == "client.copied")
                try await signInAnew(copy, subject, not: first)
                try await copy.must("sync")
                // Whoever takes a name's place ends its rights; the original loses nothing by that.
                try await device.note("of the original")
                #expect(try await device.trouble("sync") == "client.signed_out")
                try await signInAnew(device, subject, not: first)
                try await device.must("sync")
                try await copy.must("sync")
                let both = (4, ["both", "of the copy", "of the first", "of the original"])
                #expect(try await copy.shown("x") == both)
                #expect(try await device.shown("x") == both)
                #expect(try await copy.dump() == device.dump())
            }
        }

        /// Goal: what waited in both copies counts once, though neither was known when it was made.
        @Test("sends what waited in both copies under two names, and it counts once")
        func bothRenamed() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let (device, first) = try await settled(world, subject, note: "before")
                try await device.note("of both")
                let copy = try device.copy(as: "python-copy")
                try await copy.note("of the copy")
                try await world.admin("device", "revoke", first)
                for one in [device, copy] {
                    #expect(try await one.trouble("sync") == "client.signed_out")
                    _ = try await one.signIn(for: subject)
                }
                for one in [copy, device, copy] { try await one.must("sync") }
                let all = (3, ["before", "of both", "of the copy"])
                #expect(try await device.shown("x") == all)
                #expect(try await copy.shown("x") == all)
                #expect(try await copy.dump() == device.dump())
            }
        }

        @Test("keeps its outbox where its rights have ended, and sends it under a new name")
        func revoked() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let (device, first) = try await settled(world, subject, note: "before")
                try await device.note("meanwhile")
                try await world.admin("device", "revoke", first)
                #expect(try await device.trouble("sync") == "client.signed_out")
                let again = try await signInAnew(device, subject, not: first)
                try await device.must("sync")
                #expect(try await device.shown("x") == (2, ["before", "meanwhile"]))

                // A device that signs in again goes on under its name, unless it ended its rights.
                let kept = try await device.signIn(for: subject)["device"] as? String
                #expect(kept == again)
                try await device.note("kept")
                try await device.must("sync")
                let other = try device.copy(as: "python-other")
                try await device.must("revoke")
                #expect(try await other.trouble("sync") == "client.signed_out")
                let counted = try await world.pythonDevice("b", of: subject)
                try await counted.must("sync")
                #expect(try await counted.shown("x").0 == 3)
            }
        }

        @Test("compares what it holds where tombstones were purged, and asks about stale writes")
        func floor() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed(
                    (0..<2_000).map { BadInputTests.line("r-\($0)", subject) }, key: key)
                let away = try await world.pythonDevice("away", of: subject)
                try await away.must("sync")
                try await away.note("use me")
                let other = try await world.pythonDevice("other", of: subject)
                try await other.must("write", "[\(LineDevice.create("annotation", "gone"))]")
                try await other.must(
                    "write", #"[{"do":"delete","table":"annotation","id":"gone"}]"#)
                try await other.must("sync")
                try await world.mustFeed(
                    [
                        #"{"table":"driving_licence","id":"r-7","subject":"\#(subject)","#
                            + #""as_of":2,"source_version":2,"deleted":1}"#
                    ], key: key)
                #expect(try await world.admin("compact", "--days", "0")["purged"] as? Int == 2)

                let report = try await away.must("sync")
                #expect(report["repairs"] as? Int == 1)
                #expect(PythonDevice.cost(report).bytes <= 8 * 1_024)
                #expect(report["aside"] as? Int == 1)
                #expect(try await codes(away) == ["create_stale"])
                // The push was taken before the cursor was refused, and the answer said so.
                #expect(try await world.metric("tangrat_mutations_repeated_total") == 0)
                try await other.must("sync")
                #expect(try await away.dump() == other.dump())
                #expect(try await !away.dump().contains { $0.contains("\"r-7\"") })

                try await away.must("aside", "use")
                try await away.must("sync")
                #expect(try await away.shown("x") == (1, ["use me"]))
                #expect(try await away.lines("aside").isEmpty)
            }
        }

        @Test("gives a restored server back what it lost, once", arguments: [true, false])
        func restored(isTold: Bool) async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed(
                    (0..<500).map { BadInputTests.line("r-\($0)", subject) }, key: key)
                let device = try await world.pythonDevice("a", of: subject)
                try await device.note("before")
                let old = try await device.must("sync")["lineage"] as? String
                let file = world.path("yesterday.sqlite")
                try await world.admin("backup", file)
                try await device.note("after")
                try await device.must("sync")
                let late = try await world.pythonDevice("late", of: subject)
                try await late.note("of a late device")
                try await late.must("sync")
                try await device.note("never sent")

                #expect(try await world.stop(SIGTERM) == 0)
                try await RestoreWorldTests.restore(file, world, isTold: isTold)
                try await world.start()
                let report = try await device.must("sync")
                #expect(report["repairs"] as? Int == 1)
                #expect(report["lineage"] as? String != old)
                #expect(try await device.shown("x") == (3, ["after", "before", "never sent"]))
                // The restored server has never had this device, nor its tokens.
                #expect(try await late.trouble("sync") == "client.signed_out")
                try await late.signIn(for: subject)
                try await late.must("sync")
                try await device.must("sync")
                #expect(
                    try await late.shown("x")
                        == (4, ["after", "before", "never sent", "of a late device"]))
                #expect(try await device.dump() == late.dump())
                #expect(try await world.admin("verify")["sound"] as? Int == 1)
            }
        }
    }
}
