internal import SQLiteKit
internal import SyncProtocol

/// Saves what can be read of a damaged cache into a new one.
///
/// What the person wrote comes first: before anything else the writes that wait
/// are exported as lines that people and programs can read. Then a new cache is
/// made from all that is still right, and takes the place of the damaged file.
/// The next round learns from the server which of the writes it has, compares
/// the mirror, and fetches what is missing.
///
/// ```text
///   found ─▶ export ─▶ new cache, complete ─▶ "ready" ─▶ names exchanged ─▶ done
/// ```
///
/// The note `cache.damaged` stays until the end, so a salvage that is killed is
/// begun again, or finished where the old cache had lost its name already: until
/// then another program can write into it. Whoever salvages holds the writer's lock.
struct CacheSalvage: Sendable {
    /// What is wrong with the file.
    enum Reason: String, Sendable {
        /// SQLite met damage while it read.
        case damaged
        /// Writes stand in the log that SQLite does not see.
        case log
        /// It is no cache, or the cache of somebody else.
        case foreign
    }

    /// The directory of the account.
    let directory: String
    /// Whose cache it should be.
    let subject: String
    /// The device whose writes count.
    let device: DeviceID
    /// The world.
    let environment: SyncEnvironment

    private var files: any FileOperations { environment.files }
    var path: String { directory + "/cache.sqlite" }
    private var fresh: String { directory + "/salvage.new" }
    private var copy: String { directory + "/salvage.copy" }
    private var note: String { Self.note(in: directory) }

    /// Where a cache is noted to be damaged.
    static func note(in directory: String) -> String { directory + "/cache.damaged" }

    /// Finishes what was begun, and looks for what does not show by opening the file.
    ///
    /// - Returns: The writes that stand in the log, whether or not SQLite sees them.
    /// - Throws: ``SyncFailure``.
    func prepare() throws(SyncFailure) -> [RawWrites.Write] {
        if let text = try files.read(note, bytesMax: 1_024) {
            let words = String(decoding: text, as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: false
            )
            .map(String.init)
            if words.count > 1, words[0] == "ready" {
                for file in [fresh, path] { try refuseNewer(try bytes(file), []) }
                // Another program may have written into the old one, while that has its name.
                if try files.identity(fresh) != nil, try files.identity(path) != nil {
                    try run(words.last.flatMap(Reason.init) ?? .damaged)
                } else {
                    try exchange(kept: words[1])
                }
            } else {
                try run(words.first.flatMap(Reason.init) ?? .damaged)
            }
        }
        let log = try files.read(path + "-wal", bytesMax: Limits.salvageBytesMax) ?? []
        guard log.count > 32 else { return [] }
        // SQLite removes the log of an empty file unread.
        guard try !files.isEmpty(path) else {
            try run(.log)
            return []
        }
        // Looked at before anything is written: closing empties the log.
        let (found, hasGap) = look(in: log)
        guard hasGap else { return found }
        try run(.log)
        return []
    }

    func options(_ mode: ConnectionOptions.Mode) -> ConnectionOptions {
        var options = ConnectionOptions(mode)
        options.vfs = environment.execution.vfs
        return options
    }

    /// Salvages.
    ///
    /// - Parameters:
    ///   - reason: What is wrong.
    ///   - inLog: Writes that were found in the log, which may be gone by now.
    /// - Throws: ``SyncFailure``, and the damaged file is still in its place.
    func run(_ reason: Reason, inLog: [RawWrites.Write] = []) throws(SyncFailure) {
        let database = try bytes(path)
        let log = try bytes(path + "-wal")
        try refuseNewer(database, log)
        try files.write(Array(reason.rawValue.utf8), to: note)
        for end in ["", "-wal", "-shm"] { try files.remove(fresh + end) }
        let now = environment.wall.milliseconds()
        var reason = reason
        var reader: DamagedCache?
        if reason != .foreign { reader = try openCopy(database, isPatched: true, withLog: true) }
        if reason != .foreign, reader?.state == nil {
            reader.map(close)
            reader = try openCopy(database, isPatched: true, withLog: false)
        }
        defer { reader.map(close) }
        var state = reader?.state
        if let other = state?.subject, other != subject, !other.isEmpty {
            // Somebody else's that is damaged, too: nothing of it may be shown here.
            reader.map(close)
            (reason, reader, state) = (.foreign, nil, nil)
        }
        if state?.device == DeviceID(0) { state = nil }
        let names = devices(state)
        var found = RawWrites(devices: names).find(database: database, log: log)
        for write in inLog where names.contains(write.dot.device) { found[write.dot] = write }
        found = found.filter { reader?.isNumberedAnew($0.value, state) != true }
        if state != nil { found.merge(reader?.waiting() ?? [:]) { _, read in read } }
        let ordered = found.values.sorted { $0.entry.mid < $1.entry.mid }
        let held = state?.device ?? device
        // What the server has confirmed may still stand in old pages.
        let writes = ordered.filter {
            $0.dot.device == held && $0.entry.mid > state?.ackedMid ?? 0
        }
        let later = Self.later(ordered.filter { $0.dot.device != held }, than: writes)
        var notice = CacheNotice(
            kind: reason == .foreign ? .foreign : .damaged, atMilliseconds: now,
            kept: writes.count + later.count,
            // Nobody knows what else was stored before the device took its new name.
            lost: later.isEmpty ? lost(writes, state) : nil)
        if notice.kept > 0 {
            notice.keep(export: "\(directory)/outbox-\(now).jsonl")
            try export(writes + later, to: notice.export)
        }
        let name = reason == .foreign ? "cache.foreign" : "cache.damaged"
        let kept = "\(directory)/\(name)-\(now).sqlite"
        let keepsFile: Bool
        do {
            keepsFile = try make(from: reader, state, writes, later: later, notice, kept: kept)
        } catch {
            throw StorageErrors.failure(error, path: fresh)
        }
        let ready = "ready\n\(keepsFile ? kept : "")\n\(reason.rawValue)"
        try files.write(Array(ready.utf8), to: note)
        try exchange(kept: keepsFile ? kept : "")
    }

    // MARK: - Reading

    private func bytes(_ path: String) throws(SyncFailure) -> [UInt8] {
        try files.read(path, bytesMax: Limits.salvageBytesMax) ?? []
    }

    /// Leaves what a newer program made to it: what this one does not know would be lost.
    private func refuseNewer(_ database: [UInt8], _ log: [UInt8]) throws(SyncFailure) {
        let known = Int(CacheSchema.migrations.identity.versionMax)
        if let version = CacheVersion.newer(than: known, database: database, log: log) {
            throw .cacheNewer(path: path, version: version)
        }
    }

    /// Whose writes count: a device that signed in anew may still have its older name here.
    private func devices(_ state: CacheState?) -> Set<DeviceID> {
        Set([device] + (state.map { [$0.device] } ?? []))
    }

    /// Writes that were stored after a change of name that cannot be read any more.
    ///
    /// Those among them that only have a new number tell their first name.
    private static func later(
        _ found: [RawWrites.Write], than writes: [RawWrites.Write]
    ) -> [RawWrites.Write] {
        var known = Set(writes.map(\.entry.mutation.firstName))
        return found.filter { known.insert($0.entry.mutation.firstName).inserted }
    }

    /// How many writes are missing between those known to have been made; nil if nobody knows.
    private func lost(_ writes: [RawWrites.Write], _ state: CacheState?) -> Int? {
        guard let state, state.nextMid < Limits.temporaryMid, state.ackedMid < state.nextMid
        else { return nil }
        let end = max(state.nextMid, (writes.last?.entry.mid ?? 0) + 1)
        return max(0, Int(clamping: end - state.ackedMid - 1) - writes.count)
    }

    /// Opens a copy, so that nothing about the damaged files changes.
    private func openCopy(
        _ database: [UInt8], isPatched: Bool, withLog: Bool
    ) throws(SyncFailure) -> DamagedCache {
        var database = database
        if database.isEmpty {
            database = try files.read(path, bytesMax: Limits.salvageBytesMax) ?? []
        }
        if isPatched { Self.patchHeader(&database) }
        for end in ["", "-wal", "-shm"] { try files.remove(copy + end) }
        try files.write(database, to: copy)
        if withLog, let log = try files.read(path + "-wal", bytesMax: Limits.salvageBytesMax) {
            try files.write(log, to: copy + "-wal")
        }
        return DamagedCache(copy: copy, options(.readWriteCreate))
    }

    private func close(_ reader: DamagedCache) {
        reader.close()
        for end in ["", "-wal", "-shm"] { try? files.remove(copy + end) }
    }

    /// Writes what stands in the header of every cache, and the number of pages there are.
    private static func patchHeader(_ database: inout [UInt8]) {
        guard database.count >= 100 else { return }
        let magic = Array("SQLite format 3".utf8) + [0]
        // Page size 4096, log for reading and writing, no reserve, payload fractions.
        let sizes: [UInt8] = [0x10, 0, 2, 2, 0, 64, 32, 32]
        database.replaceSubrange(0..<24, with: magic + sizes)
        let pages = UInt32(clamping: database.count / RawWrites.pageBytes)
        for (index, shift) in stride(from: 24, through: 0, by: -8).enumerated() {
            database[28 + index] = UInt8(truncatingIfNeeded: pages >> UInt32(shift))
        }
        // The number of pages counts where these two agree.
        database.replaceSubrange(92..<96, with: database[24..<28])
        database.replaceSubrange(44..<48, with: [0, 0, 0, 4])
        database.replaceSubrange(56..<60, with: [0, 0, 0, 1])
    }

    // MARK: - Writing

    /// Writes what waits as lines, in the JSON form of the protocol.
    private func export(
        _ writes: [RawWrites.Write], to path: String
    ) throws(SyncFailure) {
        var writer = JSONFrameWriter()
        var lines: [UInt8] = []
        for write in writes { writer.append(.mutation(write.entry.mutation), to: &lines) }
        try files.write(lines, to: path)
    }

    /// Makes the new cache.
    ///
    /// - Returns: Whether the damaged file is to be kept, at the path `kept`.
    /// - Throws: What the storage refuses.
    private func make(
        from reader: DamagedCache?, _ known: CacheState?, _ writes: [RawWrites.Write],
        later: [RawWrites.Write], _ notice: CacheNotice, kept: String
    ) throws -> Bool {
        var options = options(.readWriteCreate)
        options.secureDelete = .on
        options.identity = CacheSchema.migrations.identity
        let target = try Connection(path: fresh, options: options)
        defer { target.close() }
        try CacheSchema.migrations.apply(to: target)
        let nonce = environment.random.next()
        let keepsFile = try target.transaction(.immediate) { target -> Bool in
            let lost = try reader?.copyHistory(to: target) ?? DamagedCache.Lost()
            try reader?.copyMirror(to: target)
            var state = try CacheState.load(target)
            if let known {
                state = known
            } else {
                state.device = device
                state.nonce = nonce
                state.lastChain = nonce
            }
            state.subject = subject
            for write in writes {
                try OutboxTable.insert(
                    write.entry, previousChain: write.previousChain, target)
                try NoticeTable.remember(write.entry.mutation.chain, target)
                state.clock.observe(write.entry.mutation.time)
            }
            state.cursor = []
            state.stagedCursor = nil
            state.stagedIsWhole = false
            state.isAdopting = true
            // The damaged file's log, with rows that were withdrawn, may be kept as a copy.
            if state.erasure != .none { state.erasure = .copies }
            let numbers = writes.map(\.entry.mid) + [state.nextMid - 1, state.ackedMid]
            state.usedMid = max(
                state.usedMid, numbers.filter { $0 < Limits.temporaryMid - 1 }.max() ?? 0)
            // Where nothing is known, any number may have been used.
            if known == nil { state.usedMid = Limits.temporaryMid - 1 }
            // Behind what was kept: where the row of numbers is lost or old, it tells less.
            state.nextMid = max(
                state.nextMid, Limits.temporaryMid, (writes.last?.entry.mid ?? 0) + 1)
            try Recount.run(target)
            let notice = try add(later, notice, &state, target)
            // Whatever is missing or wrong in the mirror is found by the next round.
            state.repair = try RepairIndex.holdsRows(target) ? .running : .none
            try state.save(target)
            return try tell(notice, lost, kept: kept, target)
        }
        _ = try target.checkpoint(.truncate)
        return keepsFile
    }

    /// Notes what the person must be told.
    ///
    /// - Returns: Whether the damaged file is to be kept.
    /// - Throws: What the storage refuses.
    private func tell(
        _ notice: CacheNotice, _ lost: DamagedCache.Lost, kept: String, _ target: Connection
    ) throws -> Bool {
        var notice = notice
        notice.lost = notice.lost.map { $0 + lost.aside }
        // Where everything was read, the file has no further use, and its rows may not stay.
        let keepsFile = notice.kind == .foreign || notice.lost != 0 || lost.acknowledged > 0
        if keepsFile { notice.file = kept }
        try NoticeTable.append(notice, target)
        guard lost.acknowledged > 0 else { return keepsFile }
        try NoticeTable.append(
            CacheNotice(
                kind: .unkept, atMilliseconds: notice.atMilliseconds, kept: 0,
                lost: lost.acknowledged), target)
        return keepsFile
    }

    /// Makes writes of another name anew under the cache's own; they count once.
    ///
    /// - Returns: The notice, which counts those that there is room for: the others are exported.
    private func add(
        _ later: [RawWrites.Write], _ notice: CacheNotice, _ state: inout CacheState,
        _ target: Connection
    ) throws -> CacheNotice {
        var notice = notice
        let kept = try OutboxTable.proven(in: .acknowledged, target)
        let known = Set(kept.map(\.entry.mutation.firstName))
        var renamed: [Dot: Dot] = [:]
        for write in later.map(\.entry.mutation) {
            guard !known.contains(write.firstName) else {
                notice.kept -= 1
                continue
            }
            do {
                _ = try OutboxTable.appendAnew(
                    write, &renamed, &state, wallMilliseconds: environment.wall.milliseconds(),
                    random: environment.random, target)
                try NoticeTable.remember(write.chain, target)
            } catch SyncFailure.outboxFull {
                notice.kept -= 1
            }
        }
        return notice
    }

    /// Puts the new cache in the place of the damaged one; may be begun again at any step.
    private func exchange(kept: String) throws(SyncFailure) {
        let old = kept.isEmpty ? directory + "/salvage.old" : kept
        if try files.identity(fresh) != nil {
            // Without its name nobody writes into the old one any more.
            try files.move(path, to: old)
            // A log that stayed would be taken for the new file's own.
            try files.move(path + "-wal", to: old + "-wal")
            for rest in [path + "-shm", fresh + "-wal", fresh + "-shm"] { try files.remove(rest) }
            try files.move(fresh, to: path)
        }
        if kept.isEmpty { for end in ["", "-wal"] { try files.remove(old + end) } }
        try files.remove(note)
    }
}
