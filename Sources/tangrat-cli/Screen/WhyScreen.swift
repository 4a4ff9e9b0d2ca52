internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

/// Why a row or a field is shown as it is: owner, age, rule, law, who saw it.
struct WhyScreen: Sendable {
    let context: ScreenContext
    let shown: ShownRow
    /// The field asked about with its value, or nil for the whole row.
    let field: (name: String, value: JSONValue)?
    let pending: [QueuedWrite]
    /// The looks at the row, the newest first.
    let looks: [AccessEventRecord]

    /// The most looks shown.
    private static let looksMax = 5

    private var row: SyncRow { shown.row }
    private var body: RecordFields { RecordFields(row.value.fields ?? JSONObject()) }
    private var rule: String {
        let rule = body.text("rule_version")
        return rule.isEmpty ? row.value["decision"]?["rule"]?.text ?? "" : rule
    }

    /// The fingerprint by which replicas are compared, for a confirmed agency row.
    private var hash: String? {
        guard row.isConfirmed, !row.isPending,
            TablePolicy.all[row.table]?.writer != .citizen
        else { return nil }
        let hash = RowHash.hash(
            key: RowKey(table: row.table, id: row.id), owner: row.owner,
            asOf: row.asOfMilliseconds, sourceVersion: row.sourceVersion,
            body: JSON.canonical(row.value))
        return hash.description
    }

    /// The screen for a person.
    var page: Page {
        let say = context.say
        var page = Page()
        page.title(field.map { "\(shown.name).\($0.name)" } ?? shown.name)
        if let field {
            let text =
                shown.isHidden
                ? say(RowMessage.hidden)
                : GenericCard(context: context).text(field.name, field.value)
                    ?? describe(field.value)
            page.field(say(FieldMessage.value), text, role: .strong)
        }
        page.field(say(FieldMessage.agency), owner)
        page.field(say(FieldMessage.source), body.text("source"))
        page.field(say(FieldMessage.asOf), say.moment(row.asOfMilliseconds))
        page.field(
            say(FieldMessage.freshness), context.age(shown),
            role: context.role(shown.freshness.band))
        page.field(say(FieldMessage.freshUntil), shown.freshUntil.map(say.moment))
        page.field(say(FieldMessage.reliableUntil), shown.hardExpiry.map(say.moment))
        page.field(say(FieldMessage.rule), rule.isEmpty ? freshRule : "\(rule) · \(freshRule)")
        page.field(say(FieldMessage.legalBasis), body.text("legal_basis"))
        page.field(say(FieldMessage.version), "\(row.sourceVersion)")
        page.field(say(FieldMessage.hash), hash)
        for write in pending {
            page.field(
                say(FieldMessage.pending),
                "\(say(HomeMessage.write, "\(write.mid)")) · \(write.operations.joined(separator: ", "))",
                role: .warning)
        }
        if looks.isEmpty { page.field(say(FieldMessage.seenBy), say(CommandMessage.seenNobody)) }
        for look in looks.prefix(Self.looksMax) { page.field(say(FieldMessage.seenBy), text(look)) }
        return page
    }

    private var owner: String {
        row.owner.isEmpty
            ? context.say(RowMessage.yours)
            : "\(context.say(context.directory.name(row.owner))) (\(row.owner))"
    }

    private var freshRule: String {
        guard let kind = RecordKind(rawValue: row.table) else { return "" }
        let say = context.say
        guard let seconds = kind.freshSeconds else {
            return "\(say(kind.label)) \(say(CommandMessage.noFreshRule))"
        }
        return say(CommandMessage.whyRule, say(kind.label), say.span(seconds * 1_000))
    }

    private func text(_ look: AccessEventRecord) -> String {
        let fields = look.fields
        let parts = [
            fields.moment("log_time").map(context.say.moment) ?? "",
            context.say.pick(fields.text("org_th"), fields.text("org_en")),
            context.say.pick(fields.text("purpose_th"), fields.text("purpose_en")),
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: " · ")
    }

    private func describe(_ value: JSONValue) -> String {
        value.isNull || value == ""
            ? context.say(RowMessage.notStated)
            : String(decoding: JSON.canonical(value), as: UTF8.self)
    }

    /// The screen for a script.
    var json: JSONValue {
        guard case .object(var object) = RowJSON.value(shown, context.directory) else {
            return .null
        }
        if let field {
            object["field"] = .string(field.name)
            object["value"] = shown.isHidden ? .null : field.value
        }
        object["hash"] = hash.map(JSONValue.string) ?? .null
        object["legal_basis"] = .string(body.text("legal_basis"))
        object["rule"] = .string(rule)
        object["source"] = .string(body.text("source"))
        object["looks"] = .array(looks.map { .object($0.fields.object) })
        return .object(object)
    }
}
