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
        /// When it asks, by the server's clock, in milliseconds since 1970.
        package var now: Int64

        /// Creates an asker.
        package init(device: DeviceNumber, id: DeviceID, person: PersonNumber, now: Int64) {
            self.device = device
            self.id = id
            self.person = person
            self.now = now
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
        /// The rows and tombstones of people.
        package var disclosed = AuditRanges()
    }

    private let lineage: Lineage
    private let key: HMACKey
    private let limits: Limits

    /// The tag of the history that cursors carry.
    package let lineageTag: UInt32

    /// Creates a builder for one history.
    package init(lineage: Lineage, key: HMACKey, limits: Limits) {
        self.lineage = lineage
        self.key = key
        self.limits = limits
        lineageTag = lineage.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
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

    /// The device's rights have ended since it was admitted.
    package struct Revoked: Error {}

    /// Seals a cursor that stands at the head of some buckets and knows no others.
    package func cursor(at buckets: [BucketRecord], for device: DeviceID) -> [UInt8] {
        let entries = buckets.filter { $0.head > 0 }.sorted { $0.number < $1.number }.map {
            Cursor.Entry(bucket: $0.index, epoch: $0.epoch, rev: $0.head)
        }
        return Cursor(lineageTag: lineageTag, grantsRevision: 0, entries: entries)
            .sealed(for: device, key: key)
    }

    /// Looks up what a device may see, in the moment of the rows.
    ///
    /// - Throws: ``Revoked`` if its rights have ended, or what the store throws.
    func view(of asker: Asker, in snapshot: any StoreSnapshot) throws -> DeviceView {
        guard let view = try snapshot.view(of: asker.device, now: asker.now) else {
            throw Revoked()
        }
        return view
    }

    /// Builds a page.
    ///
    /// - Parameters:
    ///   - request: What the device asked for.
    ///   - cursor: Its opened cursor.
    ///   - asker: The device.
    ///   - snapshot: The moment in time.
    ///   - known: What the device may see at that moment; looked up if nil.
    ///   - names: Gives the text of a name number.
    ///   - sink: Takes the frames.
    /// - Returns: How much there was, for the metrics.
    /// - Throws: What the store throws.
    func build(
        _ request: SyncRequest, _ cursor: Cursor, for asker: Asker,
        in snapshot: any StoreSnapshot, seeing known: DeviceView? = nil,
        names: (Int64) throws -> String, into sink: inout some FrameSink
    ) throws -> Summary {
        let view = try known ?? view(of: asker, in: snapshot)
        let (device, buckets) = (view.device, view.buckets)
        let hasMoreOutcomes = try appendOutcomes(request, asker, device, snapshot, into: &sink)
        if let problem = check(cursor, buckets) {
            sink.append(.restart(reason: problem.rawValue))
            return Summary(isRestart: true)
        }
        var page = PageState(
            cursor: cursor, bytesLeft: pageBytes(request.bytesMax),
            rowsLeft: min(Int(clamping: request.rowsMax), limits.pageRowsMax))
        try announceLost(buckets, snapshot, &page, into: &sink)
        // All of them before the first row: a device then knows from the start how much comes.
        let moved = moved(buckets, since: cursor)
        for (bucket, start) in moved {
            announce(
                bucket, after: start, isHeld: cursor.entry(of: bucket.index) != nil, into: &sink)
        }
        if cursor.grantsRevision != device.rights {
            announceRights(buckets, cursor, into: &sink)
        }
        // The others are announced all the same, so that the device knows what it lacks.
        for (bucket, start) in moved where bucket.priority <= request.priorityMax {
            try appendRows(
                of: bucket, after: start, snapshot: snapshot, names: names, page: &page,
                into: &sink)
            if page.isFull { break }
        }
        // A checkpoint says that the device knows how all its writes ended.
        if hasMoreOutcomes { page.isFull = true }
        finish(
            &page, asker, device, namesLineage: request.cursor.isEmpty || request.wantsCheckpoint,
            into: &sink)
        return page.summary
    }

    // MARK: - Parts

    private struct PageState {
        /// Where the device will stand.
        var cursor: Cursor
        var bytesLeft: Int
        var rowsLeft: Int
        var isFull = false
        var sum = HashSum.zero
        /// The names announced, never more than a few.
        var named: [Int64] = []
        var summary = Summary()
    }

    private func pageBytes(_ wanted: UInt64) -> Int {
        min(max(Int(clamping: wanted), limits.pageBytesMin), limits.pageBytesMax)
    }

    private func check(_ cursor: Cursor, _ buckets: [BucketRecord]) -> CursorProblem? {
        for bucket in buckets {
            guard let entry = cursor.entry(of: bucket.index) else { continue }
            if entry.epoch != bucket.epoch { return .epoch }
            if max(entry.rev, entry.beganAt) > bucket.head { return .future }
            // Who had nothing lacks no tombstone of a row that was gone before its first page.
            if entry.rev < bucket.floor, entry.beganAt < bucket.floor { return .floor }
        }
        return nil
    }

    private func appendOutcomes(
        _ request: SyncRequest, _ asker: Asker, _ device: DeviceRecord,
        _ snapshot: any StoreSnapshot, into sink: inout some FrameSink
    ) throws -> Bool {
        guard device.lastMid > request.outcomesSeen else { return false }
        let outcomes = try snapshot.outcomes(of: asker.device, after: request.outcomesSeen)
        for range in OutcomeRange.runs(of: outcomes) { sink.append(.outcomes(range)) }
        return outcomes.count == OutcomeRecord.answerMax
    }

    /// Names the buckets of the cursor that the device may not see any more.
    private func announceLost(
        _ buckets: [BucketRecord], _ snapshot: any StoreSnapshot, _ page: inout PageState,
        into sink: inout some FrameSink
    ) throws {
        for entry in page.cursor.entries {
            if buckets.contains(where: { $0.index == entry.bucket }) { continue }
            page.cursor.entries.removeAll { $0.bucket == entry.bucket }
            guard let lost = try snapshot.bucket(BucketNumber(clamping: entry.bucket)) else {
                continue
            }
            sink.append(.bucketGone(name: lost.name))
        }
    }

    /// The buckets with something new, in the order in which they are sent.
    private func moved(
        _ buckets: [BucketRecord], since cursor: Cursor
    ) -> [(bucket: BucketRecord, start: UInt64)] {
        var moved: [(bucket: BucketRecord, start: UInt64)] = []
        for bucket in buckets {
            let start = cursor.entry(of: bucket.index)?.rev ?? 0
            if bucket.head > start { moved.append((bucket, start)) }
        }
        moved.sort {
            ($0.bucket.priority, $0.bucket.number) < ($1.bucket.priority, $1.bucket.number)
        }
        return moved
    }

    /// Names the buckets that have not moved, because the ends of rights may have.
    private func announceRights(
        _ buckets: [BucketRecord], _ cursor: Cursor, into sink: inout some FrameSink
    ) {
        for bucket in buckets.sorted(by: { $0.number < $1.number })
        where cursor.entry(of: bucket.index)?.rev == bucket.head {
            announce(bucket, after: bucket.head, isHeld: true, into: &sink)
        }
    }

    private func announce<Sink: FrameSink>(
        _ bucket: BucketRecord, after start: UInt64, isHeld: Bool, into sink: inout Sink
    ) {
        let state = BucketState(
            index: bucket.index, name: bucket.name, epoch: bucket.epoch, head: bucket.head,
            count: bucket.count, sum: bucket.sum, priority: bucket.priority,
            leaseUntil: bucket.leaseUntil,
            ahead: min(bucket.head - start, bucket.count + bucket.tombstones))
        sink.append(.bucket(isHeld && !Sink.standsAlone ? state.forHolder : state))
    }

    /// Appends rows in the order of revisions and moves the cursor behind them.
    private func appendRows(
        of bucket: BucketRecord, after start: UInt64, snapshot: any StoreSnapshot,
        names: (Int64) throws -> String, page: inout PageState, into sink: inout some FrameSink
    ) throws {
        var reached = start
        try snapshot.rows(in: bucket.number, after: start) { row in
            guard page.bytesLeft > 0, page.rowsLeft > 0 else {
                page.isFull = true
                return false
            }
            try announceName(row.table, names, &page, into: &sink)
            try announceName(row.owner, names, &page, into: &sink)
            page.bytesLeft -= sink.append(row, of: bucket.number)
            page.rowsLeft -= 1
            if bucket.person != 0 { page.summary.disclosed.add(row.rev, of: bucket.number) }
            if row.isAlive {
                page.sum += row.hash
                page.summary.rows += 1
            } else {
                page.summary.tombstones += 1
            }
            reached = row.rev
            return true
        }
        if !page.isFull { reached = bucket.head }
        guard reached > 0 else { return }
        let held = page.cursor.entry(of: bucket.index)
        page.cursor.move(
            to: Cursor.Entry(
                bucket: bucket.index, epoch: bucket.epoch, rev: reached,
                beganAt: reached == bucket.head ? 0 : held?.beganAt ?? bucket.head))
    }

    private func announceName(
        _ number: Int64, _ names: (Int64) throws -> String, _ page: inout PageState,
        into sink: inout some FrameSink
    ) throws {
        guard !page.named.contains(number) else { return }
        page.named.append(number)
        sink.append(.name(index: UInt64(bitPattern: number), text: try names(number)))
    }

    private func finish<Sink: FrameSink>(
        _ page: inout PageState, _ asker: Asker, _ device: DeviceRecord, namesLineage: Bool,
        into sink: inout Sink
    ) {
        let rows = UInt64(page.summary.rows + page.summary.tombstones)
        if !page.isFull { page.cursor.grantsRevision = device.rights }
        let cursor = page.cursor.sealed(for: asker.id, key: key)
        if page.isFull {
            sink.append(.page(PageEnd(cursor: cursor, rows: rows, sum: page.sum)))
            return
        }
        page.summary.isCheckpoint = true
        sink.append(
            .checkpoint(
                Checkpoint(
                    cursor: cursor, rows: rows, sum: page.sum, ackedMid: device.lastMid,
                    ackedChain: device.lastChain,
                    lineage: namesLineage || Sink.standsAlone ? lineage.bytes : [])))
    }
}

extension BucketRecord {
    /// The number of the bucket in frames and cursors.
    var index: UInt64 { UInt64(bitPattern: number) }
}
