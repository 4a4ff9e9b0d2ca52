internal import Synchronization
internal import SyncProtocol

/// The ordered hashes of buckets that are being repaired, in memory.
///
/// Nothing is kept in the store for repairs: they are rare, and an index there
/// would cost every write. The first request for a bucket reads number, life
/// and hash of each of its rows once; later ones read only what has changed
/// since, as a pull does. The oldest buckets go when there are too many rows.
final class RangeIndexCache: Sendable {
    /// An index and the moment it shows.
    struct Held: Sendable {
        var epoch: UInt64
        var head: UInt64
        var index: RangeIndex
    }

    private struct State {
        var held: [BucketNumber: (value: Held, use: UInt64)] = [:]
        var rows = 0
        var uses: UInt64 = 0
    }

    private let state = Mutex(State())
    private let rowsMax: Int

    /// Creates an empty cache.
    ///
    /// - Parameter rowsMax: The most rows kept; 48 bytes each.
    init(rowsMax: Int) {
        self.rowsMax = rowsMax
    }

    /// The number of rows kept, for tests.
    var rows: Int { state.withLock { $0.rows } }

    /// Whether an index is held that needs no more than what has changed since.
    func holds(_ bucket: BucketRecord) -> Bool {
        state.withLock { state in
            guard let known = state.held[bucket.number]?.value else { return false }
            return known.epoch == bucket.epoch && known.head <= bucket.head
        }
    }

    /// The index of a bucket at the moment of a snapshot.
    ///
    /// - Returns: The index, and how many rows were read for it.
    /// - Throws: What the store throws.
    func index(
        of bucket: BucketRecord, in snapshot: any StoreSnapshot
    ) throws -> (index: RangeIndex, rowsRead: Int) {
        var read = 0
        var held = take(bucket.number)
        // Another loop may have looked at a later moment than this one's.
        if let known = held, known.epoch != bucket.epoch || known.head > bucket.head { held = nil }
        if var known = held {
            if known.head < bucket.head {
                read += try Self.refresh(&known.index, of: bucket, after: known.head, snapshot)
            }
            // A row that moved away leaves no trace that names its old entry.
            held = Self.agrees(known.index, bucket) ? known : nil
        }
        if let held {
            keep(Held(epoch: bucket.epoch, head: bucket.head, index: held.index), bucket.number)
            return (held.index, read)
        }
        var index = RangeIndex()
        read += try Self.refresh(&index, of: bucket, after: 0, snapshot)
        keep(Held(epoch: bucket.epoch, head: bucket.head, index: index), bucket.number)
        return (index, read)
    }

    /// Whether an index is that of the bucket's books.
    static func agrees(_ index: RangeIndex, _ bucket: BucketRecord) -> Bool {
        index.total == RangeSum(count: bucket.count, sum: bucket.sum)
    }

    private static func refresh(
        _ index: inout RangeIndex, of bucket: BucketRecord, after rev: UInt64,
        _ snapshot: any StoreSnapshot
    ) throws -> Int {
        var changed: Set<Int64> = []
        var added: [RangeIndex.Entry] = []
        var read = 0
        try snapshot.marks(in: bucket.number, after: rev) { mark in
            read += 1
            if rev > 0 { changed.insert(mark.number) }
            if mark.isAlive {
                added.append(RangeIndex.Entry(hash: mark.hash, reference: mark.number))
            }
        }
        index.update(removing: { changed.contains($0.reference) }, adding: added)
        return read
    }

    private func take(_ bucket: BucketNumber) -> Held? {
        state.withLock { state in
            guard let found = state.held[bucket] else { return nil }
            state.uses += 1
            state.held[bucket]?.use = state.uses
            return found.value
        }
    }

    private func keep(_ held: Held, _ bucket: BucketNumber) {
        guard held.index.count <= rowsMax else { return }
        state.withLock { state in
            if let known = state.held[bucket] {
                guard known.value.epoch != held.epoch || known.value.head <= held.head else {
                    return
                }
                state.rows -= known.value.index.count
            }
            state.uses += 1
            state.held[bucket] = (held, state.uses)
            state.rows += held.index.count
            while state.rows > rowsMax,
                let oldest = state.held.min(by: { $0.value.use < $1.value.use })?.key,
                let gone = state.held.removeValue(forKey: oldest)
            {
                state.rows -= gone.value.index.count
            }
        }
    }
}
