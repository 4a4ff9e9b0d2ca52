internal import CitizenData
package import SyncProtocol

/// Why one line of a feed was not taken.
///
/// The lines around it are not touched.
package struct FeedProblem: Error, Hashable, Sendable {
    /// A stable name, as `feed.json` or `feed.table_foreign`.
    package let code: String
    /// Where in the line, in bytes from its start, or nil.
    package let offset: Int?
    /// Which member of the line, or empty.
    package let member: String
    /// What is wrong, for the agency's developer.
    package let message: String
    /// What to do about it.
    package let advice: String

    init(
        _ code: String, member: String = "", offset: Int? = nil, _ message: String, advice: String
    ) {
        self.code = code
        self.offset = offset
        self.member = member
        self.message = message
        self.advice = advice
    }
}

/// Whose record a line is.
package enum FeedSubject: Hashable, Sendable {
    /// A table for everyone.
    case everyone
    /// The opaque id the server gave.
    case subject(String)
    /// The keyed hash of a national number; the number itself is not kept.
    case tag(Digest32)
}

/// One line of an agency's feed, read and checked on its own.
///
/// ```json
/// {"table":"driving_licence","id":"…","subject":"…","as_of":1794582060000,
///  "source_version":6,"body":{…}}
/// ```
///
/// `pid` may stand in place of `subject`, and `"deleted":1` in place of `body`.
package struct FeedRecord: Hashable, Sendable {
    /// The row.
    package let key: RowKey
    /// Whose it is.
    package let subject: FeedSubject
    /// When the agency says it was true.
    package let asOf: Int64
    /// The agency's version.
    package let sourceVersion: Int64
    /// The body in canonical JSON; nil for a deletion.
    package let body: [UInt8]?

    private static let members: Set<String> = [
        "table", "id", "agency", "subject", "pid", "as_of", "source_version", "body", "deleted",
    ]

    /// Reads a line.
    ///
    /// - Parameters:
    ///   - line: The line without its line end.
    ///   - agency: Who feeds.
    ///   - personKey: The key under which national numbers are hashed.
    ///   - limits: The size limits.
    /// - Throws: `FeedProblem`, naming the code, the place and the advice.
    package init(
        line: UnsafeRawBufferPointer, from agency: AgencyRecord, personKey: HMACKey, limits: Limits
    ) throws(FeedProblem) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSON.parse(
                line, limits: JSONLimits(bytesMax: limits.feedLineBytesMax, depthMax: 32))
        } catch {
            throw FeedProblem(
                "feed.\(error.code)", offset: error.offset, error.message, advice: error.advice)
        }
        guard let object = value.fields else {
            throw FeedProblem(
                "feed.not_object", "a line must be a JSON object",
                advice: "Send one object for each line.")
        }
        if object.members.contains(where: { !Self.members.contains($0.0) }) {
            // Not repeated: what stands where no name belongs may be a person's.
            throw FeedProblem(
                "feed.member_unknown",
                "the line has a member that is not part of the envelope",
                advice: "Put the record's own data into \"body\"; beside it stand "
                    + Self.members.sorted().joined(separator: ", ") + ".")
        }
        let table = try Self.text(value, "table")
        try Self.checkTable(table, value, agency)
        let id = try Self.text(value, "id")
        guard Identifier.isValid(id) else {
            throw FeedProblem(
                "feed.id", member: "id", "an id has 1 to 128 of A-Z a-z 0-9 _ . : -",
                advice: "Use a stable id of your own in these characters.")
        }
        guard table != AccessLog.table || !id.hasPrefix(AccessLog.idPrefix) else {
            throw Self.reserved("ids of access events that begin with \(AccessLog.idPrefix)")
        }
        key = RowKey(table: table, id: id)
        asOf = try Self.number(value, "as_of", in: 0...253_402_300_799_999)
        sourceVersion = try Self.number(value, "source_version", in: 1...Int64.max)
        subject = try Self.subject(value, table: table, personKey: personKey)
        body = try Self.body(value, limits: limits)
    }

    private static func checkTable(
        _ table: String, _ value: JSONValue, _ agency: AgencyRecord
    ) throws(FeedProblem) {
        guard let policy = TablePolicy.all[table], policy.writer == .agency else {
            throw FeedProblem(
                "feed.table_unknown", member: "table", "there is no such table for agencies",
                advice: "See the list of tables in docs/protocol.md.")
        }
        guard agency.tables.contains(table) else {
            throw FeedProblem(
                "feed.table_foreign", member: "table",
                "the key of \(agency.code) may not write \(table)",
                advice: "Ask the operator to add the table to your key, or use the right key.")
        }
        if let named = value["agency"] {
            guard named.text == agency.code else {
                throw FeedProblem(
                    "feed.agency_mismatch", member: "agency",
                    "the line names another agency than the key's, \(agency.code)",
                    advice: "Send each agency's rows with its own key.")
            }
        }
    }

    private static func subject(
        _ value: JSONValue, table: String, personKey: HMACKey
    ) throws(FeedProblem) -> FeedSubject {
        let isPublic = TablePolicy.all[table]?.isPublic ?? false
        switch (value["subject"], value["pid"]) {
        case (nil, nil):
            guard isPublic else {
                throw FeedProblem(
                    "feed.subject_missing", member: "subject", "the line does not say whose it is",
                    advice: "Add \"subject\" (preferred) or \"pid\".")
            }
            return .everyone
        case (let subject?, nil):
            guard !isPublic, let text = subject.text, Identifier.isValid(text) else {
                throw FeedProblem(
                    "feed.subject", member: "subject", "the subject is not valid here",
                    advice: isPublic
                        ? "Leave it out: the table is for everyone."
                        : "Use the subject that the server gave for the person.")
            }
            return .subject(text)
        case (nil, let pid?):
            guard !isPublic, let text = pid.text else {
                throw FeedProblem(
                    "feed.pid", member: "pid", "the national number is not valid here",
                    advice: "Send it as a string of 13 digits.")
            }
            return .tag(try tag(text, personKey))
        case (.some, .some):
            throw FeedProblem(
                "feed.subject_twice", member: "pid", "the line has both subject and pid",
                advice: "Send one of the two.")
        }
    }

    /// The keyed hash under which a national number is known.
    package static func tag(_ text: String, _ key: HMACKey) throws(FeedProblem) -> Digest32 {
        do throws(NationalID.Problem) {
            return key.code(for: Array(try NationalID(text).digits.utf8))
        } catch {
            throw FeedProblem(
                "feed.pid", member: "pid",
                "the national number is not well formed: \(error.rawValue)",
                advice: "Check the number; the last digit is computed from the others.")
        }
    }

    private static func body(_ value: JSONValue, limits: Limits) throws(FeedProblem) -> [UInt8]? {
        if let deleted = value["deleted"] {
            guard deleted.intValue == 1, value["body"] == nil else {
                throw FeedProblem(
                    "feed.deleted", member: "deleted", "a deletion is \"deleted\":1 and no body",
                    advice: "Leave out one of the two.")
            }
            return nil
        }
        guard let body = value["body"], body.fields != nil else {
            throw FeedProblem(
                "feed.body", member: "body", "the body must be an object",
                advice: "Send the record as an object of integers, strings and lists.")
        }
        let canonical = JSON.canonical(body)
        guard canonical.count <= limits.recordBytesMax else {
            throw FeedProblem(
                "feed.body_too_large", member: "body",
                "the body has \(canonical.count) bytes, the limit is \(limits.recordBytesMax)",
                advice: "Send large content as a document of its own and name it by its hash.")
        }
        return canonical
    }

    private static func text(_ value: JSONValue, _ member: String) throws(FeedProblem) -> String {
        guard let found = value[member] else { throw missing(member) }
        guard let text = found.text else {
            throw FeedProblem(
                "feed.member_kind", member: member, "\(member) must be a string",
                advice: "Put it in quotation marks.")
        }
        return text
    }

    private static func number(
        _ value: JSONValue, _ member: String, in range: ClosedRange<Int64>
    ) throws(FeedProblem) -> Int64 {
        guard let found = value[member] else { throw missing(member) }
        guard let number = found.intValue, range.contains(number) else {
            throw FeedProblem(
                "feed.member_kind", member: member,
                "\(member) must be an integer from \(range.lowerBound) to \(range.upperBound)",
                advice: member == "as_of" ? "Send UTC milliseconds." : "Count up from 1.")
        }
        return number
    }

    /// A line about a row that only the server writes.
    static func reserved(_ what: String) -> FeedProblem {
        FeedProblem(
            "feed.id_reserved", member: "id", "\(what) are the server's own",
            advice: "Use ids that begin with your agency's code.")
    }

    private static func missing(_ member: String) -> FeedProblem {
        FeedProblem(
            "feed.member_missing", member: member, "\(member) is missing",
            advice: "Every line has table, id, subject, as_of, source_version and body.")
    }
}
