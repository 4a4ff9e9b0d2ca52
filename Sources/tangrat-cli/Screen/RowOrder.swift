internal import CitizenData
internal import SyncClientCore

/// The order of rows on a screen: what asks for something first, then the newest.
enum RowOrder {
    /// How many settled rows are shown unless all are asked for.
    private static let settledMax = 6

    /// The rows in the order of a screen.
    static func sorted(_ rows: [SyncRow]) -> [SyncRow] {
        rows.map { (row: $0, isOpen: isOpen($0), key: key($0)) }
            .sorted { first, second in
                if first.isOpen != second.isOpen { return first.isOpen }
                if first.key != second.key {
                    return first.isOpen ? first.key < second.key : first.key > second.key
                }
                return first.row.id < second.row.id
            }
            .map(\.row)
    }

    /// How many rows to show, or nil for all: those that are open and some more.
    static func shownMax(_ rows: [ShownRow]) -> Int? {
        guard let table = rows.first?.row.table,
            ["bill", "payment", "access_event", "traffic_ticket", "notification"].contains(table)
        else { return nil }
        return rows.filter { isOpen($0.row) }.count + settledMax
    }

    private static func isOpen(_ row: SyncRow) -> Bool {
        switch row.table {
        case "bill": BillState(rawValue: row.text("status") ?? "")?.isDue ?? false
        case "traffic_ticket": row.text("status") == "unpaid"
        default: false
        }
    }

    /// The day that orders: due dates for what is open, else the newest moment.
    private static func key(_ row: SyncRow) -> String {
        if isOpen(row) { return row.text("due") ?? "9999" }
        for name in ["issued", "issued_at", "log_time", "paid_at", "sent_at"] {
            if let text = row.text(name), !text.isEmpty { return text }
        }
        return ""
    }
}
