internal import CitizenData
internal import SyncProtocol

/// A citizen takes back a request that an agency has received.
///
/// Allowed while the request's state may become `withdrawn`. The row stays the
/// agency's, with its version; the receipt stays as it is. Until the agency
/// feeds the row with the state `withdrawn`, and so shows that it knows, its
/// feed cannot write over the withdrawal: see ``stands(in:)``.
struct Withdrawal {
    /// The value of `command` in the payload.
    static let command = "withdraw"

    /// The member that says when the withdrawal entered the system.
    private static let mark = "withdrawn_at"

    /// The request.
    let key: RowKey

    private let stored: RowRecord
    private let body: JSONObject
    private let queued: String?

    /// Checks a withdrawal, writing nothing.
    ///
    /// A request of another person is refused exactly like one that does not
    /// exist: ids tell nothing about other people.
    static func decide(
        _ key: RowKey, _ payload: JSONValue, of person: PersonRecord,
        in transaction: any StoreTransaction, _ meter: WorkMeter
    ) throws -> Result<Withdrawal, RequestCommand.Refusal> {
        func refuse(
            _ code: RefusalCode, _ detail: String
        ) -> Result<Withdrawal, RequestCommand.Refusal> {
            .failure(RequestCommand.Refusal(code, detail))
        }
        let queued = payload["queued_at"]?.text
        guard payload["queued_at"] == nil || queued.map({ $0.utf8.count <= 64 }) == true else {
            return refuse(.submissionInvalid, "\(key).queued_at")
        }
        guard let stored = try transaction.row(key, scope: RowScope.feed.number), stored.isAlive,
            try transaction.bucket(stored.bucket)?.person == person.number
        else { return refuse(.rowAbsent, key.description) }
        meter.add(stored.body.count)
        let body = (try? JSON.parse(stored.body))?.fields ?? JSONObject([])
        let state = body["state"]?.text ?? ""
        guard RequestState(rawValue: state)?.mayBecome(.withdrawn) == true else {
            return refuse(.requestState, "\(key).state: \(state)")
        }
        let withdrawal = Withdrawal(key: key, stored: stored, body: body, queued: queued)
        // The time has one length, so any time tells the size.
        let bytes = withdrawal.made(at: stored.asOf).count
        meter.add(bytes)
        guard bytes <= WriteRules.rowBytesMax else {
            return refuse(.rowTooLarge, key.description)
        }
        return .success(withdrawal)
    }

    /// Whether a stored row is a withdrawn request that its agency has not taken note of.
    static func stands(in stored: RowRecord) -> Bool {
        guard stored.key.table == "request", stored.isAlive,
            let body = try? JSON.parse(stored.body)
        else { return false }
        return body["state"]?.text == RequestState.withdrawn.rawValue && body[mark] != nil
    }

    /// Writes the request in its new state.
    func write(book: BucketBook, now: Int64) throws {
        var row = stored
        row.asOf = now
        row.body = made(at: now)
        try book.put(row, replacing: stored)
    }

    private func made(at now: Int64) -> [UInt8] {
        let entered = JSONValue.string(BangkokTime.iso(now))
        var step = JSONObject([
            ("at", entered), ("state", .string(RequestState.withdrawn.rawValue)),
        ])
        // In the step, not in the row: there it means that one waits on a device.
        if let queued { step["queued_at"] = .string(queued) }
        var made = body
        made["state"] = .string(RequestState.withdrawn.rawValue)
        made["timeline"] = .array((body["timeline"]?.items ?? []) + [.object(step)])
        made[Self.mark] = entered
        return JSON.canonical(.object(made))
    }
}
