internal import CSQLite

/// One opening of a file.
final class DiskHandle {
    let disk: SimulatedDisk
    let file: DiskFile
    let path: String?
    private let generation: Int
    private let isReadOnly: Bool
    private let removesOnClose: Bool
    /// Whether the next sync is also one of the folder.
    private var syncsNames: Bool

    /// The slots of the shared memory that this handle holds.
    var sharedSlots: Set<Int> = []
    var exclusiveSlots: Set<Int> = []
    /// Kept beyond a crash: the old program still reads it while it unwinds.
    private var memory: SharedMemory?

    init(
        _ disk: SimulatedDisk, _ file: DiskFile, path: String?, isReadOnly: Bool,
        removesOnClose: Bool, isNew: Bool = false
    ) {
        self.disk = disk
        self.file = file
        self.path = path
        self.generation = disk.generation
        self.isReadOnly = isReadOnly
        self.removesOnClose = removesOnClose
        // As SQLite's own layer for Unix does with journals and logs that it has made.
        syncsNames = isNew && file.role != .database
    }

    /// Whether the program that opened it is gone.
    var isDead: Bool { disk.isDown || generation != disk.generation }

    func close() {
        guard generation == disk.generation else { return }
        file.locks.lower(ObjectIdentifier(self), to: SQLITE_LOCK_NONE)
        memory?.release(self)
        if removesOnClose, let path { disk.remove(path, isDurable: false) }
    }

    // MARK: - Bytes

    func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Int32 {
        guard !isDead else { return DiskCode.read }
        if disk.meet(.read, file.role) != nil { return DiskCode.read }
        let count = file.read(at: offset, into: buffer)
        guard count < buffer.count else { return SQLITE_OK }
        UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).initializeMemory(
            as: UInt8.self, repeating: 0)
        return DiskCode.shortRead
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int32 {
        guard !isDead, !isReadOnly else { return DiskCode.write }
        switch disk.meet(.write, file.role) {
        case nil: break
        case .full: return SQLITE_FULL
        case .short:
            let kept = bytes.count / 2
            file.write(UnsafeRawBufferPointer(rebasing: bytes[..<kept]), at: offset)
            return SQLITE_FULL
        case .powerCut, .kill:
            // A long write is cut between two pages of memory, as the kernel copies them.
            let kept = (offset + bytes.count / 2) & ~4_095 - offset
            if kept > 0 {
                file.write(UnsafeRawBufferPointer(rebasing: bytes[..<kept]), at: offset)
            }
            return DiskCode.write
        case .error: return DiskCode.write
        }
        guard disk.hasRoom(for: offset + bytes.count, in: file) else { return SQLITE_FULL }
        file.write(bytes, at: offset)
        return SQLITE_OK
    }

    func truncate(to count: Int) -> Int32 {
        guard !isDead, !isReadOnly else { return DiskCode.truncate }
        if disk.meet(.truncate, file.role) != nil { return DiskCode.truncate }
        file.resize(count)
        return SQLITE_OK
    }

    func sync() -> Int32 {
        guard !isDead else { return DiskCode.sync }
        switch disk.meet(.sync, file.role) {
        case nil: break
        case .full, .short: return SQLITE_FULL
        case .error, .powerCut, .kill: return DiskCode.sync
        }
        file.sync()
        if syncsNames { disk.namesSynced() } else { disk.synced(file, path) }
        syncsNames = false
        return SQLITE_OK
    }

    func size() -> Int? { isDead ? nil : file.content.count }

    // MARK: - Locks

    func lock(_ level: Int32) -> Int32 {
        guard !isDead else { return DiskCode.lock }
        return file.locks.raise(ObjectIdentifier(self), to: level) ? SQLITE_OK : SQLITE_BUSY
    }

    func unlock(_ level: Int32) -> Int32 {
        if !isDead { file.locks.lower(ObjectIdentifier(self), to: level) }
        return SQLITE_OK
    }

    func mapShared(_ region: Int, bytes: Int, extends: Bool) -> (Int32, UnsafeMutableRawPointer?) {
        guard !isDead else { return (DiskCode.sharedMap, nil) }
        let shared = file.shared ?? SharedMemory()
        file.shared = shared
        memory = shared
        return (SQLITE_OK, shared.region(region, bytes: bytes, extends: extends))
    }

    func lockShared(_ slots: Range<Int>, flags: Int32) -> Int32 {
        guard !isDead else { return DiskCode.sharedLock }
        guard let memory else { return DiskCode.sharedLock }
        return memory.lock(self, slots, flags: flags) ? SQLITE_OK : SQLITE_BUSY
    }

    func unmapShared(removes: Bool) {
        memory?.release(self)
        if removes, !isDead { file.shared = nil }
    }
}

/// Result codes that C defines by arithmetic, which Swift does not import.
enum DiskCode {
    static let read = SQLITE_IOERR | 1 << 8
    static let shortRead = SQLITE_IOERR | 2 << 8
    static let write = SQLITE_IOERR | 3 << 8
    static let sync = SQLITE_IOERR | 4 << 8
    static let truncate = SQLITE_IOERR | 6 << 8
    static let status = SQLITE_IOERR | 7 << 8
    static let delete = SQLITE_IOERR | 10 << 8
    static let access = SQLITE_IOERR | 13 << 8
    static let lock = SQLITE_IOERR | 15 << 8
    static let sharedLock = SQLITE_IOERR | 20 << 8
    static let sharedMap = SQLITE_IOERR | 21 << 8
}
