internal import SyncProtocol

extension SignInMachine {
    /// Carries out what a person has decided about a sign-in.
    ///
    /// The code counts once, and that is stored: an assertion that comes again finds nothing that
    /// waits, also after a restart. Somebody who was never here becomes known with it.
    ///
    /// - Parameters:
    ///   - decision: The person's decision.
    ///   - tag: The keyed hash of the person's number.
    ///   - provider: The name of who identified the person.
    /// - Returns: What the device calls itself; nil if no sign-in waits under the code.
    /// - Throws: What the store throws.
    func decide(
        _ decision: IdentityDecision, tag: Digest32, by provider: String
    ) throws -> String? {
        let transaction = context.transaction
        guard var signIn = try transaction.signIn(userCode: decision.userCode),
            signIn.expires > context.now, signIn.person == 0
        else { return nil }
        let actor = AuditEntry.Actor.provider(provider)
        guard decision.isApproved else {
            signIn.person = -1
            try transaction.save(signIn)
            try context.audit.append(
                .signInDenied, by: actor, person: try transaction.person(tag: tag)?.number ?? 0,
                text: decision.reference)
            return signIn.deviceName
        }
        var person = try transaction.person(tag: tag)
        if person == nil {
            let added = try transaction.addPerson(
                subject: secrets.subject(), tag: tag, added: context.now)
            try context.audit.append(
                .personAdded, by: actor, person: added.number, text: decision.reference)
            person = added
        }
        guard let person else { return nil }
        signIn.person = person.number
        try transaction.save(signIn)
        try context.audit.append(
            .signInApproved, by: actor, person: person.number, text: decision.reference)
        return signIn.deviceName
    }
}
