/// The small code on a payment slip: which bank, and its reference.
package struct PaymentSlip: Hashable, Sendable {
    /// The three digits of the sending bank.
    package let bank: String
    /// The reference of the bank for the payment.
    package let reference: String

    /// Reads a slip, or says the first thing that is wrong with it.
    package init(_ text: String) throws(PaymentCodeProblem) {
        let list = try TagList(text)
        try list.checkCRC(tag: "91", of: text)
        guard list["51"] == "TH" else { throw .country }
        guard let parts = try list.list("00"), parts["00"] == "000001" else { throw .format }
        guard let bank = parts["01"], bank.utf8.count == 3, Digits.areAll(bank),
            let reference = parts["02"], !reference.isEmpty
        else { throw .format }
        self.bank = bank
        self.reference = reference
    }
}
