package import SyncProtocol

/// One thing a device says it holds, in a request for repair.
package enum ReconcileClaim: Hashable, Sendable {
    /// Numbers and sums of the parts of a range.
    case sums(SumsClaim)
    /// The hash of each row of a range.
    case items(ItemsClaim)

    /// The bucket it is about.
    var bucket: String {
        switch self {
        case .sums(let claim): claim.bucket
        case .items(let claim): claim.bucket
        }
    }

    /// What it says of the whole bucket, if it is about that.
    var whole: RangeSum? {
        let range: HashRange
        let parts: [RangeSum]
        switch self {
        case .sums(let claim): (range, parts) = (claim.range, claim.parts)
        case .items(let claim):
            range = claim.range
            parts = claim.hashes.map { RangeSum(count: 1, sum: $0) }
        }
        guard range == .whole else { return nil }
        return parts.reduce(into: .zero) { total, part in
            // A claim is whatever the device says: a count may be anything.
            total.count &+= part.count
            total.sum += part.sum
        }
    }
}

/// Answers what a device claims to hold with where that is wrong.
///
/// Each answer is read at one moment, and nothing is kept between requests. A
/// range whose sum is right needs no answer; of one that is wrong the device is
/// told the parts; where it lists its hashes it gets the rows it lacks and the
/// hashes of those it should not have. The first answer carries a cursor of its
/// own moment: whatever changes later is pulled from there, so ranges that were
/// compared at different moments end in one.
struct ReconcileMachine {
    let pages: PageBuilder
    let indexes: RangeIndexCache
    let limits: Limits
    /// Whether a whole bucket may be read for a request that goes on: asked where its
    /// index is not held any more, or never was.
    var mayRead: () -> Bool = { true }

    /// An answer would take more than there is time for now.
    struct Shed: Error {}

    /// What an answer took, for the metrics.
    struct Summary: Hashable, Sendable {
        /// Rows sent.
        var rows = 0
        /// Rows that the device had and the server has not.
        var surplus = 0
        /// Ranges that did not agree.
        var ranges = 0
        /// Buckets that a first request claims to be otherwise than they are.
        var buckets = 0
        /// Rows whose hash was read from the store.
        var rowsRead = 0
        /// The rows and tombstones of people among those sent.
        var disclosed = AuditRanges()
        /// Buckets whose books are not those of their rows.
        var inconsistent: [String] = []
    }

    /// Answers a request.
    ///
    /// - Returns: What it took; nothing but an `error` frame was written if a
    ///   bucket is too large.
    /// - Throws: What the store throws, or ``Shed``.
    func answer(
        _ request: ReconcileRequest, _ claims: [ReconcileClaim], for asker: PageBuilder.Asker,
        in snapshot: any StoreSnapshot, names: (Int64) throws -> String,
        into sink: inout some FrameSink
    ) throws -> Summary {
        let visible = Dictionary(
            try pages.view(of: asker, in: snapshot).buckets.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first })
        var state = AnswerState(
            bytesLeft: min(max(Int(clamping: request.bytesMax), 1), limits.pageBytesMax),
            goesOn: request.goesOn)
        var claimed: [BucketRecord] = []
        var seen: Set<String> = []
        for claim in claims where seen.insert(claim.bucket).inserted {
            guard let bucket = visible[claim.bucket] else {
                // An unknown name and one that may not be seen are answered alike.
                sink.append(.bucketGone(name: claim.bucket))
                continue
            }
            guard bucket.count <= UInt64(limits.reconcileRowsMax) else {
                sink.append(
                    .error(ErrorFrame(code: "reconcile.too_large", message: bucket.name)))
                return state.summary
            }
            claimed.append(bucket)
            sink.append(.bucket(Self.state(of: bucket)))
        }
        // What goes on asks about parts of buckets that were counted before.
        if !request.goesOn { state.summary.buckets = Self.differing(claims, from: visible) }
        var answered: UInt64 = 0
        for claim in claims {
            guard state.bytesLeft > 0 || answered == 0 else { break }
            if let bucket = visible[claim.bucket] {
                guard try answer(claim, of: bucket, snapshot, names, &state, into: &sink) else {
                    break
                }
            }
            answered += 1
        }
        let cursor = request.goesOn ? [] : pages.cursor(at: claimed, for: asker.id)
        sink.append(
            .reconciled(
                ReconcileEnd(
                    cursor: cursor, rows: UInt64(state.summary.rows), sum: state.sum,
                    answered: answered)))
        return state.summary
    }

    /// How many buckets some claims about the whole of them do not agree with.
    private static func differing(
        _ claims: [ReconcileClaim], from visible: [String: BucketRecord]
    ) -> Int {
        claims.count { claim in
            guard let held = claim.whole, let bucket = visible[claim.bucket] else { return false }
            return held != RangeSum(count: bucket.count, sum: bucket.sum)
        }
    }

    private static func state(of bucket: BucketRecord) -> BucketState {
        BucketState(
            index: bucket.index, name: bucket.name, epoch: bucket.epoch,
            head: bucket.head, count: bucket.count, sum: bucket.sum, priority: bucket.priority,
            leaseUntil: bucket.leaseUntil, ahead: 0)
    }

    private struct AnswerState {
        var bytesLeft: Int
        let goesOn: Bool
        var sum = HashSum.zero
        var named: Set<Int64> = []
        var summary = Summary()
        var indexes: [BucketNumber: RangeIndex] = [:]
    }

    // MARK: - One claim

    /// Answers one claim; false if the answer is full before its end.
    private func answer(
        _ claim: ReconcileClaim, of bucket: BucketRecord, _ snapshot: any StoreSnapshot,
        _ names: (Int64) throws -> String, _ state: inout AnswerState,
        into sink: inout some FrameSink
    ) throws -> Bool {
        switch claim {
        case .sums(let claim):
            if claim.range == .whole, claim.split == 0,
                claim.parts == [RangeSum(count: bucket.count, sum: bucket.sum)]
            {
                return true
            }
            let index = try index(of: bucket, snapshot, &state)
            compare(claim, with: index, bucket, &state, into: &sink)
            return true
        case .items(let claim):
            let index = try index(of: bucket, snapshot, &state)
            let (missing, surplus) = index.differences(from: claim.hashes, in: claim.range)
            if !missing.isEmpty || !surplus.isEmpty { state.summary.ranges += 1 }
            for entry in missing {
                guard state.bytesLeft > 0 || state.summary.rows == 0 else { return false }
                try send(entry, of: bucket, snapshot, names, &state, into: &sink)
            }
            if !surplus.isEmpty {
                state.summary.surplus += surplus.count
                state.bytesLeft -= surplus.count * 16
                sink.append(
                    .surplus(SurplusRows(bucket: bucket.index, hashes: surplus)))
            }
            return true
        }
    }

    private func index(
        of bucket: BucketRecord, _ snapshot: any StoreSnapshot, _ state: inout AnswerState
    ) throws -> RangeIndex {
        if let known = state.indexes[bucket.number] { return known }
        // That it goes on is the device's word; what it costs is decided here.
        guard !state.goesOn || indexes.holds(bucket) || mayRead() else { throw Shed() }
        let (index, read) = try indexes.index(of: bucket, in: snapshot)
        state.summary.rowsRead += read
        if !RangeIndexCache.agrees(index, bucket) { state.summary.inconsistent.append(bucket.name) }
        state.indexes[bucket.number] = index
        return index
    }

    private func compare(
        _ claim: SumsClaim, with index: RangeIndex, _ bucket: BucketRecord,
        _ state: inout AnswerState, into sink: inout some FrameSink
    ) {
        for (position, part) in claim.parts.enumerated() {
            let range = claim.range.part(position, of: claim.split)
            let held = index.sum(of: range)
            guard held != part else { continue }
            let split = Self.split(of: range, count: held.count)
            state.summary.ranges += 1
            state.bytesLeft -= 18 << split
            sink.append(
                .parts(
                    PartsAnswer(
                        bucket: bucket.index, range: range, split: split,
                        parts: index.sums(of: range, split: split))))
        }
    }

    /// How finely to split: not at all where the device may as well list its rows.
    static func split(of range: HashRange, count: UInt64) -> Int {
        let bits = count <= 32 ? 0 : count <= 4_096 ? 4 : 6
        return range.canSplit(bits) ? bits : 0
    }

    private func send(
        _ entry: RangeIndex.Entry, of bucket: BucketRecord, _ snapshot: any StoreSnapshot,
        _ names: (Int64) throws -> String, _ state: inout AnswerState,
        into sink: inout some FrameSink
    ) throws {
        let found = try snapshot.row(entry.reference) { row in
            for name in [row.table, row.owner] where state.named.insert(name).inserted {
                sink.append(.name(index: UInt64(bitPattern: name), text: try names(name)))
            }
            state.bytesLeft -= sink.append(row, of: bucket.number)
            state.sum += row.hash
            state.summary.rows += 1
            if bucket.person != 0 { state.summary.disclosed.add(row.rev, of: bucket.number) }
        }
        guard found else {
            throw StoreFailure.inconsistent("row \(entry.reference) of \(bucket.name) is missing")
        }
    }
}
