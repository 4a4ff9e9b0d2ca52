extension RequestRecord {
    /// The state as a machine knows it, or nil if a newer one.
    public var state: RequestState? { RequestState(rawValue: stateCode) }

    /// True once the request has a lawful time of receipt.
    public var isReceived: Bool { enteredAt != nil }
}

extension BillRecord {
    /// The state as a machine knows it, or nil if a newer one.
    public var state: BillState? { BillState(rawValue: statusCode) }

    /// What the payment guard compares a code with.
    package var expectation: PaymentGuard.Expectation {
        PaymentGuard.Expectation(
            biller: billerID, ref1: ref1, ref2: ref2.isEmpty ? nil : ref2,
            amountSatang: amountSatang, status: statusCode, codeExpires: paymentCodeExpires)
    }

    /// True if the lines add up to the amount, to the satang.
    public var linesAddUp: Bool {
        let amounts = lines.compactMap(\.satang)
        guard let amountSatang, amounts.count == lines.count else { return false }
        return Money.split(amount: amountSatang, lines: amounts)?.difference == 0
    }
}

extension DocumentRecord {
    /// The state as a machine knows it, or nil if a newer one.
    public var state: DocumentState? { DocumentState(rawValue: status) }
}

extension DrivingLicenceRecord {
    /// True for a status that no age or clock may turn into valid.
    public var isRevoked: Bool { status == "revoked" }
}
