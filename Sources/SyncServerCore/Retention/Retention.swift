internal import SyncProtocol

/// Removes what has been kept for as long as ``RetentionPeriod`` says.
///
/// A pass goes through the store in small parts, each in a group commit of its own,
/// so that others write between them. It keeps nothing but its place (``RetentionMark``):
/// cut off anywhere, the server goes on there. What cannot be read is kept and passed
/// over, so that one damaged row does not keep all others for ever.
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
    /// Heads of the audit chain that were written down elsewhere, and behind which it may be cut.
    let heads: AuditOldHeads
    /// The clock when the pass began, in milliseconds since 1970: see ``RetentionStart``.
    let now: Int64

    /// Where a pass stands.
    enum Place: Hashable, Sendable {
        /// Rows above a number.
        case rows(after: Int64)
        /// Devices above a number.
        case devices(after: DeviceNumber)
        /// Tokens and sign-ins that ended.
        case tokens
        /// The beginning of the audit chain, and how far it was looked at.
        case audit(AuditCutting.Search?)
        /// Entries that were cut off and are still in the file.
        case remains

        /// Where a pass begins.
        static let start = Self.rows(after: 0)
    }

    /// Does the next part.
    ///
    /// - Parameters:
    ///   - place: Where the pass stands.
    ///   - report: What it has done is added here.
    /// - Returns: Where it goes on, or nil if it is finished.
    /// - Throws: What the store throws.
    func run(_ place: Place, into report: inout RetentionReport) throws -> Place? {
        var part = RetentionReport()
        let next = try next(place, &part)
        if !isDryRun {
            try RetentionMark.move(
                from: place, to: next, at: context.now, in: context.transaction)
        }
        report += part
        return next
    }

    private func next(_ place: Place, _ part: inout RetentionReport) throws -> Place? {
        switch place {
        case .rows(let after): return try rows(after: after, &part)
        case .devices(let after): return try devices(after: after, &part)
        case .tokens:
            if !isDryRun {
                try context.transaction.removeTokens(expiredBefore: now)
                try context.transaction.removeSignIns(expiredBefore: now)
            }
            return .audit(nil)
        case .audit(let search):
            do {
                return try audit(search, &part)
            } catch StoreFailure.inconsistent {
                // The chain cannot be read here: the rows' turn must come again all the same.
                part.passOver("audit chain")
                return nil
            }
        case .remains:
            guard !isDryRun else { return nil }
            guard let cut = try context.transaction.auditCut() else { return nil }
            try context.transaction.overwriteRemoved()
            let removed = try context.transaction.removeAudit(
                through: cut.head.number, max: limits.retentionRowsMax)
            return removed == limits.retentionRowsMax ? .remains : nil
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
            guard row.isAlive else { return }
            guard let table = row.table else { return part.passOver("row \(row.number)") }
            guard let period = RetentionPeriod.byTable[table],
                period.mayBeOver(asOf: row.asOf, at: now)
            else { return }
            found.append(row.number)
        }
        let heldPeople = found.isEmpty ? [] : try transaction.heldPeople()
        _ = context.book.takeTouched()
        for number in found {
            do {
                try expire(number, unlessOf: heldPeople, &part)
            } catch StoreFailure.inconsistent {
                part.passOver("row \(number)")
            }
        }
        if !isDryRun, !part.gone.isEmpty {
            try context.audit.append(
                .rowsExpired, by: actor, ranges: context.book.takeTouched(), text: part.words)
        }
        return part.looked < limits.retentionRowsMax ? .devices(after: 0) : .rows(after: last)
    }

    private func audit(
        _ search: AuditCutting.Search?, _ part: inout RetentionReport
    ) throws -> Place? {
        let cutting = AuditCutting(
            context: context, entriesMax: limits.retentionRowsMax, heads: heads, now: now)
        let step = try cutting.next(search)
        if let found = step.found {
            if !isDryRun { try cutting.cut(found, by: actor) }
            part.auditEntries = found.entries
        }
        if let damaged = step.damaged { part.passOver("audit entry \(damaged)") }
        return step.next.map { .audit($0) } ?? .remains
    }

    /// Removes a row if its period is over; one that cannot be read is not changed.
    private func expire(
        _ number: Int64, unlessOf heldPeople: Set<PersonNumber>, _ part: inout RetentionReport
    ) throws {
        guard let row = try context.transaction.record(ofRow: number),
            let period = RetentionPeriod.byTable[row.key.table],
            period.isOver(body: row.body, asOf: row.asOf, at: now)
        else { return }
        if !heldPeople.isEmpty, let bucket = try context.transaction.bucket(row.bucket),
            heldPeople.contains(bucket.person)
        {
            part.held[row.key.table, default: 0] += 1
            return
        }
        if !isDryRun { try remove(row) }
        part.gone[row.key.table, default: 0] += 1
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
            do {
                try forget(number, unlessOf: heldPeople, &part)
            } catch StoreFailure.inconsistent {
                part.passOver("device \(number)")
            }
        }
        guard numbers.count == limits.retentionRowsMax, let last = numbers.last else {
            return .tokens
        }
        return .devices(after: last)
    }

    private func forget(
        _ number: DeviceNumber, unlessOf heldPeople: Set<PersonNumber>,
        _ part: inout RetentionReport
    ) throws {
        let transaction = context.transaction
        guard var device = try transaction.device(number), device.revoked > 0,
            device.revoked + RetentionPeriod.deviceDays * RetentionPeriod.day < now,
            !device.name.isEmpty, !heldPeople.contains(device.person)
        else { return }
        part.devices += 1
        guard !isDryRun else { return }
        try transaction.overwriteRemoved()
        device.name = ""
        try transaction.save(device)
        try transaction.forgetDetails(of: number)
    }
}
