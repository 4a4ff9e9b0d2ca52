internal import SyncProtocol

/// What a citizen tells the server to do with a request: the operation `submit`.
///
/// Commands are not merged. Each is decided against the request as it stands,
/// by the server alone, and takes effect at the server's time.
enum RequestCommand {
    /// Hands a request in.
    case submission(Submission)
    /// Takes a request back that has been handed in.
    case withdrawal(Withdrawal)

    /// Why a command was refused.
    struct Refusal: Error {
        let code: String
        let detail: String

        init(code: String, detail: String) {
            self.code = code
            self.detail = detail
        }

        init(_ code: RefusalCode, _ detail: String) {
            self.init(code: code.rawValue, detail: detail)
        }
    }

    /// The request.
    var key: RowKey {
        switch self {
        case .submission(let submission): submission.key
        case .withdrawal(let withdrawal): withdrawal.key
        }
    }

    /// How many rows it makes.
    var newRows: Int {
        switch self {
        case .submission(let submission): submission.isAnswered ? 1 : 2
        case .withdrawal: 0
        }
    }

    /// Whether something newer than the command stands already.
    var isOvertaken: Bool {
        switch self {
        case .submission(let submission): submission.isAnswered
        case .withdrawal: false
        }
    }

    /// Checks a command, writing nothing.
    ///
    /// - Parameters:
    ///   - key: The request.
    ///   - payload: The command; without the member `command` it hands a request in.
    ///   - person: Who gives it.
    ///   - time: The time of the write, as the server accepts it.
    ///   - transaction: The store.
    ///   - earlier: The commands of the same mutation, decided before.
    ///   - meter: Counts what is read and made.
    /// - Returns: The command, ready to be written, or why it is refused.
    /// - Throws: What the store throws.
    static func decide(
        _ key: RowKey, _ payload: JSONValue, of person: PersonRecord, writtenAt time: HybridTime,
        in transaction: any StoreTransaction, after earlier: [RequestCommand], _ meter: WorkMeter
    ) throws -> Result<RequestCommand, Refusal> {
        guard key.table == "request" else { return .failure(Refusal(.tableReadOnly, key.table)) }
        let isFirst = !earlier.contains { $0.key == key }
        guard let command = payload["command"] else {
            guard isFirst else { return .failure(Refusal(.submissionExists, key.description)) }
            return try Submission.decide(
                key, payload, of: person, writtenAt: time, in: transaction, meter
            ).map { .submission($0) }
        }
        guard command.text == Withdrawal.command else {
            return .failure(Refusal(.submissionInvalid, "\(key).command"))
        }
        guard isFirst else { return .failure(Refusal(.requestState, key.description)) }
        return try Withdrawal.decide(key, payload, of: person, in: transaction, meter)
            .map { .withdrawal($0) }
    }

    /// Carries the command out.
    func write(
        in transaction: any StoreTransaction, book: BucketBook, person: PersonRecord, now: Int64
    ) throws {
        switch self {
        case .submission(let submission):
            try submission.write(in: transaction, book: book, person: person, now: now)
        case .withdrawal(let withdrawal):
            try withdrawal.write(book: book, now: now)
        }
    }
}
