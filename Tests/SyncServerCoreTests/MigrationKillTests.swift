import Foundation
import SyncProtocol
import TestSupport
import Testing

@testable import SQLiteKit
@testable import SyncServerCore

/// Goal: a server that is killed while it migrates an old store goes on from there.
///
/// Method: a store as the first version made it. While it is migrated its files
/// are copied in the middle of statements, as a kill would leave them; each copy
/// is then opened by the store itself.
@Suite("A migration of the store")
struct MigrationKillTests {
    private static let key = RowKey(table: "vehicle", id: "v1")
    private static let body = Array(#"{"n":1}"#.utf8)

    private func makeStore(_ path: String) throws {
        let connection = try Connection(path: path, options: ConnectionOptions(.readWriteCreate))
        defer { connection.close() }
        try ServerSchema.migrations.upTo(1).apply(to: connection)
        let hash = RowHash.hash(
            key: Self.key, owner: "dlt", asOf: 5, sourceVersion: 1, body: Self.body)
        try connection.execute(
            """
            INSERT INTO person VALUES (1, 'somebody', NULL, 1);
            INSERT INTO device VALUES (1, 9, 1, 'd', 1, 0, 40, 1040, 7);
            INSERT INTO name VALUES (1, 'vehicle'), (2, 'dlt');
            """)
        for mid in 1...40 as ClosedRange<Int64> {
            try connection.run(
                "INSERT INTO outcome VALUES (1, ?, ?, ?, ?, '')",
                .integer(mid), .integer(1_000 + mid), .integer(mid % 7 == 0 ? 3 : 1),
                .text(mid % 7 == 0 ? "row_absent" : ""))
        }
        try connection.run(
            "INSERT INTO bucket VALUES (1, 'person/somebody/transport', 1, 1, 1, 0, 1, 0, ?, 1)",
            .blob(hash.bytes))
        try connection.run(
            "INSERT INTO row VALUES (1, 1, 1, 1, 0, 2, 5, 1, 1, ?, 'v1', ?)",
            .blob(hash.bytes), .blob(Self.body))
        _ = try connection.checkpoint(.truncate)
    }

    private func check(_ copy: String) throws {
        let directory = try TemporaryDirectory()
        for end in ["", "-wal"] where FileManager.default.fileExists(atPath: copy + end) {
            let bytes = try #require(FileManager.default.contents(atPath: copy + end))
            let target = directory.file("server.sqlite") + end
            #expect(
                FileManager.default.createFile(
                    atPath: target, contents: bytes, attributes: [.posixPermissions: 0o600]))
        }
        let store = try SQLiteStore(
            directory: directory.path, randomBytes: seededSecrets(3).bytes)
        defer { store.close() }
        let writer = try store.makeWriter()
        defer { writer.close() }
        #expect(try writer.verify() == [], "\(copy)")
        try writer.transaction { transaction throws in
            for mid in 1...40 as ClosedRange<UInt64> {
                let found = try #require(try transaction.outcome(of: 1, mid: mid))
                #expect(found.chain == 1_000 + mid)
                #expect(found.outcome.code == (mid % 7 == 0 ? "row_absent" : ""))
            }
            #expect(try transaction.row(Self.key, scope: 0)?.body == Self.body)
            #expect(try transaction.device(id: DeviceID(9))?.lastMid == 40)
        }
    }

    @Test("that is killed in the middle of any step is completed, and nothing is lost")
    func killed() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("old")
        try makeStore(path)
        let connection = try Connection(path: path, options: ConnectionOptions(.readWriteCreate))
        let killed = try KilledCopies(of: path)
        try killed.run(every: 40, connection.core.handle) {
            try ServerSchema.migrations.apply(to: connection)
        }
        connection.close()
        #expect(killed.copies.count > 20)
        var seen: Set<Int64> = []
        for copy in killed.copies {
            let reader = try Connection(path: copy, options: ConnectionOptions(.readOnly))
            try reader.run("PRAGMA user_version") { seen.insert($0.int64(0)) }
            reader.close()
            try check(copy)
        }
        #expect(seen == Set(1...ServerSchema.migrations.identity.versionMax))
    }
}
