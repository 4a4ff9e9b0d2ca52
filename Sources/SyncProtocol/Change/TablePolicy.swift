/// Who writes a table, where its rows live, and which fields a citizen may write.
///
/// The one list both sides check writes against: what is not allowed here is
/// refused on the device at once and by the server for certain. Default deny.
package struct TablePolicy: Hashable, Sendable {
    /// Who writes the rows.
    package enum Writer: Hashable, Sendable {
        /// Agencies, through the feed.
        case agency
        /// The citizen, by merging.
        case citizen
    }

    /// A field a citizen may write, or all fields with a prefix.
    package struct Field: Hashable, Sendable {
        /// The name, or a prefix that ends in a full stop: `form.`.
        package let name: String

        /// How it merges.
        package let kind: FieldKind

        /// The largest value, in bytes of canonical JSON or text.
        package let bytesMax: Int

        /// The values allowed; empty for any.
        package let allowed: [String]

        /// Whether it stands for all fields with this beginning.
        private let isPrefix: Bool

        init(_ name: String, _ kind: FieldKind, bytesMax: Int = 256, allowed: [String] = []) {
            self.name = name
            self.isPrefix = name.utf8.last == UInt8(ascii: ".")
            self.kind = kind
            self.bytesMax = bytesMax
            self.allowed = allowed
        }

        /// Whether a citizen may write a field of this name under it.
        fileprivate func covers(_ other: String) -> Bool {
            guard isPrefix else { return name.hasSameBytes(as: other) }
            return other.utf8.count > name.utf8.count && other.utf8.starts(with: name.utf8)
        }
    }

    /// The table's name.
    package let table: String

    /// Who writes it.
    package let writer: Writer

    /// The last part of the home bucket of a person's rows, for instance `core`.
    package let domain: String

    /// Whether the rows are for everyone and live in `public/<domain>`.
    package let isPublic: Bool

    /// What a citizen may write.
    package let fields: [Field]

    /// Whether the table has one row a person, with the id `me`.
    package let isSingleton: Bool

    /// Whether `submit` is allowed on it.
    package let takesSubmissions: Bool

    init(
        _ table: String, _ writer: Writer, _ domain: String, isPublic: Bool = false,
        isSingleton: Bool = false, takesSubmissions: Bool = false, fields: [Field] = []
    ) {
        self.table = table
        self.writer = writer
        self.domain = domain
        self.isPublic = isPublic
        self.fields = fields
        self.isSingleton = isSingleton
        self.takesSubmissions = takesSubmissions
    }

    /// Finds what a citizen may write under a name.
    package func field(named name: String) -> Field? {
        fields.first { $0.covers(name) }
    }
}

extension TablePolicy {
    /// The version of this list; a mutation says under which one it was made.
    package static let schemaVersion: UInt64 = 1

    /// All tables by name.
    package static let all: [String: TablePolicy] = Dictionary(
        uniqueKeysWithValues: list.map { ($0.table, $0) })

    /// The bucket of rows that are for everyone.
    package static let catalogueBucket = "public/catalogue"

    private static let list: [TablePolicy] =
        agencyTables + publicTables + citizenTables

    private static let agencyTables = [
        TablePolicy("profile", .agency, "core"),
        TablePolicy("notification", .agency, "core"),
        TablePolicy("request", .agency, "core", takesSubmissions: true),
        TablePolicy("receipt", .agency, "core"),
        TablePolicy("document", .agency, "core"),
        TablePolicy("driving_licence", .agency, "transport"),
        TablePolicy("vehicle", .agency, "transport"),
        TablePolicy("traffic_ticket", .agency, "transport"),
        TablePolicy("entitlement", .agency, "welfare"),
        TablePolicy("social_security", .agency, "welfare"),
        TablePolicy("health_coverage", .agency, "welfare"),
        TablePolicy("newborn_subsidy", .agency, "welfare"),
        TablePolicy("civil_registration", .agency, "civil"),
        TablePolicy("credit_report", .agency, "credit"),
        TablePolicy("bill", .agency, "bills"),
        TablePolicy("payment", .agency, "bills"),
        TablePolicy("consent", .agency, "access"),
        TablePolicy("delegation", .agency, "access"),
        TablePolicy("access_event", .agency, "access"),
    ]

    private static let publicTables = [
        "service", "agency", "rule", "province", "biller", "open_data_group", "onboarding",
    ].map { TablePolicy($0, .agency, "catalogue", isPublic: true) }

    private static let citizenTables = [
        TablePolicy(
            "preference", .citizen, "core", isSingleton: true,
            fields: [
                Field("language", .latest, allowed: ["th", "en"]),
                Field("mobile", .latest, bytesMax: 32),
                Field("email", .latest, bytesMax: 256),
                Field("notify.", .latest, bytesMax: 16),
                Field("accessibility.", .latest, bytesMax: 64),
            ]),
        TablePolicy(
            "inbox", .citizen, "core", isSingleton: true,
            fields: [Field("seen_up_to", .maximum)]),
        TablePolicy(
            "notification_state", .citizen, "core",
            fields: [
                Field("read", .flag), Field("archived", .latest, bytesMax: 8),
                Field("snoozed_until", .latest, bytesMax: 64),
            ]),
        TablePolicy(
            "pinned", .citizen, "core", isSingleton: true,
            fields: [Field("services", .set, bytesMax: 128)]),
        TablePolicy(
            "annotation", .citizen, "core",
            fields: [
                Field("labels", .set, bytesMax: 128), Field("nickname", .latest, bytesMax: 256),
                Field("note", .text, bytesMax: 8_192), Field("shown", .counter),
                Field("reminder_days", .latest, bytesMax: 16),
            ]),
        TablePolicy(
            "request_draft", .citizen, "core",
            fields: [
                Field("service", .latest), Field("action", .latest, bytesMax: 32),
                Field("form.", .latest, bytesMax: 4_096),
                Field("statement", .text, bytesMax: 16_384),
                Field("attachments", .set, bytesMax: 512),
            ]),
    ]

    /// The name of a table's home bucket for a person.
    package func bucket(subject: String) -> String {
        isPublic ? "public/\(domain)" : "person/\(subject)/\(domain)"
    }

    /// The order in which buckets are sent: small first.
    package static func priority(ofBucket name: String) -> Int {
        switch name.split(separator: "/").last ?? "" {
        case "core", "transport": 1
        case "welfare", "civil", "bills": 2
        case "credit": 3
        case "access": 4
        case "catalogue": 5
        default: 6
        }
    }
}
