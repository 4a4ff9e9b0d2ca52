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

    /// A file with the certificate authorities to trust in place of the system's.
    public var certificateAuthorityFile: String?

    /// The clock, randomness, network and files; replaced in tests.
    package var environment: SyncEnvironment

    /// Creates a configuration for the real world.
    ///
    /// - Parameters:
    ///   - dataDirectory: Where to keep data; `$XDG_DATA_HOME/tangrat` if nil.
    ///   - certificateAuthorityFile: Certificate authorities in PEM form, for a
    ///     server with a private one.
    public init(dataDirectory: String? = nil, certificateAuthorityFile: String? = nil) {
        let environment = SyncEnvironment.live(certificateAuthorityFile: certificateAuthorityFile)
        self.dataDirectory = dataDirectory ?? environment.files.defaultDataDirectory()
        self.certificateAuthorityFile = certificateAuthorityFile
        self.environment = environment
    }

    /// Creates a configuration for a world of the caller's making.
    package init(dataDirectory: String, environment: SyncEnvironment) {
        self.dataDirectory = dataDirectory
        self.certificateAuthorityFile = nil
        self.environment = environment
    }
}
