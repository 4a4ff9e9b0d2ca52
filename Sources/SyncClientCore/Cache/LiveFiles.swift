internal import Foundation

// The only file of this module that touches files outside the database.

/// The file system of this machine, through descriptors and never through links.
struct LiveFiles: FileOperations {
    func defaultDataDirectory() -> String {
        let environment = ProcessInfo.processInfo.environment
        if let base = environment["XDG_DATA_HOME"], base.utf8.first == UInt8(ascii: "/") {
            return base + "/tangrat"
        }
        return (environment["HOME"] ?? ".") + "/.local/share/tangrat"
    }

    func makeDirectory(_ path: String) throws(SyncFailure) {
        if mkdir(path, 0o700) != 0 {
            switch errno {
            case EEXIST: break
            case ENOENT:
                let parent = Self.parent(of: path)
                guard parent != path, !parent.isEmpty else { throw failure(path, ENOENT) }
                try makeParents(parent)
                guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(path, errno) }
            default: throw failure(path, errno)
            }
        }
        var found = stat()
        if lstat(path, &found) == 0, found.st_mode & S_IFMT == S_IFREG {
            throw .pathUnusable(path: path)
        }
        try checkPrivate(path)
    }

    /// Parents that are made are ours alone; parents that exist are not judged.
    private func makeParents(_ path: String) throws(SyncFailure) {
        guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        guard errno == ENOENT else { throw failure(path, errno) }
        let parent = Self.parent(of: path)
        guard parent != path, !parent.isEmpty else { throw failure(path, ENOENT) }
        try makeParents(parent)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(path, errno) }
    }

    func makeFile(_ path: String) throws(SyncFailure) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path, errno) }
        _ = close(descriptor)
        try checkPrivate(path)
    }

    func checkPrivate(_ path: String) throws(SyncFailure) {
        var found = stat()
        guard lstat(path, &found) == 0 else {
            guard errno == ENOENT else { throw failure(path, errno) }
            return
        }
        let kind = found.st_mode & S_IFMT
        guard kind == S_IFREG || kind == S_IFDIR, found.st_uid == geteuid(),
            found.st_mode & 0o077 == 0
        else { throw SyncFailure.permissionsUnsafe(path: path) }
    }

    func read(_ path: String, bytesMax: Int) throws(SyncFailure) -> [UInt8]? {
        try checkPrivate(path)
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw failure(path, errno) }
            return nil
        }
        defer { _ = close(descriptor) }
        return try readAll(descriptor, path, bytesMax)
    }

    func readNamed(_ path: String, bytesMax: Int) throws(SyncFailure) -> [UInt8]? {
        // A pipe that nobody writes must not stop the program.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw .exportUnopened(path: path) }
            return nil
        }
        defer { _ = close(descriptor) }
        var found = stat()
        guard fstat(descriptor, &found) == 0, found.st_mode & S_IFMT == S_IFREG,
            found.st_size <= bytesMax
        else { throw .exportUnopened(path: path) }
        return try readAll(descriptor, path, bytesMax)
    }

    private func readAll(
        _ descriptor: Int32, _ path: String, _ bytesMax: Int
    ) throws(SyncFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= bytesMax {
            let count = Foundation.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                guard errno == EINTR else { throw failure(path, errno) }
                continue
            }
            bytes.append(contentsOf: chunk[..<count])
        }
        throw failure(path, EFBIG)
    }

    func write(_ bytes: [UInt8], to path: String) throws(SyncFailure) {
        let temporary = path + ".new"
        // A file left by a crash is ours: the directory is closed to others.
        _ = unlink(temporary)
        let descriptor = open(
            temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path, errno) }
        var problem: Int32 = 0
        var written = 0
        while written < bytes.count, problem == 0 {
            let count = bytes.withUnsafeBytes { raw in
                Foundation.write(
                    descriptor, raw.baseAddress.map { $0 + written }, raw.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                problem = errno
            }
        }
        // The umask can take bits away and never add them; still, say it once.
        if problem == 0, fchmod(descriptor, 0o600) != 0 { problem = errno }
        if problem == 0, fsync(descriptor) != 0 { problem = errno }
        if close(descriptor) != 0, problem == 0 { problem = errno }
        if problem == 0, rename(temporary, path) != 0 { problem = errno }
        guard problem == 0 else {
            _ = unlink(temporary)
            throw failure(path, problem)
        }
        try syncDirectory(Self.parent(of: path))
    }

    func remove(_ path: String) throws(SyncFailure) {
        guard unlink(path) != 0 else { return }
        switch errno {
        case ENOENT: return
        case EISDIR, EPERM:
            guard rmdir(path) == 0 || errno == ENOENT else { throw failure(path, errno) }
        default: throw failure(path, errno)
        }
    }

    func move(_ path: String, to target: String) throws(SyncFailure) {
        guard rename(path, target) == 0 else {
            guard errno == ENOENT else { throw failure(path, errno) }
            return
        }
        try syncDirectory(Self.parent(of: target))
    }

    func isEmpty(_ path: String) throws(SyncFailure) -> Bool {
        var found = stat()
        guard lstat(path, &found) == 0 else {
            guard errno == ENOENT else { throw failure(path, errno) }
            return true
        }
        return found.st_size == 0
    }

    func identity(_ path: String) throws(SyncFailure) -> UInt64? {
        var found = stat()
        guard lstat(path, &found) == 0 else {
            guard errno == ENOENT else { throw failure(path, errno) }
            return nil
        }
        return UInt64(found.st_ino)
    }

    func names(in path: String) throws(SyncFailure) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).sorted {
                $0.utf8.lexicographicallyPrecedes($1.utf8)
            }
        } catch {
            // Only one that is not there has nothing in it.
            guard FileManager.default.fileExists(atPath: path) else { return [] }
            throw .storageFailed(code: "file.names")
        }
    }

    func tryLock(_ path: String) throws(SyncFailure) -> (any HeldLock)? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path, errno) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            let problem = errno
            _ = close(descriptor)
            guard problem == EWOULDBLOCK else { throw failure(path, problem) }
            return nil
        }
        return LiveLock(descriptor: descriptor)
    }

    func pause(milliseconds: Int64) {
        usleep(UInt32(clamping: milliseconds * 1_000))
    }

    private func syncDirectory(_ path: String) throws(SyncFailure) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { _ = close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(path, errno) }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private func failure(_ path: String, _ number: Int32) -> SyncFailure {
        switch number {
        case ENOSPC, EDQUOT: .storageFull
        case ELOOP: .permissionsUnsafe(path: path)
        case EACCES, EPERM, EROFS, ENOTDIR, EISDIR: .pathUnusable(path: path)
        default: .storageFailed(code: "file.\(number)")
        }
    }
}

/// A lock that ends with its descriptor, also when the process is killed.
private final class LiveLock: HeldLock {
    private let descriptor: Int32

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    func unlock() {
        _ = flock(descriptor, LOCK_UN)
    }

    deinit {
        _ = close(descriptor)
    }
}
