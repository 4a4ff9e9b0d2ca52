import SyncProtocol
import SyncServerCore
import Testing

/// How a kind of store is opened, damaged and restored, for the suite below.
struct StoreKind: Sendable, CustomTestStringConvertible {
    enum Damage: CaseIterable {
        case body, hash, count, sum, tombstones, head, hashLength
    }

    /// A store and what gives up its place.
    struct Opened {
        let store: any ReplicaStore
        let close: () -> Void
    }

    let testDescription: String
    /// Opens the store that lives at a place; a new one if the place is new.
    let open: @Sendable (_ place: String) throws -> Opened
    /// Changes what a closed store holds behind its back.
    let damage: @Sendable (_ place: String, Damage) throws -> Void
    /// Makes a new place from what a backup wrote.
    let restore: @Sendable (_ backup: String, _ place: String) throws -> Void
}

/// What every ``ReplicaStore`` must do, whatever database is below it.
struct StoreConformance {
    let kind: StoreKind
    let place: String

    /// A store, its writer and a reader, closed in the right order.
    final class Session {
        let opened: StoreKind.Opened
        let writer: any StoreWriter
        let reader: any StoreReader
        private var isOpen = true

        init(_ kind: StoreKind, _ place: String) throws {
            opened = try kind.open(place)
            writer = try opened.store.makeWriter()
            reader = try opened.store.makeReader()
        }

        func close() {
            guard isOpen else { return }
            isOpen = false
            reader.close()
            writer.close()
            opened.close()
        }

        deinit { close() }
    }

    func session() throws -> Session { try Session(kind, place) }

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

    func snapshotIsOneMoment() throws {
        let session = try session()
        let bucket = try session.writer.transaction {
            try Self.fill($0, "public/catalogue", ["a", "b"])
        }
        try session.reader.snapshot { snapshot throws in
            let before = try #require(try snapshot.bucket(bucket.number))
            try session.writer.transaction {
                _ = try Self.fill($0, "public/catalogue", ["c"])
                _ = try $0.addPerson(subject: "late", tag: nil, added: 1)
            }
            #expect(try snapshot.bucket(bucket.number) == before)
            #expect(try Self.ids(snapshot, bucket.number) == ["a", "b"])
            #expect(try snapshot.person(1) == nil)
        }
        try session.reader.snapshot { snapshot throws in
            #expect(try Self.ids(snapshot, bucket.number) == ["a", "b", "c"])
            #expect(try snapshot.person(1)?.subject == "late")
        }
    }

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
            #expect(try transaction.people().map(\.subject) == ["p"])
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

    func outcomesStay() throws {
        let outcomes = [
            Outcome(mid: 1, status: .accepted),
            Outcome(mid: 2, status: .refused, code: "rule.x", detail: "request/a.form.ชื่อ"),
            Outcome(mid: 3, status: .merged, code: "newer_write"),
            Outcome(mid: 4, status: .merged, code: "newer_write"),
            Outcome(mid: 5, status: .merged, code: "newer_write"),
            Outcome(mid: 6, status: .merged, code: "newer_write"),
        ]
        func records(_ range: ArraySlice<Outcome>) -> [OutcomeRecord] {
            range.map { OutcomeRecord(outcome: $0, chain: .max - $0.mid) }
        }
        var session = try session()
        try session.writer.transaction { transaction throws in
            try transaction.add(records(outcomes[..<5]), of: 4)
            try transaction.add(records(outcomes[5...]), of: 4)
            try transaction.add(
                [OutcomeRecord(outcome: outcomes[0], chain: 0)], of: 5)
        }
        for mid in 1...6 as ClosedRange<UInt64> {
            #expect(throws: (any Error).self, "mutation \(mid) got a second outcome") {
                try session.writer.transaction {
                    try $0.add(
                        [OutcomeRecord(outcome: Outcome(mid: mid, status: .accepted), chain: 1)],
                        of: 4)
                }
            }
        }
        for _ in 0..<2 {
            try session.writer.transaction { transaction throws in
                for outcome in outcomes {
                    #expect(
                        try transaction.outcome(of: 4, mid: outcome.mid)
                            == OutcomeRecord(outcome: outcome, chain: .max - outcome.mid))
                }
                #expect(try transaction.outcome(of: 4, mid: 0) == nil)
                #expect(try transaction.outcome(of: 4, mid: 7) == nil)
                #expect(try transaction.outcome(of: 3, mid: 1) == nil)
                #expect(try transaction.outcome(of: 4, mid: .max) == nil)
            }
            try session.reader.snapshot { snapshot throws in
                #expect(try snapshot.outcomes(of: 4, after: 0) == outcomes)
                for seen in 0...6 {
                    #expect(
                        try snapshot.outcomes(of: 4, after: UInt64(seen))
                            == Array(outcomes[seen...]))
                }
                #expect(try snapshot.outcomes(of: 4, after: .max).isEmpty)
                #expect(try snapshot.outcomes(of: 6, after: 0).isEmpty)
            }
            session.close()
            session = try self.session()
        }
    }

    func identitiesRoundTrip() throws {
        var session = try session()
        let tag = SHA256.hash([7])
        let (person, other, device) = try session.writer.transaction { transaction throws in
            let person = try transaction.addPerson(subject: "p", tag: tag, added: 3)
            let other = try transaction.addPerson(subject: "q", tag: nil, added: 4)
            _ = try transaction.addPerson(subject: "r", tag: nil, added: 5)
            var device = try transaction.addDevice(
                id: DeviceID(.max), person: person.number, name: "โทรศัพท์ 'x'); --", added: 5)
            device.lastMid = 1 << 61
            device.lastChain = .max
            device.lastTime = .max
            device.revoked = 8
            try transaction.save(device)
            _ = try transaction.addDevice(
                id: DeviceID(3), person: other.number, name: "", added: 6)
            return (person, other, device)
        }
        let access = TokenRecord(
            hash: SHA256.hash([1]), device: device.number, kind: .access, expires: 100)
        var refresh = TokenRecord(
            hash: SHA256.hash([2]), device: device.number, kind: .refresh, expires: 200)
        var signIn = SignInRecord(
            hash: SHA256.hash([3]), userCode: "BCDF-GHJK", deviceName: "ก", expires: 50)
        let agency = AgencyRecord(code: "dlt", tables: ["vehicle", "driving_licence"])
        try session.writer.transaction { transaction throws in
            try transaction.save(access)
            try transaction.save(refresh)
            refresh.used = 77
            try transaction.save(refresh)
            try transaction.save(signIn)
            signIn.person = person.number
            try transaction.save(signIn)
            try transaction.save(agency, key: SHA256.hash([4]))
            try transaction.save(AgencyRecord(code: "bma", tables: ["bill"]), key: SHA256.hash([5]))
            try transaction.set("v", [])
            try transaction.set("v", [0, 255])
        }
        for _ in 0..<2 {
            try session.reader.snapshot { snapshot throws in
                #expect(try snapshot.person(person.number) == person)
                #expect(try snapshot.device(device.number) == device)
                let found = try #require(try snapshot.token(refresh.hash))
                #expect(found.token == refresh && found.device == device)
                #expect(try snapshot.agency(key: SHA256.hash([4])) == agency)
                #expect(try snapshot.agency(key: SHA256.hash([6])) == nil)
                #expect(try snapshot.person(0) == nil)
            }
            try session.writer.transaction { transaction throws in
                #expect(try transaction.person(tag: tag) == person)
                #expect(try transaction.person(subject: "q") == other)
                #expect(try transaction.people().map(\.subject) == ["p", "q", "r"])
                #expect(try transaction.device(id: DeviceID(.max)) == device)
                #expect(try transaction.devices(of: person.number) == [device])
                #expect(try transaction.signIn(device: signIn.hash) == signIn)
                #expect(try transaction.signIn(userCode: "BCDF-GHJK") == signIn)
                #expect(try transaction.pendingSignIns() == 1)
                #expect(try transaction.agency(code: "dlt") == agency)
                #expect(try transaction.agencies().map(\.code) == ["bma", "dlt"])
                #expect(try transaction.value("v") == [0, 255])
            }
            session.close()
            session = try self.session()
        }
        try session.writer.transaction { transaction throws in
            try transaction.removeTokens(expiredBefore: 100)
            #expect(try transaction.token(access.hash) != nil)
            try transaction.removeTokens(expiredBefore: 101)
            #expect(try transaction.token(access.hash) == nil)
            try transaction.removeTokens(of: device.number)
            #expect(try transaction.token(refresh.hash) == nil)
            try transaction.removeSignIns(expiredBefore: 50)
            #expect(try transaction.signIn(device: signIn.hash) != nil)
            try transaction.remove(signIn)
            #expect(try transaction.signIn(device: signIn.hash) == nil)
            try transaction.save(agency, key: SHA256.hash([9]))
            #expect(try transaction.agency(key: SHA256.hash([4])) == nil)
            #expect(try transaction.agency(key: SHA256.hash([9])) == agency)
        }
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

    func secretsAndRowsSurviveReopening() throws {
        let first = try session()
        let lineage = first.opened.store.lineage
        let message = [1, 2, 3] as [UInt8]
        let codes = [
            first.opened.store.cursorKey.code(for: message),
            first.opened.store.personKey.code(for: message),
        ]
        #expect(codes[0] != codes[1])
        let bucket = try first.writer.transaction {
            try Self.fill($0, "public/catalogue", ["a", "b"])
        }
        first.close()
        let second = try session()
        #expect(second.opened.store.lineage == lineage)
        #expect(second.opened.store.cursorKey.code(for: message) == codes[0])
        #expect(second.opened.store.personKey.code(for: message) == codes[1])
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

    func backupIsOneMoment(at other: String) throws {
        let session = try session()
        let bucket = try session.writer.transaction {
            try Self.fill($0, "public/catalogue", (0..<500).map { "a\($0)" })
        }
        let file = "\(other)-backup"
        // A reader holds an old moment, and the writer goes on afterwards.
        try session.reader.snapshot { snapshot throws in
            _ = try snapshot.bucket(bucket.number)
            try session.writer.transaction { _ = try Self.fill($0, "public/catalogue", ["b"]) }
            try session.writer.backup(to: file)
        }
        try session.writer.transaction { _ = try Self.fill($0, "public/catalogue", ["c"]) }
        try kind.restore(file, other)
        let restored = try StoreConformance(kind: kind, place: other).session()
        #expect(try restored.writer.verify().isEmpty)
        try restored.reader.snapshot { snapshot throws in
            #expect(try snapshot.bucket(bucket.number)?.count == 501)
            #expect(try Self.ids(snapshot, bucket.number).last == "b")
        }
    }
}
