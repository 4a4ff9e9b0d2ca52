/// A value that SQLite can store, for code where clarity matters more than speed.
package enum SQLiteValue: Hashable, Sendable {
    /// The absence of a value.
    case null
    /// A whole number.
    case integer(Int64)
    /// Text, stored as UTF-8.
    case text(String)
    /// Bytes; no bytes are stored as an empty value, not as `NULL`.
    case blob([UInt8])
}

extension SQLiteValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
    ExpressibleByNilLiteral
{
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(stringLiteral value: String) { self = .text(value) }
    package init(nilLiteral: ()) { self = .null }
}
