internal import SyncProtocol

/// A write that has been stored on this device and will be sent.
public struct QueuedWrite: Hashable, Sendable {
    /// The number of the write on this device.
    public let mid: UInt64

    /// When it was stored, in milliseconds since 1970 by the server's clock.
    public let queuedAtMilliseconds: Int64

    /// The rows it touches, as `table/id`.
    public let rows: [String]

    /// What it does, one word an operation, such as `set`.
    public let operations: [String]

    /// Creates a description of a stored write.
    package init(mid: UInt64, queuedAtMilliseconds: Int64, rows: [String], operations: [String]) {
        self.mid = mid
        self.queuedAtMilliseconds = queuedAtMilliseconds
        self.rows = rows
        self.operations = operations
    }
}

/// How a write ended, for ever.
public struct WriteOutcome: Hashable, Sendable {
    /// The ways to end.
    public enum Status: String, Hashable, Sendable {
        /// Taken as it was.
        case accepted
        /// Taken, and a newer write stands above part of it.
        case merged
        /// Not taken: ``WriteOutcome/code`` says why.
        case refused
    }

    /// The number of the write on this device.
    public let mid: UInt64

    /// How it ended.
    public let status: Status

    /// Why, as a stable code, or empty.
    public let code: String

    /// Where in the write, or empty.
    public let detail: String

    /// When this device learnt of it, in milliseconds since 1970.
    public let receivedAtMilliseconds: Int64

    /// Creates an outcome.
    package init(
        mid: UInt64, status: Status, code: String, detail: String, receivedAtMilliseconds: Int64
    ) {
        self.mid = mid
        self.status = status
        self.code = code
        self.detail = detail
        self.receivedAtMilliseconds = receivedAtMilliseconds
    }

    /// Why it was refused, in English, or empty.
    public var messageEnglish: String {
        status == .refused ? RefusalWords(code: code).messageEnglish : ""
    }

    /// Why it was refused, in Thai, or empty.
    public var messageThai: String {
        status == .refused ? RefusalWords(code: code).messageThai : ""
    }

    /// What the person can do, in English, or empty.
    public var adviceEnglish: String {
        status == .refused ? RefusalWords(code: code).adviceEnglish : ""
    }

    /// What the person can do, in Thai, or empty.
    public var adviceThai: String {
        status == .refused ? RefusalWords(code: code).adviceThai : ""
    }
}

/// The sentences for a refusal's code.
struct RefusalWords {
    let messageEnglish: String
    let messageThai: String
    let adviceEnglish: String
    let adviceThai: String

    init(code: String) {
        if let known = RefusalCode(rawValue: code) {
            messageEnglish = known.english
            messageThai = known.thai
            adviceEnglish = known.adviceEnglish
            adviceThai = known.adviceThai
        } else {
            // A code of the form `rule.<code>`, or one of a later version.
            messageEnglish = "The service did not take the change (\(code))."
            messageThai = "ระบบไม่รับการเปลี่ยนแปลงนี้ (\(code))"
            adviceEnglish = "Correct it and save again."
            adviceThai = "แก้ไขแล้วบันทึกอีกครั้ง"
        }
    }
}
