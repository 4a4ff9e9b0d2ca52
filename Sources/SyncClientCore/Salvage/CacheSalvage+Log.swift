internal import SQLiteKit
internal import SyncProtocol

/// Writes in the log of a cache that is sound otherwise.
extension CacheSalvage {
    /// The writes in the log, and whether some do not follow on those that SQLite sees.
    func look(in log: [UInt8]) -> (found: [RawWrites.Write], hasGap: Bool) {
        let connection = try? Connection(path: path, options: options(.readOnly))
        defer { connection?.close() }
        let found = RawWrites(devices: names(connection)).find(database: [], log: log).values
            .sorted { $0.entry.mid < $1.entry.mid }
        // What cannot be read is found out by opening it in earnest, as is whose it is.
        guard !found.isEmpty, let connection, var state = try? CacheState.load(connection),
            state.subject.isEmpty || state.subject == subject
        else { return (found, false) }
        do {
            return (found, try Self.unseen(found, &state, connection) == nil)
        } catch {
            return (found, false)
        }
    }

    /// The names under which writes can stand here.
    ///
    /// After a new sign-in they are stored under the cache's own name until the server was
    /// asked about it.
    private func names(_ connection: Connection?) -> Set<DeviceID> {
        var names: Set = [device]
        // The one column of it that every version has.
        try? connection?.run("SELECT device FROM state WHERE id = 1") {
            names.insert(DeviceID(UInt64(bitPattern: $0.int64(0))))
        }
        return names
    }

    /// The writes in the log that follow on those that SQLite sees.
    ///
    /// - Returns: The writes, or nil where there is a gap before one of them.
    private static func unseen(
        _ found: [RawWrites.Write], _ state: inout CacheState, _ connection: Connection
    ) throws -> [RawWrites.Write]? {
        var unseen: [RawWrites.Write] = []
        for write in found {
            let mutation = write.entry.mutation
            guard mutation.time.device == state.device else {
                // Of the name that the device is signed in with: SQLite does not see that
                // the cache has taken it, nor what was stored since.
                guard try NoticeTable.isKnown(mutation.chain, connection) else { return nil }
                continue
            }
            // Numbered anew since: these frames are left from then.
            guard mutation.mid >= state.nextMid,
                state.isAdopting || mutation.mid < Limits.temporaryMid,
                try !NoticeTable.isKnown(mutation.chain, connection)
            else { continue }
            guard mutation.mid == state.nextMid, write.previousChain == state.lastChain else {
                return nil
            }
            unseen.append(write)
            state.nextMid += 1
            state.lastChain = mutation.chain
            state.clock.observe(mutation.time)
        }
        return unseen
    }

    /// Takes writes back that SQLite does not see in the log.
    ///
    /// SQLite reads a log up to the first frame whose checksum is wrong, and so
    /// says nothing of damage: whatever was stored after it is gone without a word.
    ///
    /// - Parameters:
    ///   - found: What ``prepare()`` gave.
    ///   - connection: The writer, in a transaction.
    /// - Returns: Whether all are here now; if not, the cache must be salvaged.
    /// - Throws: What the storage refuses.
    static func takeBack(_ found: [RawWrites.Write], _ connection: Connection) throws -> Bool {
        var state = try CacheState.load(connection)
        guard let unseen = try unseen(found, &state, connection) else { return false }
        guard !unseen.isEmpty else { return true }
        for write in unseen {
            try OutboxTable.insert(write.entry, previousChain: write.previousChain, connection)
        }
        try state.save(connection)
        return true
    }
}
