internal import SyncProtocol

/// Removes everything about a person but what others need to know that it is gone.
///
/// What stays: the subject, which stands in the audit chain; keys and owners of
/// the rows, so that devices learn that each is gone; ids of devices. The number
/// no longer leads here: who is added again is somebody new, and gets from
/// the agencies what they send then.
struct PersonErasure {
    let context: WriterContext
    let signIns: SignInMachine

    /// What was removed.
    struct Report: Hashable, Sendable {
        /// When, in milliseconds since 1970.
        var at: Int64
        /// Rows, and tombstones that had kept something.
        var rows = 0
        /// Devices whose name was removed.
        var devices = 0
    }

    /// Removes everything.
    ///
    /// - Returns: What was removed.
    /// - Throws: What the store throws.
    func run(_ person: PersonRecord, reason: String) throws -> Report {
        let transaction = context.transaction
        var report = Report(at: context.now)
        _ = context.book.takeTouched()
        for bucket in try transaction.buckets(of: person.number)
        where bucket.person == person.number {
            var numbers: [Int64] = []
            try transaction.marks(in: bucket.number, after: 0) { numbers.append($0.number) }
            for number in numbers where try empty(number) { report.rows += 1 }
        }
        for device in try transaction.devices(of: person.number) {
            if device.revoked == 0 { try signIns.revoke(device, by: .operator) }
            context.endedDevices.insert(device.number)
            try transaction.removeTokens(of: device.number)
            if var ended = try transaction.device(device.number) {
                ended.name = ""
                try transaction.save(ended)
            }
            try transaction.forgetDetails(of: device.number)
            report.devices += 1
        }
        for signIn in try transaction.signIns(of: person.number) { try transaction.remove(signIn) }
        for right in try transaction.rights(of: person.number) {
            try transaction.removeRight(to: right.bucket, of: person.number)
        }
        try transaction.forgetOrigins(of: person.number)
        try transaction.forgetTag(of: person.number, at: context.now)
        context.rightsChanged.append(person.number)
        try context.audit.append(
            .personErased, by: .operator, person: person.number,
            ranges: context.book.takeTouched(), text: reason)
        return report
    }

    /// Leaves a tombstone without content of a row.
    ///
    /// - Returns: Whether there was anything to remove.
    private func empty(_ number: Int64) throws -> Bool {
        guard let row = try context.transaction.record(ofRow: number),
            row.isAlive || !row.body.isEmpty
        else { return false }
        var gone = row
        gone.isAlive = false
        gone.body = []
        gone.asOf = context.now
        // Below every version of an agency: what it sends for who comes again is newer.
        gone.sourceVersion = 0
        try context.book.put(gone, replacing: row)
        return true
    }
}
