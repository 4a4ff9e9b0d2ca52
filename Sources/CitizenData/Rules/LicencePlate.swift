/// A vehicle's plate: its text and its province together.
///
/// The text alone names no vehicle. `กก 1234` of Yala and of Betong are two,
/// and a province is compared, never guessed from a short form.
package struct LicencePlate: Hashable, Sendable {
    /// The series of a plate, by its form.
    package enum Kind: String, Sendable {
        /// A digit and two letters, then a number: `1กก 1234`.
        case carCurrent = "car_current"
        /// Two letters, then a number: `กข 1234`.
        case carOlder = "car_older"
        /// Three letters and three digits: `กขค 012`.
        case motorcycle2547 = "motorcycle_2547"
        /// Two digits, a hyphen, four digits: `70-1234`.
        case transport
    }

    /// Why a plate is refused.
    package enum Problem: String, Error, Sendable {
        case format, letters, province
    }

    /// The series, by its form.
    package let kind: Kind
    /// The text in its one form.
    package let text: String
    /// The province, or Betong.
    package let province: Province

    /// The key of the vehicle: `1กก 1234|กรุงเทพมหานคร`.
    package var key: String { text + "|" + province.nameThai }

    /// Reads a plate as typed, or says why not.
    package init(text: String, province name: String) throws(Problem) {
        (kind, self.text) = try Self.series(of: text)
        guard let province = Province(plateName: name) else { throw .province }
        self.province = province
    }

    /// Reads the text of a plate without its province.
    ///
    /// - Returns: The series and the text in its one form.
    package static func series(of text: String) throws(Problem) -> (kind: Kind, text: String) {
        let groups = try groups(of: ThaiText.asciiDigits(ThaiText.canonical(text)))
        guard let (kind, text) = arranged(groups) else { throw .format }
        let letters = groups.filter { $0.kind == .letters }.flatMap(\.scalars)
        guard letters.allSatisfy(isAllowed) else { throw .letters }
        return (kind, text)
    }

    // MARK: - Groups of digits and letters

    private struct Group {
        enum Kind { case digits, letters }
        let kind: Kind
        var scalars: [Unicode.Scalar]
        /// What stands between this group and the one before it.
        var separator: String

        var text: String { ThaiText.string(scalars) }
    }

    private static func groups(of text: String) throws(Problem) -> [Group] {
        var groups: [Group] = []
        var separator = ""
        for scalar in ThaiText.trimmed(text).unicodeScalars {
            let kind: Group.Kind
            switch scalar {
            case _ where (0x30...0x39).contains(scalar.value): kind = .digits
            case _ where ThaiText.isConsonant(scalar): kind = .letters
            case _ where ThaiText.isDash(scalar):
                separator = "-"
                continue
            case " ":
                if separator.isEmpty { separator = " " }
                continue
            default: throw .format
            }
            if separator.isEmpty, let last = groups.indices.last, groups[last].kind == kind {
                groups[last].scalars.append(scalar)
            } else {
                groups.append(Group(kind: kind, scalars: [scalar], separator: separator))
            }
            separator = ""
        }
        // A hyphen at either end belongs to nothing.
        guard separator.isEmpty, groups.first?.separator.isEmpty ?? false else { throw .format }
        return groups
    }

    private static func arranged(_ groups: [Group]) -> (Kind, String)? {
        let shape = groups.map { ($0.kind == .digits ? "9" : "ก") + "\($0.scalars.count)" }
        switch shape {
        case ["ก2", shape.last] where isNumber(groups.last):
            return (.carOlder, groups[0].text + " " + groups[1].text)
        case ["91", "ก2", shape.last] where isNumber(groups.last) && groups[0].text != "0":
            guard groups[1].separator != "-" else { return nil }
            return (.carCurrent, groups[0].text + groups[1].text + " " + groups[2].text)
        case ["ก3", "93"]:
            return (.motorcycle2547, groups[0].text + " " + groups[1].text)
        case ["92", "94"]:
            return (.transport, groups[0].text + "-" + groups[1].text)
        default: return nil
        }
    }

    /// One to four digits of which the first is not zero.
    private static func isNumber(_ group: Group?) -> Bool {
        guard let group, group.kind == .digits, group.scalars.count <= 4 else { return false }
        return group.scalars.first != "0"
    }

    /// ฃ and ฅ are not used on plates; ฤ and ฦ are not consonants.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        ![0x0E03, 0x0E05, 0x0E24, 0x0E26].contains(scalar.value)
    }
}
