internal import SyncProtocol

/// A row as everybody who may see it must hold it.
struct TrueRow: Hashable {
    var table: String
    var id: String
    var owner: String
    var asOf: Int64
    var sourceVersion: Int64
    var body: [UInt8]
    var isAlive: Bool
    /// Whose it is; empty for everyone's.
    var subject: String

    /// The last part of its bucket's name.
    var domain: String { TablePolicy.all[table]?.domain ?? "" }

    /// A number that stands for what a device holds of it.
    var digest: UInt64 {
        var hash = TraceHash()
        hash.add(Array(table.utf8))
        hash.add(Array(id.utf8))
        hash.add(Array(owner.utf8))
        hash.add(asOf)
        hash.add(sourceVersion)
        hash.add(body)
        return hash.value
    }
}

/// Where a row is found: citizens' rows have one namespace for each person.
struct TrueKey: Hashable, Comparable {
    var table: String
    var id: String
    /// The person, for rows that citizens write; empty for agencies' rows.
    var scope: String

    static func < (left: TrueKey, right: TrueKey) -> Bool {
        (left.scope, left.table, left.id) < (right.scope, right.table, right.id)
    }
}

/// What the server knows about one device.
struct DeviceFacts: Hashable {
    var subject: String
    /// The server's number.
    var number: Int64
    var lastMid: UInt64 = 0
    var lastChain: UInt64 = 0
    var lastTime: UInt64 = 0
    /// After how many commits somebody was told that its rights have ended.
    var revokedAfter: Int?

    var isRevoked: Bool { revokedAfter != nil }
}

/// How a mutation must end.
enum Fate: Hashable {
    /// It takes effect.
    case taken(isRestamped: Bool)
    /// It came before under another name, and nothing more is done.
    case takenBefore
    /// It is refused, with a code if the model knows it.
    case refused(String?)
}

/// How far a bucket's tombstones were purged.
struct Purged: Hashable {
    /// The highest revision of them.
    var floor: UInt64
    /// Each of them was deleted before this time of the server's clock.
    var before: Int64
}

/// All that the server must know: made again from nothing but what it took.
///
/// A value, so that a backup of the server is a copy of it.
struct ServerTruth {
    /// The rows of agencies, and what became of requests.
    var rows: [TrueKey: TrueRow] = [:]
    /// The rows of citizens, as lists of what was done.
    var citizenRows: [TrueKey: NaiveRow] = [:]
    var devices: [DeviceID: DeviceFacts] = [:]
    /// How each mutation ended, as it was first told.
    var outcomes: [DeviceID: [UInt64: Outcome]] = [:]
    /// The mutations that were taken when the server had been restored.
    var takenAfterRestore: [DeviceID: Set<UInt64>] = [:]
    /// Those of them that were sent before it.
    var takenLate: [DeviceID: Set<UInt64>] = [:]
    /// The chain link of each mutation taken.
    var chains: [DeviceID: [UInt64: UInt64]] = [:]
    /// The first names of writes that took effect under later ones, by person.
    var origins: [String: Set<String>] = [:]
    /// How many writes a removal reached under another name than it named.
    var namedOtherwise = 0
    /// The requests that were handed in, and who did.
    var requests: [String: String] = [:]
    /// The last receipt: its number, and the hash the next one must name.
    var receipts: (count: Int64, hash: [UInt8]) = (0, [])

    /// The last mutations of devices before the audit chain began.
    var auditBase: [DeviceID: UInt64] = [:]

    /// When the history of a store that was put back began, by the server's clock.
    var historyBegan: Int64?
    /// Of when the state is that was put back: the time of its last audit entry.
    var stateIsOf: Int64 = 0
    /// ``historyBegan`` until the server has written it down.
    static let justNow = Int64.max / 2
    /// For how long after that a write can come before the one that made its row.
    private static let offeredAgain: Int64 = 15 * 86_400_000

    /// How far the tombstones of buckets were purged.
    var purged: [String: Purged] = [:]
    /// When rows of citizens were deleted, by the server's clock.
    var deletedAt: [TrueKey: Int64] = [:]
    /// Rights that are not as usual, by person and bucket.
    var rights: [String: [BucketPart: SpecialRight]] = [:]

    /// The live rows by person and last part of their bucket; empty for everyone.
    private(set) var sights: [String: [String: Sight]] = [:]

    /// Puts a row in the place of what was there.
    mutating func put(_ row: TrueRow, at key: TrueKey) {
        if let old = rows[key], old.isAlive {
            sights[old.subject, default: [:]][old.domain, default: Sight()].digest &-= old.digest
            sights[old.subject, default: [:]][old.domain, default: Sight()].count -= 1
        }
        rows[key] = row
        if row.isAlive {
            sights[row.subject, default: [:]][row.domain, default: Sight()].digest &+= row.digest
            sights[row.subject, default: [:]][row.domain, default: Sight()].count += 1
        }
    }

    // MARK: - Writes

    /// The stamp under which the server must store a write.
    static func stored(
        _ time: HybridTime, serverMilliseconds: Int64, after last: UInt64
    ) -> Stamp {
        let server = UInt64(max(0, serverMilliseconds))
        let base = time.packed >> 16 > server + 60_000 ? server << 16 : time.packed
        return Stamp(packed: max(base, last + 1), device: time.device.number)
    }

    /// Takes a mutation as the server must.
    ///
    /// - Returns: How it must end, and the rows it must have changed.
    mutating func take(
        _ mutation: Mutation, from device: DeviceID, serverMilliseconds: Int64
    ) -> (fate: Fate, changed: [TrueKey]) {
        guard var facts = devices[device] else { return (.refused(nil), []) }
        let stamp = Self.stored(
            mutation.time, serverMilliseconds: serverMilliseconds, after: facts.lastTime)
        facts.lastMid = mutation.mid
        facts.lastChain = mutation.chain
        chains[device, default: [:]][mutation.mid] = mutation.chain
        facts.lastTime = stamp.packed
        devices[device] = facts
        guard mutation.time.device == device else { return (.refused("device_mismatch"), []) }
        do throws(WriteRules.Problem) {
            try WriteRules.check(mutation.operations)
        } catch {
            return (.refused(error.code.rawValue), [])
        }
        let firstName =
            mutation.origin
            ?? MutationOrigin(device: device, mid: mutation.mid, chain: mutation.chain)
        if wasTaken(firstName, of: facts.subject) {
            return (.takenBefore, [])
        }
        if isClosed(mutation, of: facts.subject, at: serverMilliseconds) {
            return (.refused("right_ended"), [])
        }
        let name = Naive.name(of: mutation)
        var touched: [TrueKey: NaiveRow] = [:]
        var order: [TrueKey] = []
        for operation in mutation.operations {
            if case .submit = operation.operation {
                if let code = refusal(of: operation, subject: facts.subject) {
                    return (.refused(code), [])
                }
                continue
            }
            let key = TrueKey(
                table: operation.key.table, id: operation.key.id, scope: facts.subject)
            var row = touched[key] ?? citizenRows[key] ?? NaiveRow()
            if row.taken.isEmpty {
                let isCreate = operation.operation == .create
                let time = Int64(stamp.packed >> 16)
                let bucket = TablePolicy.all[key.table]?.bucket(subject: facts.subject) ?? ""
                if !isCreate, !mayBeLost(at: time) { return (.refused("row_absent"), []) }
                if let gone = purged[bucket], time < gone.before {
                    return (.refused(isCreate ? "create_stale" : "row_absent"), [])
                }
            }
            row.taken.append(
                TakenOperation(
                    stamp: stamp, name: name,
                    operation: naming(operation.operation, in: row, of: facts.subject)))
            if touched[key] == nil { order.append(key) }
            touched[key] = row
        }
        var changed: [TrueRow] = []
        for key in order {
            guard let row = touched[key] else { continue }
            let body = row.body
            guard body.count <= WriteRules.rowBytesMax else {
                return (.refused("row_too_large"), [])
            }
            changed.append(
                TrueRow(
                    table: key.table, id: key.id, owner: "citizen",
                    asOf: Int64(row.touched.packed >> 16), sourceVersion: 0, body: body,
                    isAlive: row.isAlive, subject: facts.subject))
        }
        for operation in mutation.operations {
            if case .submit = operation.operation {
                requests[operation.key.id] = facts.subject
            }
        }
        if let origin = mutation.origin {
            origins[facts.subject, default: []].insert(origin.description)
        }
        for (key, row) in zip(order, changed) {
            citizenRows[key] = touched[key]
            deletedAt[key] = row.isAlive ? nil : deletedAt[key] ?? serverMilliseconds
            put(row, at: key)
        }
        return (.taken(isRestamped: stamp.packed != mutation.time.packed), order)
    }

    /// Whether a write of a time may be about a row that the server lost when it was put back.
    private func mayBeLost(at time: Int64) -> Bool {
        guard let historyBegan else { return false }
        return time >= stateIsOf - 86_400_000 && time < historyBegan + Self.offeredAgain
    }

    /// Whether a write took effect under the name it had first, or under a later one.
    private func wasTaken(_ origin: MutationOrigin, of subject: String) -> Bool {
        if origins[subject]?.contains(origin.description) ?? false { return true }
        guard devices[origin.device]?.subject == subject,
            chains[origin.device]?[origin.mid] == origin.chain,
            let outcome = outcomes[origin.device]?[origin.mid]
        else { return false }
        return outcome.status != .refused
    }

    /// Why a submission must be refused, or nil where it must be taken.
    private func refusal(of operation: RowOperation, subject: String) -> String? {
        guard case .submit(let payload) = operation.operation,
            let service = payload["service"]?.text
        else { return "submission_invalid" }
        let catalogue = rows[TrueKey(table: "service", id: service, scope: "")]
        guard catalogue?.isAlive == true else { return "rule.unknown_service" }
        let id = operation.key.id
        let holders =
            [requests[id]]
            + ["request", "receipt"].map { rows[TrueKey(table: $0, id: id, scope: "")]?.subject }
        guard let holder = holders.lazy.compactMap({ $0 }).first else { return nil }
        return holder == subject ? "submission_exists" : "submission_invalid"
    }
}
