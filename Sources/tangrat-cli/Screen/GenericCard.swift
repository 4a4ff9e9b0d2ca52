internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

/// Shows the members of any row, also of a kind that this version does not know.
struct GenericCard: Sendable {
    let context: ScreenContext

    /// Members that only machines need.
    private static let quiet: Set<String> = [
        "legal_basis", "source", "photo_ref", "photo_bytes", "signature_ref", "dedupe_key",
        "text_sha256", "evidence_sha256", "query_id", "dob_precision", "dob_earliest", "dob_latest",
        "ial", "slip_qr", "time_zone_assumed", "bulk", "child_ref", "delegation_ref",
        "entered_ms", "client_uuid", "actor",
    ]

    /// How deep groups inside groups are shown.
    private static let depthMax = 4

    /// The card of a row: a title and each member by its name.
    func card(_ shown: ShownRow) -> Card {
        let say = context.say
        let fields = shown.fields
        // A person's title stands in the same member as the title of a thing.
        let isPerson = ["profile", "civil_registration"].contains(shown.row.table)
        let titles =
            isPerson
            ? ["name"]
            : ["title", "name", "service", "scheme", "purpose", "biller", "org", "section"]
        let titleMember = titles.first {
            !say.pick(fields.text("\($0)_th"), fields.text("\($0)_en")).isEmpty
        }
        let title = titleMember.map { say.pick(fields.text("\($0)_th"), fields.text("\($0)_en")) }
        let kind = RecordKind(rawValue: shown.row.table).map { say($0.label) }
        var card = Card(title: title ?? kind ?? shown.row.id)
        let state = ["status", "state"].first { fields.has($0) }
        if let state {
            let label = Self.stateLabel(shown.row.table, state, fields.text(state))
            card.badge = say(label)
        }
        if shown.row.isUnknown { card.badge = say(RowMessage.updateNeeded) }
        let shownAbove = Set([
            state, titleMember.map { "\($0)_th" }, titleMember.map { "\($0)_en" },
        ])
        card.details = details(fields.object, leavingOut: shownAbove)
        return card
    }

    /// The members of an object, each by its name.
    func details(_ object: JSONObject, leavingOut others: Set<String?> = []) -> [Card.Detail] {
        members(object, prefix: "", depth: 0).filter { !others.contains($0.0) }.map { name, value in
            Card.Detail(
                label: .member(MemberNames.name(name, context.say.language)), value: value,
                role: .plain)
        }
    }

    private static func stateLabel(_ table: String, _ field: String, _ value: String) -> Bilingual {
        for name in ["\(table)_\(field)", "\(table)_state", "\(table)_status"] {
            let label = StatusNames.label(name, value)
            if label != Bilingual(value, value) { return label }
        }
        return MemberNames.value(field, value) ?? Bilingual(value, value)
    }

    private func members(
        _ object: JSONObject, prefix: String, depth: Int
    ) -> [(String, String)] {
        object.members.flatMap { member -> [(String, String)] in
            guard !Self.quiet.contains(member.key), depth < Self.depthMax,
                !isOtherLanguage(member.key, in: object), !isCodeOfWords(member.key, in: object)
            else { return [] }
            let name = prefix + member.key
            switch member.value {
            case .object(let inner): return members(inner, prefix: name + ".", depth: depth + 1)
            case .array(let items):
                let texts = items.filter { $0.text != nil }.compactMap { text(member.key, $0) }
                if items.allSatisfy({ $0.text != nil }) {
                    return texts.isEmpty ? [] : [(name, texts.joined(separator: ", "))]
                }
                return items.enumerated().flatMap { index, item in
                    item.fields.map {
                        members($0, prefix: "\(name).\(index + 1).", depth: depth + 1)
                    } ?? []
                }
            default: return text(member.key, member.value).map { [(name, $0)] } ?? []
            }
        }
    }

    /// Whether the same words stand there in the person's language.
    private func isOtherLanguage(_ key: String, in object: JSONObject) -> Bool {
        let (mine, other) = context.say.language == .thai ? ("_th", "_en") : ("_en", "_th")
        guard key.hasSuffix(other) else { return false }
        return object[String(key.dropLast(3)) + mine]?.text?.isEmpty == false
    }

    /// Whether the member is a code for words that stand beside it.
    private func isCodeOfWords(_ key: String, in object: JSONObject) -> Bool {
        let words = key.hasSuffix("_code") ? [String(key.dropLast(5))] : []
        let bases = words + ["\(words.first ?? key)_th", "\(words.first ?? key)_en"]
        return bases.contains { object[$0]?.text?.isEmpty == false }
    }

    /// A value in words: money, dates and times by their form.
    func text(_ key: String, _ value: JSONValue) -> String? {
        switch value {
        case .integer(let number):
            return key.contains("satang") ? context.say.money(number) : "\(number)"
        case .bool(let truth): return context.say(truth ? RowMessage.yes : RowMessage.no)
        case .string(let text):
            guard !text.isEmpty else { return nil }
            if let day = CivilDate(iso: text) { return context.say.date(PartialDate(day)) }
            if text.utf8.count >= 19, let reading = BangkokTime.read(text) {
                return context.say.moment(reading.milliseconds)
            }
            if let words = MemberNames.value(key, text) { return context.say(words) }
            if key == "target_table" || key == "kinds" { return context.say(TableNames.name(text)) }
            if key == "pid" { return (try? NationalID(text))?.masked ?? "x" }
            if let part = PartialDate(iso: text), key == "dob" || key == "period" || key == "month"
            {
                return context.say.date(part)
            }
            return text
        default: return nil
        }
    }
}
