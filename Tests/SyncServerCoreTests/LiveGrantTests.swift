import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// A watcher is told of a change in whatever it may read, not in its own rows alone.
@Suite("A watcher with a right to a bucket of another")
struct LiveGrantTests {
    private struct World {
        let running: RunningServer
        let owner: String
        let helper: String
        let phone: SignedIn
        let key: String

        init() throws {
            running = try RunningServer()
            owner = try running.addPerson()
            helper = try running.addPerson()
            phone = try running.signIn(helper)
            key = try running.addAgency("dlt", ["vehicle", "bill"])
        }

        func command(
            _ name: String, _ domain: String = "transport", of whose: String? = nil,
            to person: String? = nil, until: Int64? = nil
        ) throws {
            var members: [(String, JSONValue)] = [
                ("command", .string(name)),
                ("bucket", .string("person/\(whose ?? owner)/\(domain)")),
                ("person", .string(person ?? helper)),
            ]
            if let until { members.append(("until_ms", .integer(until))) }
            #expect(try running.admin(.object(JSONObject(members)))["error"] == nil)
        }

        func feed(_ table: String, _ version: Int, of subject: String) throws {
            let answer = try running.feed(
                key,
                [
                    #"{"table":"\#(table)","id":"\#(subject)","subject":"\#(subject)","as_of":1,"#
                        + #""source_version":\#(version),"body":{"v":\#(version)}}"#
                ])
            #expect(answer["applied"] == .integer(1))
        }

        func pokes() throws -> Int {
            let text = try running.request("GET", "/metrics").text
            let line = text.split(separator: "\n").first { $0.hasPrefix("tangrat_pokes_total ") }
            return Int(line?.split(separator: " ").last ?? "") ?? -1
        }
    }

    private static let moved = "event: moved\ndata: {}\n\n"

    @Test("is woken when it changes, if the right was there before")
    func before() throws {
        let world = try World()
        try world.command("grant")
        let watcher = try world.phone.watch(world.running)
        try world.feed("vehicle", 1, of: world.owner)
        #expect(try watcher.event() == Self.moved)
    }

    @Test("is woken by what it was given meanwhile, and not by what was taken or never given")
    func meanwhile() throws {
        let world = try World()
        let watcher = try world.phone.watch(world.running)
        try world.command("grant")
        #expect(try watcher.event() == Self.moved)
        try world.feed("vehicle", 1, of: world.owner)
        #expect(try watcher.event() == Self.moved)
        let settled = try world.pokes()
        // Another part of the owner's data.
        try world.feed("bill", 1, of: world.owner)
        #expect(try world.pokes() == settled)
        try world.command("revoke")
        #expect(try watcher.event() == Self.moved)
        try world.feed("vehicle", 2, of: world.owner)
        #expect(try world.pokes() == settled + 1)
        // Its own rows wake it as before.
        try world.feed("vehicle", 1, of: world.helper)
        #expect(try watcher.event() == Self.moved)
    }

    /// Nobody says so when a date comes: no command, and no change of anything stored.
    @Test("is not woken any more when the right has ended by its date")
    func endedByDate() throws {
        let world = try World()
        try world.command("grant", until: noon + 1_000)
        let watcher = try world.phone.watch(world.running)
        try world.feed("vehicle", 1, of: world.owner)
        #expect(try watcher.event() == Self.moved)
        let settled = try world.pokes()
        world.running.advance(milliseconds: 999)
        try world.feed("vehicle", 2, of: world.owner)
        #expect(try world.pokes() == settled + 1)
        #expect(try watcher.event() == Self.moved)
        world.running.advance(milliseconds: 1)
        try world.feed("vehicle", 3, of: world.owner)
        #expect(try world.pokes() == settled + 1)
        // Nor is one that begins later.
        watcher.close()
        let later = try world.phone.watch(world.running)
        try world.feed("vehicle", 4, of: world.owner)
        #expect(try world.pokes() == settled + 1)
        try world.feed("vehicle", 1, of: world.helper)
        #expect(try later.event() == Self.moved)
    }

    @Test("is not woken by a bucket of its own that is closed to it, but by the others")
    func ownClosed() throws {
        let world = try World()
        try world.command("revoke", of: world.helper)
        try world.command("grant", "bills", of: world.helper, until: noon + 1_000)
        let watcher = try world.phone.watch(world.running)
        let settled = try world.pokes()
        try world.feed("vehicle", 1, of: world.helper)
        #expect(try world.pokes() == settled)
        try world.feed("bill", 1, of: world.helper)
        #expect(try watcher.event() == Self.moved)
        world.running.advance(milliseconds: 1_000)
        try world.feed("bill", 2, of: world.helper)
        #expect(try world.pokes() == settled + 1)
        try world.command("grant", of: world.helper)
        #expect(try watcher.event() == Self.moved)
        try world.feed("vehicle", 2, of: world.helper)
        #expect(try watcher.event() == Self.moved)
    }
}
