internal import CSQLite

/// The functions in C through which SQLite uses an open file.
enum FileMethods {
    /// The table of functions, which lives as long as the process.
    ///
    /// `nonisolated(unsafe)`: written once, before anybody can see the address.
    nonisolated(unsafe) static let table: UnsafePointer<sqlite3_io_methods> = {
        let table = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        table.initialize(to: sqlite3_io_methods())
        table.pointee.iVersion = 2
        addBytes(&table.pointee)
        addLocks(&table.pointee)
        addSharedMemory(&table.pointee)
        return UnsafePointer(table)
    }()

    private static func addBytes(_ methods: inout sqlite3_io_methods) {
        methods.xClose = { file in
            file?.withMemoryRebound(to: DiskMethods.Slot.self, capacity: 1) { slot in
                slot.pointee.handle?.takeUnretainedValue().close()
                slot.pointee.handle?.release()
                slot.pointee.handle = nil
            }
            return SQLITE_OK
        }
        methods.xRead = { file, buffer, count, offset in
            FileMethods.handle(file).read(
                UnsafeMutableRawBufferPointer(start: buffer, count: Int(count)), at: Int(offset))
        }
        methods.xWrite = { file, buffer, count, offset in
            FileMethods.handle(file).write(
                UnsafeRawBufferPointer(start: buffer, count: Int(count)), at: Int(offset))
        }
        methods.xTruncate = { file, size in FileMethods.handle(file).truncate(to: Int(size)) }
        methods.xSync = { file, _ in FileMethods.handle(file).sync() }
        methods.xFileSize = { file, out in
            guard let size = FileMethods.handle(file).size() else { return DiskCode.status }
            out?.pointee = Int64(size)
            return SQLITE_OK
        }
        methods.xFileControl = { _, operation, argument in
            guard operation == SQLITE_FCNTL_MMAP_SIZE else { return SQLITE_NOTFOUND }
            // Nothing is ever mapped, and this is how SQLite asks.
            argument?.storeBytes(of: 0, as: Int64.self)
            return SQLITE_OK
        }
        methods.xSectorSize = { _ in Int32(DiskFile.sectorBytes) }
        methods.xDeviceCharacteristics = { file in
            FileMethods.handle(file).disk.tearsNeighbours ? 0 : SQLITE_IOCAP_POWERSAFE_OVERWRITE
        }
    }

    private static func addLocks(_ methods: inout sqlite3_io_methods) {
        methods.xLock = { file, level in FileMethods.handle(file).lock(level) }
        methods.xUnlock = { file, level in FileMethods.handle(file).unlock(level) }
        methods.xCheckReservedLock = { file, out in
            out?.pointee = FileMethods.handle(file).file.locks.isReserved ? 1 : 0
            return SQLITE_OK
        }
    }

    private static func addSharedMemory(_ methods: inout sqlite3_io_methods) {
        methods.xShmMap = { file, region, bytes, extends, out in
            let (result, pointer) = FileMethods.handle(file).mapShared(
                Int(region), bytes: Int(bytes), extends: extends != 0)
            out?.pointee = UnsafeMutableRawPointer(pointer)
            return result
        }
        methods.xShmLock = { file, offset, count, flags in
            FileMethods.handle(file).lockShared(
                Int(offset)..<Int(offset + count), flags: flags)
        }
        // One thread sees its own writes in order.
        methods.xShmBarrier = { _ in }
        methods.xShmUnmap = { file, removes in
            FileMethods.handle(file).unmapShared(removes: removes != 0)
            return SQLITE_OK
        }
    }

    private static func handle(_ file: UnsafeMutablePointer<sqlite3_file>?) -> DiskHandle {
        let handle = file?.withMemoryRebound(to: DiskMethods.Slot.self, capacity: 1) {
            $0.pointee.handle
        }
        guard let handle = handle ?? nil else { preconditionFailure("a file that is not open") }
        return handle.takeUnretainedValue()
    }
}
