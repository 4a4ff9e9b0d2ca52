internal import CSQLite

/// SQLite's five lock levels on one file, between handles of one process.
struct FileLocks {
    private var shared: Set<ObjectIdentifier> = []
    private var reserved: ObjectIdentifier?
    private var pending: ObjectIdentifier?
    private var exclusive: ObjectIdentifier?

    var isReserved: Bool { reserved != nil || pending != nil || exclusive != nil }

    /// Raises a handle's lock.
    ///
    /// - Returns: Whether it got what it asked for.
    mutating func raise(_ handle: ObjectIdentifier, to level: Int32) -> Bool {
        switch level {
        case SQLITE_LOCK_SHARED:
            guard isFree(pending, for: handle), isFree(exclusive, for: handle) else { return false }
            shared.insert(handle)
        case SQLITE_LOCK_RESERVED:
            guard isFree(reserved, for: handle), isFree(pending, for: handle) else { return false }
            reserved = handle
        case SQLITE_LOCK_EXCLUSIVE:
            guard isFree(reserved, for: handle), isFree(pending, for: handle) else { return false }
            // New readers are kept out even while the old ones are waited for.
            pending = handle
            guard shared.subtracting([handle]).isEmpty else { return false }
            exclusive = handle
        default: break
        }
        return true
    }

    mutating func lower(_ handle: ObjectIdentifier, to level: Int32) {
        if reserved == handle { reserved = nil }
        if pending == handle { pending = nil }
        if exclusive == handle { exclusive = nil }
        if level == SQLITE_LOCK_NONE { shared.remove(handle) }
    }

    private func isFree(_ holder: ObjectIdentifier?, for handle: ObjectIdentifier) -> Bool {
        holder == nil || holder == handle
    }
}

/// The index of a write-ahead log: memory and eight locks, shared by connections.
final class SharedMemory {
    private var regions: [UnsafeMutableRawPointer] = []
    private var readers = [Int](repeating: 0, count: Int(SQLITE_SHM_NLOCK))
    private var writer = [ObjectIdentifier?](repeating: nil, count: Int(SQLITE_SHM_NLOCK))

    deinit {
        for region in regions { region.deallocate() }
    }

    /// Gives a region, made with zeros if `extends`.
    func region(_ number: Int, bytes: Int, extends: Bool) -> UnsafeMutableRawPointer? {
        guard number >= regions.count else { return regions[number] }
        guard extends else { return nil }
        while regions.count <= number {
            let region = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16)
            region.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
            regions.append(region)
        }
        return regions[number]
    }

    /// Takes or gives back locks; gives whether that was possible.
    func lock(_ handle: DiskHandle, _ slots: Range<Int>, flags: Int32) -> Bool {
        let isShared = flags & SQLITE_SHM_SHARED != 0
        guard flags & SQLITE_SHM_LOCK != 0 else {
            for slot in slots { unlock(handle, slot) }
            return true
        }
        let identity = ObjectIdentifier(handle)
        for slot in slots {
            let others = readers[slot] - (handle.sharedSlots.contains(slot) ? 1 : 0)
            if let holder = writer[slot], holder != identity { return false }
            if !isShared && others > 0 { return false }
        }
        for slot in slots {
            if isShared {
                if handle.sharedSlots.insert(slot).inserted { readers[slot] += 1 }
            } else {
                writer[slot] = identity
                handle.exclusiveSlots.insert(slot)
            }
        }
        return true
    }

    /// Gives everything back that a handle holds.
    func release(_ handle: DiskHandle) {
        for slot in readers.indices { unlock(handle, slot) }
    }

    private func unlock(_ handle: DiskHandle, _ slot: Int) {
        if handle.sharedSlots.remove(slot) != nil { readers[slot] -= 1 }
        if handle.exclusiveSlots.remove(slot) != nil { writer[slot] = nil }
    }
}
