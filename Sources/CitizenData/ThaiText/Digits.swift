/// Reads decimal numbers by hand, because `Int("+5")` also accepts signs.
enum Digits {
    /// Tells whether a text has at least one character and only ASCII digits.
    static func areAll(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isDigit)
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte)
    }

    /// Returns the number that ASCII digits write, or nil if it does not fit.
    static func value(_ text: some StringProtocol) -> Int64? {
        guard areAll(text) else { return nil }
        var total: Int64 = 0
        for byte in text.utf8 {
            let (shifted, overflowed) = total.multipliedReportingOverflow(by: 10)
            let (sum, overflowedAgain) = shifted.addingReportingOverflow(Int64(byte - 0x30))
            guard !overflowed, !overflowedAgain else { return nil }
            total = sum
        }
        return total
    }

    /// Returns a small number from ASCII digits of a known count.
    static func int(_ text: some StringProtocol) -> Int? {
        value(text).flatMap { Int(exactly: $0) }
    }

    /// Returns the number with zeros in front, at least so many digits long.
    static func padded(_ number: Int, _ length: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, length - text.utf8.count)) + text
    }
}
