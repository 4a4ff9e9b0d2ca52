/// The barcode of a paper bill: four lines after a bar, parted by returns.
package struct BankBarcode: Hashable, Sendable {
    /// The 15 digits of the biller.
    package let biller: String
    /// The first reference.
    package let ref1: String
    /// The second reference, if there is one.
    package let ref2: String?
    /// The amount, or nil if the payer chooses it.
    package let amountSatang: Int64?

    /// Reads `|biller`, first and second reference and satang.
    package init(_ text: String) throws(PaymentCodeProblem) {
        guard text.utf8.first == 0x7C, text.utf8.allSatisfy({ $0 < 0x7F }) else { throw .format }
        let lines = text.utf8.dropFirst()
            .split(separator: 0x0D, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard lines.count == 4, let amount = Digits.value(lines[3]) else { throw .format }
        biller = lines[0]
        ref1 = lines[1]
        ref2 = lines[2].isEmpty ? nil : lines[2]
        amountSatang = amount == 0 ? nil : amount
        try PaymentCode.check(biller: biller, ref1: ref1, ref2: ref2)
    }

    /// The same bill as a payment code.
    package var paymentCode: PaymentCode {
        PaymentCode(
            target: .bill(biller: biller, ref1: ref1, ref2: ref2), amountSatang: amountSatang)
    }
}
