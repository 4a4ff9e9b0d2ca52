import CitizenData
import SyncClientCore
import SyncProtocol
import Testing

@testable import tangrat_cli

/// What the person is told of the data on the device.
@Suite("The state of the data")
struct CLISalvageTests {
    @Test("is told at home and in full, and can be put away")
    func notices() async {
        let mirror = FakeMirror()
        var damaged = CacheNotice(
            kind: .damaged, atMilliseconds: personaMoment, kept: 3, lost: nil)
        damaged.keep(export: "/somewhere/outbox.jsonl")
        let ended = CacheNotice(
            kind: .withdrawn, atMilliseconds: personaMoment, kept: 0, lost: 2)
        let unkept = CacheNotice(
            kind: .unkept, atMilliseconds: personaMoment, kept: 0, lost: 4)
        mirror.change { $0.standing.notices = [damaged, ended, unkept] }
        let home = await CLIRun.run(["--lang", "en"], on: mirror)
        #expect(home.output.contains("were damaged"))
        #expect(home.output.contains("tangrat salvage"))
        let shown = await CLIRun.run(["salvage", "--lang", "en"], on: mirror)
        #expect(shown.code == 0)
        #expect(shown.output.contains("outbox.jsonl"))
        #expect(shown.output.contains("cannot be known"))
        #expect(shown.output.contains("Changes that are lost: 2"))
        #expect(shown.output.contains("Copies that are lost: 4"))
        #expect(!shown.output.contains("Changes that are lost: 4"))
        let json = await CLIRun.run(["salvage", "--json"], on: mirror)
        #expect(json.output.split(separator: "\n").count == 3)
        #expect(json.output.contains(#""lost":null"#))
        let sent = await CLIRun.run(["salvage", "send", "f", "--json"], on: mirror)
        #expect(sent.output.contains(#""queued":2"#))
        #expect(await CLIRun.run(["salvage", "drop"], on: mirror).code == 0)
        #expect(mirror.calls.suffix(2) == ["sendExported f", "dropNotices"])
        #expect(await CLIRun.run(["salvage", "what"], on: mirror).code == 2)
        let none = await CLIRun.run(["salvage", "--lang", "en"], on: mirror)
        #expect(none.output.contains("Nothing has happened"))
    }

    @Test("names what only a later version of the app knows")
    func updateNeeded() async throws {
        let row = SyncRow(
            table: "future_table", id: "f1", owner: "dlt", asOfMilliseconds: personaMoment,
            sourceVersion: 1, isConfirmed: true, pendingMutations: [],
            value: ["title_en": .string("Something new")], isUnknown: true)
        let mirror = FakeMirror(rows: [row])
        mirror.change { $0.standing.unknownTables = ["future_table"] }
        let home = await CLIRun.run(["--lang", "en"], on: mirror)
        #expect(home.output.contains("Update the app"))
        let list = await CLIRun.run(["show", "--lang", "en"], on: mirror)
        #expect(list.output.contains("future_table"))
        let shown = await CLIRun.run(["show", "future_table", "--lang", "en"], on: mirror)
        #expect(shown.output.lowercased().contains("update needed"))
        #expect(shown.output.contains("Something new"))
        let json = await CLIRun.run(["show", "future_table", "--json"], on: mirror)
        #expect(json.output.contains(#""update_needed":true"#))
        #expect(await CLIRun.run(["show", "other_table"], on: mirror).code == 2)
    }

    @Test(
        "says of a row that cannot be read that an update is needed, and nothing else of it",
        arguments: ["vehicle", "driving_licence", "bill", "annotation", "notification"])
    func unreadable(table: String) async throws {
        let row = SyncRow(
            table: table, id: "r1", owner: "dlt", asOfMilliseconds: personaMoment,
            sourceVersion: 1, isConfirmed: true, pendingMutations: [], value: .null,
            isUnknown: true)
        let shown = await CLIRun.run(
            ["show", table, "--lang", "en"], on: FakeMirror(rows: [row]))
        #expect(shown.code == 0)
        #expect(shown.output.lowercased().contains("update needed"), "\(shown.output)")
        #expect(!shown.output.lowercased().contains("not stated"), "\(shown.output)")
    }

    @Test(
        "says of a request that cannot be read neither that it was received nor that it was not",
        arguments: [["request", "list"], ["request", "show", "r1"], ["show", "request"]])
    func unreadableRequest(words: [String]) async throws {
        let row = SyncRow(
            table: "request", id: "r1", owner: "dga", asOfMilliseconds: personaMoment,
            sourceVersion: 1, isConfirmed: true, pendingMutations: [], value: .null,
            isUnknown: true)
        let shown = await CLIRun.run(words + ["--lang", "en"], on: FakeMirror(rows: [row]))
        #expect(shown.code == 0)
        #expect(shown.output.lowercased().contains("update needed"), "\(shown.output)")
        #expect(!shown.output.lowercased().contains("received"), "\(shown.output)")
    }
}
