internal import SyncProtocol

/// The buckets a group commit touches, kept in memory until it ends.
///
/// Every change of a row goes through here: it takes the bucket's next revision
/// and keeps count and sum, so that a bucket is read once and written once for
/// each commit, however many rows change.
final class BucketBook {
    private let transaction: any StoreTransaction
    private var buckets: [BucketNumber: BucketRecord] = [:]
    private var numbers: [Home: BucketNumber] = [:]
    private var lastHome: (home: Home, number: BucketNumber)?
    private(set) var changed: Set<BucketNumber> = []
    /// The rows that the present job has changed.
    private var touched = AuditRanges()

    /// Whose bucket and which: a name without the text.
    private struct Home: Hashable {
        let person: PersonNumber
        let domain: String
    }

    init(_ transaction: any StoreTransaction) {
        self.transaction = transaction
    }

    /// The changed buckets as they are now.
    var changedRecords: [BucketRecord] {
        changed.sorted().compactMap { buckets[$0] }
    }

    /// The rows changed since this was asked last: those of one job of the group.
    func takeTouched() -> AuditRanges {
        defer { touched = AuditRanges() }
        return touched
    }

    /// Finds or makes the bucket in which a table's rows live.
    ///
    /// - Parameters:
    ///   - policy: The table.
    ///   - person: Whose rows; nobody for a table that is for everyone.
    /// - Returns: The bucket's number.
    /// - Throws: What the store throws.
    func home(of policy: TablePolicy, person: PersonRecord?) throws -> BucketNumber {
        let home = Home(person: person?.number ?? 0, domain: policy.domain)
        if let lastHome, lastHome.home == home { return lastHome.number }
        if let number = numbers[home] {
            lastHome = (home, number)
            return number
        }
        let number = try number(
            named: policy.bucket(subject: person?.subject ?? ""), person: home.person)
        numbers[home] = number
        return number
    }

    /// Finds or makes a bucket by its name.
    func number(named name: String, person: PersonNumber) throws -> BucketNumber {
        let record =
            try transaction.bucket(named: name)
            ?? transaction.addBucket(named: name, person: person)
        if buckets[record.number] == nil { buckets[record.number] = record }
        return record.number
    }

    /// Stores a row that is new or has changed, giving it the next revision.
    ///
    /// - Parameters:
    ///   - row: The row as it should be; `number`, `rev` and `hash` are set here.
    ///   - old: The same row as stored before, if it was.
    /// - Throws: What the store throws.
    func put(_ row: consuming RowRecord, replacing old: RowRecord?) throws {
        if let old, old.bucket != row.bucket, old.bucket != RowScope.buried {
            try leave(old)
        }
        var bucket = try record(row.bucket)
        if let old {
            if old.bucket == row.bucket {
                try subtract(old, from: &bucket)
            } else {
                try forgetLeaving(row.key, of: &bucket)
            }
        }
        bucket.head += 1
        row.rev = bucket.head
        touched.add(row.rev, of: bucket.number)
        if row.isAlive {
            row.hash = RowHash.hash(
                key: row.key, owner: row.owner, asOf: row.asOf, sourceVersion: row.sourceVersion,
                body: row.body)
            bucket.count += 1
            bucket.sum += row.hash
        } else {
            row.hash = .zero
            bucket.tombstones += 1
        }
        buckets[bucket.number] = bucket
        changed.insert(bucket.number)
        if let old {
            row.number = old.number
            try transaction.update(row)
        } else {
            try transaction.insert(row)
        }
    }

    /// A bucket with what this commit has changed, given as it is stored.
    func present(_ stored: BucketRecord) -> BucketRecord {
        if let record = buckets[stored.number] { return record }
        buckets[stored.number] = stored
        return stored
    }

    /// Purges tombstones of a bucket and raises its floor.
    ///
    /// - Parameters:
    ///   - number: The bucket.
    ///   - mark: Where its head stood when everything to be purged was there already.
    ///   - max: The most tombstones.
    /// - Returns: How many were purged.
    /// - Throws: What the store throws.
    func purge(_ number: BucketNumber, upTo mark: HeadMark, max: Int) throws -> Int {
        var bucket = try record(number)
        let purged = try transaction.purge(
            number, above: bucket.floor, through: mark.head, max: max)
        guard purged.count > 0 else { return 0 }
        guard UInt64(purged.count) <= bucket.tombstones else {
            throw StoreFailure.inconsistent("bucket \(number) has no tombstone")
        }
        bucket.tombstones -= UInt64(purged.count)
        bucket.floor = purged.last
        bucket.purgedBefore = Swift.max(bucket.purgedBefore, mark.at)
        buckets[number] = bucket
        changed.insert(number)
        return purged.count
    }

    /// When the youngest row may have been deleted of which a bucket has no trace any more.
    ///
    /// - Parameters:
    ///   - policy: The table.
    ///   - person: Whose rows.
    /// - Returns: Milliseconds since 1970; 0 if every deletion left its tombstone.
    /// - Throws: What the store throws.
    func purgedBefore(_ policy: TablePolicy, person: PersonRecord) throws -> Int64 {
        try existing(policy, person: person)?.purgedBefore ?? 0
    }

    /// How many rows and tombstones a table's home bucket has.
    ///
    /// - Parameters:
    ///   - policy: The table.
    ///   - person: Whose rows.
    /// - Returns: Both together, with what this commit has changed.
    /// - Throws: What the store throws.
    func rows(_ policy: TablePolicy, person: PersonRecord) throws -> UInt64 {
        try existing(policy, person: person).map { $0.count + $0.tombstones } ?? 0
    }

    /// The home bucket of a table, if it was made: that is done only where something is written.
    private func existing(
        _ policy: TablePolicy, person: PersonRecord
    ) throws -> BucketRecord? {
        let home = Home(person: person.number, domain: policy.domain)
        if let number = numbers[home] { return try record(number) }
        guard let found = try transaction.bucket(named: policy.bucket(subject: person.subject))
        else { return nil }
        numbers[home] = found.number
        return try record(found.number)
    }

    /// Writes the buckets back, at the end of the transaction.
    func flush() throws {
        for record in changedRecords {
            try transaction.save(record)
        }
    }

    /// Leaves a tombstone where a row used to live.
    private func leave(_ old: RowRecord) throws {
        var bucket = try record(old.bucket)
        try subtract(old, from: &bucket)
        // One from before ``forgetLeaving(_:of:)`` may still stand in an old file.
        try forgetLeaving(old.key, of: &bucket)
        bucket.head += 1
        touched.add(bucket.head, of: bucket.number)
        bucket.tombstones += 1
        buckets[bucket.number] = bucket
        changed.insert(bucket.number)
        var mark = old
        mark.number = 0
        mark.scope = RowScope.movedFrom(old.bucket).number
        mark.rev = bucket.head
        mark.isAlive = false
        mark.hash = .zero
        mark.body = []
        try transaction.insert(mark)
    }

    /// Clears the tombstone that a row left in a bucket it comes back to.
    ///
    /// A device that has not seen it loses nothing: the row comes under a higher
    /// revision of the same bucket and takes the place of what the device holds.
    private func forgetLeaving(_ key: RowKey, of bucket: inout BucketRecord) throws {
        let scope = RowScope.movedFrom(bucket.number).number
        guard let mark = try transaction.row(key, scope: scope) else { return }
        try subtract(mark, from: &bucket)
        try transaction.remove(row: mark.number)
    }

    private func record(_ number: BucketNumber) throws -> BucketRecord {
        if let record = buckets[number] { return record }
        guard let record = try transaction.bucket(number) else {
            throw StoreFailure.inconsistent("bucket \(number) is missing")
        }
        buckets[number] = record
        return record
    }

    /// Takes a row out of the counts; a damaged bucket fails its own writes only.
    private func subtract(_ row: RowRecord, from bucket: inout BucketRecord) throws {
        if row.isAlive {
            guard bucket.count > 0 else {
                throw StoreFailure.inconsistent("bucket \(bucket.number) has no row to take away")
            }
            bucket.count -= 1
            bucket.sum -= row.hash
        } else {
            guard bucket.tombstones > 0 else {
                throw StoreFailure.inconsistent("bucket \(bucket.number) has no tombstone")
            }
            bucket.tombstones -= 1
        }
    }
}

/// A failure of the store that no caller can mend.
package enum StoreFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The store contradicts itself.
    case inconsistent(String)
    /// The disk is full or fails: nothing can be written for now.
    case storage(String)
    /// The store is closed.
    case closed
    /// Too much waits for the writer: nothing was done, and it may be tried again.
    case busy
    /// There is a file under this path, which is not replaced.
    case taken(String)
    /// A check or copy of the whole store was broken off.
    case interrupted
    /// The data directory belongs to another running server.
    case inUse(String)
    /// The file cannot be used, for instance because a newer program made it.
    case unusable(String)

    package var description: String {
        switch self {
        case .inconsistent(let what): "the store contradicts itself: \(what)"
        case .storage(let what): "the storage fails: \(what)"
        case .closed: "the store is closed"
        case .busy: "too much waits for the writer"
        case .taken(let path): "there is a file \(path)"
        case .interrupted: "it was broken off"
        case .inUse(let what): what
        case .unusable(let what): what
        }
    }
}
