internal import FaultVFS
internal import SyncClientCore
internal import SyncServerCore

/// Databases as they are before anything has happened in them.
///
/// Laying the tables out is a tenth of a short run, and is the same each time.
/// Worlds that do not say ``PlanOptions/isPrepared`` do it themselves.
enum Templates {
    /// A server's database with its tables, and nothing in them.
    static let server = bytes { disk, path in
        try SQLiteStore.layOut("", StoreOptions(vfs: disk, files: .none, logPages: 1_000), path)
    }

    /// A device's cache with its tables, and nothing in them.
    static let cache = bytes { disk, path in
        try CacheTemplate.layOut("/" + path, vfs: disk)
    }

    /// The database that `make` lays out, or nil if it could not: worlds do it themselves then.
    private static func bytes(
        _ make: (_ disk: String, _ path: String) throws -> Void
    ) -> [UInt8]? {
        let disk = SimulatedDisk()
        do {
            try make(disk.name, "template.sqlite")
        } catch {
            return nil
        }
        return disk.bytes(of: "/template.sqlite")
    }
}

extension SmallFiles {
    /// No files at all.
    fileprivate static let none = SmallFiles(read: { _ in nil }, write: { _, _ in })
}
