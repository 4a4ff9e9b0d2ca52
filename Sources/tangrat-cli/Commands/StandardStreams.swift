internal import Glibc

/// The process's own streams and files, as system calls.
enum StandardStreams {
    /// The largest file read into memory, one byte above what may be attached.
    private static let fileBytesMax = (10 << 20) + 1

    /// The width of the terminal behind a descriptor, or nil.
    static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Writes all of a text; ends the process where that is impossible.
    ///
    /// A reader that has seen enough closes the pipe, as `head` does: that is
    /// success. Anything else, such as a full disk, is a failure, because a
    /// script must not take half an answer for a whole one.
    static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count >= 0 {
                offset += count
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, -1)
            } else if errno != EINTR {
                guard descriptor == STDOUT_FILENO else { return }
                _exit(errno == EPIPE ? ExitCode.done.rawValue : ExitCode.failed.rawValue)
            }
        }
    }

    /// Reads a whole regular file, or gives nil.
    @Sendable static func read(_ path: String) -> [UInt8]? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { _ = close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        var content: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while content.count < fileBytesMax {
            let count = Glibc.read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            content += part[..<count]
        }
        return content
    }
}
