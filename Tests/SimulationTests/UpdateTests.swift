import FaultVFS
import SQLiteKit
import SyncClientCore
import SyncServerCore
import Testing

@testable import SyncSimulation

/// Files of older versions under a newer program.
@Suite("A file of an older version")
struct UpdateTests {
    /// Goal: what worlds take for an older version's file is one.
    ///
    /// Method: a newest file is taken back and migrated by the product; it must have
    /// the tables of a file that was newest all the time.
    @Test("of a device becomes the newest one", arguments: 1...OlderFiles.cache.count)
    func cache(version: Int) throws {
        let disk = SimulatedDisk()
        let path = "/cache.sqlite"
        try CacheTemplate.layOut(path, vfs: disk.name)
        let newest = try schema(of: path, on: disk)
        let reached = try OlderFiles.takeBack(path, to: version, by: OlderFiles.cache, on: disk)
        #expect(reached == version)
        #expect(try schema(of: path, on: disk) != newest)
        try CacheTemplate.layOut(path, vfs: disk.name)
        #expect(try schema(of: path, on: disk) == newest)
    }

    @Test("of a server becomes the newest one", arguments: 1...OlderFiles.server.count)
    func server(version: Int) throws {
        let disk = SimulatedDisk()
        let path = "/server.sqlite"
        let files = SmallFiles(read: { _ in nil }, write: { _, _ in })
        let options = StoreOptions(vfs: disk.name, files: files, logPages: 1_000)
        try SQLiteStore.layOut("", options, "server.sqlite")
        let newest = try schema(of: path, on: disk)
        let reached = try OlderFiles.takeBack(path, to: version, by: OlderFiles.server, on: disk)
        #expect(reached == version)
        #expect(try schema(of: path, on: disk) != newest)
        try SQLiteStore.layOut("", options, "server.sqlite")
        #expect(try schema(of: path, on: disk) == newest)
    }

    /// Goal: whatever moment of an update the end of the program or of the power meets.
    ///
    /// Method: worlds of a few writes, in which device and server are updated from
    /// each version and stopped at a change of their disks that grows from 1 on.
    @Test(
        "is brought up to date though that is stopped",
        arguments: 0..<max(OlderFiles.cache.count, OlderFiles.server.count))
    func stopped(version: Int) {
        // Of the two the one with fewer versions begins anew.
        let device = "device.updatedFrom.\(version % OlderFiles.cache.count + 1)"
        let server = "server.updatedFrom.\(version % OlderFiles.server.count + 1)"
        var points = Points()
        for changes in stride(from: 1, through: 34, by: 3) {
            for (verb, actor) in [(Verb.updateApp, Actor.device(0)), (.updateServer, .server)] {
                let result = World.run(plan(verb, actor, [version, changes, changes % 2]))
                points.add(result.points)
                #expect(result.violation == nil, "\(verb) \(version) \(changes)")
            }
        }
        #expect(points.counts[device, default: 0] > 0)
        #expect(points.counts[server, default: 0] > 0)
        #expect(points.counts["device.crashed", default: 0] > 12)
        #expect(points.counts["server.crashed", default: 0] > 24)
    }

    private func plan(_ verb: Verb, _ actor: Actor, _ arguments: [Int]) -> Plan {
        var plan = Plan(seed: UInt64(arguments[1]), people: 1, owners: [0, 0], core: [0, 1])
        plan.options.isPrepared = 1
        plan.options.deviceLogPages = 4
        plan.options.serverLogPages = 4
        func add(_ actor: Actor, _ verb: Verb, _ arguments: [Int] = []) {
            let number = plan.actions.count + 1
            plan.actions.append(
                Action(
                    id: number, at: Int64(number) * 1_000, actor: actor, verb: verb,
                    arguments: arguments.map { Int64($0) }))
        }
        add(.device(0), .count, [1, 5])
        add(.device(0), .append, [1, 1])
        add(.device(0), .sync)
        add(.device(1), .sync)
        add(.device(0), .count, [1, 7])
        add(actor, verb, arguments)
        for _ in 0..<3 { add(.device(1), .count, [1, 1]) }
        add(.device(1), .sync)
        add(.device(0), .sync)
        return plan
    }

    /// The tables and their columns, as text that does not depend on how they came to be.
    private func schema(of path: String, on disk: SimulatedDisk) throws -> [String] {
        var options = ConnectionOptions(.readOnly)
        options.vfs = disk.name
        let connection = try Connection(path: path, options: options)
        defer { connection.close() }
        var lines: [String] = []
        try connection.run(
            """
            SELECT m.type || ' ' || m.name || ' ' || ifnull(c.name || ' ' || c.type || ' '
                || c."notnull" || ' ' || ifnull(c.dflt_value, '-') || ' ' || c.pk, '')
            FROM sqlite_schema m LEFT JOIN pragma_table_info(m.name) c
            ORDER BY m.type, m.name, c.cid
            """
        ) { lines.append($0.text(0)) }
        try connection.run("PRAGMA user_version") { lines.append("\($0.int64(0))") }
        return lines
    }
}
