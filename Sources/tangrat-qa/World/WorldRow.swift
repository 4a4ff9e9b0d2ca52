internal import SyncProtocol

/// A row as the agency that owns it would push it.
struct WorldRow: Hashable, Sendable {
    let table: String
    let id: String

    /// The code of the agency.
    let agency: String

    /// When the agency says it was true, in milliseconds since 1970.
    var asOf: Int64

    /// The agency's version.
    var version: Int64

    var body: JSONValue

    /// Whose it is; nil for everyone.
    var subject: String?

    /// The row's name for people.
    var label: String { "\(table)/\(id)" }

    /// The row as a line of a feed, with its line end.
    var line: [UInt8] {
        var members: [(String, JSONValue)] = [
            ("agency", .string(agency)), ("as_of", .integer(asOf)), ("body", body),
            ("id", .string(id)), ("source_version", .integer(version)), ("table", .string(table)),
        ]
        if let subject { members.append(("subject", .string(subject))) }
        return JSON.canonical(.object(JSONObject(members))) + [UInt8(ascii: "\n")]
    }
}
