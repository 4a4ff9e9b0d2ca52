import HTTPWire
import SQLiteKit
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

@Suite("A damaged store")
struct DamageTests {
    /// What a disk, a hand or a fault of ours may leave behind.
    static let damages = [
        "UPDATE row SET hash = x'00'", "UPDATE row SET hash = zeroblob(17)",
        "UPDATE row SET tab = 9999", "UPDATE row SET owner = -7",
        "UPDATE bucket SET sum = x''", "UPDATE bucket SET head = -1",
        "UPDATE bucket SET count = -5", "UPDATE bucket SET tombstones = -1",
        "UPDATE bucket SET epoch = -1", "UPDATE bucket SET floor = -1",
        "UPDATE bucket SET priority = -1", "UPDATE device SET last_mid = -1",
    ]

    private func damage(_ fixture: ServerFixture, _ sql: String) throws {
        let connection = try Connection(
            path: fixture.directory.file("server.sqlite"),
            options: ConnectionOptions(.readWriteCreate))
        defer { connection.close() }
        try connection.transaction(.immediate) { try $0.execute(sql) }
    }

    /// Method: the real service, whose answer, log and life after it are looked at.
    @Test("is told to the device and the operator, and ends nothing", arguments: damages)
    func served(sql: String) throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        try fixture.put("vehicle", "v", person)
        let server = try PullServer(fixture, device)
        defer { server.stop() }
        #expect(try server.answer(SyncRequest()).status == 200)
        try damage(fixture, sql)
        let answer = try server.answer(SyncRequest())
        #expect(answer.status == 500)
        let error = try #require(try JSON.parse(answer.body)["error"])
        #expect(error["code"]?.text == "server.damaged")
        #expect(server.log.contains("store.damaged"))
        #expect(try server.answer(SyncRequest()).status == 500)
    }

    @Test(
        "refuses a write instead of counting below nothing",
        arguments: [
            ("UPDATE bucket SET count = 0", "v", 2), ("UPDATE bucket SET tombstones = 0", "w", 3),
        ] as [(String, String, Int64)])
    func written(sql: String, id: String, version: Int64) throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        try fixture.put("vehicle", "v", person)
        try fixture.put("vehicle", "w", person)
        try fixture.put("vehicle", "w", person, version: 2, body: nil)
        try damage(fixture, sql)
        #expect(throws: StoreFailure.self) {
            try fixture.put("vehicle", id, person, version: version)
        }
    }
}
