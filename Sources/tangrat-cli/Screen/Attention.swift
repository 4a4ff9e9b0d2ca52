internal import CitizenData
internal import SyncClientCore

/// One thing that the person should look at.
struct AttentionItem: Hashable, Sendable {
    /// How much it presses; the raw value is the order.
    enum Urgency: Int, Sendable {
        case now, soon, note
    }

    /// A stable name for scripts.
    let code: String
    let urgency: Urgency
    let message: Bilingual
    /// The record it is about as `table/id`, or empty.
    let row: String
    /// The command that shows more.
    let command: String
}

/// Finds what needs attention in the rows of a device, without a network.
struct Attention: Sendable {
    /// How many days ahead an end is worth saying.
    enum Horizon {
        static let licenceDays = 90
        static let taxDays = 90
        static let insuranceDays = 45
    }

    let judge: RowJudge
    let today: CivilDate
    private(set) var items: [AttentionItem] = []

    /// Creates a finder for one moment.
    init(judge: RowJudge) {
        self.judge = judge
        today = BangkokTime.day(at: judge.standing.now)
    }

    /// The items, the most pressing first.
    var sorted: [AttentionItem] {
        items.enumerated()
            .sorted {
                ($0.element.urgency.rawValue, $0.offset) < ($1.element.urgency.rawValue, $1.offset)
            }
            .map(\.element)
    }

    // MARK: - The state of the device

    /// Looks at sign-in, held back and refused writes, clock and ended rights.
    mutating func addStanding() {
        let standing = judge.standing
        if standing.isSignInExpired {
            add("sign_in_expired", .now, HomeMessage.signInExpired.words, command: "login")
        }
        if standing.heldBack != nil {
            add("writes_held_back", .now, HomeMessage.heldBack.words, command: "login")
        }
        for notice in standing.notices {
            add(
                "cache_\(notice.kind.rawValue)", .now,
                SalvageMessage(notice.kind).filled(notice.detail), command: "salvage")
        }
        for table in standing.unknownTables {
            add(
                "update_needed", .note, RowMessage.updateNeededFor.filled(table),
                command: "show \(table)")
        }
        let drift = Freshness.clockDriftMax.magnitude
        if standing.serverOffset.magnitude > drift || standing.now < standing.lastSync ?? 0 {
            add("clock_suspect", .now, HomeMessage.clockSuspect.words, command: "doctor")
        }
        for outcome in standing.refused {
            let message = HomeMessage.refused
            let thai = message.text(.thai, ["\(outcome.mid)", outcome.messageThai])
            let english = message.text(.english, ["\(outcome.mid)", outcome.messageEnglish])
            add("write_refused", .now, Bilingual(thai, english), command: "status")
        }
        for bucket in standing.closedBuckets {
            add(
                "data_closed", .soon, HomeMessage.bucketClosed.filled(bucket.name), command: "sync")
        }
    }

    // MARK: - Rows

    /// Looks at licences.
    mutating func addLicences(_ rows: [SyncRow]) {
        for row in rows {
            guard let licence = DrivingLicenceRecord(id: row.id, body: row.value) else { continue }
            let name = Bilingual(licence.classThai, licence.classEnglish)
            let row = "driving_licence/\(row.id)"
            func say(_ message: HomeMessage, _ date: PartialDate?) -> Bilingual {
                filled(message, name, date)
            }
            if licence.isRevoked {
                add("licence_revoked", .now, say(.licenceRevoked, nil), row, "licence")
            } else if licence.status == "suspended" {
                add(
                    "licence_suspended", .now, say(.licenceSuspended, licence.suspendedTo), row,
                    "licence")
            } else if licence.status != "replaced", let expires = licence.expires {
                let days = today.days(until: expires.latest)
                if days < 0 || licence.status == "expired" {
                    add("licence_expired", .now, say(.licenceExpired, expires), row, "licence")
                } else if days <= Horizon.licenceDays {
                    add("licence_expires", .soon, say(.licenceExpires, expires), row, "licence")
                }
            }
        }
    }

    /// Looks at vehicle tax and insurance.
    mutating func addVehicles(_ rows: [SyncRow]) {
        for row in rows {
            guard let vehicle = VehicleRecord(id: row.id, body: row.value) else { continue }
            let plate = Bilingual("\(vehicle.plate) \(vehicle.province)", "")
            let name = "vehicle/\(row.id)"
            if let due = vehicle.taxDue, vehicle.taxStatus != "paid" {
                let days = today.days(until: due.latest)
                if days < 0 || vehicle.taxStatus == "overdue" {
                    add(
                        "tax_overdue", .now, filled(.taxOverdue, plate, due), name, "vehicles")
                } else if days <= Horizon.taxDays {
                    add("tax_due", .soon, filled(.taxDue, plate, due), name, "vehicles")
                }
            }
            if let end = vehicle.insuranceExpires {
                let days = today.days(until: end.latest)
                if days < 0 {
                    add(
                        "insurance_expired", .now, filled(.insuranceExpired, plate, end), name,
                        "vehicles")
                } else if days <= Horizon.insuranceDays {
                    add(
                        "insurance_expires", .soon, filled(.insuranceExpires, plate, end), name,
                        "vehicles")
                }
            }
        }
    }

    /// Looks at unpaid tickets.
    mutating func addTickets(_ rows: [SyncRow]) {
        for row in rows {
            guard let ticket = TrafficTicketRecord(id: row.id, body: row.value),
                ticket.status == "unpaid"
            else { continue }
            let isLate = ticket.due.map { $0.latest < today } ?? false
            add(
                "ticket_unpaid", isLate ? .now : .soon,
                filled(.ticketUnpaid, money(ticket.fineSatang), ticket.due),
                "traffic_ticket/\(row.id)", "tickets")
        }
    }

    /// Looks at bills that ask for money, the nearest day first.
    mutating func addBills(_ rows: [SyncRow]) {
        let due = rows.compactMap { BillRecord(id: $0.id, body: $0.value) }
            .filter { $0.state?.isDue ?? false }
            .sorted { ($0.due?.iso ?? "9999", $0.id) < ($1.due?.iso ?? "9999", $1.id) }
        for bill in due {
            let isLate = bill.due.map { $0.latest < today } ?? false
            let amount = money(bill.amountSatang)
            let message = HomeMessage.billDue
            let words = Bilingual(
                message.text(.thai, [bill.billerThai, amount.thai, day(bill.due, .thai)]),
                message.text(
                    .english,
                    [
                        Bilingual(bill.billerThai, bill.billerEnglish).text(in: .english),
                        amount.english, day(bill.due, .english),
                    ]))
            add("bill_due", isLate ? .now : .soon, words, "bill/\(bill.id)", "bills")
        }
    }

    /// Looks at requests that wait for the person, and drafts.
    mutating func addRequests(_ rows: [SyncRow], drafts: [RequestDraft]) {
        for row in rows {
            guard let request = RequestRecord(id: row.id, body: row.value),
                request.state == .needInfo
            else { continue }
            let name = request.serviceThai.isEmpty ? request.service : request.serviceThai
            add(
                "request_needs_info", .now, HomeMessage.requestNeedsInfo.filled(name),
                "request/\(row.id)", "request show \(row.id)")
        }
        for draft in drafts {
            add(
                "draft_waits", .note, HomeMessage.draftWaits.filled(draft.service),
                "request_draft/\(draft.id)", "request show \(draft.id)")
        }
    }

    /// Looks at important notifications that nobody read.
    mutating func addInbox(_ inbox: Inbox) {
        for message in inbox.unread where message.record.priority == "high" {
            // What has run out is not worth a person's morning.
            if let end = message.record.expiresAt, end <= judge.standing.now { continue }
            let record = message.record
            let sent = record.sentAt.map { PartialDate(BangkokTime.day(at: $0)) }
            func words(_ language: Language) -> String {
                let title = Bilingual(record.titleThai, record.titleEnglish).text(in: language)
                let day = sent.map { Speaker(language: language).date($0) } ?? ""
                return HomeMessage.unread.text(language, [title, day])
            }
            add(
                "notification_unread", .soon, Bilingual(words(.thai), words(.english)),
                "notification/\(record.id)", "notifications")
        }
    }

    // MARK: - Words

    private mutating func add(
        _ code: String, _ urgency: AttentionItem.Urgency, _ message: Bilingual, _ row: String = "",
        _ command: String
    ) {
        items.append(
            AttentionItem(
                code: code, urgency: urgency, message: message, row: row, command: command))
    }

    private mutating func add(
        _ code: String, _ urgency: AttentionItem.Urgency, _ message: Bilingual, command: String
    ) {
        add(code, urgency, message, "", command)
    }

    private func filled(
        _ message: HomeMessage, _ name: Bilingual, _ date: PartialDate?
    ) -> Bilingual {
        Bilingual(
            message.text(.thai, [name.text(in: .thai), day(date, .thai)]),
            message.text(.english, [name.text(in: .english), day(date, .english)]))
    }

    private func day(_ date: PartialDate?, _ language: Language) -> String {
        let say = Speaker(language: language)
        guard let date else { return say(HomeMessage.noDate) }
        return "\(say.date(date)) (\(say.distance(from: today, to: date.latest)))"
    }

    private func money(_ satang: Int64?) -> Bilingual {
        Bilingual(
            satang.map(Speaker(language: .thai).money) ?? RowMessage.notStated.words.thai,
            satang.map(Speaker(language: .english).money) ?? RowMessage.notStated.words.english)
    }
}
