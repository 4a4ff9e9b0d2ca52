internal import CSQLite

/// The functions in C through which SQLite reaches a disk.
enum DiskMethods {
    /// What SQLite keeps for each open file: its own part, then our handle.
    struct Slot {
        var base: sqlite3_file
        var handle: Unmanaged<DiskHandle>?
    }

    /// Tells SQLite about a disk.
    ///
    /// - Returns: What takes it back.
    static func register(_ disk: SimulatedDisk) -> () -> Void {
        let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        let name = Array(disk.name.utf8CString)
        let text = UnsafeMutablePointer<CChar>.allocate(capacity: name.count)
        text.initialize(from: name, count: name.count)
        vfs.initialize(to: sqlite3_vfs())
        vfs.pointee.iVersion = 2
        vfs.pointee.szOsFile = Int32(MemoryLayout<Slot>.size)
        vfs.pointee.mxPathname = 512
        vfs.pointee.zName = UnsafePointer(text)
        vfs.pointee.pAppData = Unmanaged.passUnretained(disk).toOpaque()
        vfs.pointee.xOpen = { vfs, path, file, flags, outFlags in
            DiskMethods.open(vfs, path, file, flags, outFlags)
        }
        vfs.pointee.xDelete = { vfs, path, syncFolder in
            DiskMethods.delete(vfs, path, syncFolder)
        }
        vfs.pointee.xAccess = { vfs, path, _, result in DiskMethods.access(vfs, path, result) }
        vfs.pointee.xFullPathname = { _, path, count, out in
            DiskMethods.fullPath(path, count, out)
        }
        vfs.pointee.xRandomness = { vfs, count, out in DiskMethods.randomness(vfs, count, out) }
        // Nobody waits: the one who holds the lock is on this thread.
        vfs.pointee.xSleep = { _, microseconds in microseconds }
        vfs.pointee.xCurrentTimeInt64 = { vfs, out in
            // Julian days begin 210,866,760,000 seconds before 1970.
            out?.pointee = DiskMethods.disk(vfs).milliseconds + 210_866_760_000_000
            return SQLITE_OK
        }
        vfs.pointee.xCurrentTime = { vfs, out in
            let milliseconds = DiskMethods.disk(vfs).milliseconds + 210_866_760_000_000
            out?.pointee = Double(milliseconds) / 86_400_000
            return SQLITE_OK
        }
        vfs.pointee.xGetLastError = { _, _, _ in 0 }
        let result = sqlite3_vfs_register(vfs, 0)
        precondition(result == SQLITE_OK, "registering \(disk.name): \(result)")
        return {
            sqlite3_vfs_unregister(vfs)
            vfs.deallocate()
            text.deallocate()
        }
    }

    private static func disk(_ vfs: UnsafeMutablePointer<sqlite3_vfs>?) -> SimulatedDisk {
        guard let data = vfs?.pointee.pAppData else { preconditionFailure("a disk without data") }
        return Unmanaged<SimulatedDisk>.fromOpaque(data).takeUnretainedValue()
    }

    private static func open(
        _ vfs: UnsafeMutablePointer<sqlite3_vfs>?, _ path: UnsafePointer<CChar>?,
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32,
        _ outFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        let disk = disk(vfs)
        guard let file else { return SQLITE_CANTOPEN }
        // Without methods SQLite does not close what could not be opened.
        file.pointee.pMethods = nil
        guard !disk.isDown else { return SQLITE_CANTOPEN }
        let name = path.map { String(cString: $0) }
        let role = DiskFileRole(path: name ?? "")
        if disk.meet(.open, role) != nil { return SQLITE_CANTOPEN }
        let found: DiskFile
        var isNew = false
        if let name {
            if let known = disk.file(name) {
                found = known
            } else if flags & SQLITE_OPEN_CREATE != 0 {
                found = disk.makeFile(name)
                isNew = true
            } else {
                return SQLITE_CANTOPEN
            }
        } else {
            found = DiskFile(role: .journal)
        }
        let handle = DiskHandle(
            disk, found, path: name, isReadOnly: flags & SQLITE_OPEN_READONLY != 0,
            removesOnClose: flags & SQLITE_OPEN_DELETEONCLOSE != 0, isNew: isNew)
        file.withMemoryRebound(to: Slot.self, capacity: 1) { slot in
            slot.pointee.base.pMethods = FileMethods.table
            slot.pointee.handle = Unmanaged.passRetained(handle)
        }
        outFlags?.pointee = flags
        return SQLITE_OK
    }

    private static func delete(
        _ vfs: UnsafeMutablePointer<sqlite3_vfs>?, _ path: UnsafePointer<CChar>?,
        _ syncFolder: Int32
    ) -> Int32 {
        let disk = disk(vfs)
        guard let path, !disk.isDown else { return DiskCode.delete }
        let name = String(cString: path)
        if disk.meet(.delete, DiskFileRole(path: name)) != nil { return DiskCode.delete }
        guard disk.file(name) != nil else { return SQLITE_IOERR | 23 << 8 }
        disk.remove(name, isDurable: syncFolder != 0)
        return SQLITE_OK
    }

    private static func access(
        _ vfs: UnsafeMutablePointer<sqlite3_vfs>?, _ path: UnsafePointer<CChar>?,
        _ result: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        let disk = disk(vfs)
        guard let path, !disk.isDown else { return DiskCode.access }
        result?.pointee = disk.file(String(cString: path)) == nil ? 0 : 1
        return SQLITE_OK
    }

    private static func fullPath(
        _ path: UnsafePointer<CChar>?, _ count: Int32, _ out: UnsafeMutablePointer<CChar>?
    ) -> Int32 {
        guard let path, let out else { return SQLITE_CANTOPEN }
        var index = 0
        while path[index] != 0 {
            guard index + 1 < Int(count) else { return SQLITE_CANTOPEN }
            out[index] = path[index]
            index += 1
        }
        out[index] = 0
        return SQLITE_OK
    }

    private static func randomness(
        _ vfs: UnsafeMutablePointer<sqlite3_vfs>?, _ count: Int32,
        _ out: UnsafeMutablePointer<CChar>?
    ) -> Int32 {
        guard let out else { return 0 }
        for (index, byte) in disk(vfs).randomBytes(Int(count)).enumerated() {
            out[index] = CChar(bitPattern: byte)
        }
        return count
    }
}
