internal import SyncClientCore

/// What the program needs of its surroundings, each piece replaceable in a test.
struct World: Sendable {
    /// The terminal as it is, before anybody asks for something else.
    struct Terminal: Hashable, Sendable {
        /// Whether a person sees standard output.
        var isOutputShown = false
        /// Whether a person sees standard error.
        var isErrorShown = false
        /// The cells of a line of standard output, or nil where it is no terminal.
        var columns: Int?
        /// The cells of a line of standard error, or nil where it is no terminal.
        var errorColumns: Int?
    }

    var environment: [String: String]
    var terminal: Terminal
    /// The time of day, in milliseconds since 1970, while no client knows better.
    var now: @Sendable () -> Int64
    /// Writes text to standard output.
    var output: @Sendable (String) -> Void
    /// Writes text to standard error.
    var error: @Sendable (String) -> Void
    /// What this machine is called.
    var hostName: String
    /// Reads a whole file, or gives nil where that is impossible or it is too large.
    var readFile: @Sendable (String) -> [UInt8]?
    /// Opens the person's data.
    var open:
        @Sendable (_ data: String?) async throws(SyncFailure)
            -> any Mirror
}
