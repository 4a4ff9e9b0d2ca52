import Glibc
import SQLiteKit
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

extension StoreKind {
    static let sqlite = StoreKind(
        testDescription: "SQLite",
        open: { try SQLiteStore(directory: $0, randomBytes: seededSecrets(3).bytes) },
        damage: { place, damage in
            let connection = try Connection(
                path: "\(place)/server.sqlite", options: ConnectionOptions(.readWriteCreate))
            defer { connection.close() }
            switch damage {
            case .body: try connection.run("UPDATE row SET body = x'7b7d20' WHERE id = 'b'")
            case .hash: try connection.run("UPDATE row SET hash = zeroblob(16) WHERE id = 'b'")
            case .count: try connection.run("UPDATE bucket SET count = count + 1")
            case .sum: try connection.run("UPDATE bucket SET sum = zeroblob(16)")
            case .tombstones: try connection.run("UPDATE bucket SET tombstones = 0")
            case .head: try connection.run("UPDATE bucket SET head = 2")
            case .hashLength: try connection.run("UPDATE row SET hash = x'00' WHERE id = 'b'")
            }
        },
        restore: { backup, place in
            guard mkdir(place, 0o700) == 0, rename(backup, "\(place)/server.sqlite") == 0 else {
                throw StoreFailure.unusable(place)
            }
        })
}

@Suite("Store conformance")
struct SQLiteStoreTests {
    private func with(
        _ kind: StoreKind, _ body: (StoreConformance, TemporaryDirectory) throws -> Void
    ) throws {
        let directory = try TemporaryDirectory()
        try body(StoreConformance(kind: kind, place: directory.file("store")), directory)
    }

    @Test("a snapshot is one moment while the writer goes on", arguments: [StoreKind.sqlite])
    func moment(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.snapshotIsOneMoment() }
    }

    @Test("a moment that is held has all that was counted", arguments: [StoreKind.sqlite])
    func heldMoment(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.heldMomentHasWhatWasCounted() }
    }

    @Test("a moment that is held is one moment", arguments: [StoreKind.sqlite])
    func oneHeldMoment(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.heldMomentIsOneMoment() }
    }

    @Test("a moment that ended is begun anew", arguments: [StoreKind.sqlite])
    func endedMoment(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.endedMomentIsBegunAnew() }
    }

    @Test("rows change and go", arguments: [StoreKind.sqlite])
    func changes(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.rowsChangeAndGo() }
    }

    @Test("rows are told to a repair by their hashes", arguments: [StoreKind.sqlite])
    func marks(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.marksTellRows() }
    }

    @Test("tombstones are purged, by notes of heads", arguments: [StoreKind.sqlite])
    func purging(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.tombstonesArePurged() }
        try with(kind) { suite, _ in try suite.headsAreNoted() }
    }

    @Test("keeps rights, and counts their changes for each device", arguments: [StoreKind.sqlite])
    func rights(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.rightsAreCounted() }
    }

    @Test("finds what a person has, and forgets what leads to them", arguments: [StoreKind.sqlite])
    func forgetting(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.peopleAreForgotten() }
    }

    @Test("buckets are those of a person and of everyone", arguments: [StoreKind.sqlite])
    func buckets(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.bucketsAreThoseOfAPersonAndOfAll() }
    }

    @Test("the audit chain is kept", arguments: [StoreKind.sqlite])
    func audit(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.auditChainIsKept() }
    }

    @Test("sign-ins are counted", arguments: [StoreKind.sqlite])
    func signIns(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.signInsAreCounted() }
    }

    @Test("rows come in the order of their revisions", arguments: [StoreKind.sqlite])
    func order(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.rowsComeInOrder() }
    }

    @Test("a transaction that fails leaves nothing", arguments: [StoreKind.sqlite])
    func rollback(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.rollbackLeavesNothing() }
    }

    @Test("outcomes are stored for ever", arguments: [StoreKind.sqlite])
    func outcomes(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.outcomesStay() }
    }

    @Test("people, devices, tokens, sign-ins, agencies come back", arguments: [StoreKind.sqlite])
    func identities(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.identitiesRoundTrip() }
    }

    @Test("keys are unique", arguments: [StoreKind.sqlite])
    func uniqueness(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.keysAreUnique() }
    }

    @Test("what was committed is there after reopening", arguments: [StoreKind.sqlite])
    func durability(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.secretsAndRowsSurviveReopening() }
    }

    @Test("a second opener is refused", arguments: [StoreKind.sqlite])
    func secondOpener(kind: StoreKind) throws {
        try with(kind) { suite, _ in try suite.secondOpenerIsRefused() }
    }

    @Test(
        "a check finds what was changed behind the store's back", arguments: [StoreKind.sqlite],
        StoreKind.Damage.allCases.filter { $0 != .hashLength })
    func audit(kind: StoreKind, damage: StoreKind.Damage) throws {
        try with(kind) { suite, _ in try suite.verifyFinds(damage) }
    }

    /// In a process of its own, because the check once ended the process.
    @Test("a check survives a hash of a wrong length")
    func auditOfShortHash() async {
        await #expect(processExitsWith: .success) {
            let directory = try TemporaryDirectory()
            try StoreConformance(kind: .sqlite, place: directory.file("store"))
                .verifyFinds(.hashLength)
        }
    }

    @Test("a backup holds one moment", arguments: [StoreKind.sqlite])
    func backup(kind: StoreKind) throws {
        try with(kind) { suite, directory in
            try suite.backupIsOneMoment(at: directory.file("restored"))
        }
    }

    /// Goal: nothing that a device is told of can be taken by a power cut.
    ///
    /// Method: the files of a store whose process was killed, its last commit only
    /// in the log and perhaps not synced. Once the store is open, the log is not
    /// needed any more.
    @Test("what a killed server left in the log is in the file before anything is answered")
    func logOfKilledServer() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(
            directory: directory.file("store"), randomBytes: seededSecrets(1).bytes)
        defer { store.close() }
        let writer = try store.makeWriter()
        defer { writer.close() }
        try writer.transaction { try $0.set("left", [1, 2, 3]) }
        let killed = directory.file("killed")
        let cut = directory.file("cut")
        try Files.createDirectory(killed)
        try Files.createDirectory(cut)
        for name in ["server.sqlite", "server.sqlite-wal", "server.history"] {
            try copy(name, from: store.directory, to: killed)
        }

        let opened = try SQLiteStore(directory: killed, randomBytes: seededSecrets(1).bytes)
        // Without the log, which holds only what this start has synced itself: its mark.
        for name in ["server.sqlite", "server.history"] { try copy(name, from: killed, to: cut) }
        opened.close()

        let after = try SQLiteStore(directory: cut, randomBytes: seededSecrets(2).bytes)
        defer { after.close() }
        let left = try after.makeWriter()
        defer { left.close() }
        #expect(try left.transaction { try $0.value("left") } == [1, 2, 3])
    }

    private func copy(_ name: String, from source: String, to target: String) throws {
        let bytes = try Files.read("\(source)/\(name)", bytesMax: 1 << 24)
        try Files.write(bytes, to: "\(target)/\(name)")
    }

    @Test("a name is read by a reader that was open before it was added")
    func lateName() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        _ = try fixture.view(of: person)
        try fixture.put("vehicle", "v1", person, agency: "late-agency")
        #expect(try fixture.view(of: person).count == 1)
    }

    @Test("outcomes stored singly before become runs")
    func olderOutcomes() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("old.sqlite")
        let connection = try Connection(path: path, options: ConnectionOptions(.readWriteCreate))
        defer { connection.close() }
        try connection.execute(
            """
            CREATE TABLE outcome(
                device INTEGER NOT NULL, mid INTEGER NOT NULL, chain INTEGER NOT NULL,
                status INTEGER NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL,
                PRIMARY KEY(device, mid)) STRICT, WITHOUT ROWID;
            INSERT INTO outcome VALUES
                (1, 1, 11, 1, '', ''), (1, 2, -12, 1, '', ''), (1, 3, 13, 3, 'row_absent', 'a/b'),
                (2, 1, 21, 2, 'newer_write', ''), (2, 2, 22, 2, 'newer_write', '');
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250)
            INSERT INTO outcome SELECT 7, i, i * 3, 1, '', '' FROM n;
            """)
        try connection.transaction(.immediate) { try OutcomeRuns.migrate($0) }
        func chain(_ device: Int64, _ mid: UInt64) throws -> Int64? {
            try OutcomeRuns.find(mid: mid, of: device, in: connection)
                .map { Int64(bitPattern: $0.chain) }
        }
        #expect(try chain(1, 1) == 11)
        #expect(try chain(1, 2) == -12)
        #expect(try chain(2, 2) == 22)
        #expect(try chain(2, 3) == nil)
        for mid in 1...250 as ClosedRange<UInt64> { #expect(try chain(7, mid) == Int64(mid * 3)) }
        #expect(
            try OutcomeRuns.after(1, of: 1, in: connection) == [
                Outcome(mid: 2, status: .accepted),
                Outcome(mid: 3, status: .refused, code: "row_absent", detail: "a/b"),
            ])
        var runs: Int64 = 0
        try connection.run("SELECT count(*) FROM outcome_run") { runs = $0.int64(0) }
        #expect(runs == 6)
    }
}
