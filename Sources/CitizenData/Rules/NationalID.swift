/// A 13-digit number of a person or of a juristic person.
///
/// A number that passes is well formed and nothing more. The check digit lets
/// any change of the third digit through, so it is never proof of identity and
/// never a key by which records are merged.
package struct NationalID: Hashable, Sendable {
    /// Whose number it is, by its first digit.
    package enum Kind: String, Sendable {
        case person, juristic
    }

    /// Why a number is refused, in the order in which it is checked.
    package enum Problem: String, Error, Sendable {
        case empty, characters, length
        case checkDigit = "check_digit"
        case trivial
        case firstDigit = "first_digit"
    }

    /// What is known after a check, good or bad.
    package struct Check: Hashable, Sendable {
        /// The thirteen digits, once there are thirteen.
        package let digits: String?
        /// The first thing that is wrong, or nil.
        package let problem: Problem?
        /// The check digit that would be right, if the one given is wrong.
        package let expectedCheckDigit: Int?
    }

    /// The thirteen ASCII digits.
    package let digits: String
    /// A person or a juristic person.
    package let kind: Kind

    /// Reads a number with spaces, hyphens or Thai digits, or says why not.
    package init(_ text: String) throws(Problem) {
        let check = Self.check(text)
        if let problem = check.problem { throw problem }
        guard let digits = check.digits else { throw .length }
        self.digits = digits
        kind = digits.utf8.first == 0x30 ? .juristic : .person
    }

    /// The number as printed on the card: `1-9999-00000-00-5`.
    package var formatted: String {
        Self.grouped(Array(digits.utf8).map { String(Unicode.Scalar($0)) })
    }

    /// The number with all but its last three digits hidden.
    package var masked: String {
        let shown = Array(digits.utf8).enumerated().map { index, byte in
            index < 10 ? "x" : String(Unicode.Scalar(byte))
        }
        return Self.grouped(shown)
    }

    /// True for office code 9999, which no registration office has.
    package var isSynthetic: Bool {
        Array(digits.utf8)[1...4].allSatisfy { $0 == 0x39 }
    }

    /// Checks a number and reports everything that is known about it.
    package static func check(_ text: String) -> Check {
        var digits: [Int] = []
        for scalar in ThaiText.asciiDigits(text).unicodeScalars {
            if scalar.properties.isWhitespace || ThaiText.isDash(scalar)
                || ThaiText.isZeroWidthControl(scalar)
            {
                continue
            }
            guard (0x30...0x39).contains(scalar.value) else { return failed(.characters) }
            digits.append(Int(scalar.value - 0x30))
        }
        guard !digits.isEmpty else { return failed(.empty) }
        guard digits.count == 13 else { return failed(.length) }
        let text = digits.map(String.init).joined()
        let expected = checkDigit(of: digits[..<12])
        guard digits[12] == expected else {
            return Check(digits: text, problem: .checkDigit, expectedCheckDigit: expected)
        }
        let problem: Problem? =
            isTrivial(digits[..<12]) ? .trivial : digits[0] == 9 ? .firstDigit : nil
        return Check(digits: text, problem: problem, expectedCheckDigit: nil)
    }

    /// Returns the thirteenth digit that belongs to twelve.
    static func checkDigit(of digits: ArraySlice<Int>) -> Int {
        let sum = digits.enumerated().reduce(0) { $0 + $1.element * (13 - $1.offset) }
        return (11 - sum % 11) % 10
    }

    /// One digit repeated, or counting up or down by one.
    private static func isTrivial(_ digits: ArraySlice<Int>) -> Bool {
        let steps = Set(zip(digits, digits.dropFirst()).map { ($1 - $0 + 10) % 10 })
        return steps.count == 1 && [0, 1, 9].contains(steps.first)
    }

    private static func failed(_ problem: Problem) -> Check {
        Check(digits: nil, problem: problem, expectedCheckDigit: nil)
    }

    private static func grouped(_ characters: [String]) -> String {
        var output = ""
        for (index, character) in characters.enumerated() {
            if [1, 5, 10, 12].contains(index) { output += "-" }
            output += character
        }
        return output
    }
}
