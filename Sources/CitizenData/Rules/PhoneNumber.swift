/// A Thai telephone number with its extensions.
package struct PhoneNumber: Hashable, Sendable {
    /// The kind of line, by the digits after the leading zero.
    package enum Kind: String, Sendable {
        case mobile, fixed
    }

    /// Why a number is refused.
    package enum Problem: String, Error, Sendable {
        case empty, characters, country, range, prefix, length, `extension`
    }

    /// The number as dialled inside Thailand: `0600000001`.
    package let national: String
    /// Mobile or fixed.
    package let kind: Kind
    /// The extensions after ต่อ, in the order given.
    package let extensions: [String]

    /// The number as dialled from abroad: `+66600000001`.
    package var e164: String { "+66" + national.dropFirst() }

    /// Reads a number as typed or printed, or says why not.
    package init(_ text: String) throws(Problem) {
        let clean = ThaiText.trimmed(ThaiText.asciiDigits(ThaiText.canonical(text)))
        guard !clean.isEmpty else { throw .empty }
        let parts = Self.split(clean, at: ["ต่อ", "ext.", "ext"])
        extensions = try parts.count > 1 ? Self.extensions(in: parts[1...]) : []
        let digits = try Self.nationalDigits(of: parts[0])
        kind = try Self.kind(of: digits)
        national = digits
    }

    // MARK: - The number

    private static func nationalDigits(of text: String) throws(Problem) -> String {
        let isInternational = text.hasPrefix("+")
        var digits = ""
        var digitsBeforeDash: String?
        for scalar in text.unicodeScalars.dropFirst(isInternational ? 1 : 0) {
            if (0x30...0x39).contains(scalar.value) {
                digits.unicodeScalars.append(scalar)
            } else if ThaiText.isDash(scalar) || scalar == "~" {
                digitsBeforeDash = digits
            } else if !scalar.properties.isWhitespace, !"().".unicodeScalars.contains(scalar) {
                throw .characters
            }
        }
        guard !digits.isEmpty else { throw .empty }
        if let before = digitsBeforeDash, before != digits, (try? kind(of: before)) != nil {
            // A whole number, a dash and more digits: several lines.
            throw .range
        }
        if isInternational || digits.hasPrefix("00") {
            let international = isInternational ? digits : String(digits.dropFirst(2))
            guard international.hasPrefix("66") else { throw .country }
            let rest = international.dropFirst(2)
            return rest.hasPrefix("0") ? String(rest) : "0" + rest
        }
        return digits
    }

    private static func kind(of digits: String) throws(Problem) -> Kind {
        let bytes = Array(digits.utf8)
        guard bytes.count > 1, bytes[0] == 0x30 else { throw .prefix }
        switch bytes[1] {
        case 0x36, 0x38, 0x39:
            guard bytes.count == 10 else { throw .length }
            return .mobile
        case 0x32...0x35, 0x37:
            guard bytes.count == 9 else { throw .length }
            return .fixed
        default: throw .prefix
        }
    }

    // MARK: - Extensions

    private static func extensions(
        in parts: ArraySlice<String>
    ) throws(Problem) -> [String] {
        var found: [String] = []
        for part in parts {
            for piece in split(part, at: ["หรือ", ",", "/"]) {
                let digits = ThaiText.trimmed(piece)
                guard Digits.areAll(digits) else { throw .extension }
                found.append(digits)
            }
        }
        return found
    }

    private static func split(_ text: String, at separators: [String]) -> [String] {
        let scalars = Array(text.unicodeScalars)
        var parts: [[Unicode.Scalar]] = [[]]
        var position = 0
        while position < scalars.count {
            let rest = scalars[position...]
            if let separator = separators.first(where: { rest.starts(with: $0.unicodeScalars) }) {
                parts.append([])
                position += separator.unicodeScalars.count
            } else {
                parts[parts.count - 1].append(scalars[position])
                position += 1
            }
        }
        return parts.map(ThaiText.string)
    }
}
