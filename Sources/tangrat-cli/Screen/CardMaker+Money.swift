internal import CitizenData

extension CardMaker {
    /// A bill with its lines.
    func bill(_ bill: BillRecord) -> Card {
        let biller = say.pick(bill.billerThai, bill.billerEnglish)
        let month = bill.period.map { " · \(say.date($0))" } ?? ""
        var card = Card(title: biller + month, badge: say(bill.statusLabel))
        let isDue = bill.state?.isDue ?? false
        card.badgeRole = bill.state == .paid ? .good : isDue ? .bad : .warning
        card.add(.amount, money(bill.amountSatang), role: isDue ? .strong : .plain)
        if isDue { card.add(.due, context.dayWithDistance(bill.due), role: overdue(bill.due)) }
        for line in bill.lines {
            card.add(.line, "\(line.nameThai) \(money(line.satang))")
        }
        card.add(
            .references, [bill.ref1, bill.ref2].filter { !$0.isEmpty }.joined(separator: " / "))
        card.notes += [bill.noteThai].filter { !$0.isEmpty }
        if !bill.lines.isEmpty, bill.amountSatang != nil, !bill.linesAddUp {
            card.notes.append(say(RowMessage.linesDiffer))
        }
        if isDue, !bill.paymentCode.isEmpty { addPaymentCode(bill, to: &card) }
        return card
    }

    /// The code to pay a bill by, unless anything in it differs from the bill.
    private func addPaymentCode(_ bill: BillRecord, to card: inout Card) {
        let problems = PaymentGuard(knownBillers: nil).problems(
            payload: bill.paymentCode,
            bill: PaymentGuard.Expectation(
                biller: bill.billerID, ref1: bill.ref1, ref2: bill.ref2,
                amountSatang: bill.amountSatang, status: bill.statusCode,
                codeExpires: bill.paymentCodeExpires), now: context.now)
        card.notes += problems.map { "\(say($0.message)) [\($0.code)]" }
        if problems.isEmpty { card.scan = bill.paymentCode }
    }

    /// A dated report of the credit bureau.
    func credit(_ report: CreditReportRecord) -> Card {
        var card = Card(
            title: "\(say(report.modeLabel)) \(report.number)",
            badge: report.deliveredAt.map(say.moment) ?? "")
        if let purged = report.contentPurgedOn {
            card.notes.append(say(RowMessage.contentGone, say.date(purged)))
            return card
        }
        card.add(.score, number(report.score))
        card.add(.accounts, number(report.accountCount))
        card.add(.balance, money(report.totalBalanceSatang))
        card.add(.limit, money(report.totalLimitSatang))
        card.add(
            .overdue, money(report.totalOverdueSatang),
            role: (report.totalOverdueSatang ?? 0) > 0 ? .bad : .plain)
        for account in report.accounts {
            let state = account.statusThai.isEmpty ? say(account.statusLabel) : account.statusThai
            card.add(
                .account,
                "\(account.memberThai) · \(say.pick(account.typeThai, account.typeEnglish)) · "
                    + "\(money(account.balanceSatang)) · \(say.pick(state, say(account.statusLabel)))"
            )
        }
        card.add(.contentUntil, context.dayWithDistance(report.purgeContentAfter))
        card.notes += [report.noteThai].filter { !$0.isEmpty }
        return card
    }

    /// A decision on a scheme with its reason and its rule.
    func entitlement(_ entitlement: EntitlementRecord) -> Card {
        var card = Card(
            title: say.pick(entitlement.schemeThai, entitlement.schemeEnglish),
            badge: say(entitlement.decisionLabel))
        card.badgeRole =
            switch entitlement.decision {
            case "eligible": .good
            case "not": .bad
            default: .warning
            }
        card.add(.reason, say.pick(entitlement.reasonThai, entitlement.reasonEnglish))
        for item in entitlement.items {
            let parts = [item.nameThai, money(item.satang), per(item.per)]
            card.add(.benefit, parts.filter { !$0.isEmpty }.joined(separator: " "))
        }
        if let from = entitlement.window.from, let to = entitlement.window.to {
            card.add(.window, "\(say.date(from)) – \(say.date(to))")
        }
        card.add(.appealUntil, context.dayWithDistance(entitlement.appealUntil))
        card.add(.rule, entitlement.ruleVersion)
        return card
    }

    private func per(_ unit: String) -> String {
        switch unit {
        case "month": say(RowMessage.perMonth)
        case "day": say(RowMessage.perDay)
        case "once": say(RowMessage.once)
        default: ""
        }
    }

    /// A licence or certificate.
    func document(_ document: DocumentRecord) -> Card {
        var card = Card(
            title: say.pick(document.titleThai, document.titleEnglish),
            badge: say(document.statusLabel))
        let state = document.state
        card.badgeRole = state == .expiring ? .warning : state?.isUsable == true ? .good : .bad
        if state?.isUsable == true, let expires = document.expires, expires.latest < context.today {
            card.badge = say(StatusNames.label("document_state", "expired"))
            card.badgeRole = .bad
        }
        if state == .revoked { card.badge = say(RowMessage.revokedState) }
        card.add(.number, document.number)
        card.add(.holder, document.holderThai)
        card.add(.issuer, document.issuerThai)
        card.add(.issued, document.issued.map(say.date))
        card.add(.expires, context.dayWithDistance(document.expires))
        card.add(.business, document.juristicNameThai)
        if state != .revoked {
            card.add(
                .display,
                document.displayBasis.isEmpty
                    ? say(RowMessage.informationOnly) : document.displayBasis)
        }
        card.notes += [document.noteThai].filter { !$0.isEmpty }
        return card
    }
}
