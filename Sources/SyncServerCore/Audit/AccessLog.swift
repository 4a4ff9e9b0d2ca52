internal import CitizenData
internal import SyncProtocol

/// What citizens are told of who read their rows: `access_event` rows of their own.
///
/// Written in the commit of the audit entry that they tell of, and under its
/// number. Reading the access log is not told in it: it would never end.
struct AccessLog {
    /// The table of the rows.
    static let table = "access_event"
    /// How the ids of the server's own rows begin; no feed may use such an id.
    static let idPrefix = "tangrat-"

    private let transaction: any StoreTransaction
    private let book: BucketBook
    private let now: Int64

    init(_ context: WriterContext) {
        transaction = context.transaction
        book = context.book
        now = context.now
    }

    /// Tells the people whose rows another person's device was sent.
    ///
    /// - Parameters:
    ///   - ranges: What it was sent.
    ///   - device: The device.
    ///   - visible: The buckets that it may see.
    ///   - entry: The number of the audit entry.
    /// - Throws: What the store throws.
    func tell(
        _ ranges: [AuditRange], readBy device: DeviceRecord, among visible: [BucketRecord],
        entry: Int64
    ) throws {
        // Without rights of another kind everything that is visible is their own.
        guard device.rights != 0 else { return }
        for (index, range) in ranges.enumerated() {
            guard let bucket = visible.first(where: { $0.number == range.bucket }),
                bucket.person != device.person, Self.isTold(bucket)
            else { continue }
            guard let owner = try transaction.person(bucket.person),
                let reader = try transaction.person(device.person)
            else { throw StoreFailure.inconsistent("bucket \(bucket.number) is nobody's") }
            try put(
                "\(Self.idPrefix)\(entry)-\(index)", of: owner,
                [
                    ("actor", .string(reader.subject)), ("actor_kind", "person"),
                    ("legal_basis", "สิทธิที่เจ้าของข้อมูลให้ไว้"),
                    ("log_time", .string(BangkokTime.iso(now))),
                    ("purpose_en", "Reading under a right that was given"),
                    ("purpose_th", "อ่านข้อมูลตามสิทธิที่ได้รับ"),
                    ("query_id", .string("\(entry)")),
                    ("rows", .integer(Int64(clamping: range.rows))),
                    ("target_table", .string(Self.domain(bucket))),
                ])
        }
    }

    /// Tells a person that everything about them was given out.
    ///
    /// - Parameters:
    ///   - person: The person.
    ///   - rows: How many rows.
    ///   - reason: Why, in the operator's words.
    ///   - entry: The number of the audit entry.
    /// - Throws: What the store throws.
    func tellOfExport(of person: PersonRecord, rows: Int, reason: String, entry: Int64) throws {
        try put(
            "\(Self.idPrefix)\(entry)-0", of: person,
            [
                ("actor", "operator"), ("actor_kind", "officer"),
                ("legal_basis", "พ.ร.บ. คุ้มครองข้อมูลส่วนบุคคล พ.ศ. ๒๕๖๒"),
                ("log_time", .string(BangkokTime.iso(now))),
                ("purpose_en", .string("Export of everything about you: \(reason)")),
                ("purpose_th", .string("ส่งออกข้อมูลทั้งหมดของคุณ: \(reason)")),
                ("query_id", .string("\(entry)")), ("rows", .integer(Int64(rows))),
                ("target_table", "all"),
            ])
    }

    /// Adds what a person's own device read on a day to the day's row.
    ///
    /// - Parameters:
    ///   - look: What it read.
    ///   - device: The device.
    ///   - person: Its person.
    /// - Throws: What the store throws.
    func add(_ look: OwnLook, of device: DeviceRecord, _ person: PersonRecord) throws {
        let id = "\(Self.idPrefix)own-\(device.id)-\(look.day)"
        let told = try stored(id).flatMap { $0.isAlive ? try? JSON.parse($0.body) : nil }
        let domains = Set((told?["fields"]?.items ?? []).compactMap(\.text)).union(look.domains)
        // A feed could write such rows once: its times can be none.
        func time(_ name: String) -> Int64? {
            told?[name]?.intValue.flatMap { AuditEntry.times.contains($0) ? $0 : nil }
        }
        let first = min(time("first_ms") ?? look.first, look.first)
        let last = max(time("last_ms") ?? look.last, look.last)
        try put(
            id, of: person,
            [
                ("actor", .string("device:\(device.id)")), ("actor_kind", "own_device"),
                ("fields", .array(domains.sorted().map { .string($0) })),
                ("first_ms", .integer(first)), ("last_ms", .integer(last)),
                ("legal_basis", "เจ้าของข้อมูล"),
                ("log_time", .string(BangkokTime.iso(last))),
                ("purpose_en", "Your own device was brought up to date"),
                ("purpose_th", "ปรับปรุงข้อมูลในอุปกรณ์ของคุณเอง"),
                ("query_id", .string(told?["query_id"]?.text ?? "\(look.entry)")),
                ("reads", .integer(Self.sum(told?["reads"]?.intValue, look.reads))),
                ("rows", .integer(Self.sum(told?["rows"]?.intValue, look.rows))),
                ("target_table", .string(domains.count == 1 ? domains.first ?? "all" : "all")),
            ])
    }

    /// The last part of a bucket's name.
    static func domain(_ bucket: BucketRecord) -> String {
        bucket.name.split(separator: "/").last.map(String.init) ?? ""
    }

    /// Whether reading a bucket is told: people's rows, but for the access log itself.
    static func isTold(_ bucket: BucketRecord) -> Bool {
        bucket.person != 0 && domain(bucket) != policy?.domain
    }

    private static let policy = TablePolicy.all[table]
    /// Who answers for the system, as for receipts.
    private static let owner = "dga"

    /// What is stored and what is new, at most the largest number.
    ///
    /// A row may be older than the rule that no feed writes one: nothing in it may end the server.
    static func sum(_ stored: Int64?, _ more: Int64) -> Int64 {
        let (sum, isTooLarge) = (stored ?? 0).addingReportingOverflow(more)
        return isTooLarge ? .max : sum
    }

    private func stored(_ id: String) throws -> RowRecord? {
        try transaction.row(RowKey(table: Self.table, id: id), scope: RowScope.feed.number)
    }

    private func put(
        _ id: String, of person: PersonRecord, _ members: [(String, JSONValue)]
    ) throws {
        // Who was erased is told nothing more: there is nobody to read it.
        guard person.erased == 0, let policy = Self.policy else { return }
        var all: [(String, JSONValue)] = [
            ("bulk", .integer(0)), ("org", "tangrat"), ("org_en", "Tang Rat"),
            ("org_th", "ทางรัฐ"), ("outcome", "shown"), ("target_id", ""),
        ]
        all += members
        let old = try stored(id)
        try book.put(
            RowRecord(
                number: 0, bucket: try book.home(of: policy, person: person), rev: 0,
                key: RowKey(table: Self.table, id: id), scope: RowScope.feed.number,
                owner: Self.owner, asOf: now, sourceVersion: Self.sum(old?.sourceVersion, 1),
                hash: .zero, isAlive: true, body: JSON.canonical(.object(JSONObject(all)))),
            replacing: old)
    }
}

/// What a person's own device read on one day.
struct OwnLook: Hashable {
    /// The day in Thailand, as 2026-11-21.
    let day: String
    /// The number of the first entry that tells of it.
    let entry: Int64
    /// The time of the first read, in milliseconds since 1970.
    var first: Int64
    /// The time of the last.
    var last: Int64
    /// How many answers.
    var reads: Int64 = 0
    /// How many rows and tombstones.
    var rows: Int64 = 0
    /// The parts of the person's data.
    var domains: Set<String> = []
}
