internal import SyncProtocol

extension SyncClient {
    /// What happened to the data on this device that the person must be told.
    public func notices() async throws(SyncFailure) -> [CacheNotice] {
        try await signedIn().store.read { try NoticeTable.load($0) }
    }

    /// Puts the notices away, and the damaged files that were kept with them.
    ///
    /// Files of other programs and exported writes stay where they are.
    public func dropNotices() async throws(SyncFailure) {
        let session = try signedIn()
        try await session.store.write { try NoticeTable.clear($0) }
        let directory = session.store.directory
        let files = environment.files
        try await environment.execution.offPool { () throws(SyncFailure) in
            try CacheSalvage.eraseDamaged(in: directory, files)
        }
    }

    /// Makes writes anew from a file that a salvage has exported.
    ///
    /// Writes that this device still has, sent or not, are passed over, so the same
    /// file may be given twice. What is made anew has numbers and times of now, and tells
    /// its first name: where the service has it already, it counts once.
    ///
    /// - Parameter path: The file.
    /// - Returns: How many writes were made.
    /// - Throws: ``SyncFailure/exportUnreadable`` where a line is no write, and
    ///   ``SyncFailure/exportUnopened(path:)`` where the file may not be read; nothing is stored
    ///   then.
    public func sendExported(_ path: String) async throws(SyncFailure) -> Int {
        let session = try signedIn()
        let environment = environment
        let bytes = try await environment.execution.offPool { () throws(SyncFailure) -> [UInt8]? in
            // It may come from a stick or another machine: what it holds decides, not its rights.
            try environment.files.readNamed(path, bytesMax: Limits.exportBytesMax)
        }
        guard let bytes, !bytes.isEmpty else { throw .exportUnreadable }
        var mutations: [Mutation] = []
        var reader = JSONFrameReader()
        do throws(WireError) {
            func take(_ frame: Frame) throws(WireError) {
                guard case .mutation(let mutation) = frame else {
                    throw WireError(code: "wire.order", position: 0, message: "not a mutation")
                }
                mutations.append(mutation)
            }
            try bytes.withUnsafeBytesTyped { (raw) throws(WireError) in
                try reader.push(raw) { (frame) throws(WireError) in try take(frame) }
            }
            try reader.finish { (frame) throws(WireError) in try take(frame) }
        } catch {
            throw .exportUnreadable
        }
        let found = mutations
        return try await session.store.write { connection in
            let wall = environment.wall.milliseconds()
            var state = try CacheState.load(connection)
            var made = 0
            var renamed: [Dot: Dot] = [:]
            for mutation in found
            where try !NoticeTable.isKnown(mutation.chain, connection) {
                _ = try OutboxTable.appendAnew(
                    mutation, &renamed, &state, wallMilliseconds: wall,
                    random: environment.random, connection)
                try NoticeTable.remember(mutation.chain, connection)
                made += 1
            }
            try state.save(connection)
            return made
        }
    }
}

extension CacheSalvage {
    /// Removes damaged caches and exported writes, which may tell of what was taken away.
    static func eraseCopies(
        in directory: String, _ files: any FileOperations
    ) throws(SyncFailure) {
        try eraseDamaged(in: directory, files)
        for name in try files.names(in: directory) where name.hasPrefix("outbox-") {
            try files.remove(directory + "/" + name)
        }
    }

    /// Removes damaged caches that were kept, with the rows in them.
    static func eraseDamaged(
        in directory: String, _ files: any FileOperations
    ) throws(SyncFailure) {
        for name in try files.names(in: directory) where name.hasPrefix("cache.damaged-") {
            try files.remove(directory + "/" + name)
        }
    }
}
