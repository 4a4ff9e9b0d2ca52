internal import SyncProtocol

/// Finds writes in the bytes of a cache, whatever has become of its structure.
///
/// A write proves itself: its link of the chain is a hash over its number, its
/// time, what it does, and the link before. So pages need no order and no
/// header to be believed; each place that could be a record of the outbox is
/// tried, and what does not have its own hash is none. In the log only pages of
/// transactions that were committed are looked at: ``LogFrames``.
///
/// ```text
/// record: header length, types of mid (null), previous chain, chain, queued at, mutation; values
/// ```
struct RawWrites {
    /// A write with the link of the chain before it.
    struct Write: Hashable {
        var entry: OutboxTable.Entry
        var previousChain: UInt64

        /// The name that it has here, whatever it was first.
        var dot: Dot { Dot(device: entry.mutation.time.device, mid: entry.mid) }
    }

    /// The size of a page: SQLite's own, which no cache was ever made without.
    static let pageBytes = 4_096

    /// Only writes of these.
    let devices: Set<DeviceID>

    /// The writes in a database file and its log, the latest of each name.
    func find(database: [UInt8], log: [UInt8]) -> [Dot: Write] {
        var found: [Dot: Write] = [:]
        let pages = Pages(database: database, log: log)
        for (source, start) in pages.starts {
            scan(pages, source, start) { write in
                let known = found[write.dot]
                if known.map({ $0.entry.mutation.time <= write.entry.mutation.time }) ?? true {
                    found[write.dot] = write
                }
            }
        }
        return found
    }

    private func scan(
        _ pages: Pages, _ source: Pages.Source, _ start: Int, _ body: (Write) -> Void
    ) {
        pages.bytes(source).withUnsafeBytes { bytes in
            let end = min(start + Self.pageBytes, bytes.count)
            var at = start
            while at + 8 < end {
                defer { at += 1 }
                // A header of six to nine bytes that begins with null, then three integers.
                guard bytes[at] >= 6, bytes[at] <= 9, bytes[at + 1] == 0, bytes[at + 2] &- 1 < 9,
                    bytes[at + 3] &- 1 < 9, bytes[at + 4] &- 1 < 9
                else { continue }
                if let write = record(pages, source, bytes, at, end) { body(write) }
            }
        }
    }

    private func record(
        _ pages: Pages, _ source: Pages.Source, _ bytes: UnsafeRawBufferPointer, _ at: Int,
        _ end: Int
    ) -> Write? {
        var type = 0
        var position = at + 5
        repeat {
            guard position < end, position - at < 9 else { return nil }
            type = type << 7 | Int(bytes[position] & 0x7f)
            position += 1
        } while bytes[position - 1] & 0x80 != 0
        guard position - at == Int(bytes[at]), type >= 12, type & 1 == 0 else { return nil }
        let mutationBytes = (type - 12) / 2
        guard mutationBytes < BinaryFrames.frameBytesMax else { return nil }
        var numbers: [Int64] = []
        for index in 2...4 {
            guard let number = integer(bytes, Int(bytes[at + index]), &position, end) else {
                return nil
            }
            numbers.append(number)
        }
        let payload = position - at + mutationBytes
        let local = Self.localBytes(payload)
        guard at + local <= end, position <= at + local else { return nil }
        var mutation = Array(bytes[position..<at + local])
        if local < payload {
            guard at + local + 4 <= end else { return nil }
            mutation += pages.overflow(
                from: Pages.word(bytes, at + local), in: source, start: at, count: payload - local)
        }
        guard
            let decoded = mutation.withUnsafeBytes({ raw in try? MutationCodec.decode(raw) }),
            devices.contains(decoded.time.device), decoded.chain == UInt64(bitPattern: numbers[1])
        else { return nil }
        let previous = UInt64(bitPattern: numbers[0])
        guard MutationChain.isLinked(decoded, after: previous) else { return nil }
        return Write(
            entry: OutboxTable.Entry(mid: decoded.mid, queuedAt: numbers[2], mutation: decoded),
            previousChain: previous)
    }

    /// The bytes of a record that stand in its leaf; the rest is in overflow pages.
    private static func localBytes(_ payload: Int) -> Int {
        let most = pageBytes - 35
        guard payload > most else { return payload }
        let least = (pageBytes - 12) * 32 / 255 - 23
        let rest = least + (payload - least) % (pageBytes - 4)
        return rest <= most ? rest : least
    }

    private func integer(
        _ bytes: UnsafeRawBufferPointer, _ type: Int, _ position: inout Int, _ end: Int
    ) -> Int64? {
        if type == 8 || type == 9 { return Int64(type - 8) }
        let sizes = [0, 1, 2, 3, 4, 6, 8]
        guard type < sizes.count, position + sizes[type] <= end else { return nil }
        var number = Int64(Int8(bitPattern: bytes[position]))
        for index in 1..<sizes[type] { number = number << 8 | Int64(bytes[position + index]) }
        position += sizes[type]
        return number
    }
}

/// The pages of a database file and of its log.
private struct Pages {
    /// Where a page stands.
    enum Source: Hashable {
        case database
        case log
    }

    private let database: [UInt8]
    private let log: [UInt8]
    private let counts: [Bool]
    private static let frameBytes = RawWrites.pageBytes + 24

    init(database: [UInt8], log: [UInt8]) {
        self.database = database
        self.log = log
        counts = LogFrames(log).counts
    }

    /// Where each page begins.
    var starts: [(source: Source, start: Int)] {
        stride(from: 0, to: database.count, by: RawWrites.pageBytes).map { (.database, $0) }
            + counts.indices.filter { counts[$0] }.map { (.log, 32 + 24 + $0 * Self.frameBytes) }
    }

    func bytes(_ source: Source) -> [UInt8] {
        switch source {
        case .database: database
        case .log: log
        }
    }

    static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int {
        Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }

    /// What follows in overflow pages: from the log, before the file.
    ///
    /// Where the wrong version of a page is taken, the hash of the write tells.
    func overflow(from number: Int, in source: Source, start: Int, count: Int) -> [UInt8] {
        var found: [UInt8] = []
        var number = number
        while found.count < count, number > 0 {
            guard let page = page(number, fromLog: source == .log) else { break }
            page.withUnsafeBytes { page in
                number = Self.word(page, 0)
                found += page[4..<min(page.count, 4 + count - found.count)]
            }
        }
        return found
    }

    private func page(_ number: Int, fromLog: Bool) -> ArraySlice<UInt8>? {
        if fromLog {
            var latest: ArraySlice<UInt8>?
            log.withUnsafeBytes { bytes in
                for frame in counts.indices where counts[frame] {
                    let at = 32 + frame * Self.frameBytes
                    if Self.word(bytes, at) == number {
                        latest = log[at + 24..<at + Self.frameBytes]
                    }
                }
            }
            if let latest { return latest }
        }
        let start = (number - 1) * RawWrites.pageBytes
        guard start + RawWrites.pageBytes <= database.count else { return nil }
        return database[start..<start + RawWrites.pageBytes]
    }
}
