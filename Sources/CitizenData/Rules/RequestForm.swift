package import SyncProtocol

/// Checks a request before it is sent, and again when it arrives.
///
/// The device runs it offline, so that a citizen learns of a problem while the
/// paper is still on the table; the server runs the same function on
/// submission, so that the two never disagree.
package enum RequestForm {
    /// Lists everything that stops the request; empty if it may be sent.
    ///
    /// The service is an id of the catalogue, such as `obec-1`; the action is
    /// `new`, `renew`, `amend` or `cancel`; the form holds what was filled in.
    package static func check(
        service: String, action: String, form: JSONValue,
        attachments: [RequestAttachment] = []
    ) -> [RuleProblem] {
        guard let actions = ServiceActions.table[service] else {
            return [RuleProblems.unknownService(service)]
        }
        guard actions.contains(action) else { return [RuleProblems.unknownAction(action)] }
        guard let object = form.fields else { return [RuleProblems.notAForm] }
        let fields = RecordFields(object)
        var found = size(object) + files(attachments)
        for name in requiredFields[service, default: []] where !isFilled(fields, name) {
            found.append(RuleProblems.required(name))
        }
        found += rules[service]?(fields) ?? []
        return found
    }

    /// The services that take requests, in the order of their names.
    package static var services: [String] { ServiceActions.table.keys.sorted() }

    /// What can be asked of a service; nothing of one that takes no requests.
    package static func actions(of service: String) -> [String] {
        ServiceActions.table[service] ?? []
    }

    /// Lists the attachments that the office is expected to ask for.
    ///
    /// The documents print no list, so it advises and never stops a request.
    package static func expectedAttachments(service: String) -> [Bilingual] {
        EquivalencyRules.attachments[service, default: []]
    }

    private static let requiredFields: [String: [String]] = [
        "obec-1": ["country_th", "completed", "purpose", "target_level"],
        "obec-2": ["reason"],
        "obec-3": ["reason", "administration", "level"],
        "obec-4": ["course", "academic_year_be"],
        "one-stop-complaint-centre": ["topic_th"],
        "civil-registration-correction": ["topic_th"],
        "credit-report-dispute": ["reason_th"],
        "entitlement-appeal": ["entitlement_ref", "reason_th"],
        "health-unit-change": ["to_code"],
        "hospital-change": ["hospital_code"],
        "newborn-subsidy-application": ["child_ref"],
        "stimulus-registration": ["accept_terms"],
        "ticket-dispute": ["ticket_ref", "reason_code"],
    ]

    private static let rules: [String: @Sendable (RecordFields) -> [RuleProblem]] = [
        "obec-1": EquivalencyRules.foreign,
        "obec-2": EquivalencyRules.equivalencyCopy,
        "obec-3": EquivalencyRules.certificateCopy,
        "obec-4": EquivalencyRules.pali,
        "stimulus-registration": { fields in
            fields.flag("accept_terms") == false ? [RuleProblems.termsNotAccepted] : []
        },
    ]

    private static func isFilled(_ fields: RecordFields, _ name: String) -> Bool {
        guard let text = fields.object[name]?.text else { return fields.has(name) }
        return !ThaiText.trimmed(text).isEmpty
    }

    // MARK: - Size

    private static func size(_ form: JSONObject) -> [RuleProblem] {
        guard form.count <= FormLimits.fieldsMax else { return [RuleProblems.tooManyFields] }
        return form.members.compactMap { member in
            let length = member.value.text?.unicodeScalars.count ?? 0
            return length > FormLimits.textLengthMax ? RuleProblems.tooLong(member.key) : nil
        }
    }

    private static func files(_ attachments: [RequestAttachment]) -> [RuleProblem] {
        guard attachments.count <= FormLimits.attachmentsMax else {
            return [RuleProblems.tooManyAttachments]
        }
        return attachments.compactMap { file in
            let nameLength = file.name.unicodeScalars.count
            let nameIsGood =
                (1...FormLimits.attachmentNameLengthMax).contains(nameLength)
                && !file.name.utf8.contains { $0 == 0x2F || $0 == 0x5C || $0 < 0x20 }
            if !nameIsGood { return RuleProblems.attachmentName(file.name) }
            if file.bytes < 1 { return RuleProblems.attachmentEmpty(file.name) }
            if file.bytes > FormLimits.attachmentBytesMax {
                return RuleProblems.attachmentTooLarge(file.name)
            }
            let isHex = file.sha256.utf8.allSatisfy {
                Digits.isDigit($0) || (0x61...0x66).contains($0)
            }
            return file.sha256.utf8.count == 64 && isHex
                ? nil : RuleProblems.attachmentHash(file.name)
        }
    }
}
