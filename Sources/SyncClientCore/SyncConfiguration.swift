/// Where a client keeps its data, and what it may touch.
///
/// ```swift
/// let client = try await SyncClient.open(SyncConfiguration())
/// ```
public struct SyncConfiguration: Sendable {
    /// The directory for all accounts of this user on this machine.
    ///
    /// Made with mode 0700 where it does not exist. A symbolic link is refused.
    public var dataDirectory: String

    /// The clock, randomness, network and files; replaced in tests.
    package var environment: SyncEnvironment

    /// Creates a configuration for the real world.
    ///
    /// Servers are trusted by the system's certificate authorities: decision 0084.
    ///
    /// - Parameter dataDirectory: Where to keep data; `$XDG_DATA_HOME/tangrat` if nil.
    public init(dataDirectory: String? = nil) {
        let environment = SyncEnvironment.live()
        self.dataDirectory = dataDirectory ?? environment.files.defaultDataDirectory()
        self.environment = environment
    }

    /// Creates a configuration for a world of the caller's making.
    package init(dataDirectory: String, environment: SyncEnvironment) {
        self.dataDirectory = dataDirectory
        self.environment = environment
    }
}
