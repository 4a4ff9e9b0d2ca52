import Foundation
import SyncClientCore
import TestSupport
import Testing

extension WorldTests {
    /// Goal: docs/protocol.md is enough to write a client in another language.
    ///
    /// Method: the client in `Tests/Interop`, written from that document in Python,
    /// against the real server, beside devices of the real client.
    @Suite("A client written from the document")
    struct InteropTests {
        /// What no client of today knows must come through byte for byte.
        static let strange =
            #"{"a":1,"ไม่รู้จัก":[null,true,{"\u007f":"é","\"":"\\"}],"\ud83d\ude00":-9223372036854775808}"#

        @Test("agrees with the golden vectors")
        func vectors() async throws {
            try await RealWorld.run(serving: false) { world in
                let run = try await world.run(
                    PythonDevice.python,
                    ["-B", "-m", "unittest", "discover", "-s", Repository.root + "/Tests/Interop"])
                #expect(run.code == 0, "\(run.error)")
                let ran = run.error.split(separator: "\n").first { $0.hasPrefix("Ran ") }
                let count = ran?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
                #expect(try #require(count) >= 12, "\(run.error)")
            }
        }

        @Test("syncs for the first time, in pages, in both forms, and then what is new")
        func pull() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence", "vehicle")
                try await world.mustFeed(
                    (0..<600).map {
                        BadInputTests.line(
                            "r-\($0)", subject, body: $0 == 77 ? Self.strange : #"{"n":\#($0)}"#)
                    }, key: key)
                let binary = try await world.pythonDevice("b", of: subject)
                let lines = try await world.pythonDevice(
                    "l", of: subject, options: "--lines", "--rows-max", "100")
                let pages = try await world.pythonDevice(
                    "p", of: subject, options: "--rows-max", "250")
                let swift = try await world.device("s", of: subject)
                #expect(PythonDevice.cost(try await binary.must("sync")).requests == 1)
                #expect(PythonDevice.cost(try await lines.must("sync")).requests == 6)
                #expect(PythonDevice.cost(try await pages.must("sync")).requests == 3)
                try await swift.must("sync")

                // Nothing is new: one request and 19 bytes.
                let nothing = try await binary.must("sync")
                #expect(PythonDevice.cost(nothing).requests == 1)
                #expect(nothing["down"] as? Int == 19)

                // What changes, goes away and comes is all that is sent.
                try await world.mustFeed(
                    [
                        BadInputTests.line("r-1", subject, version: 2, body: #"{"n":-1}"#),
                        #"{"table":"driving_licence","id":"r-2","subject":"\#(subject)","#
                            + #""as_of":2,"source_version":2,"deleted":1}"#,
                        BadInputTests.line("v-1", subject, table: "vehicle"),
                    ], key: key)
                for device in [binary, lines, pages] {
                    let report = try await device.must("sync")
                    #expect(PythonDevice.cost(report).requests == 1)
                    #expect(PythonDevice.cost(report).bytes < 2_000)
                    #expect(report["repairs"] as? Int == 0)
                }
                try await swift.must("sync")
                let expected = try await swift.dump()
                #expect(expected.count == 600)
                for device in [binary, lines, pages] {
                    #expect(try await device.dump() == expected)
                    try await Self.checkSums(device)
                }
                #expect(expected.contains { $0.contains(#""ไม่รู้จัก":[null,true,"#) })
            }
        }

        @Test("writes offline with the real client, and both hold the same bytes")
        func convergence() async throws {
            let seed = FreshSeed.value
            print("interop: \(FreshSeed.variable)=\(seed)")
            try await RealWorld.run { world in
                let subject = try await world.person()
                let drafts = RandomCitizen.Drafts()
                let swift = try await RandomCitizen.signedIn(
                    "s", subject, world, drafts: drafts, seed: seed)
                var writes = [PythonWrites(seed: ~seed), PythonWrites(seed: seed ^ 0xff)]
                let python = [
                    try await world.pythonDevice("a", of: subject),
                    try await world.pythonDevice("b", of: subject, options: "--lines"),
                ]
                for _ in 0..<3 {
                    try await swift.write(32)
                    for (number, device) in python.enumerated() {
                        try await device.must(["write"] + writes[number].next(32))
                    }
                    _ = try await swift.client.sync()
                    for device in python { try await device.must("sync") }
                }
                _ = try await swift.client.sync()
                for device in python { try await device.must("sync") }
                let expected = try await swift.dump()
                for device in python {
                    #expect(try await device.dump() == expected, "seed \(seed)")
                    try await Self.checkSums(device)
                    let outcomes = try await device.lines("outcomes").map(PlainJSON.object)
                    #expect(outcomes.count == 96)
                    #expect(!outcomes.contains { $0["status"] as? String == "refused" })
                }
                for row in ["x-1", "x-2", "x-3"] {
                    let shown = try await python[0].must("show", "annotation", row)["shown"]
                    let added = writes.map { $0.added[row, default: 0] }.reduce(0, +)
                    #expect(
                        (shown as? [String: Any])?["shown"] as? Int
                            == added + swift.added[row, default: 0], "\(row), seed \(seed)")
                }
                let inbox = try await python[1].must("show", "inbox", "me")["shown"]
                #expect(
                    (inbox as? [String: Any])?["seen_up_to"] as? Int
                        == max(writes[0].highest, writes[1].highest, swift.highest))
                await swift.client.close()
            }
        }

        @Test("mends one damaged row of 10,000 with three requests and 8 KiB")
        func repair() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed(
                    (0..<10_000).map { BadInputTests.line("r-\($0)", subject) }, key: key)
                let device = try await world.pythonDevice("a", of: subject)
                try await device.must("sync")
                let sound = try await device.dump()
                #expect(sound.count == 10_000)
                for how in ["gone", #"{"a":2}"#] {
                    try await device.must("spoil", "driving_licence", "r-4711", how)
                    #expect(try await device.dump() != sound)
                    let report = try await device.must("sync", "--deep")
                    let cost = PythonDevice.cost(report)
                    print("bytes: python, \(how), \(cost)")
                    #expect(report["repairs"] as? Int == 1)
                    #expect(cost.requests <= 3 && cost.bytes <= 8 * 1_024, "\(how): \(cost)")
                    #expect(try await device.dump() == sound)
                }
                // A change on the server shows the damage at the checkpoint.
                try await device.must("spoil", "driving_licence", "r-1", "gone")
                try await world.mustFeed([BadInputTests.line("another", subject)], key: key)
                let report = try await device.must("sync")
                #expect(report["repairs"] as? Int == 1)
                #expect(PythonDevice.cost(report).requests <= 1 + 3)
                #expect(PythonDevice.cost(report).bytes <= 8 * 1_024)
                #expect(try await device.dump().count == 10_001)
                try await Self.checkSums(device)
                // A cursor that is lost or broken costs no download either.
                for what in ["cursor", "seal"] {
                    try await device.must("forget", what)
                    let report = try await device.must("sync")
                    #expect(report["repairs"] as? Int == 1, "\(what)")
                    #expect(PythonDevice.cost(report).bytes <= 8 * 1_024, "\(what)")
                }
                #expect(try await world.metric("tangrat_repairs_total") == 5)
            }
        }

        /// The rows that a device holds are those that the server announced.
        static func checkSums(_ device: PythonDevice) async throws {
            let sums = try await device.lines("sums").map(PlainJSON.object)
            #expect(!sums.isEmpty)
            for sum in sums { #expect(sum["sum"] as? String == sum["announced"] as? String) }
        }
    }
}
