import HTTPWire
import SQLiteKit
import SyncProtocol
import Synchronization
import TestSupport

@testable import SyncServerCore

/// A fixed moment in November 2026, in milliseconds since 1970.
let noon: Int64 = 1_795_000_000_000

/// Random bytes that repeat themselves, from any thread.
func seededSecrets(_ seed: UInt64) -> SecretSource {
    let random = Mutex(SeededRandom(seed: seed))
    return SecretSource { count in random.withLock { $0.bytes(count) } }
}

/// A store in a directory of its own, with its writer and one reader.
final class ServerFixture {
    let directory: TemporaryDirectory
    let store: SQLiteStore
    let writer: any StoreWriter
    let reader: any StoreReader
    let pages: PageBuilder
    var limits: Limits
    var now = noon
    let indexes = RangeIndexCache(rowsMax: 1_000_000)
    var lastSummary = ReconcileMachine.Summary()
    private var seed: UInt64 = 0

    /// Opens a store, in a directory of its own unless one is given; one that was put back says so.
    init(
        isRestored: Bool = false, in place: TemporaryDirectory? = nil, secrets: UInt64 = 1,
        _ change: (inout Limits) -> Void = { _ in }
    ) throws {
        directory = try place ?? TemporaryDirectory()
        store = try SQLiteStore(
            directory: directory.path, randomBytes: seededSecrets(secrets).bytes,
            startsNewHistory: isRestored)
        writer = try store.makeWriter()
        reader = try store.makeReader()
        limits = Limits()
        change(&limits)
        pages = PageBuilder(lineage: store.lineage, key: store.cursorKey, limits: limits)
    }

    /// Changes the file as no server would.
    func damage(_ sql: StaticString) throws {
        let other = try Connection(
            path: directory.file("server.sqlite"), options: ConnectionOptions(.readWriteCreate))
        defer { other.close() }
        try other.run(sql)
    }

    deinit {
        reader.close()
        writer.close()
        store.close()
    }

    /// One group commit.
    @discardableResult
    func write<Result>(_ body: (WriterContext) throws -> Result) throws -> Result {
        try writer.transaction { transaction in
            let context = WriterContext(transaction: transaction, now: now)
            let result = try body(context)
            try context.book.flush()
            return result
        }
    }

    func read<Result>(_ body: (any StoreSnapshot) throws -> Result) throws -> Result {
        try reader.snapshot(body)
    }

    func addPerson(_ subject: String = "somebody") throws -> PersonRecord {
        try write { try $0.transaction.addPerson(subject: subject, tag: nil, added: noon) }
    }

    func addDevice(_ person: PersonRecord) throws -> DeviceRecord {
        seed += 1
        let id = DeviceID(0xd0_0000 + seed)
        return try write {
            try $0.transaction.addDevice(id: id, person: person.number, name: "d", added: noon)
        }
    }

    /// Stores a row as an agency's feed would.
    func put(
        _ table: String, _ id: String, _ person: PersonRecord?, version: Int64 = 1,
        body: String? = #"{"n":1}"#, agency code: String = "dlt"
    ) throws {
        try write { context in
            let outcome = try FeedMachine(
                context: context, agency: AgencyRecord(code: code, tables: [table])
            ).apply(
                try record(table, id, person?.subject, version: version, body: body, agency: code))
            guard outcome == .applied else { throw StoreFailure.inconsistent("\(outcome)") }
        }
    }

    func record(
        _ table: String, _ id: String, _ subject: String?, version: Int64, body: String?,
        agency code: String = "dlt"
    ) throws -> FeedRecord {
        let whose = subject.map { #""subject":"\#($0)","# } ?? ""
        let content = body.map { #""body":\#($0)"# } ?? #""deleted":1"#
        let line =
            #"{"table":"\#(table)","id":"\#(id)",\#(whose)"as_of":\#(noon),"#
            + #""source_version":\#(version),\#(content)}"#
        return try feedRecord(line, AgencyRecord(code: code, tables: [table]))
    }

    func feedRecord(_ line: String, _ agency: AgencyRecord) throws(FeedProblem) -> FeedRecord {
        let bytes = Array(line.utf8)
        let key = store.personKey
        let limits = self.limits
        let result = bytes.withUnsafeBytes { raw -> Swift.Result<FeedRecord, FeedProblem> in
            do throws(FeedProblem) {
                return .success(
                    try FeedRecord(line: raw, from: agency, personKey: key, limits: limits))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Every live row of a bucket, read without the bookkeeping.
    func rows(of bucket: BucketNumber) throws -> [RowKey: [UInt8]] {
        var rows: [RowKey: [UInt8]] = [:]
        try read { snapshot in
            try snapshot.rows(in: bucket, after: 0) { row in
                guard row.isAlive else { return true }
                let key = RowKey(
                    table: try reader.name(row.table), id: String(decoding: row.id, as: UTF8.self))
                rows[key] = [UInt8](row.body)
                return true
            }
        }
        return rows
    }

    /// What a person may see, by bucket name.
    func view(of person: PersonRecord) throws -> [String: [RowKey: [UInt8]]] {
        var view: [String: [RowKey: [UInt8]]] = [:]
        for bucket in try read({ try $0.buckets(of: person.number) }) {
            let rows = try rows(of: bucket.number)
            if !rows.isEmpty { view[bucket.name] = rows }
        }
        return view
    }

    /// One page for a device, as frames.
    func page(
        _ request: SyncRequest, for device: DeviceRecord
    ) throws -> (frames: [Frame], summary: PageBuilder.Summary) {
        let body = BodyWriter()
        var sink = BinaryFrameSink(body)
        switch pages.open(request.cursor, for: device.id) {
        case .failure(let problem): return ([.restart(reason: problem.rawValue)], .init())
        case .success(let cursor):
            let asker = PageBuilder.Asker(
                device: device.number, id: device.id, person: device.person, now: now)
            let summary = try reader.snapshot { snapshot in
                try pages.build(
                    request, cursor, for: asker, in: snapshot, names: { try reader.name($0) },
                    into: &sink)
            }
            return (try decodeFrames([UInt8](body.buffer.readable)), summary)
        }
    }
}

/// Reads binary frames.
func decodeFrames(_ bytes: [UInt8]) throws -> [Frame] {
    var frames: [Frame] = []
    let used = try bytes.withUnsafeBytesTyped { (raw) throws(WireError) -> Int in
        try FrameSplitter.split(raw) { (payload, origin) throws(WireError) in
            frames.append(try BinaryFrames.decode(payload, origin: origin))
        }
    }
    guard used == bytes.count else { throw StoreFailure.inconsistent("frames are cut") }
    return frames
}

/// A device that only pulls: it believes nothing that does not add up.
struct SimulatedClient {
    struct Mistake: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    private struct Held {
        var hash: HashSum
        var body: [UInt8]
    }

    var request = SyncRequest()
    private(set) var outcomes: [OutcomeRange] = []
    private(set) var restarts: [String] = []
    private(set) var bucketOrder: [UInt64] = []
    private(set) var ackedMid: UInt64 = 0
    private var buckets: [String: BucketState] = [:]
    /// The names of the buckets held, by the server's number.
    private var names: [UInt64: String] = [:]
    private var rows: [String: [RowKey: Held]] = [:]

    /// What the device holds, by bucket name.
    var view: [String: [RowKey: [UInt8]]] {
        rows.mapValues { $0.mapValues(\.body) }.filter { !$0.value.isEmpty }
    }

    /// Takes one page; true if it was a checkpoint.
    mutating func take(_ frames: [Frame]) throws -> Bool {
        var names: [UInt64: String] = [:]
        var indices: [UInt64: String] = [:]
        var count: UInt64 = 0
        var sum = HashSum.zero
        bucketOrder = []
        for frame in frames {
            switch frame {
            case .hello: break
            case .name(let index, let text): names[index] = text
            case .bucket(var state):
                if state.name.isEmpty {
                    guard let name = self.names[state.index], let held = buckets[name] else {
                        throw Mistake("a bucket that is not held has no name")
                    }
                    (state.name, state.epoch, state.priority) = (name, held.epoch, held.priority)
                }
                self.names[state.index] = state.name
                indices[state.index] = state.name
                buckets[state.name] = state
                bucketOrder.append(state.priority)
            case .bucketGone(let name):
                buckets[name] = nil
                rows[name] = nil
            case .row(let row):
                guard let bucket = indices[row.bucket], let table = names[row.table],
                    let owner = names[row.owner]
                else { throw Mistake("a row uses a name before it is told") }
                let key = RowKey(table: table, id: row.id)
                let hash = RowHash.hash(
                    key: key, owner: owner, asOf: row.asOf, sourceVersion: row.sourceVersion,
                    body: row.body)
                rows[bucket, default: [:]][key] = Held(hash: hash, body: row.body)
                count += 1
                sum += hash
            case .tombstone(let row):
                guard let bucket = indices[row.bucket], let table = names[row.table] else {
                    throw Mistake("a tombstone uses a name before it is told")
                }
                rows[bucket]?[RowKey(table: table, id: row.id)] = nil
                count += 1
            case .outcomes(let range): outcomes.append(range)
            case .page(let end):
                guard end.rows == count, end.sum == sum else { throw Mistake("the page is wrong") }
                request.cursor = end.cursor
                return false
            case .checkpoint(let end):
                guard end.rows == count, end.sum == sum else { throw Mistake("the page is wrong") }
                request.cursor = end.cursor
                ackedMid = end.ackedMid
                try verify()
                return true
            case .unchanged(let mid):
                ackedMid = mid
                try verify()
                return true
            case .restart(let reason):
                restarts.append(reason)
                request.cursor = []
                buckets = [:]
                self.names = [:]
                rows = [:]
                return false
            default: throw Mistake("unexpected \(frame)")
            }
        }
        throw Mistake("the answer has no end")
    }

    private func verify() throws {
        for (name, state) in buckets {
            var sum = HashSum.zero
            for held in rows[name, default: [:]].values { sum += held.hash }
            guard UInt64(rows[name, default: [:]].count) == state.count, sum == state.sum else {
                throw Mistake("\(name) has \(rows[name, default: [:]].count), not \(state.count)")
            }
        }
    }
}

/// A device that writes.
struct WritingDevice {
    let record: DeviceRecord
    var chain: UInt64
    var mid: UInt64 = 0
    var time = UInt64(noon) - 1_000

    init(_ record: DeviceRecord, nonce: UInt64 = 77) {
        self.record = record
        chain = nonce
    }

    /// The next mutation.
    mutating func next(
        _ operations: [RowOperation], at milliseconds: UInt64? = nil, origin: MutationOrigin? = nil
    ) -> Mutation {
        mid += 1
        time += 1
        let stamp = HybridTime(milliseconds: milliseconds ?? time, device: record.id)
        let link = MutationChain.link(
            after: chain, mid: mid, time: stamp, operations: operations, origin: origin)
        chain = link
        return Mutation(
            mid: mid, time: stamp, schema: 1, operations: operations, chain: link, origin: origin)
    }
}

extension ServerFixture {
    /// Pushes in one commit.
    func push(
        _ mutations: [Mutation], base: UInt64 = 77, from device: DeviceRecord,
        workBytesMax: Int = .max
    ) throws -> PushResult {
        try write { context in
            try PushMachine(
                transaction: context.transaction, book: context.book,
                serverMilliseconds: context.now, rowsMax: limits.citizenRowsMax,
                workBytesMax: workBytesMax
            ).push(mutations.map(\.checked), baseChain: base, from: device.number)
        }
    }

    /// A person's merged row.
    func row(_ key: RowKey, _ person: PersonRecord) throws -> RowRecord? {
        try writer.transaction { try $0.row(key, scope: person.number) }
    }

    /// An agency's row.
    func feedRow(_ key: RowKey) throws -> RowRecord? {
        try writer.transaction { try $0.row(key, scope: 0) }
    }
}
