/// Thai text as a computer must treat it: one form, cells, digits and order.
///
/// Two strings that look the same on a screen can differ in their code points:
/// a tone may be typed before or after a vowel, and sara am may be split in
/// two. Everything here works on Unicode scalars, because a Swift `Character`
/// joins a tone, a vowel and sara am into one.
package enum ThaiText {
    /// Returns the one form in which a text is compared, searched and hashed.
    ///
    /// Zero-width characters are removed, no-break spaces are spaces, two sara e
    /// are sara ae, the marks of a stack stand in the order lower vowel, upper
    /// vowel, nikhahit, tone, thanthakhat, each mark once, and nikhahit with sara
    /// aa is sara am. It never guesses: a mark over the wrong consonant stays
    /// where it is.
    ///
    /// Thai text comes out in NFC. Letters of other scripts stay as they were
    /// typed, in one piece or with their marks apart: Swift's own comparing and
    /// hashing of strings sees no difference there, so compare the results as
    /// strings, not as bytes.
    ///
    /// Example: `ThaiText.canonical("\u{E17}\u{E48}\u{E35}")` is `ที่`.
    ///
    /// - Complexity: O(n)
    package static func canonical(_ text: String) -> String {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(text.utf8.count / 2)
        for scalar in text.unicodeScalars where !isZeroWidthControl(scalar) {
            scalars.append(isNoBreakSpace(scalar) ? " " : scalar)
        }
        var builder = CanonicalBuilder(input: composeSaraAe(scalars))
        return string(builder.build())
    }

    /// Tells whether two texts are the same text typed in different ways.
    package static func areEqual(_ first: String, _ second: String) -> Bool {
        canonical(first) == canonical(second)
    }

    /// Returns the text with Thai digits as ASCII digits.
    package static func asciiDigits(_ text: String) -> String {
        string(
            text.unicodeScalars.map { scalar in
                guard (0x0E50...0x0E59).contains(scalar.value) else { return scalar }
                return Unicode.Scalar(UInt8(scalar.value - 0x0E50 + 0x30))
            })
    }

    /// Returns the text with ASCII digits as Thai digits.
    package static func thaiDigits(_ text: String) -> String {
        string(
            text.unicodeScalars.map { scalar in
                guard (0x30...0x39).contains(scalar.value) else { return scalar }
                return Unicode.Scalar(scalar.value - 0x30 + 0x0E50) ?? scalar
            })
    }

    /// Returns the text without white space at both ends.
    package static func trimmed(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return string(scalars[first...last])
    }

    static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    // MARK: - Classes of scalars

    /// Zero-width characters, joiners, direction marks and the soft hyphen.
    static func isZeroWidthControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00AD, 0x180E, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0xFEFF: true
        default: false
        }
    }

    static func isNoBreakSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == 0x00A0 || scalar.value == 0x2007 || scalar.value == 0x202F
    }

    /// Every character that people or documents use as a hyphen.
    static func isDash(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2D, 0x2010...0x2015, 0x2212, 0xFE58, 0xFE63, 0xFF0D: true
        default: false
        }
    }

    static func isConsonant(_ scalar: Unicode.Scalar) -> Bool {
        (0x0E01...0x0E2E).contains(scalar.value)
    }

    static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E31, 0x0E34...0x0E3A, 0x0E47...0x0E4E: true
        default: false
        }
    }

    /// Sara e, sara ae, sara o, sara ai: written before their consonant.
    static func isLeadingVowel(_ scalar: Unicode.Scalar) -> Bool {
        (0x0E40...0x0E44).contains(scalar.value)
    }

    private static func composeSaraAe(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var output: [Unicode.Scalar] = []
        output.reserveCapacity(scalars.count)
        for scalar in scalars {
            if scalar == "\u{0E40}", output.last == "\u{0E40}" {
                output[output.count - 1] = "\u{0E41}"
            } else {
                output.append(scalar)
            }
        }
        return output
    }
}
