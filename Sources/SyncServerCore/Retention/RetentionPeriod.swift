internal import CitizenData
internal import SyncProtocol

/// How long the rows of one table are kept, and from when the time runs.
///
/// ``all`` is the one place that says so. What is not in it is kept until its agency
/// removes it or its person is erased: `profile`, `preference`, `inbox`, `pinned`,
/// `annotation` belong to the account, and what is for everyone is nobody's.
struct RetentionPeriod: Hashable, Sendable {
    /// From when the time runs.
    enum Start: Sendable {
        /// When the owner last said that it is true.
        case asOf
        /// The latest of these members; without any of them the row is kept.
        case dates([String])
        /// The latest of these members, or else when the owner last said it.
        case datesOrAsOf([String])
        /// The latest of these members, or else when the owner last said it; but where the row
        /// says that a right is given (`given`, a member and its value) and not until when
        /// (`end`), the right is in force and the row is kept.
        case rightOrAsOf([String], given: (String, String), end: String)
        /// When the owner last said it, once a request is in a state that it does not leave.
        case asOfWhenEnded
        /// The last change by the person; the row merges what its devices write.
        case lastChange
    }

    /// The table.
    let table: String
    /// How long, in days; a year has 366 of them, so that nothing goes early.
    let days: Int64
    /// From when.
    let start: Start
    /// A flag of the body, and how long the row is kept where it is set.
    var longer: (flag: String, days: Int64)?
    /// A member that says that nothing is left to remove.
    var unless: String?
    /// Where the period comes from.
    let reason: String

    /// The length of a day, in milliseconds.
    static let day: Int64 = 86_400_000

    private static let year: Int64 = 366

    static func == (left: Self, right: Self) -> Bool { left.table == right.table }
    func hash(into hasher: inout Hasher) { hasher.combine(table) }

    /// Every table that has a period.
    ///
    /// Periods are proposals where the reason names no rule; an operator's lawyers decide.
    static let all: [RetentionPeriod] = [
        .init("civil_registration", 1 * year, .asOf, "a year, or until it is replaced"),
        .init("driving_licence", 1 * year, .dates(["expires"]), "its expiry and a year"),
        .init(
            "vehicle", 1 * year, .asOf, "a year after its register last named the person as owner"),
        .init(
            "traffic_ticket", 2 * year, .datesOrAsOf(["issued_at"]),
            "the limitation of one year, and a year"),
        .init(
            "credit_report", 30, .datesOrAsOf(["delivered_at"]), unless: "content_purged_on",
            "30 days; its receipt stays"),
        .init("social_security", 2 * year, .asOf, "two years"),
        .init("health_coverage", 90, .dates(["expdate"]), "90 days after the right changed"),
        .init("newborn_subsidy", 1 * year, .dates(["ends"]), "the child's age of six, and a year"),
        .init(
            "entitlement", 1 * year,
            .rightOrAsOf(
                ["window.to", "appeal_until", "decided_at"], given: ("decision", "eligible"),
                end: "window.to"),
            "its window and a year; a right without an end is in force"),
        .init(
            "notification", 1 * year, .datesOrAsOf(["sent_at"]),
            longer: ("ack_required", 5 * year), "a year; five where it must be acknowledged"),
        .init("notification_state", 5 * year, .lastChange, "as long as any notification"),
        .init("request", 5 * year, .asOfWhenEnded, "five years after it ended"),
        .init("request_draft", 180, .lastChange, "180 days if it is not handed in"),
        .init("receipt", 10 * year, .datesOrAsOf(["entered_at"]), "ten years"),
        .init("bill", 2 * year, .datesOrAsOf(["due", "issued"]), "two years"),
        .init("payment", 5 * year, .datesOrAsOf(["paid_at"]), "five years"),
        .init("document", 0, .dates(["expires"]), "its expiry"),
        .init(
            "consent", 10 * year, .dates(["to", "withdrawn_at"]), "its life and ten years"),
        .init("access_event", 2 * year, .datesOrAsOf(["log_time"]), "two years"),
        .init("delegation", 5 * year, .dates(["to"]), "its life and five years"),
    ]

    /// The periods by table.
    static let byTable = Dictionary(uniqueKeysWithValues: all.map { ($0.table, $0) })

    /// How long entries of the audit chain are kept, in days.
    ///
    /// As long as the rows of access logs that name them. The Computer Crime Act
    /// B.E. 2550 s.26 wants traffic data for 90 days at least.
    static let auditDays = 2 * year

    /// How long the name of a device is kept after its rights ended, in days.
    static let deviceDays = 1 * year

    private init(
        _ table: String, _ days: Int64, _ start: Start,
        longer: (flag: String, days: Int64)? = nil, unless: String? = nil, _ reason: String
    ) {
        self.table = table
        self.days = days
        self.start = start
        self.longer = longer
        self.unless = unless
        self.reason = reason
    }

    /// Whether the time of day a row was last true says that it can be over at all.
    ///
    /// - Returns: False only where the body need not be read.
    func mayBeOver(asOf: Int64, at now: Int64) -> Bool {
        switch start {
        case .asOf, .asOfWhenEnded, .lastChange: asOf + days * Self.day < now
        case .dates, .datesOrAsOf, .rightOrAsOf: true
        }
    }

    /// Whether the period of a row is over: false to its last millisecond.
    ///
    /// - Parameters:
    ///   - body: The row's, canonical JSON. One that cannot be read has no dates.
    ///   - asOf: When its owner last said it, in milliseconds since 1970.
    ///   - now: The server's clock, likewise.
    /// - Returns: Whether it may go.
    func isOver(body: [UInt8], asOf: Int64, at now: Int64) -> Bool {
        guard mayBeOver(asOf: asOf, at: now) else { return false }
        let fields = RecordFields((try? JSON.parse(body))?.fields ?? JSONObject())
        if let unless, fields.has(unless) { return false }
        let start: Int64?
        switch self.start {
        case .asOf, .lastChange: start = asOf
        case .asOfWhenEnded:
            let state = RequestState(rawValue: fields.text("state"))
            start = state.map { Self.ended.contains($0) } == true ? asOf : nil
        case .dates(let names): start = Self.latest(names, in: fields)
        case .datesOrAsOf(let names): start = Self.latest(names, in: fields) ?? asOf
        case .rightOrAsOf(let names, let given, let end):
            let isGiven = fields.text(given.0) == given.1
            start =
                isGiven && Self.latest([end], in: fields) == nil
                ? nil : Self.latest(names, in: fields) ?? asOf
        }
        guard let start else { return false }
        let days = longer.flatMap { fields.flag($0.flag) == true ? $0.days : nil } ?? days
        return start + days * Self.day < now
    }

    /// Approved and rejected requests may still be closed, but nobody waits for anything.
    private static let ended: Set<RequestState> = [
        .approved, .rejected, .closed, .withdrawn, .expiredBeforeReceipt, .superseded,
    ]

    /// The latest of some members, a day to its end, in milliseconds since 1970.
    private static func latest(_ names: [String], in fields: RecordFields) -> Int64? {
        names.compactMap { name -> Int64? in
            let parts = name.split(separator: ".").map { String($0) }
            let group = parts.dropLast().reduce(fields) { $0.group($1) }
            guard let member = parts.last else { return nil }
            if let last = group.date(member)?.latest {
                return BangkokTime.start(of: last) + day
            }
            return group.moment(member)
        }.max()
    }
}
