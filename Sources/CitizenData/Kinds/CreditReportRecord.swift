/// A dated report of the credit bureau, asked for by its subject.
public struct CreditReportRecord: RecordView {
    /// The kind of row.
    public static let kind = RecordKind.creditReport

    /// Members without which an agency's row is refused.
    public static let mandatoryFields = [
        "report_no", "mode", "requested_at", "delivered_at", "consent_ref",
        "purge_content_after",
    ]

    /// The id of the row.
    public let id: String

    /// The members of the body, also those that have no property here.
    public let fields: RecordFields

    /// Makes the view of a body's members.
    public init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// The number of the report.
    public var number: String { fields.text("report_no") }

    /// Summary or full.
    public var mode: String { fields.text("mode") }
    /// The same in words.
    public var modeLabel: Bilingual { StatusNames.label("credit_mode", mode) }

    /// When it was asked for, in milliseconds since 1970, UTC.
    public var requestedAt: Int64? { fields.moment("requested_at") }

    /// When it arrived, in milliseconds since 1970, UTC.
    public var deliveredAt: Int64? { fields.moment("delivered_at") }

    /// The consent it rests on.
    public var consentReference: String { fields.text("consent_ref") }

    /// How many accounts there are.
    public var accountCount: Int64? { fields.integer("account_count") }

    /// The accounts; empty after the content was purged.
    public var accounts: [Account] { fields.list("accounts").map(Account.init) }

    /// Who asked before.
    public var enquiries: [Enquiry] { fields.list("enquiries").map(Enquiry.init) }

    /// The score, 300 to 900; nil if none was given.
    public var score: Int64? { fields.integer("score") }

    /// What is owed, in satang.
    public var totalBalanceSatang: Int64? { fields.integer("total_balance_satang") }

    /// What may be borrowed, in satang.
    public var totalLimitSatang: Int64? { fields.integer("total_limit_satang") }

    /// What is overdue, in satang.
    public var totalOverdueSatang: Int64? { fields.integer("total_overdue_satang") }

    /// The day after which the content leaves the device.
    public var purgeContentAfter: PartialDate? { fields.date("purge_content_after") }

    /// The day it left.
    public var contentPurgedOn: PartialDate? { fields.date("content_purged_on") }

    /// A note of the bureau.
    public var noteThai: String { fields.text("note_th") }

    /// Why the data may be held.
    public var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    public var source: String { fields.text("source") }

    /// One account of a credit report.
    public struct Account: Hashable, Sendable {
        let fields: RecordFields

        /// The number within the report.
        public var number: Int64? { fields.integer("no") }

        /// The lender.
        public var memberThai: String { fields.text("member_th") }

        /// The kind of credit.
        public var typeThai: String { fields.text("type_th") }

        /// The kind of credit in English.
        public var typeEnglish: String { fields.text("type_en") }

        /// The account number, masked.
        public var maskedAccount: String { fields.text("account_masked") }

        /// The day it was opened.
        public var opened: PartialDate? { fields.date("opened") }

        /// How it is served.
        public var statusCode: String { fields.text("status_code") }
        /// The same in words.
        public var statusLabel: Bilingual {
            StatusNames.label("credit_account_status", statusCode)
        }

        /// The status as the bureau words it.
        public var statusThai: String { fields.text("status_th") }

        /// What is owed, in satang.
        public var balanceSatang: Int64? { fields.integer("balance_satang") }

        /// What may be borrowed, in satang.
        public var limitSatang: Int64? { fields.integer("limit_satang") }

        /// What is overdue, in satang.
        public var overdueSatang: Int64? { fields.integer("overdue_satang") }

        /// One digit a month, the newest first.
        public var history: String { fields.text("history") }

        /// How many months the history covers.
        public var historyMonths: Int64? { fields.integer("history_months") }
    }

    /// Somebody who asked for a report.
    public struct Enquiry: Hashable, Sendable {
        let fields: RecordFields

        /// When, in milliseconds since 1970, UTC.
        public var at: Int64? { fields.moment("at") }

        /// Who.
        public var byThai: String { fields.text("by_th") }

        /// What for.
        public var purposeThai: String { fields.text("purpose_th") }
    }
}
