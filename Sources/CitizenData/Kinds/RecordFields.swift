package import SyncProtocol

/// Reads the members of a body without ever failing or inventing.
///
/// A missing text is empty, because a body writes an absent text as empty; a
/// missing number, date or flag is nil, because zero must not stand for
/// missing data. Members of another type read as missing. An app reads here what
/// has no property in a view yet.
public struct RecordFields: Hashable, Sendable {
    /// The members as they came.
    package let object: JSONObject

    /// Wraps the members of an object.
    package init(_ object: JSONObject) {
        self.object = object
    }

    /// Returns a text, or an empty one.
    public func text(_ key: String) -> String {
        object[key]?.text ?? ""
    }

    /// Returns a whole number, or nil.
    public func integer(_ key: String) -> Int64? {
        object[key]?.intValue
    }

    /// Returns yes or no, which rows write as 1 and 0, or nil.
    public func flag(_ key: String) -> Bool? {
        switch object[key] {
        case .integer(1), .bool(true): true
        case .integer(0), .bool(false): false
        default: nil
        }
    }

    /// Returns a date that may be partly known, or nil.
    public func date(_ key: String) -> PartialDate? {
        PartialDate(iso: text(key))
    }

    /// Returns a moment in milliseconds since 1970, UTC, or nil.
    ///
    /// A day without a time is the beginning of that day in Thailand.
    public func moment(_ key: String) -> Int64? {
        let text = text(key)
        if let reading = BangkokTime.read(text) { return reading.milliseconds }
        return CivilDate(iso: text).map(BangkokTime.start)
    }

    /// Returns the texts of a list.
    public func texts(_ key: String) -> [String] {
        (object[key]?.items ?? []).compactMap(\.text)
    }

    /// Returns the objects of a list.
    public func list(_ key: String) -> [RecordFields] {
        (object[key]?.items ?? []).compactMap { $0.fields.map(RecordFields.init) }
    }

    /// Returns an object inside, or an empty one.
    public func group(_ key: String) -> RecordFields {
        RecordFields(object[key]?.fields ?? JSONObject())
    }

    /// Tells whether a member is there and is not an empty text.
    public func has(_ key: String) -> Bool {
        switch object[key] {
        case nil, .null?, .string("")?: false
        default: true
        }
    }
}
