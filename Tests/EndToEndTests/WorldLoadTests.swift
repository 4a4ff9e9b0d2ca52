import Foundation
import TestSupport
import Testing

extension WorldTests {
    /// Goal: one command brings the whole synthetic world onto a server, through the
    /// door that agencies use, and says truly what became of each line.
    ///
    /// Method: the real programs; what is expected comes from the files, read with
    /// Foundation's JSON.
    @Suite("Loading the synthetic world")
    struct WorldLoadTests {
        @Test("takes every row once, and the second time nothing")
        func idempotent() async throws {
            try await RealWorld.run { world in
                let expected = try Self.rowsInFiles()
                let map = world.path("people.json")
                let first = try await Self.load(world, "--as-of", "recorded", "--out", map)
                #expect(first.code == 0, "\(first.error)")
                #expect(first.report["applied"] as? Int == expected)
                #expect(first.report["refused"] as? Int == 0)

                let applied = try await world.metric("tangrat_feed_applied_total")
                let second = try await Self.load(world, "--as-of", "recorded")
                #expect(second.code == 0, "\(second.error)")
                #expect(second.report["unchanged"] as? Int == expected)
                #expect(second.report["applied"] as? Int == 0)
                #expect(try await world.metric("tangrat_feed_applied_total") == applied)

                let people = PlainJSON.object(
                    String(decoding: try Data(contentsOf: URL(fileURLWithPath: map)), as: UTF8.self)
                )
                let subjects = people.mapValues { ($0 as? [String: Any])?["subject"] as? String }
                let listed = try await world.run(
                    Programs.server, ["person", "list", "--data", world.data])
                #expect(people.count == 36)
                #expect(
                    Set(subjects.values)
                        == Set(listed.lines.map { PlainJSON.object($0)["subject"] as? String }))
                for person in try Persona.load().suffix(3) {
                    let subject = try await world.person(person.pid)
                    #expect(subjects[person.slug] == subject)
                }
            }
        }

        @Test("moves the world to the present for those who ask, and a device sees it")
        func movesToToday() async throws {
            try await RealWorld.run { world in
                let loaded = try await Self.load(world)
                #expect(loaded.code == 0, "\(loaded.error)")
                let home = world.path("device")
                let signedIn = try await world.run(
                    Programs.qa,
                    [
                        "world", "sign-in", "--persona", "wanna-typical", "--home", home,
                        "--data", world.data, "--url", world.address,
                    ])
                #expect(signedIn.code == 0, "\(signedIn.error)")
                let device = Device(world: world, folder: home)
                try await device.must("sync")
                let rows = try await device.dump().map { PlainJSON.object($0) }
                let now = Int64(Date().timeIntervalSince1970 * 1_000)
                let newest = rows.compactMap { $0["as_of"] as? Int64 }.max() ?? 0
                // The catalogue is of the world's moment, which is at most an hour ago.
                #expect(newest <= now)
                #expect(now - newest < 2 * 3_600_000 + 60_000, "the world is not of this hour")
                let own = rows.filter { ($0["id"] as? String ?? "").hasPrefix("wanna-typical") }
                #expect(own.count == 152)
                try await Self.expectSources(of: device)
            }
        }

        /// The agency of the catalogue owns rows of the person too: both are told apart.
        private static func expectSources(of device: Device) async throws {
            let home = try await device.must("--json")
            let sources =
                PlainJSON.object(home.lines.first ?? "")["sources"] as? [[String: Any]] ?? []
            let kinds = sources.map { $0["public"] as? Bool }
            #expect(kinds.count > 10)
            #expect(kinds.dropLast().allSatisfy { $0 == false })
            #expect(kinds.last == true)
            #expect(sources.last?["owner"] as? String == "dga")
            #expect(sources.filter { $0["owner"] as? String == "dga" }.count == 2)
            let counts = sources.compactMap { $0["rows"] as? Int }
            #expect(counts.reduce(0, +) == (try await device.dump()).count)
        }

        @Test("names each line that is refused, loads the others, and ends with 1")
        func refusedLine() async throws {
            try await RealWorld.run { world in
                let folder = try Self.smallWorld(
                    world,
                    rows: [
                        Self.row("driving_licence", "a-1", body: #"{"class":"x"}"#),
                        Self.row("driving_licence", "a-2", body: #""no object""#),
                        Self.row("no_such_table", "a-3", body: "{}"),
                        Self.row("driving_licence", "a-4", body: #"{"class":"y"}"#),
                    ])
                let loaded = try await Self.load(world, "--world", folder)
                #expect(loaded.code == 1)
                #expect(loaded.report["applied"] as? Int == 2)
                let refusals = loaded.report["refusals"] as? [[String: Any]] ?? []
                #expect(refusals.map { $0["line"] as? Int } == [2, 3])
                #expect(
                    refusals.map { $0["code"] as? String } == ["feed.body", "feed.table_unknown"])
                #expect(
                    refusals.map { $0["row"] as? String }
                        == ["driving_licence/a-2", "no_such_table/a-3"])

                let told = try await world.run(
                    Programs.qa,
                    [
                        "world", "load", "--data", world.data, "--url", world.address, "--world",
                        folder,
                    ])
                #expect(told.code == 1)
                #expect(told.error.contains("refused: line 2 of dlt, driving_licence/a-2: "))
                #expect(told.error.contains("[feed.body]"))
                #expect(told.output.contains("4 rows: 2 unchanged, 2 refused"))
            }
        }

        @Test("changes nothing when a file is broken")
        func brokenFile() async throws {
            try await RealWorld.run { world in
                let folder = try Self.smallWorld(
                    world, rows: [Self.row("driving_licence", "a-1", body: "{}"), #"{"table":1}"#])
                let loaded = try await Self.load(world, "--world", folder)
                #expect(loaded.code == 1)
                #expect(loaded.error.contains("world.file"))
                #expect(loaded.error.contains("line 2"))
                #expect(try await world.metric("tangrat_feed_applied_total") == 0)
                let people = try await world.run(
                    Programs.server, ["person", "list", "--data", world.data])
                #expect(people.output.isEmpty)
            }
        }

        @Test(
            "ends with 2 on a wrong command line",
            arguments: [
                ["world"], ["wrld"], ["world", "load"], ["world", "load", "--data"],
                ["world", "load", "--data", "x", "--as-of", "tomorrow"],
                ["world", "load", "--data", "x", "--url", "https://example.org"],
                ["world", "load", "--data", "x", "--data", "y"],
                ["world", "load", "--data", "x", "more"], ["world", "list", "--out", "x"],
                ["world", "list", "--json=1"],
                ["world", "sign-in", "--persona", "nobody", "--home", "x", "--data", "y"],
            ])
        func usage(words: [String]) async throws {
            try await RealWorld.run(serving: false) { world in
                let run = try await world.run(Programs.qa, words + ["--json"])
                #expect(run.code == 2)
                #expect(run.output.isEmpty)
                let error = PlainJSON.object(run.error)["error"] as? [String: Any]
                #expect(error?["exit"] as? Int == 2)
                #expect((error?["message_en"] as? String ?? "").isEmpty == false)
            }
        }

        @Test("ends with 1, and says why, where no server or another server answers")
        func wrongServer() async throws {
            try await RealWorld.run { world in
                let nowhere = try await world.run(
                    Programs.qa, ["world", "load", "--data", world.path("none"), "--json"])
                #expect(nowhere.code == 1)
                #expect(nowhere.error.contains("admin.absent"))
                try await RealWorld.run { other in
                    let crossed = try await world.run(
                        Programs.qa,
                        ["world", "load", "--data", other.data, "--url", world.address, "--json"])
                    #expect(crossed.code == 1)
                    #expect(crossed.error.contains("auth.agency_key"))
                    #expect(crossed.error.contains("same server"))
                }
                #expect(try await world.metric("tangrat_feed_applied_total") == 0)
            }
        }

        // MARK: - Help

        private struct Loaded {
            let code: Int32
            let report: [String: Any]
            let error: String
        }

        private static func load(_ world: RealWorld, _ words: String...) async throws -> Loaded {
            let run = try await world.run(
                Programs.qa,
                ["world", "load", "--data", world.data, "--url", world.address, "--json"] + words)
            return Loaded(
                code: run.code, report: PlainJSON.object(run.lines.last ?? ""), error: run.error)
        }

        private static func rowsInFiles() throws -> Int {
            try Catalogue.load().count + Persona.load().reduce(0) { $0 + $1.rows.count }
        }

        private static func row(_ table: String, _ id: String, body: String) -> String {
            #"{"table":"\#(table)","id":"\#(id)","agency":"dlt","as_of":1795140000000,"#
                + #""source_version":1,"body":\#(body)}"#
        }

        /// A world of one person with these rows and an empty catalogue.
        private static func smallWorld(_ world: RealWorld, rows: [String]) throws -> String {
            let folder = world.path("small")
            let files = [
                "personas/world.json": #"{"now":"2026-11-20T09:00:00+07:00"}"#,
                "personas/people.ndjson": #"{"slug":"a","pid":"1999900101791"}"#,
                "personas/rows/a.ndjson": rows.joined(separator: "\n") + "\n",
                "catalogue/services.ndjson": "", "catalogue/agencies.ndjson": "",
                "catalogue/rules.ndjson": "", "reference/provinces.ndjson": "",
                "reference/billers.ndjson": "", "reference/open-data-groups.ndjson": "",
            ]
            for (path, text) in files {
                let file = URL(fileURLWithPath: "\(folder)/\(path)")
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
            return folder
        }
    }
}
