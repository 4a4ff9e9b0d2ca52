internal import CLinux

/// The streams that a process is started with.
package enum StandardStreams {
    /// Takes the numbers of streams that are closed, so that no file or socket gets them.
    ///
    /// Called before anything is opened. Writing to such a stream fails, as it would have.
    package static func fill() { clinux_fill_standard_streams() }
}
