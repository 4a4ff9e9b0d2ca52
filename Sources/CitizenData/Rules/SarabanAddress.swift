/// The central mailbox (saraban) of a State agency or local government.
///
/// Local governments have three printed forms; other agencies have `saraban` at
/// a State domain. Free mail is refused before any form is tried, because the
/// printed pattern for an own domain also accepts it.
package struct SarabanAddress: Hashable, Sendable {
    /// Who the mailbox belongs to.
    package enum Owner: String, Sendable {
        case localGovernment = "lao"
        case agency
    }

    /// The form that the address has.
    package enum Form: String, Sendable {
        /// `saraban_` and eight digits at dla.go.th.
        case dla
        /// `saraban-` and a name at lgo.mail.go.th.
        case lgo
        /// `saraban` at the own domain of a local government.
        case own
        /// `saraban` at the domain of an agency.
        case agency
    }

    /// Why an address is refused.
    package enum Problem: String, Error, Sendable {
        case empty, characters, format
        case freeMail = "free_mail"
        case localPart = "local_part"
        case code, domain
    }

    /// The address in small letters.
    package let address: String
    /// Which of the forms it has.
    package let form: Form

    private static let freeProviders: Set<String> = [
        "gmail", "googlemail", "yahoo", "ymail", "hotmail", "outlook", "live", "msn", "icloud",
        "aol", "protonmail", "proton",
    ]

    /// Reads an address, or says why not.
    package init(_ text: String, owner: Owner) throws(Problem) {
        let clean = ThaiText.trimmed(
            ThaiText.string(text.unicodeScalars.filter { !ThaiText.isZeroWidthControl($0) }))
        guard !clean.isEmpty else { throw .empty }
        guard clean.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .characters }
        address = clean.lowercased()
        let halves = address.split(separator: "@", omittingEmptySubsequences: false)
        guard halves.count == 2, !halves[0].isEmpty else { throw .format }
        let labels = halves[1].split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, labels.allSatisfy(Self.isLabel) else { throw .format }
        guard !Self.isFreeMail(labels) else { throw .freeMail }
        switch owner {
        case .localGovernment:
            form = try Self.localForm(local: halves[0], domain: halves[1], labels: labels)
        case .agency:
            guard halves[0] == "saraban" else { throw .localPart }
            let endings = [["go", "th"], ["or", "th"], ["ac", "th"], ["mi", "th"]]
            guard labels.count > 2, endings.contains(labels.suffix(2).map(String.init))
            else { throw .domain }
            form = .agency
        }
    }

    private static func localForm(
        local: Substring, domain: Substring, labels: [Substring]
    ) throws(Problem) -> Form {
        switch domain {
        case "dla.go.th":
            guard local.hasPrefix("saraban_") else { throw .localPart }
            let code = local.dropFirst("saraban_".utf8.count)
            guard Digits.areAll(code), code.utf8.count == 8 else { throw .code }
            return .dla
        case "lgo.mail.go.th":
            guard local.hasPrefix("saraban-"), isLabel(local.dropFirst("saraban-".utf8.count))
            else { throw .localPart }
            return .lgo
        default:
            guard local == "saraban" else { throw .localPart }
            let endsInGovernment = labels.count > 2 && labels.suffix(2) == ["go", "th"]
            guard endsInGovernment || labels.last == "com" else { throw .domain }
            return .own
        }
    }

    /// Letters, digits and hyphens, with no hyphen at either end.
    private static func isLabel(_ text: Substring) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 63 else {
            return false
        }
        return first != 0x2D && last != 0x2D
            && bytes.allSatisfy {
                Digits.isDigit($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
            }
    }

    /// The provider's name right before the ending, `.com` or `.co.th`.
    private static func isFreeMail(_ labels: [Substring]) -> Bool {
        let secondLevel: Set<Substring> = ["co", "com", "go", "or", "ac", "in", "net"]
        let hasTwoPartEnding = labels.count > 2 && secondLevel.contains(labels[labels.count - 2])
        let name = labels[labels.count - (hasTwoPartEnding ? 3 : 2)]
        return freeProviders.contains(String(name))
    }
}
