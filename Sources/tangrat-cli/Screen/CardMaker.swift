internal import CitizenData
internal import SyncClientCore

/// Turns a row into the details that a person wants to see first.
struct CardMaker: Sendable {
    let context: ScreenContext

    var say: Speaker { context.say }

    /// The card of a row; a table without a card of its own shows its members.
    ///
    /// Members that this version does not know stand below the others, with words that say so.
    func card(_ shown: ShownRow) -> Card {
        let generic = GenericCard(context: context)
        // Of what cannot be read a card of its own would say that nothing is stated, or worse.
        guard !shown.row.isUnknown else { return generic.card(shown) }
        var card: Card
        if let own = ownCard(shown) {
            card = own
            card.details += generic.details(shown.unknownFields)
        } else {
            card = generic.card(shown)
        }
        if shown.row.needsUpdate { card.notes.append(say(RowMessage.updateNeededInPart)) }
        return card
    }

    /// The card of a table that has one of its own.
    private func ownCard(_ shown: ShownRow) -> Card? {
        let id = shown.row.id
        let fields = shown.fields
        return switch RecordKind(rawValue: shown.row.table) {
        case .drivingLicence: licence(DrivingLicenceRecord(id: id, fields: fields))
        case .vehicle: vehicle(VehicleRecord(id: id, fields: fields))
        case .trafficTicket: ticket(TrafficTicketRecord(id: id, fields: fields))
        case .bill: bill(BillRecord(id: id, fields: fields))
        case .creditReport: credit(CreditReportRecord(id: id, fields: fields))
        case .entitlement: entitlement(EntitlementRecord(id: id, fields: fields))
        case .document: document(DocumentRecord(id: id, fields: fields))
        default: shown.row.table == "annotation" ? annotation(shown.row) : nil
        }
    }

    /// The person's own words about a record; two devices may have written two notes.
    func annotation(_ row: SyncRow) -> Card {
        var card = Card(title: row.id)
        card.add(.nickname, row.text("nickname"))
        let notes = row.texts("note") + [row.text("note")].compactMap(\.self)
        for note in notes { card.add(.note, note) }
        card.add(.labels, row.texts("labels").joined(separator: ", "))
        return card
    }

    /// A number, or words that say there is none; never a zero for a missing one.
    func number(_ value: Int64?) -> String {
        value.map { "\($0)" } ?? say(RowMessage.notStated)
    }

    /// An amount, or words that say there is none.
    func money(_ satang: Int64?) -> String {
        satang.map(say.money) ?? say(RowMessage.notStated)
    }
}
