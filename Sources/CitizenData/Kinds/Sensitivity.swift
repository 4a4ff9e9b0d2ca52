/// How much harm a value can do in the wrong hands.
public enum Sensitivity: String, Comparable, CaseIterable, Sendable {
    /// Public: the catalogue.
    case p0 = "P0"
    /// Personal, low: a notification without content.
    case p1 = "P1"
    /// Personal: a licence, a ticket.
    case p2 = "P2"
    /// High: health, credit, children, the full 13 digits. Never in a log or a
    /// message, hidden until unlock.
    case p3 = "P3"

    /// The name of the class in Thai and English.
    public var label: Bilingual { StatusNames.label("sensitivity", rawValue) }

    /// Tells whether the first class does less harm than the second.
    public static func < (first: Sensitivity, second: Sensitivity) -> Bool {
        first.rawValue.utf8.lexicographicallyPrecedes(second.rawValue.utf8)
    }
}
