internal import CitizenData
internal import SyncProtocol

/// Puts what citizens' own devices read into their access logs, one row a day and device.
///
/// A walk through the audit chain from where the last one ended, which is stored
/// in the same commit as the rows: each entry counts once, whenever the walk is cut.
struct AccessPublishing {
    let context: WriterContext
    /// The most entries of one transaction.
    let entriesMax: Int

    /// What a part of the walk did.
    struct Report: Hashable, Sendable {
        /// The last entry that was looked at.
        var through: Int64 = 0
        /// How many were.
        var entries = 0
        /// Rows written.
        var rows = 0
        /// Whether there are more.
        var hasMore = false
        /// Entries that cannot be read, which were passed over.
        var damaged: [Int64] = []
    }

    private struct Day: Hashable {
        let device: DeviceNumber
        let day: String
    }

    /// The store's value that tells how far the walk came.
    static let place = "access_published"

    /// Looks at the next entries; one that cannot be read is passed over, and told.
    ///
    /// - Returns: What was done.
    /// - Throws: What the store throws.
    func run() throws -> Report {
        let transaction = context.transaction
        let start = (try transaction.value(Self.place) ?? []).reduce(0) { $0 << 8 | Int64($1) }
        var report = Report(through: start)
        var records: [AuditRecord] = []
        try transaction.auditRecords(after: start) { record in
            guard records.count < entriesMax else {
                report.hasMore = true
                return false
            }
            records.append(record)
            return true
        }
        guard let last = records.last else { return report }
        var devices: [DeviceID: DeviceRecord] = [:]
        var looks: [Day: OwnLook] = [:]
        for record in records {
            let entry: AuditEntry
            do {
                entry = try record.entry.withUnsafeBytes { try AuditEntry($0) }
            } catch is WireError {
                // It must not keep what comes after it from everybody.
                report.damaged.append(record.number)
                continue
            }
            guard entry.kind == .rowsRead, case .device(let id) = entry.actor,
                let device = try devices[id] ?? transaction.device(id: id)
            else { continue }
            devices[id] = device
            try collect(entry, record.number, device, into: &looks)
        }
        let log = AccessLog(context)
        let byNumber = Dictionary(devices.values.map { ($0.number, $0) }) { first, _ in first }
        for (day, look) in looks.sorted(by: { $0.value.entry < $1.value.entry }) {
            guard let device = byNumber[day.device],
                let person = try transaction.person(device.person), person.erased == 0
            else { continue }
            try log.add(look, of: device, person)
            report.rows += 1
        }
        report.entries = records.count
        report.through = last.number
        var place: [UInt8] = []
        place.appendBigEndian(UInt64(bitPattern: last.number))
        try transaction.set(Self.place, place)
        return report
    }

    private func collect(
        _ entry: AuditEntry, _ number: Int64, _ device: DeviceRecord,
        into looks: inout [Day: OwnLook]
    ) throws {
        var rows: UInt64 = 0
        var domains: Set<String> = []
        for range in entry.ranges {
            // What is another person's was told when it was read.
            guard let bucket = try context.transaction.bucket(range.bucket),
                bucket.person == device.person, AccessLog.isTold(bucket)
            else { continue }
            let (sum, isTooMuch) = rows.addingReportingOverflow(range.rows)
            rows = isTooMuch ? .max : sum
            domains.insert(AccessLog.domain(bucket))
        }
        guard !domains.isEmpty else { return }
        let date = String(BangkokTime.iso(entry.at).prefix(10))
        let day = Day(device: device.number, day: date)
        var look =
            looks[day] ?? OwnLook(day: date, entry: number, first: entry.at, last: entry.at)
        look.first = min(look.first, entry.at)
        look.last = max(look.last, entry.at)
        look.reads += 1
        look.rows = AccessLog.sum(look.rows, Int64(clamping: rows))
        look.domains.formUnion(domains)
        looks[day] = look
    }
}
