/// A JSON value of the product: no floating point, strings compared by bytes.
///
/// Swift's own string equality treats `"é"` written two ways as equal, which
/// would merge record ids that SQLite and every other language keep apart. Two
/// values here are equal exactly when their canonical bytes are equal.
package enum JSONValue: Sendable {
    /// The literal `null`.
    case null
    /// The literals `true` and `false`.
    case bool(Bool)
    /// A whole number; the product has no others.
    case integer(Int64)
    /// Text, compared by its UTF-8 bytes.
    case string(String)
    /// Values in order.
    case array([JSONValue])
    /// Members sorted by the bytes of their names.
    case object(JSONObject)

    /// The text of a string, or nothing for any other value.
    package var text: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    /// The number of an integer, or nothing for any other value.
    package var intValue: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    /// The truth of a boolean, or nothing for any other value.
    package var boolValue: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The elements of an array, or nothing for any other value.
    package var items: [JSONValue]? {
        guard case .array(let value) = self else { return nil }
        return value
    }

    /// The members of an object, or nothing for any other value.
    package var fields: JSONObject? {
        guard case .object(let value) = self else { return nil }
        return value
    }

    /// Whether the value is the literal `null`.
    package var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The member of an object, or nothing where there is none.
    package subscript(key: String) -> JSONValue? {
        guard case .object(let object) = self else { return nil }
        return object[key]
    }
}

extension JSONValue: Hashable {
    package static func == (first: JSONValue, second: JSONValue) -> Bool {
        switch (first, second) {
        case (.null, .null): true
        case (.bool(let ours), .bool(let theirs)): ours == theirs
        case (.integer(let ours), .integer(let theirs)): ours == theirs
        case (.string(let ours), .string(let theirs)): ours.hasSameBytes(as: theirs)
        case (.array(let ours), .array(let theirs)): ours == theirs
        case (.object(let ours), .object(let theirs)): ours == theirs
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null:
            hasher.combine(0 as UInt8)
        case .bool(let value):
            hasher.combine(1 as UInt8)
            hasher.combine(value)
        case .integer(let value):
            hasher.combine(2 as UInt8)
            hasher.combine(value)
        case .string(let value):
            hasher.combine(3 as UInt8)
            value.hashBytes(into: &hasher)
        case .array(let value):
            hasher.combine(4 as UInt8)
            hasher.combine(value)
        case .object(let value):
            hasher.combine(5 as UInt8)
            hasher.combine(value)
        }
    }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements))
    }
}
