package import NetworkIO

/// The HTTP/1.1 front of the server: sockets in, requests out.
///
/// One thread per event loop; each loop has its own handler. One listener deals
/// connections out to the loops in turn.
package final class HTTPServer: Sendable {
    /// Where and how to serve.
    package struct Configuration: Sendable {
        /// Where to listen: a TCP port, or the path of a UNIX socket.
        package var address: ListenAddress

        /// The number of event loops; the number of cores if `nil`.
        package var loopCount: Int?

        /// Every bound.
        package var limits = HTTPLimits()

        /// The clock for deadlines; tests hand in one that they turn.
        package var clock = MonotonicClock.system

        /// The clock for the `Date` field.
        package var wallClock = WallClock.system

        /// Creates a configuration.
        package init(address: ListenAddress, loopCount: Int? = nil) {
            self.address = address
            self.loopCount = loopCount
        }
    }
}
