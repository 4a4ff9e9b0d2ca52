internal import Glibc

/// Files and folders that only their owner can read, whatever the umask is.
package enum Files {
    /// Creates a folder and those above it, for the owner only.
    ///
    /// A folder that exists is taken as it is, if it is the owner's and nobody
    /// else can write to it.
    package static func createDirectory(_ path: String) throws(FileError) {
        var status = mkdir(path, 0o700)
        if status != 0, errno == ENOENT, let parent = parent(of: path) {
            try createDirectory(parent)
            // Once: /proc says ENOENT for every new folder, however often it is asked.
            status = mkdir(path, 0o700)
        }
        if status == 0 {
            guard chmod(path, 0o700) == 0 else { throw .last("chmod", path) }
            return
        }
        guard errno == EEXIST else { throw .last("mkdir", path) }
        try check(path, isKind: S_IFDIR, forbidding: 0o022)
    }

    /// Creates an empty file for the owner only; one that exists is refused.
    package static func createPrivateFile(_ path: String) throws(FileError) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .last("create", path) }
        defer { _ = Glibc.close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 else { throw .last("chmod", path) }
    }

    /// Creates a file for the owner only, or checks that the one there is such.
    ///
    /// A file that exists is never opened here: closing it again would drop the
    /// locks that SQLite holds on it in this process.
    package static func ensurePrivateFile(_ path: String) throws(FileError) {
        do {
            try createPrivateFile(path)
        } catch {
            guard error.reason == .system(EEXIST) else { throw error }
            try check(path, isKind: S_IFREG, forbidding: 0o077)
        }
    }

    /// Replaces a file in one step, so that a crash leaves the old or the new.
    package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        let partial = path + ".partial"
        try remove(partial)
        try createPrivateFile(partial)
        let descriptor = Glibc.open(partial, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .last("open", partial) }
        defer { _ = Glibc.close(descriptor) }
        try writeAll(bytes, descriptor, partial)
        try moveIntoPlace(partial, as: path)
    }

    /// Adds a line to the end of a file, made for the owner only, and syncs it.
    ///
    /// What a full disk left of the line before ends first, so that one line is lost and not two.
    package static func appendLine(_ line: [UInt8], to path: String) throws(FileError) {
        let newline = UInt8(ascii: "\n")
        try append((endsInside(path) ? [newline] : []) + line + [newline], to: path)
    }

    /// Whether a file ends within a line; one that cannot be read or has nothing does not.
    private static func endsInside(_ path: String) -> Bool {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { _ = Glibc.close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_size > 0
        else { return false }
        var last: UInt8 = 0
        return pread(descriptor, &last, 1, status.st_size - 1) == 1 && last != UInt8(ascii: "\n")
    }

    /// Adds bytes to the end of a file, made for the owner only, and syncs them.
    package static func append(_ bytes: [UInt8], to path: String) throws(FileError) {
        let descriptor = Glibc.open(
            path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .last("open", path) }
        defer { _ = Glibc.close(descriptor) }
        try writeAll(bytes, descriptor, path)
        guard fsync(descriptor) == 0 else { throw .last("fsync", path) }
    }

    private static func writeAll(
        _ bytes: [UInt8], _ descriptor: Int32, _ path: String
    ) throws(FileError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(
                    descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .last("write", path) }
            written += count
        }
    }

    /// Makes a file longer with zeros that are on the disk, never shorter.
    ///
    /// If that fails, for want of space for instance, the file is as it was.
    static func extend(_ path: String, toBytes length: Int) throws(FileError) {
        let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .last("open", path) }
        defer { _ = Glibc.close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .last("stat", path) }
        let zeros = [UInt8](repeating: 0, count: 1 << 18)
        var end = Int(status.st_size)
        do throws(FileError) {
            while end < length {
                let count = pwrite(descriptor, zeros, min(zeros.count, length - end), end)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw .last("write", path) }
                end += count
            }
            guard fdatasync(descriptor) == 0 else { throw .last("fdatasync", path) }
        } catch {
            _ = ftruncate(descriptor, status.st_size)
            throw error
        }
    }

    /// Reads a whole file of limited size, without following a symbolic link.
    package static func read(_ path: String, bytesMax: Int) throws(FileError) -> [UInt8] {
        try read(path, bytesMax: bytesMax, isPrivate: false)
    }

    /// Reads a file that holds a secret: one that others can read or write, or that is another's,
    /// is refused.
    package static func readPrivate(_ path: String, bytesMax: Int) throws(FileError) -> [UInt8] {
        try read(path, bytesMax: bytesMax, isPrivate: true)
    }

    private static func read(
        _ path: String, bytesMax: Int, isPrivate: Bool
    ) throws(FileError) -> [UInt8] {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .last("open", path) }
        defer { _ = Glibc.close(descriptor) }
        // Of what is open, not of the name, which may be another file's by now.
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .last("stat", path) }
        if isPrivate { try check(status, path, isKind: S_IFREG, forbidding: 0o077) }
        // One byte more than is said: a file may grow, and what is no file says nothing.
        var bytes = [UInt8](repeating: 0, count: min(max(Int(status.st_size), 4_095), bytesMax) + 1)
        var filled = 0
        while true {
            if filled == bytes.count {
                guard filled <= bytesMax else { break }
                let more = min(bytes.count, bytesMax + 1 - bytes.count)
                bytes.append(contentsOf: repeatElement(0, count: more))
            }
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(
                    descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .last("read", path) }
            if count == 0 { return Array(bytes.prefix(filled)) }
            filled += count
        }
        throw FileError(operation: "read", path: path, reason: .system(EFBIG))
    }

    /// Puts what was written to an open descriptor onto the disk, if it is a file's.
    ///
    /// - Returns: The error's number, or nil: a pipe and a terminal have nothing to sync.
    package static func syncOutput(_ descriptor: Int32) -> Int32? {
        guard fsync(descriptor) != 0, ![EINVAL, EROFS, ENOTSUP].contains(errno) else { return nil }
        return errno
    }

    /// Removes a file; one that is not there is no error.
    package static func remove(_ path: String) throws(FileError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw .last("unlink", path) }
    }

    /// Whether anything has the name.
    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Gives a file a second name, which must be free.
    package static func addName(_ path: String, as second: String) throws(FileError) {
        guard Glibc.link(path, second) == 0 else { throw .last("link", path) }
    }

    /// Syncs a complete file, gives it its name, and syncs the folder.
    package static func moveIntoPlace(_ partial: String, as path: String) throws(FileError) {
        try sync(partial, flags: O_RDONLY)
        guard rename(partial, path) == 0 else { throw .last("rename", path) }
        try sync(parent(of: path) ?? ".", flags: O_RDONLY | O_DIRECTORY)
    }

    /// Like ``moveIntoPlace(_:as:)``, but never in the place of another file.
    ///
    /// - Throws: `FileError` with `EEXIST` if anything has the name, also if it
    ///   came there meanwhile.
    static func moveIntoFreePlace(_ partial: String, as path: String) throws(FileError) {
        try sync(partial, flags: O_RDONLY)
        // A link cannot replace anything, a rename can.
        if link(partial, path) == 0 {
            try remove(partial)
        } else {
            guard errno == EPERM || errno == EOPNOTSUPP else { throw .last("link", path) }
            // A file system without links: looked at, then renamed.
            try checkIsFree(path)
            guard rename(partial, path) == 0 else { throw .last("rename", path) }
        }
        try sync(parent(of: path) ?? ".", flags: O_RDONLY | O_DIRECTORY)
    }

    /// Refuses a name that anything has, also a link that leads nowhere.
    static func checkIsFree(_ path: String) throws(FileError) {
        var status = stat()
        guard lstat(path, &status) != 0 else {
            throw FileError(operation: "create", path: path, reason: .system(EEXIST))
        }
        guard errno == ENOENT else { throw .last("stat", path) }
    }

    /// Checks kind, owner and mode of what is there, without following a link.
    static func check(
        _ path: String, isKind kind: mode_t, forbidding forbidden: mode_t
    ) throws(FileError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw .last("stat", path) }
        try check(status, path, isKind: kind, forbidding: forbidden)
    }

    private static func check(
        _ status: stat, _ path: String, isKind kind: mode_t, forbidding forbidden: mode_t
    ) throws(FileError) {
        let reason: FileError.Reason? =
            if status.st_mode & S_IFMT == S_IFLNK {
                .symbolicLink
            } else if status.st_mode & S_IFMT != kind {
                .wrongKind
            } else if status.st_uid != geteuid() {
                .foreignOwner
            } else if status.st_mode & forbidden != 0 {
                .openToOthers
            } else {
                nil
            }
        if let reason { throw FileError(operation: "use", path: path, reason: reason) }
    }

    private static func sync(_ path: String, flags: Int32) throws(FileError) {
        let descriptor = Glibc.open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open", path) }
        defer { _ = Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .last("fsync", path) }
    }

    private static func parent(of path: String) -> String? {
        let trimmed = path.utf8.reversed().drop { $0 == UInt8(ascii: "/") }
        let rest = trimmed.drop { $0 != UInt8(ascii: "/") }
        guard !rest.isEmpty else { return nil }
        let kept = rest.drop { $0 == UInt8(ascii: "/") }
        return kept.isEmpty ? "/" : String(decoding: kept.reversed(), as: UTF8.self)
    }
}
