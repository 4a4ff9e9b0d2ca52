/// What a program asks of a disk.
package enum DiskOperation: String, Hashable, Sendable, CaseIterable {
    /// Opening a file, or making it.
    case open
    /// Reading from a file.
    case read
    /// Writing to a file.
    case write
    /// Changing a file's size.
    case truncate
    /// Making everything written to a file durable.
    case sync
    /// Removing a file.
    case delete

    /// Whether it changes what is on the disk, or what will be.
    package var isChange: Bool {
        switch self {
        case .open, .read: false
        case .write, .truncate, .sync, .delete: true
        }
    }
}

/// What a file is for, by the end of its name.
package enum DiskFileRole: String, Hashable, Sendable, CaseIterable {
    /// The database itself.
    case database
    /// The write-ahead log.
    case log
    /// A rollback journal.
    case journal

    init(path: String) {
        let name = path.utf8
        if name.reversed().starts(with: "-wal".utf8.reversed()) {
            self = .log
        } else if name.reversed().starts(with: "-journal".utf8.reversed()) {
            self = .journal
        } else {
            self = .database
        }
    }
}

/// Something that goes wrong at the n-th operation of a kind.
package struct DiskFault: Hashable, Sendable {
    /// What goes wrong.
    package enum Effect: String, Hashable, Sendable, CaseIterable {
        /// The operation fails and does nothing.
        case error
        /// There is no room, and nothing is written.
        case full
        /// A part is written, then there is no room.
        case short
        /// The power goes before an operation takes effect, or a long write its second half.
        case powerCut
        /// The process is killed before an operation takes effect, or a long write its second half.
        case kill
    }

    /// Which operation; nothing for any that changes the disk.
    package var operation: DiskOperation?
    /// Which files; nothing for all.
    package var role: DiskFileRole?
    /// What goes wrong.
    package var effect: Effect
    /// How many operations of the kind pass before it fires; zero for the next one.
    package var after: Int
    /// How often it fires before it is over.
    package var times: Int

    /// Creates a fault.
    package init(
        _ effect: Effect, at operation: DiskOperation? = nil, of role: DiskFileRole? = nil,
        after: Int = 0, times: Int = 1
    ) {
        self.effect = effect
        self.operation = operation
        self.role = role
        self.after = after
        self.times = times
    }

    func concerns(_ other: DiskOperation, _ role: DiskFileRole) -> Bool {
        (operation.map { $0 == other } ?? other.isChange) && (self.role.map { $0 == role } ?? true)
    }
}

/// What a disk has done and suffered so far.
package struct DiskCounts: Hashable, Sendable {
    /// The operations by kind.
    package var operations: [DiskOperation: Int] = [:]
    /// The faults that fired, by effect.
    package var faults: [DiskFault.Effect: Int] = [:]
    /// Writes refused because the disk has a size.
    package var refusedBySize = 0
    /// Power cuts.
    package var powerCuts = 0
    /// Processes killed.
    package var kills = 0
    /// Sectors that a power cut took.
    package var sectorsLost = 0
    /// Sectors that a power cut filled with garbage.
    package var sectorsGarbled = 0
    /// Sectors that were not durable and survived a power cut all the same.
    package var sectorsKept = 0
    /// Files that a power cut took, or brought back.
    package var namesLost = 0
}
