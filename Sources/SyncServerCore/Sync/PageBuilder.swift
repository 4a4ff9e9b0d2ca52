package import SyncProtocol

/// Builds the rows of one page from one moment in time.
///
/// The page that reaches every head of that moment is the checkpoint: nothing
/// else has to be pinned. A row that is touched after an earlier page has a
/// higher revision and is sent again; one that is deleted leaves a tombstone
/// above the cursor, or the floor check refuses the cursor.
package struct PageBuilder {
    /// What the page needs to know about the asker.
    package struct Asker {
        /// The device.
        package var device: DeviceNumber
        /// The device's name.
        package var id: DeviceID
        /// The device's person.
        package var person: PersonNumber

        /// Creates an asker.
        package init(device: DeviceNumber, id: DeviceID, person: PersonNumber) {
            self.device = device
            self.id = id
            self.person = person
        }
    }

    /// What a page disclosed, for metrics.
    package struct Summary: Hashable, Sendable {
        /// Live rows sent.
        package var rows = 0
        /// Tombstones sent.
        package var tombstones = 0
        /// Whether the page reached every head.
        package var isCheckpoint = false
        /// Whether the device must start over.
        package var isRestart = false
    }

    private let lineage: Lineage
    private let key: HMACKey
    private let limits: Limits

    /// Creates a builder for one history.
    package init(lineage: Lineage, key: HMACKey, limits: Limits) {
        self.lineage = lineage
        self.key = key
        self.limits = limits
    }

    /// The tag of the history that cursors carry.
    package var lineageTag: UInt32 {
        lineage.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Opens a request's cursor.
    ///
    /// - Returns: The positions, or why the device must start over.
    package func open(_ cursor: [UInt8], for device: DeviceID) -> Result<Cursor, CursorProblem> {
        guard !cursor.isEmpty else {
            return .success(Cursor(lineageTag: lineageTag, grantsRevision: 0, entries: []))
        }
        guard let opened = Cursor(cursor, for: device, key: key) else { return .failure(.invalid) }
        guard opened.lineageTag == lineageTag else { return .failure(.lineage) }
        return .success(opened)
    }

    /// Why a cursor cannot be continued.
    package enum CursorProblem: String, Error, Hashable, Sendable {
        /// Not sealed by this server for this device.
        case invalid = "cursor.invalid"
        /// Of another history of the database.
        case lineage = "cursor.lineage"
        /// Below the floor: tombstones it needs have been purged.
        case floor = "cursor.floor"
        /// A bucket's history was cut.
        case epoch = "cursor.epoch"
        /// Beyond what the server holds: an old file was put in its place.
        case future = "cursor.future"
    }

    /// Seals a cursor that stands at the head of some buckets and knows no others.
    package func cursor(at buckets: [BucketRecord], for device: DeviceID) -> [UInt8] {
        let entries = buckets.filter { $0.head > 0 }.sorted { $0.number < $1.number }.map {
            Cursor.Entry(bucket: UInt64($0.number), epoch: $0.epoch, rev: $0.head)
        }
        return Cursor(lineageTag: lineageTag, grantsRevision: 0, entries: entries)
            .sealed(for: device, key: key)
    }

    /// Builds a page.
    ///
    /// - Parameters:
    ///   - request: What the device asked for.
    ///   - cursor: Its opened cursor.
    ///   - asker: The device.
    ///   - snapshot: The moment in time.
    ///   - names: Gives the text of a name number.
    ///   - sink: Takes the frames.
    /// - Returns: How much there was, for the metrics.
    /// - Throws: What the store throws.
    package func build(
        _ request: SyncRequest, _ cursor: Cursor, for asker: Asker,
        in snapshot: any StoreSnapshot, names: (Int64) throws -> String,
        into sink: inout some FrameSink
    ) throws -> Summary {
        let buckets = try snapshot.buckets(of: asker.person)
        guard let device = try snapshot.device(asker.device) else {
            throw StoreFailure.inconsistent("device \(asker.device) is missing")
        }
        try appendOutcomes(request, asker, snapshot, into: &sink)
        if let problem = check(cursor, buckets) {
            sink.append(.restart(reason: problem.rawValue))
            return Summary(isRestart: true)
        }
        var page = PageState(
            bytesLeft: Int(clamping: request.bytesMax).clamped(
                limits.pageBytesMin, limits.pageBytesMax),
            rowsLeft: min(Int(clamping: request.rowsMax), limits.pageRowsMax))
        var entries: [Cursor.Entry] = []
        let known = Dictionary(
            cursor.entries.map { ($0.bucket, $0) }, uniquingKeysWith: { first, _ in first })
        try announceLost(known, buckets, snapshot, into: &sink)
        let ordered = buckets.sorted { ($0.priority, $0.number) < ($1.priority, $1.number) }
        for bucket in ordered {
            let start = known[UInt64(bucket.number)]?.rev ?? 0
            guard bucket.head > start else {
                if let entry = known[UInt64(bucket.number)] { entries.append(entry) }
                continue
            }
            announce(bucket, after: start, into: &sink)
            let reached = try appendRows(
                of: bucket, after: start, snapshot: snapshot, names: names, page: &page,
                into: &sink)
            if reached > 0 {
                entries.append(
                    Cursor.Entry(
                        bucket: UInt64(bucket.number), epoch: bucket.epoch, rev: reached))
            }
        }
        entries.sort { $0.bucket < $1.bucket }
        let next = Cursor(
            lineageTag: lineageTag, grantsRevision: cursor.grantsRevision, entries: entries
        ).sealed(for: asker.id, key: key)
        finish(&page, next, device, into: &sink)
        return page.summary
    }

    // MARK: - Parts

    private struct PageState {
        var bytesLeft: Int
        var rowsLeft: Int
        var isFull = false
        var sum = HashSum.zero
        var named: Set<Int64> = []
        var summary = Summary()
    }

    private func check(_ cursor: Cursor, _ buckets: [BucketRecord]) -> CursorProblem? {
        for bucket in buckets {
            guard let entry = cursor.entries.first(where: { $0.bucket == UInt64(bucket.number) })
            else { continue }
            if entry.epoch != bucket.epoch { return .epoch }
            if entry.rev > bucket.head { return .future }
            if entry.rev < bucket.floor { return .floor }
        }
        return nil
    }

    private func appendOutcomes(
        _ request: SyncRequest, _ asker: Asker, _ snapshot: any StoreSnapshot,
        into sink: inout some FrameSink
    ) throws {
        let outcomes = try snapshot.outcomes(of: asker.device, after: request.outcomesSeen)
        for range in OutcomeRange.runs(of: outcomes) { sink.append(.outcomes(range)) }
    }

    /// Names the buckets of the cursor that the device may not see any more.
    private func announceLost(
        _ known: [UInt64: Cursor.Entry], _ buckets: [BucketRecord],
        _ snapshot: any StoreSnapshot, into sink: inout some FrameSink
    ) throws {
        let granted = Set(buckets.map { UInt64($0.number) })
        for number in known.keys.sorted() where !granted.contains(number) {
            guard let lost = try snapshot.bucket(BucketNumber(number)) else { continue }
            sink.append(.bucketGone(name: lost.name))
        }
    }

    private func announce(
        _ bucket: BucketRecord, after start: UInt64, into sink: inout some FrameSink
    ) {
        sink.append(
            .bucket(
                BucketState(
                    index: UInt64(bucket.number), name: bucket.name, epoch: bucket.epoch,
                    head: bucket.head, count: bucket.count, sum: bucket.sum,
                    priority: bucket.priority, leaseUntil: 0,
                    ahead: min(bucket.head - start, bucket.count + bucket.tombstones))))
    }

    /// Appends rows in the order of revisions; returns the last one reached.
    private func appendRows(
        of bucket: BucketRecord, after start: UInt64, snapshot: any StoreSnapshot,
        names: (Int64) throws -> String, page: inout PageState, into sink: inout some FrameSink
    ) throws -> UInt64 {
        guard !page.isFull, page.bytesLeft > 0, page.rowsLeft > 0 else {
            page.isFull = true
            return start
        }
        var reached = start
        var stopped = false
        try snapshot.rows(in: bucket.number, after: start) { row in
            guard page.bytesLeft > 0, page.rowsLeft > 0 else {
                stopped = true
                return false
            }
            for name in [row.table, row.owner] where page.named.insert(name).inserted {
                sink.append(.name(index: UInt64(name), text: try names(name)))
            }
            page.bytesLeft -= sink.append(row, bucket: UInt64(bucket.number))
            page.rowsLeft -= 1
            if row.isAlive {
                page.sum += HashSum(bytes: row.hash)
                page.summary.rows += 1
            } else {
                page.summary.tombstones += 1
            }
            reached = row.rev
            return true
        }
        if stopped {
            page.isFull = true
            return reached
        }
        return bucket.head
    }

    private func finish(
        _ page: inout PageState, _ cursor: [UInt8], _ device: DeviceRecord,
        into sink: inout some FrameSink
    ) {
        let rows = UInt64(page.summary.rows + page.summary.tombstones)
        if page.isFull {
            sink.append(.page(PageEnd(cursor: cursor, rows: rows, sum: page.sum)))
            return
        }
        page.summary.isCheckpoint = true
        sink.append(
            .checkpoint(
                Checkpoint(
                    cursor: cursor, rows: rows, sum: page.sum, ackedMid: device.lastMid,
                    ackedChain: device.lastChain, lineage: lineage.bytes)))
    }
}

extension Int {
    fileprivate func clamped(_ low: Int, _ high: Int) -> Int {
        Swift.min(Swift.max(self, low), high)
    }
}

/// Where the frames of a response go.
package protocol FrameSink {
    /// Appends a frame.
    mutating func append(_ frame: Frame)

    /// Appends a row or a tombstone as it lies in the store.
    ///
    /// - Returns: The bytes it took.
    mutating func append(_ row: RowInPlace, bucket: UInt64) -> Int
}
