internal import SyncProtocol

/// Decides what to ask the server until the mirror is as the server's.
///
/// It knows the hashes that the mirror would hold if everything received were
/// applied. Each request says what is held of the ranges that are known or
/// suspected to differ; each answer closes ranges or splits them. What it costs
/// follows from what differs, and only by its logarithm from what is held.
///
/// ```text
///   all buckets ─▶ sums ─▶ parts that differ ─▶ sums or items ─▶ rows, surplus ─▶ done
/// ```
struct RepairMachine: Sendable {
    /// A range that is not known to be equal.
    private struct OpenRange: Sendable {
        var bucket: String
        var range: HashRange
        /// Whether the sum of the whole may do, because nothing is wrong with it yet.
        var isUnsuspected = false
    }

    /// The most bytes of claims in one request.
    static let claimBytesMax = 64 * 1_024

    /// The most rows that are listed one by one.
    static let listMax = 32

    /// Where a pull goes on once everything is mended: of the first answer.
    private(set) var cursor: [UInt8]?

    /// Rows that were missing, changed or too many.
    private(set) var mended = 0

    /// Whether a bucket that did not add up began it, which the server counts.
    private let isMismatch: Bool
    private var indexes: [String: RangeIndex]
    private var open: [OpenRange]
    private var asked: [OpenRange] = []

    /// Begins a repair.
    ///
    /// - Parameters:
    ///   - indexes: The rows held of each bucket.
    ///   - suspect: The bucket that is known to differ, if one is.
    init(_ indexes: [String: RangeIndex], suspect: String?) {
        self.indexes = indexes
        // A kept page that this device's storage has changed is no bucket.
        isMismatch = suspect.map { indexes[$0] != nil } ?? false
        open = indexes.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map {
            OpenRange(bucket: $0, range: .whole, isUnsuspected: $0 != suspect)
        }
    }

    /// Whether nothing is left to ask.
    var isDone: Bool { open.isEmpty && asked.isEmpty && cursor != nil }

    /// The next request.
    ///
    /// - Returns: Its frames.
    mutating func request() -> [UInt8] {
        var request = ReconcileRequest()
        request.bytesMax = Limits.pageBytesMax
        request.goesOn = cursor != nil
        request.isMismatch = isMismatch && !request.goesOn
        var body: [UInt8] = []
        BinaryFrames.append(.reconcile(request), to: &body)
        // The first request names every bucket, because its cursor must know them all.
        var taken = 0
        for range in open {
            guard cursor == nil || body.count < Self.claimBytesMax else { break }
            BinaryFrames.append(claim(range), to: &body)
            taken += 1
        }
        asked = Array(open.prefix(taken))
        open.removeFirst(taken)
        return body
    }

    private func claim(_ open: OpenRange) -> Frame {
        let index = indexes[open.bucket] ?? RangeIndex()
        let rows = index.rows(in: open.range)
        if open.isUnsuspected {
            return sums(open, index, split: Self.firstSplit(of: rows.count))
        }
        let split = rows.count > 4_096 ? 6 : 4
        guard rows.count > Self.listMax, open.range.canSplit(split) else {
            return .items(
                ItemsClaim(bucket: open.bucket, range: open.range, hashes: rows.map(\.hash)))
        }
        return sums(open, index, split: split)
    }

    private func sums(_ open: OpenRange, _ index: RangeIndex, split: Int) -> Frame {
        .sums(
            SumsClaim(
                bucket: open.bucket, range: open.range, split: split,
                parts: index.sums(of: open.range, split: split)))
    }

    /// How finely to split a bucket that may well be right.
    ///
    /// The answer splits what differs once more, by 16. So a difference among up to
    /// 32,768 rows is listed in the second request; and most buckets, which are
    /// small and right, cost one sum.
    private static func firstSplit(of rows: Int) -> Int {
        rows <= listMax << 4 ? 0 : rows <= listMax << 8 ? 4 : 6
    }

    // MARK: - Answers

    /// Takes an answer.
    ///
    /// - Parameters:
    ///   - scan: The answer's frames.
    ///   - end: Its end.
    ///   - rows: The hashes of its rows by the index of their bucket.
    /// - Throws: ``WireError`` where the answer does not bring the repair forward.
    mutating func answered(
        _ scan: PageScan, _ end: ReconcileEnd, rows: [UInt64: [HashSum]]
    ) throws(WireError) {
        let names = Dictionary(
            scan.buckets.map { ($0.index, $0.name) }, uniquingKeysWith: { first, _ in first })
        func name(_ index: UInt64) throws(WireError) -> String {
            guard let name = names[index] else { throw Self.refusal("an unnamed bucket") }
            return name
        }
        guard end.answered > 0 || scan.rows > 0 || asked.isEmpty,
            end.answered <= UInt64(asked.count)
        else { throw Self.refusal("nothing was answered") }
        if cursor == nil {
            guard !end.cursor.isEmpty else { throw Self.refusal("a first answer has a cursor") }
            cursor = end.cursor
        }
        open = asked.dropFirst(Int(end.answered)) + open
        asked = []
        for answer in scan.parts { take(answer, of: try name(answer.bucket)) }
        for surplus in scan.surplus {
            remove(Set(surplus.hashes), from: try name(surplus.bucket))
        }
        for (bucket, hashes) in rows {
            let name = try name(bucket)
            mended += hashes.count
            let added = Set(hashes)
            indexes[name, default: RangeIndex()].update(
                removing: { added.contains($0.hash) },
                adding: added.map { RangeIndex.Entry(hash: $0, reference: 0) })
        }
        for gone in scan.gone {
            indexes[gone] = nil
            open.removeAll { $0.bucket == gone }
        }
    }

    private mutating func take(_ answer: PartsAnswer, of bucket: String) {
        for (position, part) in answer.parts.enumerated() {
            let range = answer.range.part(position, of: answer.split)
            let held = indexes[bucket]?.sum(of: range) ?? .zero
            guard held != part else { continue }
            if part.count == 0 {
                // Applying the answer removes them, as it says that there are none.
                mended += Int(clamping: held.count)
                indexes[bucket]?.update(removing: { range.contains($0.hash) }, adding: [])
            } else {
                open.append(OpenRange(bucket: bucket, range: range))
            }
        }
    }

    private mutating func remove(_ hashes: Set<HashSum>, from bucket: String) {
        let before = indexes[bucket]?.count ?? 0
        indexes[bucket]?.update(removing: { hashes.contains($0.hash) }, adding: [])
        mended += before - (indexes[bucket]?.count ?? 0)
    }

    private static func refusal(_ message: String) -> WireError {
        WireError(code: "wire.reconcile", position: 0, message: message)
    }
}
