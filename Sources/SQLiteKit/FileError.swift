internal import Glibc

/// A refusal by the file system, or a file that is not safe to use.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package enum Reason: Hashable, Sendable {
        /// A system call failed with this number.
        case system(Int32)
        /// The path leads through a symbolic link.
        case symbolicLink
        /// The file belongs to another user.
        case foreignOwner
        /// Other users may write to it or, for files, read it.
        case openToOthers
        /// It is not of the kind that was expected.
        case wrongKind
    }

    /// What was attempted.
    package let operation: String

    /// The file or folder.
    package let path: String

    /// What is wrong.
    package let reason: Reason

    /// Whether there is no such file.
    package var isMissing: Bool { reason == .system(ENOENT) }

    /// Whether the machine failed, and not whoever named the file: it may be there the next time.
    package var isTransient: Bool {
        guard case .system(let number) = reason else { return false }
        return ![ENOENT, ENOTDIR, EACCES, EPERM, EISDIR, ENAMETOOLONG].contains(number)
    }

    /// The stable code, for logs and tests.
    package var code: String {
        switch reason {
        case .system(let number): "file.errno_\(number)"
        case .symbolicLink: "file.symbolic_link"
        case .foreignOwner: "file.foreign_owner"
        case .openToOthers: "file.open_to_others"
        case .wrongKind: "file.wrong_kind"
        }
    }

    /// Whether something has the name already.
    package var isTaken: Bool { reason == .system(EEXIST) }

    /// Whether there is no file of that name.
    package var isAbsent: Bool { reason == .system(ENOENT) }

    /// Whether the disk or a quota is full.
    package var isFull: Bool { reason == .system(ENOSPC) || reason == .system(EDQUOT) }

    package var description: String {
        let text =
            switch reason {
            case .system(let number): String(cString: strerror(number))
            case .symbolicLink: "is a symbolic link"
            case .foreignOwner: "belongs to another user"
            case .openToOthers: "is open to other users"
            case .wrongKind: "is not of the expected kind"
            }
        return "\(operation) \(path): \(text)"
    }

    /// Reads the number of the system call that has just failed.
    static func last(_ operation: String, _ path: String) -> FileError {
        FileError(operation: operation, path: path, reason: .system(errno))
    }
}
