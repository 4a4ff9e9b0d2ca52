/// A PromptPay payment code in the EMVCo format: whom to pay, and how much.
///
/// A code that decodes is sound, not right: a swapped biller has a good
/// checksum too. `PaymentGuard` compares it with the bill.
package struct PaymentCode: Hashable, Sendable {
    /// Whether a code may be used again.
    package enum PointOfInitiation: String, Sendable {
        case reusable = "11"
        case once = "12"
    }

    /// The kind of number behind a personal code.
    package enum ProxyType: String, Sendable {
        case mobile, id13, ewallet

        var tag: String {
            switch self {
            case .mobile: "01"
            case .id13: "02"
            case .ewallet: "03"
            }
        }
    }

    /// Who is paid.
    package enum Target: Hashable, Sendable {
        case bill(biller: String, ref1: String, ref2: String?)
        case person(ProxyType, String)
    }

    /// Where the amount stands; generators differ, readers take either.
    package enum Order: Sendable {
        case amountBeforeCountry, countryBeforeAmount
    }

    static let personApplication = "A000000677010111"
    static let billApplication = "A000000677010112"
    static let referenceLengthMax = 20

    /// Who is paid.
    package let target: Target
    /// Whether it may be used again; nil if not said.
    package let pointOfInitiation: PointOfInitiation?
    /// The amount; nil if the payer chooses it.
    package let amountSatang: Int64?
    /// The terminal of tag 62, if there is one.
    package let terminal: String?

    /// Makes a code to be written; with an amount it serves once.
    package init(target: Target, amountSatang: Int64?, terminal: String? = nil) {
        self.target = target
        pointOfInitiation = amountSatang == nil ? .reusable : .once
        self.amountSatang = amountSatang
        self.terminal = terminal
    }

    /// Reads a payload, or says the first thing that is wrong with it.
    package init(payload: String) throws(PaymentCodeProblem) {
        let list = try TagList(payload)
        let person = try list.list("29")
        let bill = try list.list("30")
        let additional = try list.list("62")
        guard list.tags.first?.tag == "00", list["00"] == "01" else { throw .formatIndicator }
        try list.checkCRC(tag: "63", of: payload)
        if let point = list["01"] {
            guard let known = PointOfInitiation(rawValue: point) else { throw .pointOfInitiation }
            pointOfInitiation = known
        } else {
            pointOfInitiation = nil
        }
        guard list["53"] == "764" else { throw .currency }
        guard list["58"] == "TH" else { throw .country }
        switch (person, bill) {
        case (_?, _?): throw .twoTargets
        case (nil, nil): throw .noTarget
        case (let person?, nil): target = try Self.person(person)
        case (nil, let bill?): target = try Self.bill(bill)
        }
        if let amount = list["54"] {
            amountSatang = try Self.satang(amount)
        } else {
            amountSatang = nil
        }
        terminal = additional?["07"]
    }

    /// Writes the payload with its checksum.
    ///
    /// - Throws: The part that could not be read back.
    package func payload(order: Order = .amountBeforeCountry) throws(PaymentCodeProblem) -> String {
        var text = TagList.written("00", "01")
        if let pointOfInitiation {
            text += TagList.written("01", pointOfInitiation.rawValue)
        }
        text += try targetTag()
        text += TagList.written("53", "764")
        let country = TagList.written("58", "TH")
        var amount = ""
        if let amountSatang {
            guard let written = try? Money.paymentText(amountSatang) else { throw .amountFormat }
            amount = TagList.written("54", written)
        }
        text += order == .amountBeforeCountry ? amount + country : country + amount
        if let terminal {
            guard (1...25).contains(terminal.utf8.count) else { throw .refFormat }
            text += TagList.written("62", TagList.written("07", terminal))
        }
        text += "6304"
        return text + CRC16.text(text)
    }

    // MARK: - Targets

    private func targetTag() throws(PaymentCodeProblem) -> String {
        switch target {
        case .person(let type, let proxy):
            guard Self.isProxy(proxy, type) else { throw .proxyFormat }
            return TagList.written(
                "29",
                TagList.written("00", Self.personApplication)
                    + TagList.written(type.tag, proxy))
        case .bill(let biller, let ref1, let ref2):
            try Self.check(biller: biller, ref1: ref1, ref2: ref2)
            return TagList.written(
                "30",
                TagList.written("00", Self.billApplication) + TagList.written("01", biller)
                    + TagList.written("02", ref1) + (ref2.map { TagList.written("03", $0) } ?? ""))
        }
    }

    private static func person(_ list: TagList) throws(PaymentCodeProblem) -> Target {
        guard list["00"] == personApplication else { throw .aid }
        let types: [ProxyType] = [.mobile, .id13, .ewallet]
        let given = types.filter { list[$0.tag] != nil }
        guard given.count == 1, let type = given.first, let proxy = list[type.tag],
            isProxy(proxy, type)
        else { throw .proxyFormat }
        return .person(type, proxy)
    }

    private static func bill(_ list: TagList) throws(PaymentCodeProblem) -> Target {
        guard list["00"] == billApplication else { throw .aid }
        let biller = list["01"] ?? ""
        let ref1 = list["02"] ?? ""
        try check(biller: biller, ref1: ref1, ref2: list["03"])
        return .bill(biller: biller, ref1: ref1, ref2: list["03"])
    }

    static func check(
        biller: String, ref1: String, ref2: String?
    ) throws(PaymentCodeProblem) {
        guard biller.utf8.count == 15, Digits.areAll(biller) else { throw .billerFormat }
        guard isReference(ref1), ref2.map(isReference) ?? true else { throw .refFormat }
    }

    private static func isReference(_ text: String) -> Bool {
        (1...referenceLengthMax).contains(text.utf8.count)
            && text.utf8.allSatisfy { Digits.isDigit($0) || (0x41...0x5A).contains($0) }
    }

    private static func isProxy(_ text: String, _ type: ProxyType) -> Bool {
        guard Digits.areAll(text) else { return false }
        switch type {
        case .mobile: return text.utf8.count == 13 && text.hasPrefix("0066")
        case .id13: return text.utf8.count == 13
        case .ewallet: return text.utf8.count == 15
        }
    }

    /// Reads an amount above zero with one or two decimals, or none.
    private static func satang(_ text: String) throws(PaymentCodeProblem) -> Int64 {
        let isPlain = text.utf8.allSatisfy { Digits.isDigit($0) || $0 == 0x2E }
        guard isPlain, text.utf8.count <= Money.paymentTextLengthMax,
            let satang = try? Money.satang(text), satang > 0
        else { throw .amountFormat }
        return satang
    }
}
