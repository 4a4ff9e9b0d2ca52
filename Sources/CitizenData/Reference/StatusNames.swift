/// The names of coded values, in Thai and English.
package enum StatusNames {
    struct Name: Sendable {
        let value: String
        let label: Bilingual

        init(_ value: String, _ thai: String, _ english: String) {
            self.value = value
            label = Bilingual(thai, english)
        }
    }

    /// Returns the name of a value, or the value itself if it is not known.
    ///
    /// A newer agency may send a value that this client has not heard of: it is
    /// shown as it is, never as something else.
    package static func label(_ enumeration: String, _ value: String) -> Bilingual {
        names(enumeration).first { $0.value == value }?.label ?? Bilingual(value, value)
    }

    /// Returns the known values of an enumeration, in their order.
    package static func values(_ enumeration: String) -> [String] {
        names(enumeration).map(\.value)
    }

    private static func names(_ enumeration: String) -> [Name] {
        records[enumeration] ?? catalogue[enumeration] ?? []
    }
}
