/// Why something that was asked of the client did not happen.
///
/// Each case has a stable ``code`` for logs and tests, a sentence and advice in
/// Thai and English for the person, and says whether waiting alone can put it
/// right. What a person wrote is safe in every case but
/// ``writeRefused(code:detail:)``, in which nothing was stored.
public enum SyncFailure: Error, Hashable, Sendable {
    /// The server cannot be reached.
    case offline(reason: String)
    /// The network answers, but not provably as the server that was asked for: nothing was sent.
    case connectionUntrusted(reason: String)
    /// A request was sent and no answer came: it may have taken effect.
    case noAnswer(reason: String)
    /// The server asks to wait.
    case serverBusy(retryAfterMilliseconds: Int64)
    /// The server answered something this client cannot use.
    case answerUnusable(code: String)
    /// The rows received do not add up to what the server says they are.
    case verificationFailed(bucket: String)
    /// Nobody is signed in.
    case signedOut
    /// The server does not accept the sign-in any more.
    case signInExpired
    /// The code was not confirmed in time.
    case signInTimedOut
    /// The person refused the sign-in.
    case signInDenied
    /// The server knows this device id by another history than this one's.
    case deviceCopied
    /// The server misses writes that this device no longer has.
    case writesMissing(afterMid: UInt64)
    /// Writes wait to be sent and would be lost.
    case unsentWrites(count: Int)
    /// The write breaks a rule; nothing was stored.
    case writeRefused(code: String, detail: String)
    /// A form is not complete; nothing was sent.
    case formIncomplete(problems: [FormProblem])
    /// The row that was named is not on this device.
    case rowAbsent(table: String, id: String)
    /// Too many writes wait already.
    case outboxFull
    /// The server's address cannot be used.
    case addressInvalid(String)
    /// This app is too old for the server.
    case appTooOld
    /// Another program has been working on the cache for too long.
    case busyElsewhere
    /// The device has no room left.
    case storageFull
    /// The device's storage failed.
    case storageFailed(code: String)
    /// The cache is damaged; it is salvaged when it is opened the next time.
    case cacheDamaged(path: String)
    /// The cache was made by a newer version; the file was left as it is.
    case cacheNewer(path: String, version: Int)
    /// The file is not a cache of this client; it is put aside when it is opened the next time.
    case cacheForeign(path: String)
    /// Another program has salvaged the cache meanwhile; it has to be opened again.
    case cacheReplaced
    /// A file that was given holds no exported writes.
    case exportUnreadable
    /// A file that was named as an export cannot be opened, or is no file.
    case exportUnopened(path: String)
    /// A file or directory is open to others, or is a symbolic link.
    case permissionsUnsafe(path: String)
    /// Something on the way to a file is no directory, or this user may not use it.
    case pathUnusable(path: String)
    /// The client has been closed.
    case closed
    /// The work was cancelled.
    case cancelled
}

/// What is wrong with one field of a form.
public struct FormProblem: Hashable, Sendable {
    /// The field, for instance `level`.
    public let field: String
    /// A stable code.
    public let code: String
    /// What is wrong, in English.
    public let messageEnglish: String
    /// What is wrong, in Thai.
    public let messageThai: String
    /// What the person can do, in English.
    public let adviceEnglish: String
    /// What the person can do, in Thai.
    public let adviceThai: String

    /// Creates a problem.
    package init(
        field: String, code: String, messageEnglish: String, messageThai: String,
        adviceEnglish: String, adviceThai: String
    ) {
        self.field = field
        self.code = code
        self.messageEnglish = messageEnglish
        self.messageThai = messageThai
        self.adviceEnglish = adviceEnglish
        self.adviceThai = adviceThai
    }
}
