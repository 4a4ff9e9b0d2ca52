/// One file: what its readers see, and what a power cut would leave of it.
///
/// Everything written is pending until a sync. What readers see includes what is
/// pending; ``durable`` does not. A crash decides about each pending sector.
final class DiskFile {
    /// A change that is not durable yet.
    enum Pending {
        case write(offset: Int, bytes: [UInt8])
        case resize(Int)
    }

    /// The unit that a power cut keeps, loses or garbles as a whole.
    static let sectorBytes = 512

    let role: DiskFileRole
    /// What tells it from another file of the same name; zero for one without a name.
    let number: UInt64
    private(set) var content: [UInt8] = []
    private(set) var durable: [UInt8] = []
    private(set) var pending: [Pending] = []

    /// Who holds which lock of the file.
    var locks = FileLocks()
    /// The memory that connections share, made when the first one asks.
    var shared: SharedMemory?

    init(role: DiskFileRole, number: UInt64 = 0, content: [UInt8] = []) {
        self.role = role
        self.number = number
        self.content = content
        self.durable = content
    }

    /// Copies what there is into a buffer; gives how many bytes that were.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, max(0, content.count - offset))
        guard count > 0 else { return 0 }
        content.withUnsafeBytes { source in
            buffer.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: source[offset..<offset + count]))
        }
        return count
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        Self.put(bytes, at: offset, in: &content)
        pending.append(.write(offset: offset, bytes: Array(bytes)))
    }

    func resize(_ count: Int) {
        Self.resize(&content, count)
        pending.append(.resize(count))
    }

    /// Makes everything pending durable.
    func sync() {
        for change in pending {
            switch change {
            case .write(let offset, let bytes):
                bytes.withUnsafeBytes { Self.put($0, at: offset, in: &durable) }
            case .resize(let count): Self.resize(&durable, count)
            }
        }
        pending.removeAll(keepingCapacity: true)
    }

    /// Turns bits of what is stored, as an ageing disk does.
    func corrupt(at offset: Int, mask: UInt8) {
        guard offset < content.count else { return }
        content[offset] ^= mask
        if offset < durable.count { durable[offset] ^= mask }
    }

    /// Leaves what a power cut leaves.
    func losePower(_ random: inout SeededRandom, _ counts: inout DiskCounts) {
        var survivor = durable
        let lottery = Lottery.draw(&random)
        for change in pending {
            switch change {
            case .write(let offset, let bytes):
                Self.survive(bytes, at: offset, lottery, in: &survivor, &random, &counts)
            case .resize(let count):
                if lottery.keeps(&random) == .kept { Self.resize(&survivor, count) }
            }
        }
        content = survivor
        durable = survivor
        pending = []
    }

    private static func survive(
        _ bytes: [UInt8], at offset: Int, _ lottery: Lottery, in survivor: inout [UInt8],
        _ random: inout SeededRandom, _ counts: inout DiskCounts
    ) {
        var start = 0
        while start < bytes.count {
            let sectorEnd = ((offset + start) / sectorBytes + 1) * sectorBytes - offset
            let end = min(bytes.count, sectorEnd)
            switch lottery.keeps(&random) {
            case .kept:
                bytes.withUnsafeBytes {
                    put(
                        UnsafeRawBufferPointer(rebasing: $0[start..<end]), at: offset + start,
                        in: &survivor)
                }
                counts.sectorsKept += 1
            case .lost: counts.sectorsLost += 1
            case .garbled:
                // Only bytes being written can be hurt: disks of today promise that much.
                random.bytes(end - start).withUnsafeBytes {
                    put($0, at: offset + start, in: &survivor)
                }
                counts.sectorsGarbled += 1
            }
            start = end
        }
    }

    private static func put(
        _ bytes: UnsafeRawBufferPointer, at offset: Int, in target: inout [UInt8]
    ) {
        // Files mostly grow at their end.
        if offset == target.count { return target.append(contentsOf: bytes) }
        let end = offset + bytes.count
        if end > target.count { resize(&target, end) }
        target.withUnsafeMutableBytes { buffer in
            UnsafeMutableRawBufferPointer(rebasing: buffer[offset..<end]).copyMemory(from: bytes)
        }
    }

    private static let zeros = [UInt8](repeating: 0, count: 64 * 1_024)

    private static func resize(_ target: inout [UInt8], _ count: Int) {
        if count < target.count {
            target.removeLast(target.count - count)
        } else if count > target.count {
            // By the page: repeated elements are taken one by one in a debug build.
            while target.count < count {
                let step = min(zeros.count, count - target.count)
                zeros.withUnsafeBytes {
                    target.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0.prefix(step)))
                }
            }
        }
    }
}

/// How kind a power cut is to what was not synced.
struct Lottery {
    enum Fate {
        case kept, lost, garbled
    }

    let keptPerMille: Int
    let garbledPerMille: Int

    /// Draws one: all lost and all kept are as likely as a mixture.
    static func draw(_ random: inout SeededRandom) -> Lottery {
        switch random.next(in: 0...3) {
        case 0: Lottery(keptPerMille: 0, garbledPerMille: 0)
        case 1: Lottery(keptPerMille: 1_000, garbledPerMille: 0)
        case 2: Lottery(keptPerMille: 500, garbledPerMille: 0)
        default: Lottery(keptPerMille: 450, garbledPerMille: 150)
        }
    }

    func keeps(_ random: inout SeededRandom) -> Fate {
        let drawn = random.next(in: 0...999)
        if drawn < keptPerMille { return .kept }
        return drawn < keptPerMille + garbledPerMille ? .garbled : .lost
    }
}
