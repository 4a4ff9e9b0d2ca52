internal import CSQLite
internal import Synchronization

/// An SQLite file system that gathers what goes to the log (see ``GatheredLog``).
///
/// It stands on another one, which does everything. All files but logs are that one's own.
/// It belongs to one connection, lives as long, and is told when that one commits.
final class GatheringVFS {
    /// What SQLite keeps for a log; the other file system's part of it follows.
    private struct Slot {
        var base: sqlite3_file
        var log: UnsafeMutablePointer<GatheredLog>
    }

    /// What the functions in C are given.
    private struct Context {
        let below: UnsafeMutablePointer<sqlite3_vfs>
        let commit: UnsafeMutablePointer<UInt64>
    }

    private static let lastNumber = Atomic<Int>(0)

    /// How many times `COMMIT` was run.
    private var commits: UInt64 = 0
    /// Nothing if there is no file system below.
    private let context: UnsafeMutablePointer<Context>?
    private let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    private let text: UnsafeMutablePointer<CChar>

    /// The name by which SQLite finds it.
    let name: String

    /// Puts one on a file system, or on the usual one.
    ///
    /// - Returns: Nothing if there is none of that name.
    init?(over base: String?) {
        let number = Self.lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
        name = "gathering.\(number)"
        let characters = Array(name.utf8CString)
        text = .allocate(capacity: characters.count)
        text.initialize(from: characters, count: characters.count)
        guard let below = sqlite3_vfs_find(base) else {
            context = nil
            vfs.initialize(to: sqlite3_vfs())
            return nil
        }
        let commit = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
        commit.initialize(to: 0)
        let context = UnsafeMutablePointer<Context>.allocate(capacity: 1)
        context.initialize(to: Context(below: below, commit: commit))
        self.context = context
        vfs.initialize(to: Self.made(over: below, name: text))
        vfs.pointee.pAppData = UnsafeMutableRawPointer(context)
        let result = sqlite3_vfs_register(vfs, 0)
        precondition(result == SQLITE_OK, "registering \(name): \(result)")
    }

    deinit {
        // What was never registered is not found, and nothing is done.
        sqlite3_vfs_unregister(vfs)
        vfs.deallocate()
        text.deallocate()
        context?.pointee.commit.deallocate()
        context?.deallocate()
    }

    /// Runs a `COMMIT`, which is all that is gathered.
    func committing<Result>(
        _ body: () throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        commits += 1
        context?.pointee.commit.pointee = commits
        defer { context?.pointee.commit.pointee = 0 }
        return try body()
    }

    private static func made(
        over below: UnsafeMutablePointer<sqlite3_vfs>, name: UnsafeMutablePointer<CChar>
    ) -> sqlite3_vfs {
        var made = sqlite3_vfs()
        // The second version has the time as an integer; nobody replaces system calls here.
        made.iVersion = min(below.pointee.iVersion, 2)
        made.szOsFile = Int32(MemoryLayout<Slot>.stride) + below.pointee.szOsFile
        made.mxPathname = below.pointee.mxPathname
        made.zName = UnsafePointer(name)
        made.xOpen = { GatheringVFS.open(GatheringVFS.context($0), $1, $2, $3, $4) }
        made.xDelete = {
            let below = GatheringVFS.below($0)
            return below.pointee.xDelete(below, $1, $2)
        }
        made.xAccess = {
            let below = GatheringVFS.below($0)
            return below.pointee.xAccess(below, $1, $2, $3)
        }
        made.xFullPathname = {
            let below = GatheringVFS.below($0)
            return below.pointee.xFullPathname(below, $1, $2, $3)
        }
        made.xRandomness = {
            let below = GatheringVFS.below($0)
            return below.pointee.xRandomness(below, $1, $2)
        }
        made.xSleep = {
            let below = GatheringVFS.below($0)
            return below.pointee.xSleep(below, $1)
        }
        made.xCurrentTime = {
            let below = GatheringVFS.below($0)
            return below.pointee.xCurrentTime(below, $1)
        }
        made.xGetLastError = {
            let below = GatheringVFS.below($0)
            return below.pointee.xGetLastError(below, $1, $2)
        }
        made.xCurrentTimeInt64 = {
            let below = GatheringVFS.below($0)
            return below.pointee.xCurrentTimeInt64(below, $1)
        }
        return made
    }

    private static func context(
        _ vfs: UnsafeMutablePointer<sqlite3_vfs>?
    ) -> UnsafeMutablePointer<Context> {
        guard let data = vfs?.pointee.pAppData else {
            preconditionFailure("a file system on nothing")
        }
        return data.assumingMemoryBound(to: Context.self)
    }

    private static func below(
        _ vfs: UnsafeMutablePointer<sqlite3_vfs>?
    ) -> UnsafeMutablePointer<sqlite3_vfs> {
        context(vfs).pointee.below
    }

    private static func open(
        _ context: UnsafeMutablePointer<Context>, _ path: UnsafePointer<CChar>?,
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32,
        _ outFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        let below = context.pointee.below
        guard let file, flags & SQLITE_OPEN_WAL != 0 else {
            return below.pointee.xOpen(below, path, file, flags, outFlags)
        }
        let inner = UnsafeMutableRawPointer(file)
            .advanced(by: MemoryLayout<Slot>.stride).assumingMemoryBound(to: sqlite3_file.self)
        file.pointee.pMethods = nil
        inner.pointee.pMethods = nil
        let result = below.pointee.xOpen(below, path, inner, flags, outFlags)
        guard result == SQLITE_OK else {
            // It may have methods nevertheless, and is closed then.
            if let methods = inner.pointee.pMethods { _ = methods.pointee.xClose(inner) }
            return result
        }
        let log = UnsafeMutablePointer<GatheredLog>.allocate(capacity: 1)
        log.initialize(to: GatheredLog(inner, commit: context.pointee.commit))
        file.withMemoryRebound(to: Slot.self, capacity: 1) { slot in
            slot.pointee.base.pMethods = methods
            slot.pointee.log = log
        }
        return SQLITE_OK
    }

    // MARK: - The log's methods

    /// The functions of a log, which live as long as the process.
    ///
    /// `nonisolated(unsafe)`: written once, before anybody can see the address.
    nonisolated(unsafe) private static let methods: UnsafePointer<sqlite3_io_methods> = {
        let table = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        table.initialize(to: sqlite3_io_methods())
        // A log is neither mapped nor does it have shared memory: the database file has.
        table.pointee.iVersion = 1
        addBytes(&table.pointee)
        addTheRest(&table.pointee)
        return UnsafePointer(table)
    }()

    private static func addBytes(_ methods: inout sqlite3_io_methods) {
        methods.xClose = { file in
            let log = GatheringVFS.log(file)
            let written = log.pointee.settle()
            let inner = log.pointee.file
            log.deinitialize(count: 1)
            log.deallocate()
            let closed = inner.pointee.pMethods.pointee.xClose(inner)
            return written == SQLITE_OK ? closed : written
        }
        methods.xRead = { file, bytes, count, offset in
            GatheringVFS.behind(file) { inner, methods in
                methods.xRead(inner, bytes, count, offset)
            }
        }
        methods.xWrite = { file, bytes, count, offset in
            GatheringVFS.log(file).pointee.write(
                UnsafeRawBufferPointer(start: bytes, count: Int(count)), at: offset)
        }
        methods.xTruncate = { file, size in
            GatheringVFS.behind(file) { inner, methods in methods.xTruncate(inner, size) }
        }
        methods.xSync = { file, flags in
            GatheringVFS.behind(file) { inner, methods in methods.xSync(inner, flags) }
        }
        methods.xFileSize = { file, size in
            GatheringVFS.behind(file) { inner, methods in methods.xFileSize(inner, size) }
        }
    }

    private static func addTheRest(_ methods: inout sqlite3_io_methods) {
        methods.xLock = { file, level in
            GatheringVFS.behind(file) { inner, methods in methods.xLock(inner, level) }
        }
        methods.xUnlock = { file, level in
            GatheringVFS.behind(file) { inner, methods in methods.xUnlock(inner, level) }
        }
        methods.xCheckReservedLock = { file, isReserved in
            GatheringVFS.behind(file) { inner, methods in
                methods.xCheckReservedLock(inner, isReserved)
            }
        }
        methods.xFileControl = { file, operation, argument in
            GatheringVFS.behind(file) { inner, methods in
                methods.xFileControl(inner, operation, argument)
            }
        }
        methods.xSectorSize = { file in
            let inner = GatheringVFS.log(file).pointee.file
            return inner.pointee.pMethods.pointee.xSectorSize(inner)
        }
        methods.xDeviceCharacteristics = { file in
            let inner = GatheringVFS.log(file).pointee.file
            return inner.pointee.pMethods.pointee.xDeviceCharacteristics(inner)
        }
    }

    /// Does something with the file below, behind what was gathered.
    private static func behind(
        _ file: UnsafeMutablePointer<sqlite3_file>?,
        _ body: (UnsafeMutablePointer<sqlite3_file>, sqlite3_io_methods) -> Int32
    ) -> Int32 {
        let log = log(file)
        let written = log.pointee.settle()
        guard written == SQLITE_OK else { return written }
        let inner = log.pointee.file
        return body(inner, inner.pointee.pMethods.pointee)
    }

    private static func log(
        _ file: UnsafeMutablePointer<sqlite3_file>?
    ) -> UnsafeMutablePointer<GatheredLog> {
        let log = file?.withMemoryRebound(to: Slot.self, capacity: 1) { $0.pointee.log }
        guard let log else { preconditionFailure("a log that is not open") }
        return log
    }
}
