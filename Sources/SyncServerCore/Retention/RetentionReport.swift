internal import SyncProtocol

/// What a pass of retention has done, or would do.
struct RetentionReport: Hashable, Sendable {
    /// Rows whose period is over, by table.
    var gone: [String: Int] = [:]
    /// Rows whose period is over, and which a hold keeps, by table.
    var held: [String: Int] = [:]
    /// Rows that were looked at.
    var looked = 0
    /// Devices of which the name went.
    var devices = 0
    /// Entries of the audit chain that were cut off.
    var auditEntries: Int64 = 0
    /// Rows, devices and entries that cannot be read and were passed over.
    var damaged = 0
    /// The last of them, by its number in the store.
    var lastDamaged = ""

    /// Whether anything went.
    var isEmpty: Bool { gone.isEmpty && devices == 0 && auditEntries == 0 }

    /// What the audit chain says of the rows: tables and numbers, never an id.
    var words: String {
        gone.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    /// Takes note of something that cannot be read.
    mutating func passOver(_ what: String) {
        damaged += 1
        lastDamaged = what
    }

    /// Adds what a later part did.
    static func += (left: inout Self, right: Self) {
        left.gone.merge(right.gone) { $0 + $1 }
        left.held.merge(right.held) { $0 + $1 }
        left.looked += right.looked
        left.devices += right.devices
        left.auditEntries += right.auditEntries
        left.damaged += right.damaged
        if right.damaged > 0 { left.lastDamaged = right.lastDamaged }
    }

    /// The answer to an operator: a line for each table, and one for the rest.
    func json(isDryRun: Bool) -> [JSONValue] {
        RetentionPeriod.all.map { period in
            .object(
                JSONObject([
                    ("days", .integer(period.days)),
                    ("gone", .integer(Int64(gone[period.table] ?? 0))),
                    ("held", .integer(Int64(held[period.table] ?? 0))),
                    ("reason", .string(period.reason)), ("table", .string(period.table)),
                ]))
        } + [
            .object(
                JSONObject([
                    ("audit_days", .integer(RetentionPeriod.auditDays)),
                    ("audit_entries", .integer(auditEntries)),
                    ("damaged", .integer(Int64(damaged))),
                    ("device_names", .integer(Int64(devices))),
                    ("dry_run", .integer(isDryRun ? 1 : 0)),
                    ("gone", .integer(Int64(gone.values.reduce(0, +)))),
                    ("held", .integer(Int64(held.values.reduce(0, +)))),
                    ("looked", .integer(Int64(looked))),
                ]))
        ]
    }
}
