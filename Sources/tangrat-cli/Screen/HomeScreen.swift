internal import CitizenData
internal import SyncProtocol

/// The first screen: what needs attention, how old the data are, what waits.
struct HomeScreen: Sendable {
    let context: ScreenContext
    let standing: Standing
    let items: [AttentionItem]

    /// The most items shown; a longer list is not read.
    private static let itemsMax = 12

    /// The screen for a person.
    var page: Page {
        let say = context.say
        var page = Page()
        page.title(say(HomeMessage.title), trailing: say.moment(standing.now))
        guard standing.account != nil else {
            page.text(say(HomeMessage.welcome), indent: 0)
            page.blank()
            page.text(say(HomeMessage.howToSignIn), indent: 0)
            return page
        }
        page.text(lastSync, role: .quiet, indent: 0)
        page.heading(say(HomeMessage.attention), trailing: items.isEmpty ? "" : "\(items.count)")
        if items.isEmpty {
            let isEmpty = standing.lastSync == nil
            page.text(say(isEmpty ? HomeMessage.neverSynced : HomeMessage.allWell))
        }
        for item in items.prefix(Self.itemsMax) { page.append(line(item)) }
        if items.count > Self.itemsMax {
            page.text(say(HomeMessage.moreAttention, "\(items.count - Self.itemsMax)"), indent: 4)
        }
        page.heading(say(HomeMessage.waiting))
        page.text(
            standing.queuedCount == 0
                ? say(HomeMessage.nothingWaiting)
                : say(HomeMessage.waitingCount, "\(standing.queuedCount)"))
        page.heading(say(HomeMessage.sources))
        page.append(SourceList(context: context, standing: standing).page)
        return page
    }

    private var lastSync: String {
        guard let last = standing.lastSync else { return context.say(HomeMessage.neverSynced) }
        return context.say(
            HomeMessage.lastSync, context.say.moment(last), context.say.span(standing.now - last))
    }

    private func line(_ item: AttentionItem) -> Page {
        var page = Page()
        let (mark, role): (String, Page.Role) =
            switch item.urgency {
            case .now: ("!", .bad)
            case .soon: ("•", .warning)
            case .note: ("·", .plain)
            }
        page.item(context.say(item.message), mark: mark, role: role)
        return page
    }

    /// The screen for a script.
    var json: JSONValue {
        [
            "attention": .array(
                items.map { item in
                    [
                        "code": .string(item.code), "command": .string("tangrat \(item.command)"),
                        "message_en": .string(item.message.text(in: .english)),
                        "message_th": .string(item.message.text(in: .thai)),
                        "row": .string(item.row),
                        "urgency": .string("\(item.urgency)"),
                    ]
                }),
            "last_sync": RowJSON.moment(standing.lastSync),
            "now": .string(BangkokTime.iso(standing.now)),
            "queued": .integer(Int64(standing.queuedCount)),
            "signed_in": .bool(standing.account != nil),
            "sources": SourceList(context: context, standing: standing).json,
        ]
    }
}

/// The owners of the data with the age of what they gave.
struct SourceList: Sendable {
    let context: ScreenContext
    let standing: Standing

    /// The person's own sources before those of everybody, the newest first.
    private var sources: [Standing.Source] {
        let sources = standing.sources.filter { !$0.owner.isEmpty }
            .sorted { ($0.newestAsOf, $0.owner) > ($1.newestAsOf, $1.owner) }
        return sources.filter { !$0.isPublic } + sources.filter(\.isPublic)
    }

    private func count(_ source: Standing.Source) -> String {
        let message: HomeMessage =
            switch (source.isPublic, source.rows) {
            case (true, _): .sourceRowsPublic
            case (false, 1): .sourceRow
            case (false, _): .sourceRows
            }
        return context.say(message, "\(source.rows)")
    }

    /// A line for each owner.
    var page: Page {
        let say = context.say
        var page = Page()
        if sources.isEmpty { page.text(say(HomeMessage.noSources)) }
        for source in sources {
            page.row(
                "\(say(context.directory.name(source.owner))) · \(count(source))",
                trailing: say(
                    HomeMessage.newest, say.moment(source.newestAsOf),
                    say.span(standing.now - source.newestAsOf)))
        }
        return page
    }

    /// An object for each owner.
    var json: JSONValue {
        .array(
            sources.map { source in
                [
                    "newest_as_of": .string(BangkokTime.iso(source.newestAsOf)),
                    "oldest_as_of": .string(BangkokTime.iso(source.oldestAsOf)),
                    "owner": .string(source.owner),
                    "owner_en": .string(context.directory.name(source.owner).english),
                    "owner_th": .string(context.directory.name(source.owner).thai),
                    "public": .bool(source.isPublic),
                    "rows": .integer(Int64(source.rows)),
                ]
            })
    }
}
