internal import CitizenData
package import SyncProtocol

/// A row as a screen shows it: what the server confirmed, and what waits.
///
/// For agency rows the value is the body as its owner wrote it. For rows that
/// the citizen writes it is the value of each field, with the writes that are
/// still waiting already merged in.
public struct SyncRow: Hashable, Sendable, Identifiable {
    /// The table, for instance `driving_licence`.
    public let table: String

    /// The id inside the table.
    public let id: String

    /// Who owns the row: an agency, or empty for a row only on this device.
    public let owner: String

    /// When its owner says it was true, in milliseconds since 1970.
    public let asOfMilliseconds: Int64

    /// The owner's own version number.
    public let sourceVersion: Int64

    /// Whether the server has confirmed a version of the row.
    public let isConfirmed: Bool

    /// The writes merged into it that the server has not confirmed.
    public let pendingMutations: [UInt64]

    /// The value as a person sees it.
    package let value: JSONValue

    /// Whether only a later version of this app knows what the row as a whole means.
    ///
    /// Its table is unknown, or its body cannot be read.
    public let isUnknown: Bool

    /// Creates a row.
    package init(
        table: String, id: String, owner: String, asOfMilliseconds: Int64, sourceVersion: Int64,
        isConfirmed: Bool, pendingMutations: [UInt64], value: JSONValue, isUnknown: Bool = false
    ) {
        self.table = table
        self.id = id
        self.owner = owner
        self.asOfMilliseconds = asOfMilliseconds
        self.sourceVersion = sourceVersion
        self.isConfirmed = isConfirmed
        self.pendingMutations = pendingMutations
        self.value = value
        self.isUnknown = isUnknown
    }

    /// Whether a later version of this app knows more of the row than this one.
    ///
    /// It is kept byte for byte, and shown as far as it can be.
    public var needsUpdate: Bool { isUnknown || !unknownFields.isEmpty }

    /// The members of the value that this version does not know, in order.
    ///
    /// They are members that an owner has added since; of a table that is unknown itself,
    /// and of the public catalogue, none are told.
    public var unknownFields: [String] {
        guard let members = value.fields?.members else { return [] }
        if let known = RecordKind(rawValue: table)?.knownFields {
            return members.map(\.key).filter { !known.contains($0) }
        }
        guard let policy = TablePolicy.all[table], policy.writer == .citizen else { return [] }
        return members.map(\.key).filter { policy.field(named: $0) == nil }
    }

    /// Whether a write of this device is still waiting in it.
    public var isPending: Bool { !pendingMutations.isEmpty }

    /// The value as canonical JSON.
    public var json: String { String(decoding: JSON.canonical(value), as: UTF8.self) }

    /// The text of a field, or nil where there is none.
    public func text(_ field: String) -> String? { value[field]?.text }

    /// The number of a field, or nil where there is none.
    public func integer(_ field: String) -> Int64? { value[field]?.intValue }

    /// The truth of a field, or nil where there is none.
    public func flag(_ field: String) -> Bool? {
        value[field]?.boolValue ?? value[field]?.intValue.map { $0 != 0 }
    }

    /// The texts of a list: elements of a set, or versions of a text.
    public func texts(_ field: String) -> [String] {
        value[field]?.items?.compactMap(\.text) ?? []
    }
}

/// A value for a field that a citizen writes.
public enum FieldValue: Hashable, Sendable, ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
    /// Text.
    case text(String)
    /// A whole number; money is in satang.
    case integer(Int64)
    /// A truth.
    case flag(Bool)

    /// Creates text from a literal.
    public init(stringLiteral value: String) { self = .text(value) }
    /// Creates a number from a literal.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// Creates a truth from a literal.
    public init(booleanLiteral value: Bool) { self = .flag(value) }

    /// The value as JSON.
    package var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .integer(let number): .integer(number)
        case .flag(let truth): .bool(truth)
        }
    }
}

extension SyncRow {
    /// The id of the annotation that is about this row.
    ///
    /// Its table and id, so that rows of two tables with one id have words of their own. Where
    /// that is longer than an id may be, the id's SHA-256 stands in its place.
    public var annotationID: String {
        let plain = "\(table):\(id)"
        guard plain.utf8.count > Identifier.bytesMax else { return plain }
        return "\(table):\(SHA256.hash(Array(id.utf8)).hex)"
    }
}
