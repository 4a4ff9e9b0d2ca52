internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

/// The notifications: what is unread, then what was read last.
struct InboxScreen: Sendable {
    let context: ScreenContext
    let inbox: Inbox
    let isAll: Bool

    /// How many of those already read are shown unless all are asked for.
    private static let readMax = 5
    /// How many unread ones are shown unless all are asked for.
    private static let unreadMax = 20

    /// Those to show.
    var items: [Inbox.Item] {
        guard !isAll else { return inbox.items }
        return Array(inbox.unread.prefix(Self.unreadMax))
            + inbox.items.filter(\.isRead).prefix(Self.readMax)
    }

    /// The screen for a person.
    var page: Page {
        let say = context.say
        var page = Page()
        page.title(
            say(CommandMessage.notifications),
            trailing: inbox.items.isEmpty
                ? "" : "\(say(CommandMessage.unread)) \(inbox.unread.count)/\(inbox.items.count)")
        if inbox.items.isEmpty { page.text(say(RowMessage.nothingHere), indent: 0) }
        for item in items { page.append(entry(item)) }
        let left = inbox.items.count - items.count
        if left > 0 {
            page.blank()
            page.text(say(RowMessage.moreRows, "\(left)"), role: .quiet, indent: 0)
        }
        return page
    }

    private func entry(_ item: Inbox.Item) -> Page {
        let say = context.say
        let record = item.record
        var page = Page()
        let state = say(item.isRead ? CommandMessage.read : CommandMessage.unread)
        let badge = record.priority == "high" ? "\(say(record.priorityLabel)) · \(state)" : state
        page.heading(
            say.pick(record.titleThai, record.titleEnglish),
            trailing: item.isPending ? "\(badge) · \(say(RowMessage.queued))" : badge,
            role: item.isRead ? .quiet : record.priority == "high" ? .bad : .warning)
        page.text(say.pick(record.bodyThai, record.bodyEnglish))
        context.addUnknown(item.row.unknownMembers, to: &page)
        page.text(
            [
                say(RowMessage.from, say(context.directory.name(item.row.owner))),
                record.sentAt.map { "\(say.moment($0)) (\(say.span(context.now - $0)))" } ?? "",
                record.id,
            ]
            .filter { !$0.isEmpty }.joined(separator: " · "), role: .quiet)
        return page
    }

    /// One line for a script.
    func json(_ item: Inbox.Item) -> JSONValue {
        [
            "id": .string(item.record.id), "owner": .string(item.row.owner),
            "pending": .bool(item.isPending), "priority": .string(item.record.priority),
            "read": .bool(item.isRead), "sent_at": RowJSON.moment(item.record.sentAt),
            "value": item.row.value,
        ]
    }
}
