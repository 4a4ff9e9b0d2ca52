import HTTPWire
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// A device that repairs what it holds of one bucket, asking as the protocol says.
private struct RepairingDevice {
    private(set) var held: [HashSum: RowKey]
    private(set) var cursor: [UInt8] = []
    private(set) var requests = 0
    private(set) var bytes = 0
    private(set) var gone: [String] = []
    private var open: [HashRange] = [.whole]

    init(_ held: [HashSum: RowKey]) { self.held = held }

    private func index() -> RangeIndex {
        RangeIndex(held.keys.map { RangeIndex.Entry(hash: $0, reference: 0) })
    }

    private func claim(_ range: HashRange, _ bucket: String, _ index: RangeIndex) -> ReconcileClaim
    {
        let rows = index.rows(in: range)
        guard rows.count > 32, range.canSplit(4) else {
            return .items(ItemsClaim(bucket: bucket, range: range, hashes: rows.map(\.hash)))
        }
        return .sums(
            SumsClaim(
                bucket: bucket, range: range, split: 4, parts: index.sums(of: range, split: 4)))
    }

    mutating func repair(
        _ bucket: String, on server: ServerFixture, for device: DeviceRecord,
        bytesMax: UInt64 = 65_536, between: () throws -> Void = {}
    ) throws {
        open = [.whole]
        var isFirst = true
        while !open.isEmpty || isFirst {
            let index = index()
            let claims = open.map { claim($0, bucket, index) }
            var request = ReconcileRequest()
            request.bytesMax = bytesMax
            request.goesOn = !isFirst
            let (frames, size) = try server.reconcile(request, claims, for: device)
            requests += 1
            bytes += size
            try take(frames, index, isFirst: isFirst)
            isFirst = false
            try between()
            try #require(requests < 10_000)
        }
    }

    private mutating func take(_ frames: [Frame], _ index: RangeIndex, isFirst: Bool) throws {
        var names: [UInt64: String] = [:]
        var found: [HashRange] = []
        for frame in frames {
            switch frame {
            case .bucket: break
            case .bucketGone(let name):
                gone.append(name)
                held = [:]
                open = []
                return
            case .name(let index, let text): names[index] = text
            case .row(let row):
                try put(row, names)
            case .surplus(let rows):
                for hash in rows.hashes { held[hash] = nil }
            case .parts(let answer):
                for (position, part) in answer.parts.enumerated() {
                    let range = answer.range.part(position, of: answer.split)
                    guard index.sum(of: range) != part else { continue }
                    if part.count == 0 {
                        held = held.filter { !range.contains($0.key) }
                    } else {
                        found.append(range)
                    }
                }
            case .reconciled(let end):
                #expect(end.cursor.isEmpty != isFirst)
                if isFirst { cursor = end.cursor }
                open = open.dropFirst(Int(end.answered)) + found
            default: Issue.record("unexpected \(frame)")
            }
        }
    }
}

extension RepairingDevice {
    /// Puts a row in place of any with its key.
    private mutating func put(_ row: RowFrame, _ names: [UInt64: String]) throws {
        let key = RowKey(table: try #require(names[row.table]), id: row.id)
        held = held.filter { $0.value != key }
        let hash = RowHash.hash(
            key: key, owner: try #require(names[row.owner]), asOf: row.asOf,
            sourceVersion: row.sourceVersion, body: row.body)
        held[hash] = key
    }

    /// Takes the rows of a page.
    mutating func pull(_ frames: [Frame]) throws {
        var names: [UInt64: String] = [:]
        for frame in frames {
            switch frame {
            case .name(let index, let text): names[index] = text
            case .row(let row): try put(row, names)
            case .tombstone(let row):
                let key = RowKey(table: try #require(names[row.table]), id: row.id)
                held = held.filter { $0.value != key }
            default: break
            }
        }
    }
}

extension ServerFixture {
    /// Answers a request for repair; the bytes count both ways.
    fileprivate func reconcile(
        _ request: ReconcileRequest, _ claims: [ReconcileClaim], for device: DeviceRecord
    ) throws -> (frames: [Frame], bytes: Int) {
        let answer = BodyWriter()
        var sink = BinaryFrameSink(answer)
        let machine = ReconcileMachine(pages: pages, indexes: indexes, limits: limits)
        let asker = PageBuilder.Asker(
            device: device.number, id: device.id, person: device.person, now: 0)
        let summary = try reader.snapshot { snapshot in
            try machine.answer(
                request, claims, for: asker, in: snapshot, names: { try reader.name($0) },
                into: &sink)
        }
        #expect(summary.inconsistent.isEmpty)
        lastSummary = summary
        var body: [UInt8] = []
        BinaryFrames.append(.reconcile(request), to: &body)
        for claim in claims {
            switch claim {
            case .sums(let claim): BinaryFrames.append(.sums(claim), to: &body)
            case .items(let claim): BinaryFrames.append(.items(claim), to: &body)
            }
        }
        return (
            try decodeFrames([UInt8](answer.buffer.readable)), body.count + answer.buffer.count
        )
    }

    /// The live rows of a bucket.
    fileprivate func held(of bucket: BucketNumber) throws -> [HashSum: RowKey] {
        var held: [HashSum: RowKey] = [:]
        try read { snapshot in
            try snapshot.rows(in: bucket, after: 0) { row in
                guard row.isAlive else { return true }
                held[row.hash] = RowKey(
                    table: try reader.name(row.table), id: String(decoding: row.id, as: UTF8.self))
                return true
            }
        }
        return held
    }
}

@Suite("Reconciliation at the server")
struct ReconcileTests {
    private let server: ServerFixture
    private let person: PersonRecord
    private let device: DeviceRecord
    private let transport: String

    init() throws {
        server = try ServerFixture()
        person = try server.addPerson()
        device = try server.addDevice(person)
        transport = "person/\(person.subject)/transport"
    }

    private func fill(_ numbers: Range<Int>, version: Int64 = 1) throws {
        try server.write { context in
            let machine = FeedMachine(
                context: context, agency: AgencyRecord(code: "dlt", tables: ["vehicle"]))
            for number in numbers {
                _ = try machine.apply(
                    try server.record(
                        "vehicle", "v\(number)", person.subject, version: version,
                        body: #"{"n":\#(number),"v":\#(version)}"#))
            }
        }
    }

    private func bucket() throws -> BucketRecord {
        try #require(
            try server.read { try $0.buckets(of: person.number) }.first { $0.name == transport })
    }

    private func look() throws -> (index: RangeIndex, rowsRead: Int) {
        let bucket = try bucket()
        return try server.read { try server.indexes.index(of: bucket, in: $0) }
    }

    @Test("mends one row among 10,000 in two requests and few bytes")
    func oneRow() throws {
        try fill(0..<10_000)
        let held = try server.held(of: try bucket().number)
        var damaged = held
        let bad = try #require(held.first)
        damaged[bad.key] = nil
        damaged[HashSum(firstHalfOf: SHA256.hash([1]))] = bad.value
        // A first index costs one look at each row, and nothing after it.
        var repairing = RepairingDevice(damaged)
        try repairing.repair(transport, on: server, for: device)
        #expect(repairing.held == held)
        #expect(repairing.requests <= 3)
        #expect(repairing.bytes < 4_096)
        #expect(server.lastSummary.rowsRead == 0)
        #expect(server.indexes.rows == 10_000)
    }

    @Test("costs by what differs", arguments: [1, 10, 100, 1_000])
    func growth(differing: Int) throws {
        try fill(0..<3_000)
        let held = try server.held(of: try bucket().number)
        var repairing = RepairingDevice(
            Dictionary(uniqueKeysWithValues: held.dropFirst(differing).map { ($0.key, $0.value) }))
        try repairing.repair(transport, on: server, for: device)
        #expect(repairing.held == held)
        #expect(repairing.bytes < 2_000 + differing * 900)
    }

    @Test("reads only what has changed since a bucket was looked at")
    func incremental() throws {
        try fill(0..<400)
        var first = RepairingDevice([:])
        try first.repair(transport, on: server, for: device)
        try fill(390..<410, version: 2)
        try server.put("vehicle", "v3", person, version: 9, body: nil)
        let index = try look()
        // Twenty changed or new, one tombstone.
        #expect(index.rowsRead == 21)
        #expect(
            Set(index.index.entries.map(\.hash))
                == Set(try server.held(of: try bucket().number).keys))
        var second = RepairingDevice(first.held)
        try second.repair(transport, on: server, for: device)
        #expect(second.held == (try server.held(of: try bucket().number)))
    }

    @Test("builds an index anew when a row has moved away")
    func moved() throws {
        try fill(0..<50)
        _ = try look()
        let other = try server.addPerson("another")
        try server.put("vehicle", "v7", other, version: 5)
        let index = try look()
        #expect(
            Set(index.index.entries.map(\.hash))
                == Set(try server.held(of: try bucket().number).keys))
    }

    @Test("keeps no more rows in memory than it may")
    func bounded() throws {
        let cache = RangeIndexCache(rowsMax: 100)
        try fill(0..<60)
        try server.put("entitlement", "e1", person, agency: "dga")
        for number in 0..<60 {
            try server.put("entitlement", "f\(number)", person, agency: "dga")
        }
        let buckets = try server.read { try $0.buckets(of: person.number) }
        for bucket in buckets {
            _ = try server.read { try cache.index(of: bucket, in: $0) }
        }
        #expect(buckets.count == 2)
        #expect(cache.rows == 61)
    }

    @Test("refuses a bucket of one row more than it may, and says no more", arguments: [0, 1])
    func tooLarge(more: Int) throws {
        server.limits.reconcileRowsMax = 60
        try fill(0..<(60 + more))
        let (frames, _) = try server.reconcile(
            ReconcileRequest(),
            [.items(ItemsClaim(bucket: transport, range: .whole, hashes: []))], for: device)
        let rows = frames.count { if case .row = $0 { true } else { false } }
        if more == 0 {
            guard case .reconciled(let end)? = frames.last else {
                Issue.record("no end")
                return
            }
            #expect(end.rows == 60 && end.answered == 1 && rows == 60)
        } else {
            #expect(
                frames.last
                    == .error(ErrorFrame(code: "reconcile.too_large", message: transport)))
            #expect(rows == 0 && frames.count == 1)
        }
    }

    @Test("ends in small answers too, each bringing something")
    func smallAnswers() throws {
        try fill(0..<300)
        let held = try server.held(of: try bucket().number)
        var repairing = RepairingDevice(
            Dictionary(uniqueKeysWithValues: held.prefix(120).map { ($0.key, $0.value) }))
        try repairing.repair(transport, on: server, for: device, bytesMax: 1)
        #expect(repairing.held == held)
    }

    @Test("says of a bucket that may not be seen what it says of none")
    func foreign() throws {
        let other = try server.addPerson("another")
        try server.put("vehicle", "theirs", other)
        for name in ["person/another/transport", "person/nobody/core", "x"] {
            let (frames, _) = try server.reconcile(
                ReconcileRequest(),
                [.items(ItemsClaim(bucket: name, range: .whole, hashes: []))], for: device)
            #expect(frames.first == .bucketGone(name: name))
            #expect(frames.count == 2)
            guard case .reconciled(let end)? = frames.last else {
                Issue.record("no end")
                return
            }
            #expect(end.rows == 0)
            #expect(end.answered == 1)
        }
    }

    /// Goal: ranges compared at different moments end in one.
    ///
    /// Method: rows change between the requests of a repair; then the device
    /// pulls from the cursor of the first answer and must hold what the server does.
    @Test(
        "is completed by a pull from the first answer's cursor", arguments: 0..<8 as Range<UInt64>)
    func movingServer(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        try fill(0..<500)
        let number = try bucket().number
        var repairing = RepairingDevice(
            try server.held(of: number).filter { _ in random.chance(oneIn: 2) })
        var version: Int64 = 1
        try repairing.repair(transport, on: server, for: device, bytesMax: 2_000) {
            let first: Int = random.next(in: 0...490)
            version += 1
            try fill(first..<(first + 10), version: version)
            try? server.put(
                "vehicle", "v\(random.next(in: 0...499) as Int)", person, version: 1_000, body: nil)
        }
        #expect(version > 3)
        var request = SyncRequest()
        request.cursor = repairing.cursor
        var isDone = false
        while !isDone {
            let (frames, _) = try server.page(request, for: device)
            try repairing.pull(frames)
            switch frames.last {
            case .page(let end)?: request.cursor = end.cursor
            case .checkpoint?: isDone = true
            default: Issue.record("unexpected \(String(describing: frames.last))")
            }
        }
        #expect(repairing.held == (try server.held(of: number)))
    }
}
