internal import Glibc
internal import Synchronization

/// The right to write one store, held by one process at a time.
///
/// The kernel gives the lock back when the process ends, however it ends, so
/// there is no stale lock. The file itself stays and holds the process's number,
/// for messages only.
package final class FileLock: Sendable {
    /// The lock file.
    package let path: String

    /// Negative once released.
    private let descriptor: Mutex<Int32>

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = Mutex(descriptor)
    }

    deinit {
        release()
    }

    /// Takes the lock, or returns nothing where another holder has it.
    ///
    /// Two holders in one process exclude each other as well.
    package static func tryAcquire(_ path: String) throws(FileError) -> FileLock? {
        while true {
            let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW
            let descriptor = Glibc.open(path, flags, 0o600)
            guard descriptor >= 0 else { throw .last("open", path) }
            do throws(FileError) {
                try Files.check(path, isKind: S_IFREG, forbidding: 0o077)
                guard try lock(descriptor, path) else {
                    _ = Glibc.close(descriptor)
                    return nil
                }
                // A file that was removed meanwhile locks nothing: try the new one.
                if isCurrent(descriptor, path) {
                    recordHolder(descriptor)
                    return FileLock(path: path, descriptor: descriptor)
                }
                _ = Glibc.close(descriptor)
            } catch {
                _ = Glibc.close(descriptor)
                throw error
            }
        }
    }

    /// The process that holds the lock or held it last, for a message.
    package static func holder(_ path: String) -> Int32? {
        guard let bytes = try? Files.read(path, bytesMax: Limits.lockTextBytesMax) else {
            return nil
        }
        let digits = bytes.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        return Int32(String(decoding: digits, as: UTF8.self))
    }

    /// Gives the lock back; doing so twice does nothing.
    package func release() {
        descriptor.withLock { descriptor in
            guard descriptor >= 0 else { return }
            // Closing is not enough: a child between fork and exec has the file open too.
            _ = flock(descriptor, LOCK_UN)
            _ = Glibc.close(descriptor)
            descriptor = -1
        }
    }

    private static func lock(_ descriptor: Int32, _ path: String) throws(FileError) -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            if errno == EWOULDBLOCK { return false }
            throw .last("lock", path)
        }
        return true
    }

    private static func isCurrent(_ descriptor: Int32, _ path: String) -> Bool {
        var ours = stat()
        var named = stat()
        guard fstat(descriptor, &ours) == 0, lstat(path, &named) == 0 else { return false }
        return ours.st_ino == named.st_ino && ours.st_dev == named.st_dev
    }

    /// Writes the number of this process; a failure only costs a message.
    private static func recordHolder(_ descriptor: Int32) {
        let text = Array("\(getpid())\n".utf8)
        _ = fchmod(descriptor, 0o600)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
    }
}
