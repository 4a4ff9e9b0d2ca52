internal import SQLiteKit
internal import SyncProtocol

/// Puts the rows of pages into the mirror and keeps the books on them.
///
/// The hot path of a first sync. A row is read in place, hashed once, bound by
/// pointer and inserted; nothing is allocated for it. Only in a bucket that held
/// rows before is an old one looked up, to take its hash out of the sum.
///
/// Lives for one writing transaction. ``finish()`` writes the books back.
struct PageApplier {
    /// What a bucket held before, holds now, and is to hold at the end.
    private struct Slot {
        var held: HeldBucket
        var promised: BucketState?
        /// Whether it held nothing when the round began, so that rows are new.
        var wasEmpty: Bool
        /// Whether its books have changed.
        var isTouched = false
        /// Whether it is new in this round and nothing of it has come.
        var isAwaited = false
        /// The last page that announced it.
        var lastPage = 0
    }

    /// A name of the page: its text in the page's bytes and its number here.
    private struct PageName {
        var text: UnsafeRawBufferPointer
        var id: Int64
    }

    /// Rows put in.
    private(set) var rows = 0
    /// Rows taken out.
    private(set) var deletes = 0
    /// Whether a bucket was taken away.
    private(set) var hasRemovedBuckets = false

    /// Rows of the old mirror where the pages replace it.
    private var replaced = 0

    /// The pages applied so far.
    private var pages = 0

    private let connection: Connection
    private let priorityMax: UInt64
    private let insert: Statement
    private let find: Statement
    private let update: Statement
    private let delete: Statement
    private var slots: [Slot] = []
    private var slotByName: [String: Int] = [:]
    private var slotByID: [Int64: Int] = [:]
    private var slotByNumber: [UInt64: Int] = [:]
    private var nameIDs: [String: Int64] = [:]
    private var hashBytes: [UInt8] = []

    /// The most names one page may number.
    private static let indexMax: UInt64 = 65_536

    /// Reads the books.
    ///
    /// - Parameters:
    ///   - connection: The writer, in a transaction.
    ///   - replacesMirror: Whether the pages to come are the whole mirror, so
    ///     that everything held before goes.
    ///   - priority: The lowest priority whose rows come; 9 for everything.
    /// - Throws: What the storage refuses.
    init(_ connection: Connection, replacesMirror: Bool, upTo priority: UInt64 = 9) throws {
        self.connection = connection
        priorityMax = priority
        if replacesMirror {
            try connection.run("DELETE FROM row")
            replaced = connection.changes
            try connection.run("DELETE FROM bucket")
            hasRemovedBuckets = replaced > 0
        }
        insert = try connection.statement(
            """
            INSERT INTO row(table_id, id, bucket_id, owner_id, rev, as_of, source_version, hash, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """)
        find = try connection.statement(
            "SELECT rowid, bucket_id, hash FROM row WHERE table_id = ? AND id = ?")
        update = try connection.statement(
            """
            UPDATE row SET bucket_id = ?, owner_id = ?, rev = ?, as_of = ?, source_version = ?,
                hash = ?, body = ? WHERE rowid = ?
            """)
        delete = try connection.statement("DELETE FROM row WHERE rowid = ?")
        for bucket in try BucketTable.load(connection) { add(bucket) }
        try connection.run("SELECT id, text FROM name") { row in
            nameIDs[row.text(1)] = row.int64(0)
        }
        hashBytes.reserveCapacity(16)
    }

    private mutating func add(_ bucket: HeldBucket) {
        slotByName[bucket.name] = slots.count
        slotByID[bucket.id] = slots.count
        slotByNumber[bucket.number] = slots.count
        slots.append(Slot(held: bucket, promised: nil, wasEmpty: bucket.count == 0))
    }

    // MARK: - One page

    /// Applies one response.
    ///
    /// - Throws: ``WireError`` where the rows are not those that the page's end
    ///   promises, or an error of the storage.
    mutating func apply(_ page: UnsafeRawBufferPointer) throws {
        pages += 1
        var names: [PageName?] = []
        var buckets: [UInt64: Int] = [:]
        var sum = HashSum.zero
        var promised: HashSum?
        // The splitter's closure throws wire errors only, so others are carried past it.
        var carried: (any Error)?
        do throws(WireError) {
            _ = try FrameSplitter.split(page) { (payload, origin) throws(WireError) in
                do {
                    switch payload.first {
                    case 21: try applyRow(payload, origin, names, buckets, &sum)
                    case 22: try applyTombstone(payload, origin, names, buckets)
                    case 20: try applyName(payload, origin, &names)
                    default:
                        let frame = try BinaryFrames.decode(payload, origin: origin)
                        try applyOther(frame, &buckets, &promised)
                    }
                } catch {
                    carried = error
                    throw WireError(code: "wire.carried", position: origin, message: "")
                }
            }
        } catch {
            throw carried ?? error
        }
        guard promised == sum else {
            throw WireError(code: "wire.sum", position: 0, message: "the rows were changed")
        }
    }

    private mutating func applyOther(
        _ frame: Frame, _ buckets: inout [UInt64: Int], _ promised: inout HashSum?
    ) throws {
        switch frame {
        case .bucket(let state): try applyBucket(state, &buckets)
        case .bucketGone(let name):
            guard let position = slotByName.removeValue(forKey: name) else { return }
            let id = slots[position].held.id
            slotByID[id] = nil
            forgetNumber(of: position)
            slots[position].promised = nil
            deletes += try BucketTable.remove(id, connection)
            hasRemovedBuckets = true
        case .parts(let answer):
            let parts = answer.parts.indices.filter { answer.parts[$0].count == 0 }
                .map { answer.range.part($0, of: answer.split) }
            guard !parts.isEmpty else { return }
            try remove(from: answer.bucket, buckets) { hash in
                parts.contains { $0.contains(hash) }
            }
        case .surplus(let surplus):
            let hashes = Set(surplus.hashes)
            try remove(from: surplus.bucket, buckets) { hashes.contains($0) }
        case .page(let end): promised = end.sum
        case .reconciled(let end): promised = end.sum
        case .checkpoint(let end): promised = end.sum
        default: break
        }
    }

    private mutating func applyBucket(
        _ state: BucketState, _ buckets: inout [UInt64: Int]
    ) throws {
        // Only announced: a later answer brings it.
        guard state.name.isEmpty || state.priority <= priorityMax else { return }
        let position = try slot(of: state)
        slots[position].promised = state
        slots[position].isTouched = true
        slots[position].lastPage = pages
        slots[position].held.head = state.head
        slots[position].held.leaseUntil = state.leaseUntil
        buckets[state.index] = position
    }

    /// Finds a bucket, by its number where the server counts on its being held.
    private mutating func slot(of state: BucketState) throws -> Int {
        guard !state.name.isEmpty else {
            guard let held = slotByNumber[state.index] else {
                throw SyncFailure.verificationFailed(bucket: "\(state.index)")
            }
            return held
        }
        guard let known = slotByName[state.name] else {
            add(try BucketTable.insert(state, connection))
            slots[slots.count - 1].isAwaited = true
            return slots.count - 1
        }
        // Of another history most rows may be the same: a repair finds the rest.
        slots[known].held.epoch = state.epoch
        forgetNumber(of: known)
        slotByNumber[state.index] = known
        slots[known].held.number = state.index
        slots[known].held.priority = state.priority
        return known
    }

    /// Lets the number of a bucket go, unless another one has it by now: a server that was
    /// put back gives numbers anew, and the old ones stand beside them within a page.
    private mutating func forgetNumber(of position: Int) {
        let number = slots[position].held.number
        if slotByNumber[number] == position { slotByNumber[number] = nil }
    }

    private mutating func applyName(
        _ payload: UnsafeRawBufferPointer, _ origin: Int, _ names: inout [PageName?]
    ) throws {
        var reader = ByteReader(payload, origin: origin)
        _ = try reader.varint()
        var index: UInt64?
        var text: UnsafeRawBufferPointer?
        while let field = try reader.field() {
            switch field.number {
            case 1: index = try field.integer(reader)
            case 2: text = try field.payload(reader)
            default: break
            }
        }
        guard let index, index < Self.indexMax, let text, Identifier.isValid(text) else {
            throw reader.failure("wire.name", "a name is not complete")
        }
        let key = String(decoding: text, as: UTF8.self)
        var id = nameIDs[key]
        if id == nil {
            try connection.run("INSERT INTO name(text) VALUES (?)", .text(key))
            id = connection.lastInsertRowID
            nameIDs[key] = id
        }
        while names.count <= Int(index) { names.append(nil) }
        names[Int(index)] = PageName(text: text, id: id ?? 0)
    }

    // MARK: - One row

    @inline(__always)
    private func known(
        _ list: [PageName?], _ index: UInt64, _ reader: borrowing ByteReader
    ) throws(WireError) -> PageName {
        guard index < UInt64(list.count), let found = list[Int(index)] else {
            throw reader.failure("wire.index", "index \(index) has not been named")
        }
        return found
    }

    private func announced(
        _ buckets: [UInt64: Int], _ number: UInt64, _ reader: borrowing ByteReader
    ) throws(WireError) -> Int {
        guard let position = buckets[number] else {
            throw reader.failure("wire.index", "bucket \(number) has not been announced")
        }
        return position
    }

    private mutating func applyRow(
        _ payload: UnsafeRawBufferPointer, _ origin: Int, _ names: [PageName?],
        _ buckets: [UInt64: Int], _ sum: inout HashSum
    ) throws {
        var reader = ByteReader(payload, origin: origin)
        _ = try reader.varint()
        var row = RowView()
        try row.read(&reader)
        let table = try known(names, row.table, reader)
        let owner = try known(names, row.owner, reader)
        let position = try announced(buckets, row.bucket, reader)
        let hash = RowHash.hash(
            table: table.text, id: row.id, owner: owner.text, asOf: row.asOf,
            sourceVersion: row.sourceVersion, body: row.body)
        sum += hash
        hashBytes.removeAll(keepingCapacity: true)
        hash.append(to: &hashBytes)
        let bucketID = slots[position].held.id
        // A first sync brings new rows, a later one mostly newer versions.
        let addsFirst = slots[position].wasEmpty
        var isDone = try addsFirst && add(row, table.id, owner.id, bucketID)
        if !isDone { isDone = try replace(row, table.id, owner.id, bucketID) }
        if !isDone, !addsFirst { isDone = try add(row, table.id, owner.id, bucketID) }
        // A row that is in the way and cannot be found: the storage has changed it.
        guard isDone else {
            throw SyncFailure.verificationFailed(bucket: slots[position].held.name)
        }
        slots[position].held.count += 1
        slots[position].held.sum += hash
        slots[position].isAwaited = false
        rows += 1
    }

    /// Writes a row that is not there; tells whether it was so.
    private mutating func add(
        _ row: RowView, _ tableID: Int64, _ ownerID: Int64, _ bucketID: Int64
    ) throws -> Bool {
        try hashBytes.withUnsafeBytes { hashBytes in
            try insert.use { insert in
                try insert.bind(1, tableID)
                try insert.bind(2, text: row.id)
                try insert.bind(3, bucketID)
                try insert.bind(4, ownerID)
                try insert.bind(5, Int64(bitPattern: row.rev))
                try insert.bind(6, row.asOf)
                try insert.bind(7, row.sourceVersion)
                try insert.bindBlob(8, hashBytes)
                try insert.bindBlob(9, row.body)
                _ = try insert.step()
            }
        }
        return connection.changes > 0
    }

    /// Takes the old version off the books and writes the new one in its place;
    /// tells whether there was an old one.
    private mutating func replace(
        _ row: RowView, _ tableID: Int64, _ ownerID: Int64, _ bucketID: Int64
    ) throws -> Bool {
        guard let rowID = try takeOff(tableID, row.id, onlyFrom: nil) else { return false }
        try hashBytes.withUnsafeBytes { hashBytes in
            try update.use { update in
                try update.bind(1, bucketID)
                try update.bind(2, ownerID)
                try update.bind(3, Int64(bitPattern: row.rev))
                try update.bind(4, row.asOf)
                try update.bind(5, row.sourceVersion)
                try update.bindBlob(6, hashBytes)
                try update.bindBlob(7, row.body)
                try update.bind(8, rowID)
                _ = try update.step()
            }
        }
        return true
    }

    private mutating func applyTombstone(
        _ payload: UnsafeRawBufferPointer, _ origin: Int, _ names: [PageName?],
        _ buckets: [UInt64: Int]
    ) throws {
        guard case .tombstone(let gone) = try BinaryFrames.decode(payload, origin: origin) else {
            return
        }
        let reader = ByteReader(payload, origin: origin)
        let table = try known(names, gone.table, reader)
        let position = try announced(buckets, gone.bucket, reader)
        let bucketID = slots[position].held.id
        slots[position].isAwaited = false
        var id = gone.id
        let rowID = try id.withUTF8 {
            // A row that has moved to another bucket lives on there.
            try takeOff(table.id, UnsafeRawBufferPointer($0), onlyFrom: bucketID)
        }
        guard let rowID else { return }
        try delete.use { delete in
            try delete.bind(1, rowID)
            _ = try delete.step()
        }
        deletes += 1
    }

    /// Takes a stored row out of its bucket's count and sum.
    private mutating func takeOff(
        _ tableID: Int64, _ id: UnsafeRawBufferPointer, onlyFrom bucketID: Int64?
    ) throws -> Int64? {
        let found = try find.use { find -> (rowID: Int64, bucketID: Int64, hash: HashSum)? in
            try find.bind(1, tableID)
            try find.bind(2, text: id)
            guard try find.step() else { return nil }
            let hash = HashSum(bytes: find.blobInPlace(2))
            // Whatever the storage has made of it, a repair puts it right.
            guard let hash else {
                let bucket = slotByID[find.int64(1)].map { slots[$0].held.name }
                throw SyncFailure.verificationFailed(bucket: bucket ?? "")
            }
            return (find.int64(0), find.int64(1), hash)
        }
        guard let found, bucketID == nil || found.bucketID == bucketID else { return nil }
        if let position = slotByID[found.bucketID] {
            slots[position].isTouched = true
            slots[position].held.count -= 1
            slots[position].held.sum -= found.hash
        }
        return found.rowID
    }

    // MARK: - Repair

    /// Removes the rows of a bucket whose hashes are wrong.
    private mutating func remove(
        from bucket: UInt64, _ buckets: [UInt64: Int], where isWrong: (HashSum) -> Bool
    ) throws {
        guard let position = buckets[bucket] else {
            throw WireError(code: "wire.index", position: 0, message: "bucket \(bucket)")
        }
        var wrong: [(rowID: Int64, hash: HashSum)] = []
        try connection.run(
            "SELECT rowid, hash FROM row WHERE bucket_id = ?",
            .integer(slots[position].held.id)
        ) { row in
            guard let hash = HashSum(bytes: row.blobInPlace(1)) else {
                throw SyncFailure.verificationFailed(bucket: slots[position].held.name)
            }
            if isWrong(hash) { wrong.append((row.int64(0), hash)) }
        }
        guard !wrong.isEmpty else { return }
        for (rowID, hash) in wrong {
            try delete.use { delete in
                try delete.bind(1, rowID)
                _ = try delete.step()
            }
            slots[position].held.count -= 1
            slots[position].held.sum -= hash
        }
        slots[position].isTouched = true
        deletes += wrong.count
    }

    // MARK: - The end

    /// Verifies each bucket of the round and writes the books.
    ///
    /// - Throws: ``SyncFailure/verificationFailed(bucket:)`` where the rows held
    ///   are not those that the server holds.
    mutating func finish() throws {
        deletes += max(0, replaced - rows)
        for slot in slots where slotByID[slot.held.id] != nil {
            if slot.isAwaited, slot.lastPage < pages, slot.promised.map({ $0.count > 0 }) ?? false {
                // The right to it ended before its first row, so that no cursor named it.
                _ = try BucketTable.remove(slot.held.id, connection)
                continue
            }
            if let promised = slot.promised,
                promised.count != UInt64(bitPattern: slot.held.count)
                    || promised.sum != slot.held.sum
            {
                throw SyncFailure.verificationFailed(bucket: slot.held.name)
            }
            if slot.isTouched { try BucketTable.save(slot.held, connection) }
        }
    }
}
