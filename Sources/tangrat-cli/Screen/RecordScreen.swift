internal import CitizenData
internal import SyncClientCore

/// Draws the rows of one table.
struct RecordScreen: Sendable {
    let context: ScreenContext
    let table: String

    /// How pictures are drawn; nil where nobody could scan them.
    var pictures: PictureStyle?

    /// The whole screen.
    ///
    /// - Parameters:
    ///   - rows: The rows to show, in order.
    ///   - left: How many rows were left out because nobody asked for all.
    /// - Returns: The screen.
    func page(_ rows: [ShownRow], leftOut left: Int = 0) -> Page {
        let say = context.say
        var page = Page()
        page.title(title, trailing: rows.isEmpty ? "" : say(RowMessage.count, "\(rows.count)"))
        if rows.isEmpty {
            page.text(say(RowMessage.nothingHere), indent: 0)
        }
        for shown in rows { page.append(card(shown)) }
        if left > 0 {
            page.blank()
            page.text(say(RowMessage.moreRows, "\(left)"), role: .quiet, indent: 0)
        }
        return page
    }

    /// The name of the table in the person's language.
    var title: String {
        context.say(TableNames.name(table))
    }

    /// One record with its details, its owner and its age.
    func card(_ shown: ShownRow) -> Page {
        let say = context.say
        var page = Page()
        if shown.isHidden {
            page.heading(title, trailing: say(RowMessage.hidden), role: .bad)
            page.text(say(RowMessage.hiddenWhy), role: .warning)
        } else {
            let card = CardMaker(context: context).card(shown)
            page.heading(card.title, trailing: badge(card, shown), role: badgeRole(card, shown))
            for detail in card.details {
                page.field(name(detail.label), detail.value, role: detail.role)
            }
            addAnnotation(shown, to: &page)
            for note in card.notes { page.text(note) }
            addPicture(card, to: &page)
        }
        page.text(
            context.provenance(shown),
            role: shown.row.isPending ? .warning : context.role(shown.freshness.band))
        page.text(shown.name, role: .quiet)
        return page
    }

    private func name(_ label: Card.Label) -> String {
        switch label {
        case .message(let message): context.say(message)
        case .member(let member): member
        }
    }

    /// The state, never stronger than what the age of the row allows.
    private func badge(_ card: Card, _ shown: ShownRow) -> String {
        guard !card.badge.isEmpty else { return "" }
        switch shown.freshness.show {
        case .valueUnconfirmed: return "\(card.badge) (\(context.say(RowMessage.unconfirmed)))"
        case .valueClockWarning: return "\(card.badge) (\(context.say(RowMessage.bandClock)))"
        case .value, .hidden, .notValid: return card.badge
        }
    }

    private func badgeRole(_ card: Card, _ shown: ShownRow) -> Page.Role {
        let isDoubtful =
            shown.freshness.show == .valueUnconfirmed
            || shown.freshness.show == .valueClockWarning
        return isDoubtful && card.badgeRole == .good ? .warning : card.badgeRole
    }

    private func addPicture(_ card: Card, to page: inout Page) {
        guard let scan = card.scan else { return }
        guard let pictures,
            let lines = QRPicture.lines(scan, usesColor: pictures == .blackOnWhite)
        else { return }
        page.text(context.say(RowMessage.scanToPay))
        for line in lines { page.verbatim(line) }
    }

    private func addAnnotation(_ shown: ShownRow, to page: inout Page) {
        guard let annotation = shown.annotation else { return }
        let queued = annotation.isPending ? " · \(context.say(RowMessage.queued))" : ""
        for detail in CardMaker(context: context).annotation(annotation).details {
            page.field(name(detail.label), detail.value + queued)
        }
    }
}
