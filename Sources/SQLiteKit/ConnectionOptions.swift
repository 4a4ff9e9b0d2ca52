/// How a connection is opened; durability is not an option.
package struct ConnectionOptions: Sendable {
    /// What a connection may do.
    package enum Mode: Sendable {
        /// The one writer of a file, which is created if it does not exist.
        case readWriteCreate
        /// A reader, which neither writes nor checkpoints.
        case readOnly
    }

    /// What happens to the bytes of deleted rows.
    package enum SecureDelete: String, Sendable {
        /// They stay in free pages.
        case off = "0"
        /// They are overwritten with zeros.
        case on = "1"
        /// They are overwritten where that costs no further write.
        case fast = "2"
    }

    /// What the connection may do.
    package var mode: Mode

    /// The SQLite file system to use, for simulated disks; nothing for the real one.
    package var vfs: String?

    /// How long to wait for another connection's lock.
    package var busyTimeoutMilliseconds: Int32 = Limits.busyTimeoutMilliseconds

    /// Memory for pages, in KiB.
    package var cacheKiB: Int = Limits.cacheKiB

    /// What happens to the bytes of deleted rows.
    package var secureDelete: SecureDelete = .fast

    /// Log pages after which the writer checkpoints; zero leaves it to the caller.
    package var walAutocheckpointPages: Int = Limits.walAutocheckpointPages

    /// What the file must say about itself, checked before anything is changed.
    package var identity: DatabaseIdentity?

    /// Options for a mode, otherwise as usual.
    package init(_ mode: Mode) {
        self.mode = mode
    }
}

/// What a database file says about itself in its header.
package struct DatabaseIdentity: Hashable, Sendable {
    /// The number that marks files of one program, in `PRAGMA application_id`.
    package let applicationID: Int32

    /// The newest schema this program knows, in `PRAGMA user_version`.
    package let versionMax: Int64

    /// An identity of these numbers.
    package init(applicationID: Int32, versionMax: Int64) {
        self.applicationID = applicationID
        self.versionMax = versionMax
    }
}
