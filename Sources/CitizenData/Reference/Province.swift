/// A province of Thailand, or Betong, which stands on plates only.
package struct Province: Hashable, Sendable {
    /// The two-digit code, or `betong`.
    package let code: String
    /// The full name in Thai, as on a plate.
    package let nameThai: String
    /// The name in English.
    package let nameEnglish: String

    init(_ code: String, _ nameThai: String, _ nameEnglish: String) {
        self.code = code
        self.nameThai = nameThai
        self.nameEnglish = nameEnglish
    }

    /// Finds the province whose full Thai name stands on a plate.
    ///
    /// The name is compared in canonical form and never guessed: กทม., a short
    /// name or an English one finds nothing.
    package init?(plateName: String) {
        let name = ThaiText.trimmed(ThaiText.canonical(plateName))
        guard let found = Self.all.first(where: { $0.nameThai.utf8.elementsEqual(name.utf8) })
        else { return nil }
        self = found
    }

    /// Finds a province by its code.
    package init?(code: String) {
        guard let found = Self.all.first(where: { $0.code == code }) else { return nil }
        self = found
    }

    /// True for every entry but Betong.
    package var isProvince: Bool { code != "betong" }
}
