/// Amounts in satang: written, read, split and put in words.
///
/// Money is an integer everywhere. A binary fraction cannot hold 0.10, and a
/// bill that is one satang off is a wrong bill.
public enum Money {
    /// Why an amount could not be read or written.
    package enum Problem: String, Error, Sendable {
        case empty, format, overflow
        case notPositive = "not_positive"
        case tooLong = "too_long"
    }

    /// The most characters of an amount in a payment code.
    package static let paymentTextLengthMax = 13

    /// Writes an amount with commas and two decimals: `1,234.50`.
    public static func text(_ satang: Int64, thaiDigits: Bool = false) -> String {
        let plain = (satang < 0 ? "-" : "") + whole(satang, grouped: true) + decimals(satang)
        return thaiDigits ? ThaiText.thaiDigits(plain) : plain
    }

    /// Writes an amount with its unit: `1,234.50 บาท`.
    public static func baht(_ satang: Int64, thaiDigits: Bool = false) -> String {
        text(satang, thaiDigits: thaiDigits) + " บาท"
    }

    /// Writes an amount for tag 54 of a payment code: `1234.50`.
    package static func paymentText(_ satang: Int64) throws(Problem) -> String {
        guard satang > 0 else { throw .notPositive }
        let text = whole(satang, grouped: false) + decimals(satang)
        guard text.utf8.count <= paymentTextLengthMax else { throw .tooLong }
        return text
    }

    /// Reads an amount as a person types it: `1,234.50`, `฿1234`, `๑๒ บาท`.
    package static func satang(_ text: String) throws(Problem) -> Int64 {
        var clean = ThaiText.trimmed(ThaiText.asciiDigits(ThaiText.canonical(text)))
        if clean.unicodeScalars.first == "฿" {
            clean = ThaiText.trimmed(ThaiText.string(clean.unicodeScalars.dropFirst()))
        }
        let unit = Array("บาท".unicodeScalars)
        if Array(clean.unicodeScalars.suffix(unit.count)) == unit {
            clean = ThaiText.trimmed(
                ThaiText.string(clean.unicodeScalars.dropLast(unit.count)))
        }
        guard !clean.isEmpty else { throw .empty }
        let halves = clean.split(separator: ".", omittingEmptySubsequences: false)
        guard halves.count <= 2, let baht = ungrouped(halves[0]) else { throw .format }
        var decimals = "00"
        if halves.count == 2 {
            guard Digits.areAll(halves[1]), halves[1].utf8.count <= 2 else { throw .format }
            decimals = halves[1] + (halves[1].utf8.count == 1 ? "0" : "")
        }
        guard let satang = Digits.value(baht + decimals) else { throw .overflow }
        return satang
    }

    /// Returns a share in basis points, half a satang rounded up.
    package static func share(of satang: Int64, basisPoints: Int64) -> Int64 {
        let product = satang.magnitude.multipliedFullWidth(by: basisPoints.magnitude)
        let (low, carried) = product.low.addingReportingOverflow(5000)
        let (quotient, _) = UInt64(10_000).dividingFullWidth(
            (product.high + (carried ? 1 : 0), low))
        let isNegative = (satang < 0) != (basisPoints < 0)
        return isNegative ? -Int64(clamping: quotient) : Int64(clamping: quotient)
    }

    /// Adds up the lines of a bill and compares them with its amount.
    ///
    /// - Returns: The sum, and the amount less the sum; nil if it overflows.
    package static func split(
        amount: Int64, lines: [Int64]
    ) -> (sum: Int64, difference: Int64)? {
        var sum: Int64 = 0
        for line in lines {
            let (next, overflowed) = sum.addingReportingOverflow(line)
            guard !overflowed else { return nil }
            sum = next
        }
        let (difference, overflowed) = amount.subtractingReportingOverflow(sum)
        return overflowed ? nil : (sum, difference)
    }

    // MARK: - Parts of an amount

    private static func decimals(_ satang: Int64) -> String {
        "." + Digits.padded(Int(satang.magnitude % 100), 2)
    }

    private static func whole(_ satang: Int64, grouped: Bool) -> String {
        let digits = Array(String(satang.magnitude / 100).utf8)
        var output = ""
        for (index, digit) in digits.enumerated() {
            let left = digits.count - index
            if grouped, index > 0, left % 3 == 0 { output += "," }
            output.unicodeScalars.append(Unicode.Scalar(digit))
        }
        return output
    }

    /// Takes the commas out, if they stand where they should.
    private static func ungrouped(_ text: Substring) -> String? {
        let groups = text.split(separator: ",", omittingEmptySubsequences: false)
        guard groups.allSatisfy(Digits.areAll) else { return nil }
        guard groups.count > 1 else { return String(text) }
        guard groups[0].utf8.count <= 3, groups.dropFirst().allSatisfy({ $0.utf8.count == 3 })
        else { return nil }
        return groups.joined()
    }
}
