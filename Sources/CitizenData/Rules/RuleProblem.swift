package import SyncProtocol

/// One reason why a form cannot be sent, with what to do about it.
package struct RuleProblem: Hashable, Sendable {
    /// The stable code; for a rule of the catalogue, its id.
    package let code: String
    /// The member of the form or the attachment it is about; empty if none.
    package let field: String
    /// What is wrong, for the citizen.
    package let message: Bilingual
    /// What the citizen can do.
    package let advice: Bilingual

    /// Makes a problem.
    package init(code: String, field: String, message: Bilingual, advice: Bilingual) {
        self.code = code
        self.field = field
        self.message = message
        self.advice = advice
    }

    /// The problem as a server sends it.
    package var json: JSONValue {
        .object(
            JSONObject([
                ("advice_en", .string(advice.english)), ("advice_th", .string(advice.thai)),
                ("code", .string(code)), ("field", .string(field)),
                ("message_en", .string(message.english)),
                ("message_th", .string(message.thai)),
            ]))
    }
}
