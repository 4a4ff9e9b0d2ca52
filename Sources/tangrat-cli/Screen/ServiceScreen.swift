internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

/// The catalogue of services, searched by words.
struct ServiceScreen: Sendable {
    let context: ScreenContext
    let rows: [ShownRow]
    let pinned: Set<String>

    /// The services in which every word is found, pinned ones first.
    ///
    /// - Parameters:
    ///   - rows: The table `service`.
    ///   - words: What the person typed, in either language.
    ///   - pinned: The ids of the pinned services.
    /// - Returns: The services found.
    static func search(
        _ rows: [SyncRow], words: [String], pinned: Set<String>
    ) -> [SyncRow] {
        let words = words.map(folded)
        let found = rows.filter { row in
            let names = ["name_th", "name_en", "category_th", "category_en"].compactMap(row.text)
            let text = folded(([row.id] + names + row.texts("also_named")).joined(separator: " "))
            return words.allSatisfy { text.contains($0) }
        }
        return found.filter { pinned.contains($0.id) } + found.filter { !pinned.contains($0.id) }
    }

    private static func folded(_ text: String) -> String {
        ThaiText.canonical(ThaiText.asciiDigits(text)).lowercased()
    }

    /// The screen for a person.
    var page: Page {
        let say = context.say
        var page = Page()
        page.title(
            say(CommandMessage.services),
            trailing: rows.isEmpty ? "" : say(RowMessage.count, "\(rows.count)"))
        if rows.isEmpty { page.text(say(CommandMessage.noService), indent: 0) }
        for shown in rows {
            let row = shown.row
            let isPinned = pinned.contains(row.id)
            page.heading(
                say.pick(row.text("name_th") ?? row.id, row.text("name_en") ?? ""),
                trailing: isPinned ? say(CommandMessage.pinMark) : "")
            let agency = row.text("agency").map { say(context.directory.name($0)) } ?? ""
            let category = say.pick(row.text("category_th") ?? "", row.text("category_en") ?? "")
            page.text([category, agency].filter { !$0.isEmpty }.joined(separator: " · "))
            let actions = row.texts("actions").map { say(StatusNames.label("service_action", $0)) }
            if !actions.isEmpty {
                page.text(say(CommandMessage.canDo, actions.joined(separator: ", ")))
            }
            page.text("\(row.id) · \(context.provenance(shown))", role: .quiet)
        }
        return page
    }

    /// One line for a script.
    func json(_ shown: ShownRow) -> JSONValue {
        guard case .object(var object) = RowJSON.value(shown, context.directory) else {
            return .null
        }
        object["pinned"] = .bool(pinned.contains(shown.row.id))
        return .object(object)
    }
}
