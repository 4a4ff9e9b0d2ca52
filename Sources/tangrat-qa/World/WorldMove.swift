internal import CitizenData
internal import SyncProtocol

/// Moves the recorded world to another moment, so that ages look right.
///
/// The times of the rows themselves move by whole hours: each row is as old as
/// it was, and confirmed anew once an hour. What stands in the rows moves by whole
/// days, so that times of day and the days that texts name stay together.
/// Neither passes the moment.
///
/// Moving again within the hour gives the same rows, and later gives rows with
/// greater versions: the server says `unchanged`, and then `applied`.
struct WorldMove: Hashable, Sendable {
    /// By how many days dates in the rows move.
    let days: Int

    /// By how many hours the rows' own times move.
    let hours: Int64

    /// What is added to each version.
    let versions: Int64

    private static let hour: Int64 = 3_600_000

    /// Above every version of the recorded rows.
    private static let versionsPerHour: Int64 = 1_000_000

    /// The world as it was recorded.
    static let none = WorldMove(days: 0, hours: 0, versions: 0)

    /// The move between two moments, in milliseconds since 1970.
    init(from recorded: Int64, to moment: Int64) {
        hours = Self.floorDivided(moment - recorded, by: Self.hour)
        days = Int(Self.floorDivided(hours, by: 24))
        versions = max(0, Self.floorDivided(moment, by: Self.hour)) * Self.versionsPerHour
    }

    private init(days: Int, hours: Int64, versions: Int64) {
        self.days = days
        self.hours = hours
        self.versions = versions
    }

    /// A moment of the rows' own times, moved.
    func moved(_ milliseconds: Int64) -> Int64 { milliseconds + hours * Self.hour }

    /// A row with all that moves.
    func moved(_ row: WorldRow) -> WorldRow {
        var row = row
        row.asOf = moved(row.asOf)
        row.version += versions
        row.body = moved(body: row.body)
        return row
    }

    /// A row of which only its own time moves: the facts in it are printed ones.
    func confirmed(_ row: WorldRow) -> WorldRow {
        var row = row
        row.asOf = moved(row.asOf)
        row.version += versions
        return row
    }

    // MARK: - Bodies

    /// Whether a member stays: births are facts, and this window is set by law.
    private static func stays(_ name: String) -> Bool {
        name == "dob" || name.hasPrefix("dob_") || name.hasSuffix("_dob")
            || name == "hospital_change_window"
    }

    private func moved(body value: JSONValue) -> JSONValue {
        guard days != 0 else { return value }
        switch value {
        case .string(let text): return .string(moved(text: text))
        case .array(let items): return .array(items.map { moved(body: $0) })
        case .object(let object):
            return .object(
                JSONObject(
                    object.members.map { name, member in
                        (name, Self.stays(name) ? member : moved(body: member))
                    }))
        case .null, .bool, .integer: return value
        }
    }

    /// A text of which a day, a month or a moment moves; any other is as it was.
    func moved(text: String) -> String {
        let bytes = text.utf8
        if bytes.count >= 10, let day = CivilDate(iso: String(text.prefix(10))) {
            let rest = text.dropFirst(10)
            guard rest.isEmpty || BangkokTime.read(text) != nil else { return text }
            return day.adding(days: days).iso + rest
        }
        if bytes.count == 7, let month = CivilDate(iso: text + "-15") {
            return String(month.adding(days: days).iso.prefix(7))
        }
        return DaysInText.moved(text, by: days)
    }

    private static func floorDivided(_ value: Int64, by divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }
}
