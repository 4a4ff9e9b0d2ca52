internal import CitizenData
internal import CrashPoints
package import SyncProtocol

/// How a push ended, for the answer and for those who watch.
package struct PushResult: Hashable, Sendable {
    /// The last mutation of the device that the store holds.
    package var ackedMid: UInt64
    /// Why the rest was not taken, if it was not.
    package var failure: Failure?
    /// How many mutations were new.
    package var taken: Int
    /// The outcomes of the mutations pushed, new or repeated.
    package var outcomes: [Outcome] = []
    /// The bytes of rows that were read and written for them.
    var workBytes = 0
    /// The bytes that the new outcomes and first names take in the store, for ever.
    var keptBytes = 0

    /// Why a push stopped before its end.
    package enum Failure: String, Hashable, Sendable {
        /// Mutations are missing between the last one taken and this one.
        case gap = "push.gap"
        /// The device shares its name with another installation.
        case forked = "push.forked"
        /// The device's rights have ended.
        case revoked = "push.revoked"
    }
}

/// Applies a device's mutations inside a group commit.
///
/// Decides everything about a mutation before it writes anything, so that a
/// refusal leaves no trace but its outcome, and the group's transaction never
/// has to be undone for one of them.
struct PushMachine {
    let transaction: any StoreTransaction
    let book: BucketBook
    let serverMilliseconds: Int64
    /// The most rows and tombstones in a bucket to which a citizen may add another.
    let rowsMax: Int
    /// The bytes of rows, read and written, after which no further mutation is taken.
    var workBytesMax = Int.max

    /// Applies the mutations in order, as far as they can be taken.
    ///
    /// Each of them has been held against the rules: see `Mutation.checked`.
    ///
    /// A push whose rows are long may end before its last mutation; what is left comes
    /// again with the next one.
    func push(
        _ mutations: [Mutation], baseChain: UInt64, from number: DeviceNumber
    ) throws
        -> PushResult
    {
        guard let pusher = try transaction.pusher(number), pusher.device.revoked == 0 else {
            return PushResult(ackedMid: 0, failure: .revoked, taken: 0)
        }
        var device = pusher.device
        let person = pusher.person
        let closed = try transaction.closedBuckets(of: device, now: serverMilliseconds)
        var result = PushResult(ackedMid: device.lastMid, failure: nil, taken: 0)
        var taken: [OutcomeRecord] = []
        taken.reserveCapacity(mutations.count)
        result.outcomes.reserveCapacity(mutations.count)
        var previous = baseChain
        let lastBefore = device.lastMid
        let meter = WorkMeter()
        let names = WriteNames(
            transaction, person: person.number, device: device.id, mutations: mutations.count,
            meter)
        for mutation in mutations {
            defer { previous = mutation.chain }
            if mutation.mid <= device.lastMid {
                guard let stored = try transaction.outcome(of: number, mid: mutation.mid) else {
                    continue
                }
                guard stored.chain == mutation.chain else {
                    result.failure = .forked
                    break
                }
                result.outcomes.append(stored.outcome)
                continue
            }
            guard mutation.mid == device.lastMid + 1 else {
                result.failure = .gap
                break
            }
            guard device.lastMid == 0 || previous == device.lastChain else {
                result.failure = .forked
                break
            }
            // The first is taken whatever it costs, or it would never be.
            guard taken.isEmpty || meter.bytes < workBytesMax else { break }
            // After a restore a copy may have come under a new name before this one goes on.
            let known = pusher.hasOrigins ? mutation.firstName : mutation.origin
            let outcome = try apply(
                mutation, known, from: device, person: person, closed, names, meter)
            names.take(mutation)
            CrashPoint.serverPushWritten.reach()
            let record = OutcomeRecord(outcome: outcome, chain: mutation.chain)
            result.keptBytes += record.keptBytes(after: taken.last)
            let isStored = outcome.status != .refused && outcome.code != Self.takenBefore
            if mutation.origin != nil, isStored {
                result.keptBytes += Self.originBytes
            }
            taken.append(record)
            device.lastMid = mutation.mid
            device.lastChain = mutation.chain
            device.lastTime = accepted(mutation, device).packed
            result.outcomes.append(outcome)
        }
        if !taken.isEmpty {
            try transaction.add(taken, of: number)
            try transaction.save(device)
            try emptyDetails(of: number, from: lastBefore, to: device.lastMid)
        }
        result.taken = taken.count
        result.workBytes = meter.bytes
        result.ackedMid = device.lastMid
        return result
    }

    /// Empties the details behind the newest ones, once for each that many mutations.
    ///
    /// A detail names what the device chose, so a device could fill the disk with refusals.
    private func emptyDetails(
        of number: DeviceNumber, from before: UInt64, to last: UInt64
    ) throws {
        func end(_ mid: UInt64) -> UInt64 {
            mid / Self.detailsKept * Self.detailsKept
        }
        guard end(last) > max(end(before), Self.detailsKept) else { return }
        try transaction.forgetDetails(
            of: number,
            after: end(before) - min(end(before), Self.detailsKept),
            through: end(last) - Self.detailsKept)
    }

    private func accepted(_ mutation: Mutation, _ device: DeviceRecord) -> HybridTime {
        HybridClock.accepted(
            mutation.time, serverMilliseconds: serverMilliseconds, previous: device.lastTime)
    }

    // MARK: - One mutation

    private func apply(
        _ mutation: Mutation, _ firstName: MutationOrigin?, from device: DeviceRecord,
        person: PersonRecord, _ closed: Set<String>, _ names: WriteNames, _ meter: WorkMeter
    ) throws -> Outcome {
        do throws(WriteRules.Problem) {
            guard mutation.time.device == device.id else {
                throw WriteRules.Problem(code: .deviceMismatch, detail: "")
            }
            if let problem = mutation.unreadable { throw problem }
            assert(mutation.checked.unreadable == nil, "a mutation was not checked")
        } catch {
            return refusal(mutation, error.code.rawValue, error.detail)
        }
        // First: what took effect is told as that, also where the right to it has ended since.
        if let firstName, try wasTaken(firstName, of: person) {
            return Outcome(mid: mutation.mid, status: .merged, code: Self.takenBefore)
        }
        if !closed.isEmpty, let key = Self.isClosed(mutation, of: person, closed) {
            return refusal(mutation, RefusalCode.rightEnded.rawValue, key.description)
        }
        var plan = Plan(time: accepted(mutation, device), dot: mutation.dot)
        for operation in mutation.operations {
            if let problem = try decide(operation, person: person, names, meter, plan: &plan) {
                return refusal(mutation, problem.code, problem.detail)
            }
        }
        for change in plan.changes where change.isDirty {
            // An edit seldom makes a row much longer.
            change.body = change.document.body(
                expectedBytes: (change.stored?.body.count ?? 512) + 64)
            meter.add(change.body.count)
            guard change.body.count <= WriteRules.rowBytesMax else {
                return refusal(
                    mutation, RefusalCode.rowTooLarge.rawValue, change.key.description)
            }
        }
        for change in plan.changes where change.isDirty {
            try write(change, person: person)
        }
        for command in plan.commands {
            try command.write(
                in: transaction, book: book, person: person, now: serverMilliseconds)
        }
        if let origin = mutation.origin { try transaction.add(origin, of: person.number) }
        let merged = plan.time != mutation.time || plan.sawNewer
        return Outcome(
            mid: mutation.mid, status: merged ? .merged : .accepted,
            code: plan.time != mutation.time ? "time_restamped" : plan.sawNewer ? "newer_write" : ""
        )
    }

    /// A write that came under another name before: nothing more was done.
    static let takenBefore = "taken_before"

    /// Whether a write took effect under its first name, or under a later one.
    ///
    /// Copies of a device that each have a name of their own send it once each.
    private func wasTaken(_ origin: MutationOrigin, of person: PersonRecord) throws -> Bool {
        if let first = try transaction.device(id: origin.device), first.person == person.number,
            let record = try transaction.outcome(of: first.number, mid: origin.mid),
            record.chain == origin.chain, record.outcome.status != .refused
        {
            return true
        }
        return try transaction.hasTaken(origin, of: person.number)
    }

    /// The first row of a mutation whose home the person has no right to now.
    private static func isClosed(
        _ mutation: Mutation, of person: PersonRecord, _ closed: Set<String>
    ) -> RowKey? {
        mutation.operations.map(\.key).first { key in
            TablePolicy.all[key.table].map { closed.contains($0.bucket(subject: person.subject)) }
                ?? false
        }
    }

    private func refusal(_ mutation: Mutation, _ code: String, _ detail: String) -> Outcome {
        // Kept and told again: what names the place may come from the device.
        let isShort = detail.utf8.count <= Self.detailBytesMax
        return Outcome(
            mid: mutation.mid, status: .refused, code: code,
            detail: isShort
                ? detail : String(detail.unicodeScalars.prefix(Self.detailBytesMax / 4)))
    }

    /// What the first name of a write takes in the store, for as long as its person is there.
    static let originBytes = 40

    /// The longest detail of an outcome: a row, a field, and some room.
    static let detailBytesMax = 512

    /// The newest outcomes of a device whose details are kept; of as many more they may be.
    ///
    /// What an answer may tell of again is among them: see ``OutcomeRecord/answerMax``.
    static let detailsKept: UInt64 = 1_000

    /// What a mutation is going to change, decided before anything is written.
    private struct Plan {
        let time: HybridTime
        let dot: Dot
        /// One for each row, in the order of the operations; a mutation has few.
        var changes: [Change] = []
        var commands: [RequestCommand] = []
        var sawNewer = false

        /// How many rows it makes.
        var newRows: Int {
            changes.count { $0.stored == nil } + commands.reduce(0) { $0 + $1.newRows }
        }
    }

    /// A row that is being changed: one object, because copies of all of it would be made.
    private final class Change {
        let key: RowKey
        let policy: TablePolicy
        let stored: RowRecord?
        var document: MergeDocument
        var isDirty: Bool
        /// What the row becomes, made before anything is written.
        var body: [UInt8] = []

        init(
            key: RowKey, policy: TablePolicy, stored: RowRecord?, document: MergeDocument,
            isDirty: Bool
        ) {
            self.key = key
            self.policy = policy
            self.stored = stored
            self.document = document
            self.isDirty = isDirty
        }
    }

    private struct Problem {
        let code: String
        let detail: String
    }

    /// A row is to be made at a time of which no deletions are known any more.
    private struct StaleCreate: Error {}

    private func decide(
        _ operation: RowOperation, person: PersonRecord, _ names: WriteNames, _ meter: WorkMeter,
        plan: inout Plan
    ) throws -> Problem? {
        if case .submit(let payload) = operation.operation {
            switch try RequestCommand.decide(
                operation.key, payload, of: person, writtenAt: plan.time, in: transaction,
                after: plan.commands, meter)
            {
            case .success(let command):
                if command.isOvertaken { plan.sawNewer = true }
                plan.commands.append(command)
                guard try command.newRows == 0 || hasRoom(operation.key, person, plan) else {
                    return Problem(
                        code: RefusalCode.rowsTooMany.rawValue, detail: operation.key.description)
                }
                return nil
            case .failure(let refusal): return Problem(code: refusal.code, detail: refusal.detail)
            }
        }
        let change: Change
        if let known = plan.changes.first(where: { $0.key == operation.key }) {
            change = known
        } else {
            let begun: Change?
            do {
                begun = try begin(operation, person: person, time: plan.time)
            } catch is StaleCreate {
                return Problem(
                    code: RefusalCode.createStale.rawValue, detail: operation.key.description)
            }
            guard let begun else {
                // A write on an absent row never makes one: see `create`. After a restore it may.
                return Problem(
                    code: RefusalCode.rowAbsent.rawValue, detail: operation.key.description)
            }
            change = begun
            meter.add(change.stored?.body.count ?? 0)
            plan.changes.append(change)
            guard try change.stored != nil || hasRoom(operation.key, person, plan) else {
                return Problem(
                    code: RefusalCode.rowsTooMany.rawValue, detail: operation.key.description)
            }
        }
        // Changed in place: a copy of the document would copy its fields.
        let isChanged = change.document.apply(
            try names.naming(operation.operation, in: change.document),
            time: plan.time, dot: plan.dot)
        if isChanged { change.isDirty = true }
        if isOvertaken(operation.operation, in: change.document, plan.time) {
            plan.sawNewer = true
        }
        return nil
    }

    /// The row of an operation as it stands, or nothing where it does not exist.
    private func begin(
        _ operation: RowOperation, person: PersonRecord, time: HybridTime
    ) throws -> Change? {
        let key = operation.key
        guard let policy = TablePolicy.all[key.table] else { return nil }
        let stored = try transaction.row(key, scope: person.number)
        let document: MergeDocument
        if let stored {
            guard let known = MergeDocument(bytes: stored.body) else {
                throw StoreFailure.inconsistent("row \(stored.number) is not a merged row")
            }
            document = known
        } else if operation.operation == .create {
            guard try isKnown(time, of: policy, person) else { throw StaleCreate() }
            document = MergeDocument(touched: time)
        } else {
            // Who made it may bring that again later, after a restore, or never.
            guard try RestoredHistory.mayLack(writtenAt: time, transaction),
                try isKnown(time, of: policy, person)
            else { return nil }
            document = operation.operation == .delete ? .unmade : MergeDocument(touched: time)
        }
        return Change(
            key: key, policy: policy, stored: stored, document: document, isDirty: stored == nil)
    }

    /// Whether a person's bucket has room for the rows that a mutation makes.
    ///
    /// What may have been taken before the store was put back had room then, among fewer rows of
    /// agencies and fewer tombstones perhaps: for that there is as much again.
    private func hasRoom(_ key: RowKey, _ person: PersonRecord, _ plan: Plan) throws -> Bool {
        guard let policy = TablePolicy.all[key.table] else { return false }
        // All that a mutation makes counts, though it may be for another bucket of the person's.
        let rows = try book.rows(policy, person: person) + UInt64(plan.newRows)
        guard rows > UInt64(rowsMax) else { return true }
        return try rows <= UInt64(rowsMax) * 2
            && RestoredHistory.mayHaveTaken(writtenAt: plan.time, transaction)
    }

    /// Whether all deletions at and after a time are known.
    ///
    /// A row that is not there may have been made and deleted before, and its tombstone purged.
    private func isKnown(
        _ time: HybridTime, of policy: TablePolicy, _ person: PersonRecord
    ) throws -> Bool {
        try book.purgedBefore(policy, person: person) <= time.milliseconds
    }

    /// Whether something newer stands above a write, so that its reader sees another value.
    private func isOvertaken(
        _ operation: Operation, in document: MergeDocument, _ time: HybridTime
    ) -> Bool {
        if operation == .delete { return document.isAlive }
        if let deleted = document.deleted, deleted > time { return true }
        guard case .set(let field, let value) = operation else { return false }
        return document.hidesWrite(of: value, to: field, at: time)
    }

    private func write(_ change: Change, person: PersonRecord) throws {
        let row = RowRecord(
            number: 0, bucket: try book.home(of: change.policy, person: person), rev: 0,
            key: change.key, scope: person.number, owner: "citizen",
            asOf: Int64(change.document.touched.milliseconds), sourceVersion: 0, hash: .zero,
            isAlive: change.document.isAlive, body: change.body)
        try book.put(row, replacing: change.stored)
    }
}
