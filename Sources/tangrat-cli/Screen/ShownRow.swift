internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

/// A row with the judgement of its age, ready to be shown.
struct ShownRow: Sendable {
    let row: SyncRow
    let freshness: Freshness

    /// Until when the row is fresh, or nil where age does not make it wrong.
    let freshUntil: Int64?

    /// When the row expires, or nil.
    let hardExpiry: Int64?

    /// Whether nothing more can happen to it: a paid bill does not age.
    let isSettled: Bool

    /// The person's own words about it, or nil.
    let annotation: SyncRow?

    /// Whether the value may be shown at all.
    var isHidden: Bool { freshness.show == .hidden }

    /// The members of the body, or none where they may not be shown.
    var fields: RecordFields {
        isHidden ? RecordFields(JSONObject()) : RecordFields(row.value.fields ?? JSONObject())
    }

    /// The members of the body that this version does not know, where they may be shown.
    var unknownFields: JSONObject { isHidden ? JSONObject() : row.unknownMembers }

    /// `table/id`, as the commands take it.
    var name: String { "\(row.table)/\(row.id)" }
}

extension SyncRow {
    /// The members that this version does not know, with their values.
    var unknownMembers: JSONObject {
        let names = Set(unknownFields)
        let members = value.fields?.members ?? []
        return JSONObject(members.filter { names.contains($0.key) }.map { ($0.key, $0.value) })
    }
}

/// Judges the age of rows: one place for the rules that a screen and an exit code follow.
struct RowJudge: Sendable {
    let standing: Standing
    let annotations: [String: SyncRow]

    /// Creates a judge for one moment.
    init(standing: Standing, annotations: [SyncRow] = []) {
        self.standing = standing
        self.annotations = Dictionary(annotations.map { ($0.id, $0) }) { first, _ in first }
    }

    /// Judges a row.
    func judge(_ row: SyncRow) -> ShownRow {
        let kind = RecordKind(rawValue: row.table)
        let isSettled = Self.isSettled(row)
        let freshSeconds = isSettled || row.owner.isEmpty ? nil : kind?.freshSeconds
        let freshUntil = freshSeconds.map { row.asOfMilliseconds + $0 * 1_000 }
        let hardExpiry = isSettled || row.owner.isEmpty ? nil : Self.hardExpiry(row)
        let freshness = Freshness(
            Freshness.Input(
                asOf: row.asOfMilliseconds, freshUntil: freshUntil, hardExpiry: hardExpiry,
                lastServerTime: standing.lastSync, clockDrift: -standing.serverOffset,
                isRevoked: Self.isRevoked(row), sensitivity: Self.sensitivity(kind),
                now: standing.now))
        return ShownRow(
            row: row, freshness: freshness, freshUntil: freshUntil, hardExpiry: hardExpiry,
            isSettled: isSettled,
            annotation: annotations[row.annotationID])
    }

    /// The exit code for some rows: the worst of them.
    static func exitCode(_ rows: [ShownRow]) -> Int32 {
        rows.map(\.freshness.band.exitCode).max() ?? 0
    }

    /// The class of the values; a kind that may be of either is judged by the fields it always has.
    private static func sensitivity(_ kind: RecordKind?) -> Sensitivity {
        kind?.sensitivity.lowerBound ?? .p2
    }

    private static func isRevoked(_ row: SyncRow) -> Bool {
        (row.table == "driving_licence" || row.table == "document")
            && row.text("status") == "revoked"
    }

    private static func isSettled(_ row: SyncRow) -> Bool {
        switch row.table {
        case "bill": ["paid", "refunded", "void"].contains(row.text("status") ?? "")
        case "traffic_ticket": ["paid", "cancelled"].contains(row.text("status") ?? "")
        case "payment": true
        default: false
        }
    }

    private static let days: [String: Int64] = [
        "driving_licence": 30, "traffic_ticket": 30, "entitlement": 30, "newborn_subsidy": 30,
        "vehicle": 180, "social_security": 90, "health_coverage": 14, "civil_registration": 365,
        "profile": 365, "credit_report": 30,
    ]

    /// When the value of a row is too old to rely on.
    private static func hardExpiry(_ row: SyncRow) -> Int64? {
        if row.table == "credit_report",
            let day = row.text("purge_content_after").flatMap(CivilDate.init(iso:))
        {
            // The content may stay to the end of that day.
            return BangkokTime.start(of: day.adding(days: 1))
        }
        return days[row.table].map { row.asOfMilliseconds + $0 * 86_400_000 }
    }
}
