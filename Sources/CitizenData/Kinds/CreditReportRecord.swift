/// A dated report of the credit bureau, asked for by its subject.
package struct CreditReportRecord: RecordView {
    package static let kind = RecordKind.creditReport
    package static let mandatoryFields = [
        "report_no", "mode", "requested_at", "delivered_at", "consent_ref",
        "purge_content_after",
    ]

    package let id: String
    package let fields: RecordFields

    package init(id: String, fields: RecordFields) {
        self.id = id
        self.fields = fields
    }

    /// The number of the report.
    package var number: String { fields.text("report_no") }

    /// Summary or full.
    package var mode: String { fields.text("mode") }
    /// The same in words.
    package var modeLabel: Bilingual { StatusNames.label("credit_mode", mode) }

    /// When it was asked for.
    package var requestedAt: Int64? { fields.moment("requested_at") }

    /// When it arrived.
    package var deliveredAt: Int64? { fields.moment("delivered_at") }

    /// The consent it rests on.
    package var consentReference: String { fields.text("consent_ref") }

    /// How many accounts there are.
    package var accountCount: Int64? { fields.integer("account_count") }

    /// The accounts; empty after the content was purged.
    package var accounts: [Account] { fields.list("accounts").map(Account.init) }

    /// Who asked before.
    package var enquiries: [Enquiry] { fields.list("enquiries").map(Enquiry.init) }

    /// The score, 300 to 900; nil if none was given.
    package var score: Int64? { fields.integer("score") }

    /// What is owed.
    package var totalBalanceSatang: Int64? { fields.integer("total_balance_satang") }

    /// What may be borrowed.
    package var totalLimitSatang: Int64? { fields.integer("total_limit_satang") }

    /// What is overdue.
    package var totalOverdueSatang: Int64? { fields.integer("total_overdue_satang") }

    /// The day after which the content leaves the device.
    package var purgeContentAfter: PartialDate? { fields.date("purge_content_after") }

    /// The day it left.
    package var contentPurgedOn: PartialDate? { fields.date("content_purged_on") }

    /// A note of the bureau.
    package var noteThai: String { fields.text("note_th") }

    /// Why the data may be held.
    package var legalBasis: String { fields.text("legal_basis") }

    /// Where the row comes from.
    package var source: String { fields.text("source") }

    /// One account of a credit report.
    package struct Account: Hashable, Sendable {
        let fields: RecordFields

        /// The number within the report.
        package var number: Int64? { fields.integer("no") }

        /// The lender.
        package var memberThai: String { fields.text("member_th") }

        /// The kind of credit.
        package var typeThai: String { fields.text("type_th") }

        /// The kind of credit in English.
        package var typeEnglish: String { fields.text("type_en") }

        /// The account number, masked.
        package var maskedAccount: String { fields.text("account_masked") }

        /// The day it was opened.
        package var opened: PartialDate? { fields.date("opened") }

        /// How it is served.
        package var statusCode: String { fields.text("status_code") }
        /// The same in words.
        package var statusLabel: Bilingual {
            StatusNames.label("credit_account_status", statusCode)
        }

        /// The status as the bureau words it.
        package var statusThai: String { fields.text("status_th") }

        /// What is owed.
        package var balanceSatang: Int64? { fields.integer("balance_satang") }

        /// What may be borrowed.
        package var limitSatang: Int64? { fields.integer("limit_satang") }

        /// What is overdue.
        package var overdueSatang: Int64? { fields.integer("overdue_satang") }

        /// One digit a month, the newest first.
        package var history: String { fields.text("history") }

        /// How many months the history covers.
        package var historyMonths: Int64? { fields.integer("history_months") }
    }

    /// Somebody who asked for a report.
    package struct Enquiry: Hashable, Sendable {
        let fields: RecordFields

        /// When.
        package var at: Int64? { fields.moment("at") }

        /// Who.
        package var byThai: String { fields.text("by_th") }

        /// What for.
        package var purposeThai: String { fields.text("purpose_th") }
    }
}
