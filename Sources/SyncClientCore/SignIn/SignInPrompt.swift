package import SyncProtocol

/// What to show a person who signs in: a code and where to confirm it.
public struct SignInPrompt: Hashable, Sendable {
    /// The server.
    public let server: String

    /// The code to compare or to type.
    public let userCode: String

    /// Where to confirm it.
    public let verificationURL: String

    /// The same with the code filled in, for a QR picture.
    public let verificationURLComplete: String

    /// How long the code works, in seconds.
    public let expiresInSeconds: Int64

    /// The secret half of the code, which is never shown.
    package let deviceCode: String

    /// The pause between questions, in seconds.
    package let intervalSeconds: Int64

    /// When the code stops working, by the monotonic clock, in nanoseconds.
    package let deadlineNanoseconds: UInt64

    /// The device that this one said it has been, if it did.
    package let claimed: DeviceID?

    /// Creates a prompt.
    package init(
        server: String, userCode: String, verificationURL: String, verificationURLComplete: String,
        expiresInSeconds: Int64, deviceCode: String, intervalSeconds: Int64,
        deadlineNanoseconds: UInt64, claimed: DeviceID? = nil
    ) {
        self.claimed = claimed
        self.server = server
        self.userCode = userCode
        self.verificationURL = verificationURL
        self.verificationURLComplete = verificationURLComplete
        self.expiresInSeconds = expiresInSeconds
        self.deviceCode = deviceCode
        self.intervalSeconds = intervalSeconds
        self.deadlineNanoseconds = deadlineNanoseconds
    }
}
