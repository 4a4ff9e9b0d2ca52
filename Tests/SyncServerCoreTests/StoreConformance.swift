import SyncProtocol
import SyncServerCore
import Testing

/// How a kind of store is opened, damaged and restored, for the suite below.
struct StoreKind: Sendable, CustomTestStringConvertible {
    enum Damage: CaseIterable {
        case body, hash, count, sum, tombstones, head, hashLength
    }

    let testDescription: String
    /// Opens the store that lives at a place; a new one if the place is new.
    let open: @Sendable (_ place: String) throws -> any ReplicaStore
    /// Changes what a closed store holds behind its back.
    let damage: @Sendable (_ place: String, Damage) throws -> Void
    /// Makes a new place from what a backup wrote.
    let restore: @Sendable (_ backup: String, _ place: String) throws -> Void
}

/// What every ``ReplicaStore`` must do, whatever database is below it.
struct StoreConformance {
    let kind: StoreKind
    let place: String
    /// Looks at a session before it is closed.
    var willClose: (Session) -> Void = { _ in }

    /// A store, its writer and a reader, closed in the right order.
    final class Session {
        let store: any ReplicaStore
        let writer: any StoreWriter
        let reader: any StoreReader
        private let willClose: (Session) -> Void
        private var isOpen = true

        init(
            _ kind: StoreKind, _ place: String, willClose: @escaping (Session) -> Void
        ) throws {
            self.willClose = willClose
            store = try kind.open(place)
            writer = try store.makeWriter()
            reader = try store.makeReader()
        }

        func close() {
            guard isOpen else { return }
            isOpen = false
            willClose(self)
            reader.close()
            writer.close()
            store.close()
        }

        deinit { close() }
    }

    func session() throws -> Session { try Session(kind, place, willClose: willClose) }

    struct Stop: Error {}

    static func row(
        _ id: String, bucket: BucketNumber, rev: UInt64, body: String = "{}", scope: Int64 = 0,
        owner: String = "dlt", isAlive: Bool = true
    ) -> RowRecord {
        let key = RowKey(table: "vehicle", id: id)
        return RowRecord(
            number: 0, bucket: bucket, rev: rev, key: key, scope: scope, owner: owner, asOf: 5,
            sourceVersion: 6,
            hash: isAlive
                ? RowHash.hash(
                    key: key, owner: owner, asOf: 5, sourceVersion: 6, body: Array(body.utf8))
                : .zero,
            isAlive: isAlive, body: Array(body.utf8))
    }

    /// Puts rows into a bucket and keeps its counts.
    static func fill(
        _ transaction: any StoreTransaction, _ name: String, _ ids: [String]
    ) throws -> BucketRecord {
        var bucket =
            try transaction.bucket(named: name) ?? transaction.addBucket(named: name, person: 0)
        for id in ids {
            bucket.head += 1
            let row = row(id, bucket: bucket.number, rev: bucket.head)
            bucket.count += 1
            bucket.sum += row.hash
            try transaction.insert(row)
        }
        try transaction.save(bucket)
        return bucket
    }

    static func ids(
        _ snapshot: any StoreSnapshot, _ bucket: BucketNumber, after rev: UInt64 = 0
    ) throws -> [String] {
        var ids: [String] = []
        try snapshot.rows(in: bucket, after: rev) { row throws in
            ids.append(String(decoding: row.id, as: UTF8.self))
            return true
        }
        return ids
    }

    // MARK: - The rules

    func rowsComeInOrder() throws {
        let session = try session()
        let bucket = try session.writer.transaction { transaction throws in
            _ = try Self.fill(transaction, "public/other", ["x"])
            var bucket = try transaction.addBucket(named: "public/catalogue", person: 0)
            for rev in [5, 2, 9, 1, 7] as [UInt64] {
                try transaction.insert(
                    Self.row("r\(rev)", bucket: bucket.number, rev: rev, body: "{\"n\":\(rev)}"))
            }
            try transaction.insert(
                Self.row("gone", bucket: bucket.number, rev: 8, body: "", isAlive: false))
            bucket.head = 9
            try transaction.save(bucket)
            return bucket
        }
        try session.reader.snapshot { snapshot throws in
            #expect(
                try Self.ids(snapshot, bucket.number) == ["r1", "r2", "r5", "r7", "gone", "r9"])
            #expect(try Self.ids(snapshot, bucket.number, after: 5) == ["r7", "gone", "r9"])
            #expect(try Self.ids(snapshot, bucket.number, after: 9).isEmpty)
            #expect(try Self.ids(snapshot, bucket.number, after: .max).isEmpty)
            var taken: [UInt64] = []
            try snapshot.rows(in: bucket.number, after: 1) { row throws in
                taken.append(row.rev)
                #expect(try session.reader.name(row.table) == "vehicle")
                #expect(try session.reader.name(row.owner) == "dlt")
                #expect((row.asOf, row.sourceVersion) == (5, 6))
                #expect(row.isAlive && String(decoding: row.body, as: UTF8.self) == "{\"n\":2}")
                return false
            }
            #expect(taken == [2])
        }
    }

    func rowsChangeAndGo() throws {
        let session = try session()
        let key = RowKey(table: "vehicle", id: "b")
        let bucket = try session.writer.transaction {
            try Self.fill($0, "public/catalogue", ["a", "b", "c"])
        }
        var row = try session.writer.transaction { transaction throws in
            var row = try #require(try transaction.row(key, scope: 0))
            row.rev = 4
            row.owner = "another"
            row.asOf = 7
            row.sourceVersion = 8
            row.body = Array(#"{"n":"ก"}"#.utf8)
            row.hash = RowHash.hash(
                key: key, owner: row.owner, asOf: 7, sourceVersion: 8, body: row.body)
            try transaction.update(row)
            #expect(try transaction.row(key, scope: 0) == row)
            return row
        }
        try session.reader.snapshot { snapshot throws in
            #expect(try Self.ids(snapshot, bucket.number) == ["a", "c", "b"])
            try snapshot.rows(in: bucket.number, after: 3) { found throws in
                #expect((found.rev, found.asOf, found.sourceVersion) == (4, 7, 8))
                #expect(try session.reader.name(found.owner) == "another")
                #expect(found.hash == row.hash && [UInt8](found.body) == row.body)
                return true
            }
        }
        try session.writer.transaction { transaction throws in
            row.isAlive = false
            row.rev = 5
            row.body = []
            try transaction.update(row)
            #expect(try transaction.row(key, scope: 0)?.isAlive == false)
            try transaction.remove(row: row.number)
            #expect(try transaction.row(key, scope: 0) == nil)
        }
        try session.reader.snapshot { snapshot throws in
            #expect(try Self.ids(snapshot, bucket.number) == ["a", "c"])
        }
    }

    func bucketsAreThoseOfAPersonAndOfAll() throws {
        let session = try session()
        func names(_ person: PersonNumber) throws -> Set<String> {
            try session.reader.snapshot { snapshot throws in
                let found = try snapshot.buckets(of: person)
                #expect(found.allSatisfy { [0, person].contains($0.person) })
                #expect(Set(found.map(\.number)).count == found.count)
                return Set(found.map(\.name))
            }
        }
        #expect(try names(1).isEmpty)
        try session.writer.transaction { transaction throws in
            for (name, person) in [("x", 0), ("a/1", 1), ("b/1", 1), ("a/2", 2), ("y", 0)] {
                _ = try transaction.addBucket(named: name, person: PersonNumber(person))
            }
        }
        #expect(try names(1) == ["x", "y", "a/1", "b/1"])
        #expect(try names(2) == ["x", "y", "a/2"])
        #expect(try names(3) == ["x", "y"])
    }

    func rollbackLeavesNothing() throws {
        let session = try session()
        let (bucket, device) = try session.writer.transaction { transaction throws in
            let person = try transaction.addPerson(subject: "p", tag: nil, added: 1)
            return (
                try Self.fill(transaction, "public/catalogue", ["a"]),
                try transaction.addDevice(
                    id: DeviceID(1), person: person.number, name: "d", added: 1)
            )
        }
        let token = SHA256.hash([1])
        var lostName: Int64 = 0
        #expect(throws: Stop.self) {
            try session.writer.transaction { transaction throws in
                var changed = device
                changed.lastMid = 9
                try transaction.save(changed)
                try transaction.add(
                    [OutcomeRecord(outcome: Outcome(mid: 1, status: .accepted), chain: 1)],
                    of: device.number)
                try transaction.insert(
                    Self.row("b", bucket: bucket.number, rev: 2, owner: "a-new-name"))
                try transaction.rows(in: bucket.number, after: 1) {
                    lostName = $0.owner
                    return true
                }
                _ = try transaction.addBucket(named: "public/new", person: 0)
                _ = try transaction.addPerson(subject: "q", tag: token, added: 1)
                _ = try transaction.addDevice(
                    id: DeviceID(2), person: 1, name: "e", added: 1)
                try transaction.save(
                    TokenRecord(hash: token, device: device.number, kind: .access, expires: 9))
                try transaction.save(
                    SignInRecord(hash: token, userCode: "C", deviceName: "d", expires: 9))
                try transaction.save(AgencyRecord(code: "a", tables: ["bill"]), key: token)
                try transaction.set("v", [1])
                throw Stop()
            }
        }
        try session.writer.transaction { transaction throws in
            #expect(try transaction.device(device.number) == device)
            #expect(try transaction.outcome(of: device.number, mid: 1) == nil)
            #expect(
                try transaction.row(RowKey(table: "vehicle", id: "b"), scope: 0) == nil)
            #expect(try transaction.bucket(named: "public/new") == nil)
            #expect(try transaction.people(after: 0, max: 9).map(\.subject) == ["p"])
            #expect(try transaction.person(tag: token) == nil)
            #expect(try transaction.device(id: DeviceID(2)) == nil)
            #expect(try transaction.token(token) == nil)
            #expect(try transaction.signIn(device: token) == nil)
            #expect(try transaction.pendingSignIns() == 0)
            #expect(try transaction.agency(key: token) == nil)
            #expect(try transaction.value("v") == nil)
        }
        #expect(throws: (any Error).self) { try session.reader.name(lostName) }
        // The number of the lost name goes to another one, and means that one.
        try session.writer.transaction { transaction throws in
            try transaction.insert(
                Self.row("c", bucket: bucket.number, rev: 2, owner: "another-name"))
        }
        try session.reader.snapshot { snapshot throws in
            try snapshot.rows(in: bucket.number, after: 1) { row throws in
                #expect(try session.reader.name(row.owner) == "another-name")
                return true
            }
        }
        #expect(
            try session.writer.transaction {
                try $0.row(RowKey(table: "vehicle", id: "c"), scope: 0)?.owner
            } == "another-name")
    }

    func keysAreUnique() throws {
        let session = try session()
        let bucket = try session.writer.transaction { transaction throws in
            _ = try transaction.addPerson(subject: "p", tag: SHA256.hash([1]), added: 1)
            _ = try transaction.addDevice(id: DeviceID(1), person: 1, name: "", added: 1)
            try transaction.save(AgencyRecord(code: "a", tables: []), key: SHA256.hash([1]))
            try transaction.save(
                SignInRecord(hash: SHA256.hash([1]), userCode: "A", deviceName: "", expires: 1))
            return try Self.fill(transaction, "public/catalogue", ["a"])
        }
        let attempts: [(any StoreTransaction) throws -> Void] = [
            { try $0.insert(Self.row("a", bucket: bucket.number, rev: 2)) },
            { try $0.insert(Self.row("b", bucket: bucket.number, rev: 1)) },
            { _ = try $0.addBucket(named: "public/catalogue", person: 0) },
            { _ = try $0.addPerson(subject: "p", tag: nil, added: 1) },
            { _ = try $0.addPerson(subject: "q", tag: SHA256.hash([1]), added: 1) },
            { _ = try $0.addDevice(id: DeviceID(1), person: 1, name: "", added: 1) },
            { try $0.save(AgencyRecord(code: "b", tables: []), key: SHA256.hash([1])) },
            {
                try $0.save(
                    SignInRecord(
                        hash: SHA256.hash([2]), userCode: "A", deviceName: "", expires: 1))
            },
        ]
        for (index, attempt) in attempts.enumerated() {
            #expect(throws: (any Error).self, "attempt \(index)") {
                try session.writer.transaction(attempt)
            }
        }
        // The same key may stand once for each person, and once where it moved away.
        try session.writer.transaction { transaction throws in
            try transaction.insert(Self.row("a", bucket: bucket.number, rev: 2, scope: 1))
            try transaction.insert(Self.row("a", bucket: bucket.number, rev: 3, scope: 2))
            try transaction.insert(Self.row("a", bucket: bucket.number, rev: 4, scope: -1))
        }
    }

    func auditChainIsKept() throws {
        var session = try session()
        var records: [AuditRecord] = []
        try session.writer.transaction { transaction throws in
            #expect(try transaction.auditHead() == .start)
            for text in ["a", "", "ก"] {
                let record = try transaction.auditHead().following(Array(text.utf8))
                try transaction.append(record)
                records.append(record)
            }
        }
        // What is undone is not there, and a number is never given twice.
        #expect(throws: Stop.self) {
            try session.writer.transaction { transaction throws in
                try transaction.append(transaction.auditHead().following([9]))
                throw Stop()
            }
        }
        #expect(throws: (any Error).self) {
            try session.writer.transaction { try $0.append(records[2]) }
        }
        session.close()
        session = try self.session()
        try session.reader.snapshot { snapshot throws in
            #expect(try snapshot.auditHead() == AuditHead(number: 3, link: records[2].link))
            var found: [AuditRecord] = []
            try snapshot.auditRecords(after: 0) { record in
                found.append(record)
                return true
            }
            #expect(found == records)
            found = []
            try snapshot.auditRecords(after: 1) { record in
                found.append(record)
                return false
            }
            #expect(found == [records[1]])
        }
    }

    func secretsAndRowsSurviveReopening() throws {
        let first = try session()
        let lineage = first.store.lineage
        let message = [1, 2, 3] as [UInt8]
        let codes = [
            first.store.cursorKey.code(for: message),
            first.store.personKey.code(for: message),
        ]
        #expect(codes[0] != codes[1])
        let bucket = try first.writer.transaction {
            try Self.fill($0, "public/catalogue", ["a", "b"])
        }
        first.close()
        let second = try session()
        #expect(second.store.lineage == lineage)
        #expect(second.store.cursorKey.code(for: message) == codes[0])
        #expect(second.store.personKey.code(for: message) == codes[1])
        try second.reader.snapshot { snapshot throws in
            #expect(try snapshot.bucket(bucket.number) == bucket)
            #expect(try Self.ids(snapshot, bucket.number) == ["a", "b"])
        }
        try second.writer.checkpoint()
        #expect(try second.writer.verify().isEmpty)
    }

    func secondOpenerIsRefused() throws {
        let first = try session()
        #expect(throws: StoreFailure.self) { _ = try kind.open(place) }
        first.close()
        _ = try session()
    }

    func verifyFinds(_ damage: StoreKind.Damage) throws {
        let first = try session()
        try first.writer.transaction { transaction throws in
            var bucket = try Self.fill(transaction, "public/catalogue", ["a", "b", "c"])
            bucket.head += 1
            bucket.tombstones = 1
            try transaction.insert(
                Self.row("d", bucket: bucket.number, rev: bucket.head, body: "", isAlive: false))
            try transaction.save(bucket)
        }
        #expect(try first.writer.verify().isEmpty)
        first.close()
        try kind.damage(place, damage)
        let second = try session()
        let problems = try second.writer.verify()
        #expect(!problems.isEmpty, "\(damage)")
    }
}
