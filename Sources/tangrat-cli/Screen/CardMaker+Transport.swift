internal import CitizenData

extension CardMaker {
    /// A driving licence; a revoked one is never shown as one that may be used.
    func licence(_ licence: DrivingLicenceRecord) -> Card {
        var card = Card(
            title: say(Bilingual(licence.classThai, licence.classEnglish)))
        if card.title.isEmpty { card.title = say(licence.classLabel) }
        (card.badge, card.badgeRole) = licenceState(licence)
        card.add(.number, licence.number)
        card.add(.holder, say.pick(licence.nameThai, licence.nameEnglish))
        card.add(.issued, licence.issued.map(say.date))
        card.add(.expires, context.dayWithDistance(licence.expires))
        card.add(.points, points(licence), role: licence.pointsLeft == 0 ? .bad : .plain)
        card.add(.office, licence.officeThai)
        card.add(.conditions, licence.conditionsThai)
        card.add(.revokedOn, licence.revokedAt.map(say.date), role: .bad)
        card.add(
            .reason, say.pick(licence.revokedReasonThai, licence.revokedReasonEnglish))
        card.add(.retestAfter, licence.retestAfter.map(say.date))
        if let from = licence.suspendedFrom, let to = licence.suspendedTo {
            card.add(.suspended, "\(say.date(from)) – \(say.date(to))", role: .bad)
        }
        if !licence.isRevoked {
            card.add(
                .display,
                licence.displayBasis.isEmpty
                    ? say(RowMessage.informationOnly) : licence.displayBasis)
        }
        card.notes += [licence.displayNoteThai, licence.noteThai].filter { !$0.isEmpty }
        return card
    }

    private func licenceState(_ licence: DrivingLicenceRecord) -> (String, Page.Role) {
        if licence.isRevoked { return (say(RowMessage.revokedState), .bad) }
        if licence.status == "active" {
            // The owner may not have said so yet, but a day that is past is past.
            if let expires = licence.expires, expires.latest < context.today {
                return (say(StatusNames.label("driving_licence_status", "expired")), .bad)
            }
            return (say(licence.statusLabel), .good)
        }
        return (say(licence.statusLabel), .bad)
    }

    private func points(_ licence: DrivingLicenceRecord) -> String {
        guard let left = licence.pointsLeft else { return say(RowMessage.notStated) }
        guard let most = licence.pointsMax else { return "\(left)" }
        return say(RowMessage.pointsOf, "\(left)", "\(most)")
    }

    /// A vehicle with its tax and its insurance.
    func vehicle(_ vehicle: VehicleRecord) -> Card {
        var card = Card(title: "\(vehicle.plate) \(vehicle.province)")
        card.badge =
            vehicle.taxStatus.isEmpty
            ? "" : "\(say(FieldMessage.tax)) \(say(vehicle.taxStatusLabel))"
        card.badgeRole =
            switch vehicle.taxStatus {
            case "paid": .good
            case "due_soon": .warning
            default: .bad
            }
        card.add(.vehicle, "\(vehicle.brand) \(vehicle.model) \(vehicle.colourThai)")
        card.add(.kind, say.pick(vehicle.vehicleTypeThai, say(vehicle.vehicleTypeLabel)))
        card.add(.taxDue, context.dayWithDistance(vehicle.taxDue), role: overdue(vehicle.taxDue))
        card.add(
            .insurance, insurance(vehicle),
            role: vehicle.insuranceStatus == "expired" ? .bad : overdue(vehicle.insuranceExpires))
        card.add(.insurer, vehicle.insurerThai)
        if vehicle.role == "possessor" { card.add(.owner, vehicle.ownerNameThai) }
        if vehicle.hasLien == true { card.add(.lien, vehicle.lienHolderThai) }
        card.notes += [vehicle.taxNoteThai, vehicle.noteThai].filter { !$0.isEmpty }
        return card
    }

    private func insurance(_ vehicle: VehicleRecord) -> String? {
        let day = context.dayWithDistance(vehicle.insuranceExpires)
        let state = vehicle.insuranceStatus.isEmpty ? nil : say(vehicle.insuranceStatusLabel)
        let parts = [state, day].compactMap(\.self)
        return parts.isEmpty ? say(RowMessage.notStated) : parts.joined(separator: " · ")
    }

    /// A traffic ticket, with the reason it is this person's.
    func ticket(_ ticket: TrafficTicketRecord) -> Card {
        var card = Card(
            title: say.pick(ticket.offenceThai, ticket.offenceEnglish),
            badge: say(ticket.statusLabel))
        card.badgeRole =
            switch ticket.status {
            case "paid", "cancelled": .good
            case "unpaid", "prosecuted": .bad
            default: .warning
            }
        let isOpen = ticket.status == "unpaid"
        card.add(.fine, money(ticket.fineSatang), role: isOpen ? .bad : .plain)
        if isOpen {
            card.add(.due, context.dayWithDistance(ticket.due), role: overdue(ticket.due))
        }
        card.add(.number, ticket.number)
        card.add(.offenceAt, ticket.offenceAt.map(say.moment))
        card.add(.place, ticket.placeThai)
        card.add(.vehicle, "\(ticket.plate) \(ticket.province)")
        if let speed = ticket.speed, let limit = ticket.speedLimit {
            card.add(.speed, say(RowMessage.speedOf, "\(speed)", "\(limit)"))
        }
        card.add(.pointsCut, number(ticket.pointsCut))
        card.add(.paidAt, ticket.paidAt.map(say.moment))
        card.add(.whyMine, say.pick(ticket.whyMine.textThai, ticket.whyMine.textEnglish))
        card.add(.dispute, ticket.dispute.reasonThai)
        card.notes += [ticket.noteThai].filter { !$0.isEmpty }
        return card
    }

    /// Red for a day that is past.
    func overdue(_ date: PartialDate?) -> Page.Role {
        guard let date, date.latest < context.today else { return .plain }
        return .bad
    }
}
