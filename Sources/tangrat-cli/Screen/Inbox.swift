internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

/// The notifications with what the person did to them, the newest first.
struct Inbox: Sendable {
    /// One notification.
    struct Item: Sendable {
        let row: SyncRow
        let record: NotificationRecord
        let isRead: Bool
        /// Whether the mark waits to be sent.
        let isPending: Bool
    }

    let items: [Item]

    /// Puts notifications and the person's marks together.
    ///
    /// - Parameters:
    ///   - rows: The table `notification`.
    ///   - states: The table `notification_state`.
    ///   - inbox: The table `inbox`, which says up to where all was seen.
    init(_ rows: [SyncRow], states: [SyncRow], inbox: [SyncRow]) {
        let marks = Dictionary(states.map { ($0.id, $0) }) { first, _ in first }
        let seen = inbox.first?.integer("seen_up_to") ?? 0
        var keys: Set<String> = []
        items = rows.compactMap { row -> Item? in
            guard let fields = row.value.fields else { return nil }
            let record = NotificationRecord(id: row.id, fields: RecordFields(fields))
            let mark = marks[row.id]
            guard mark?.flag("archived") != true, record.archivedAt == nil else { return nil }
            let isSeen = record.sequence.map { $0 <= seen } ?? false
            return Item(
                row: row, record: record,
                isRead: record.readAt != nil || mark?.flag("read") == true || isSeen,
                isPending: mark?.isPending ?? false)
        }
        .sorted {
            ($0.record.sentAt ?? 0, $0.record.sequence ?? 0, $0.record.id)
                > ($1.record.sentAt ?? 0, $1.record.sequence ?? 0, $1.record.id)
        }
        // The same message sent again is shown once.
        .filter { $0.record.dedupeKey.isEmpty || keys.insert($0.record.dedupeKey).inserted }
    }

    /// Those that nobody read yet.
    var unread: [Item] { items.filter { !$0.isRead } }
}
