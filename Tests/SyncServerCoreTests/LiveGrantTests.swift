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

        func command(_ name: String, _ domain: String = "transport") throws {
            let answer = try running.admin([
                "command": .string(name), "bucket": .string("person/\(owner)/\(domain)"),
                "person": .string(helper),
            ])
            #expect(answer["error"] == nil)
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
}
