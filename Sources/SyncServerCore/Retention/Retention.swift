internal import SyncProtocol

/// Removes what has been kept for as long as ``RetentionPeriod`` says.
///
/// A pass goes through the store in small parts, each in a group commit of its own,
/// so that others write between them. It keeps nothing but its place: cut off
/// anywhere, the next pass finds what is left.
///
/// A row becomes an empty tombstone, as a deletion does, so devices follow. Of an
/// agency's row the version stays: the same line sent again is older news. A row
/// that a person writes is deleted as of its last change: a write that was made
/// since on a device that was away brings it back, and is not lost.
struct Retention {
    let context: WriterContext
    let limits: Limits
    /// Whether nothing is changed.
    let isDryRun: Bool
    /// Who began the pass.
    let actor: AuditEntry.Actor
    /// Heads of the audit chain that were written down elsewhere.
    let witnesses: [AuditWitness]

    /// Where a pass stands.
    enum Place: Hashable, Sendable {
        /// Rows above a number.
        case rows(after: Int64)
        /// Devices above a number.
        case devices(after: DeviceNumber)
        /// Tokens and sign-ins that ended.
        case tokens
        /// The beginning of the audit chain.
        case audit
        /// Entries that were cut off and are still in the file.
        case remains

        /// Where a pass begins.
        static let start = Self.rows(after: 0)
    }

    /// The store's value that tells when a pass was last finished.
    static let doneName = "retention_done"

    /// Does the next part.
    ///
    /// - Parameters:
    ///   - place: Where the pass stands.
    ///   - report: What it has done is added here.
    /// - Returns: Where it goes on, or nil if it is finished.
    /// - Throws: What the store throws.
    func run(_ place: Place, into report: inout RetentionReport) throws -> Place? {
        var part = RetentionReport()
        defer { report += part }
        switch place {
        case .rows(let after): return try rows(after: after, &part)
        case .devices(let after): return try devices(after: after, &part)
        case .tokens:
            if !isDryRun {
                try context.transaction.removeTokens(expiredBefore: context.now)
                try context.transaction.removeSignIns(expiredBefore: context.now)
            }
            return .audit
        case .audit:
            let cutting = AuditCutting(
                context: context, entriesMax: isDryRun ? Int.max : limits.auditReadMax,
                witnesses: witnesses)
            guard let cut = try cutting.next() else { return .remains }
            part.auditEntries = cut.entries
            if isDryRun { return nil }
            try cutting.cut(cut, by: actor)
            return .audit
        case .remains:
            guard !isDryRun else { return nil }
            if let cut = try context.transaction.auditCut() {
                try context.transaction.overwriteRemoved()
                let removed = try context.transaction.removeAudit(
                    through: cut.head.number, max: limits.retentionRowsMax)
                if removed == limits.retentionRowsMax { return .remains }
            }
            var done: [UInt8] = []
            done.appendBigEndian(UInt64(bitPattern: context.now))
            try context.transaction.set(Self.doneName, done)
            return nil
        }
    }

    // MARK: - Rows

    private func rows(after: Int64, _ part: inout RetentionReport) throws -> Place {
        let transaction = context.transaction
        var last = after
        var found: [Int64] = []
        try transaction.rowAges(after: after, max: limits.retentionRowsMax) { row in
            last = row.number
            part.looked += 1
            guard row.isAlive, let period = RetentionPeriod.byTable[row.table],
                period.mayBeOver(asOf: row.asOf, at: context.now)
            else { return }
            found.append(row.number)
        }
        let heldPeople = found.isEmpty ? [] : try transaction.heldPeople()
        _ = context.book.takeTouched()
        for number in found {
            guard let row = try transaction.record(ofRow: number),
                let period = RetentionPeriod.byTable[row.key.table],
                period.isOver(body: row.body, asOf: row.asOf, at: context.now)
            else { continue }
            if !heldPeople.isEmpty, let bucket = try transaction.bucket(row.bucket),
                heldPeople.contains(bucket.person)
            {
                part.held[row.key.table, default: 0] += 1
                continue
            }
            part.gone[row.key.table, default: 0] += 1
            if !isDryRun { try remove(row) }
        }
        if !isDryRun, !part.gone.isEmpty {
            try context.audit.append(
                .rowsExpired, by: actor, ranges: context.book.takeTouched(), text: part.words)
        }
        return part.looked < limits.retentionRowsMax ? .devices(after: 0) : .rows(after: last)
    }

    private func remove(_ row: RowRecord) throws {
        try context.transaction.overwriteRemoved()
        var gone = row
        gone.isAlive = false
        gone.body = []
        if row.scope != RowScope.feed.number {
            guard let document = MergeDocument(bytes: row.body) else {
                throw StoreFailure.inconsistent("row \(row.number) is not a merged row")
            }
            gone.body = document.forgotten.body
        }
        try context.book.put(gone, replacing: row)
    }

    // MARK: - Devices

    private func devices(
        after: DeviceNumber, _ part: inout RetentionReport
    ) throws -> Place {
        let transaction = context.transaction
        let numbers = try transaction.deviceNumbers(after: after, max: limits.retentionRowsMax)
        let heldPeople = try transaction.heldPeople()
        for number in numbers {
            guard var device = try transaction.device(number), device.revoked > 0,
                device.revoked + RetentionPeriod.deviceDays * RetentionPeriod.day < context.now,
                !device.name.isEmpty, !heldPeople.contains(device.person)
            else { continue }
            part.devices += 1
            guard !isDryRun else { continue }
            try transaction.overwriteRemoved()
            device.name = ""
            try transaction.save(device)
            try transaction.forgetDetails(of: number)
        }
        guard numbers.count == limits.retentionRowsMax, let last = numbers.last else {
            return .tokens
        }
        return .devices(after: last)
    }
}
