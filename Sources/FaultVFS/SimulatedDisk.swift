internal import CSQLite
internal import Synchronization

/// A disk in memory under SQLite, which can fail and lose power.
///
/// Each disk is an SQLite file system of its own name. What is written is
/// pending until it is synced. ``cutPower(_:)`` decides for each sector of what
/// is pending whether it is kept, lost or garbage; ``kill()`` keeps all of it.
/// After either one, connections that were open get nothing but errors, while
/// new ones see what is left: so the old program can unwind and be forgotten.
///
/// ```swift
/// let disk = SimulatedDisk()
/// var options = ConnectionOptions(.readWriteCreate)
/// options.vfs = disk.name
/// ```
///
/// Confined to one thread, with everything that opens files on it.
package final class SimulatedDisk {
    /// The name by which SQLite finds this disk.
    package let name: String

    /// What has happened so far.
    package private(set) var counts = DiskCounts()

    /// How many bytes all files may have together; nothing for any number.
    package var capacityBytes: Int?

    /// Whether SQLite is told that a power cut may tear what stands beside a write.
    package var tearsNeighbours = false

    /// The time SQLite is told, in milliseconds since 1970.
    package var milliseconds: Int64 = 0

    /// Whether a fault has stopped the program; all operations fail until a restart.
    package private(set) var isDown = false

    /// Operations that changed something, or would have.
    package private(set) var changes = 0

    private var files: [String: DiskFile] = [:]
    /// The names as a power cut would certainly leave them.
    private var durableNames: [String: DiskFile] = [:]
    private var faults: [DiskFault] = []
    private var random: SeededRandom
    private var unregister: () -> Void = {}
    /// How many files were made so far.
    private var filesMade: UInt64 = 0
    /// Handles of an older number belong to a program that is gone.
    private(set) var generation = 0
    private var cutsPower = false
    private var isUnwatched = false

    private static let lastNumber = Atomic<Int>(0)

    /// Makes an empty disk and tells SQLite about it.
    ///
    /// - Parameter seed: For the random bytes SQLite asks for.
    package init(seed: UInt64 = 0) {
        let number = Self.lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
        name = "simulated.\(number)"
        random = SeededRandom(seed: seed)
        unregister = DiskMethods.register(self)
    }

    deinit {
        unregister()
    }

    // MARK: - What goes wrong

    /// Adds a fault.
    package func arm(_ fault: DiskFault) {
        faults.append(fault)
    }

    /// Takes back all faults, and the limit on size.
    package func disarm() {
        faults = []
        capacityBytes = nil
    }

    /// Stops the program at this moment, as `kill -9` does: no byte is lost.
    package func kill() {
        isDown = true
        cutsPower = false
    }

    /// Stops the program at this moment, as a power cut does.
    package func cutPower() {
        isDown = true
        cutsPower = true
    }

    /// Lets a new program begin with what the crash left.
    ///
    /// - Parameter random: Decides what a power cut leaves.
    package func restart(_ random: inout SeededRandom) {
        if cutsPower {
            counts.powerCuts += 1
            settleNames(&random)
            for path in files.keys.sorted() { files[path]?.losePower(&random, &counts) }
        } else {
            counts.kills += 1
        }
        for file in files.values {
            file.locks = FileLocks()
            file.shared = nil
        }
        generation += 1
        isDown = false
        cutsPower = false
    }

    /// Names that changed without a sync come out either way.
    private func settleNames(_ random: inout SeededRandom) {
        for path in Set(files.keys).union(durableNames.keys).sorted()
        where files[path] !== durableNames[path] && random.chance(perMille: 500) {
            files[path] = durableNames[path]
            counts.namesLost += 1
        }
        durableNames = files
    }

    /// Looks at the disk without being counted and without meeting a fault.
    package func unwatched<Result>(_ body: () throws -> Result) rethrows -> Result {
        let before = isUnwatched
        isUnwatched = true
        defer { isUnwatched = before }
        return try body()
    }

    /// Turns bits of one byte of a file, silently.
    package func corrupt(_ path: String, at offset: Int, mask: UInt8) {
        files[path]?.corrupt(at: offset, mask: mask)
    }

    // MARK: - What an operator does

    /// The bytes of a file as its readers see them, or nil where there is none.
    package func bytes(of path: String) -> [UInt8]? { files[path]?.content }

    /// What tells a file from another of the same name, like the number of an inode.
    package func number(of path: String) -> UInt64? { files[path]?.number }

    /// The bytes of a file that a power cut would certainly leave.
    package func durableBytes(of path: String) -> [UInt8]? {
        durableNames[path]?.durable
    }

    /// Puts a file in place, durably; nil removes it.
    package func replace(_ path: String, with bytes: [UInt8]?) {
        filesMade += 1
        let number = filesMade
        let file = bytes.map {
            DiskFile(role: DiskFileRole(path: path), number: number, content: $0)
        }
        files[path] = file
        durableNames[path] = file
    }

    /// The names of all files, sorted.
    package var paths: [String] { files.keys.sorted() }

    /// The bytes of all files together.
    package var usedBytes: Int { files.values.reduce(0) { $0 + $1.content.count } }

    // MARK: - What SQLite does

    /// Counts an operation and gives the fault that it meets, if any.
    ///
    /// - Returns: What is to happen instead, or nil where nothing does.
    func meet(_ operation: DiskOperation, _ role: DiskFileRole) -> DiskFault.Effect? {
        guard !isUnwatched else { return nil }
        counts.operations[operation, default: 0] += 1
        if operation.isChange { changes += 1 }
        guard !faults.isEmpty else { return nil }
        var met: DiskFault.Effect?
        for index in faults.indices where faults[index].concerns(operation, role) {
            if faults[index].after > 0 {
                faults[index].after -= 1
            } else if met == nil {
                faults[index].times -= 1
                met = faults[index].effect
            }
        }
        faults.removeAll { $0.times <= 0 }
        guard let met else { return nil }
        counts.faults[met, default: 0] += 1
        switch met {
        case .kill: kill()
        case .powerCut: cutPower()
        case .error, .full, .short: break
        }
        return met
    }

    /// Whether a file may grow to a size.
    func hasRoom(for end: Int, in file: DiskFile) -> Bool {
        guard let capacityBytes, end > file.content.count else { return true }
        guard usedBytes - file.content.count + end > capacityBytes else { return true }
        counts.refusedBySize += 1
        return false
    }

    func file(_ path: String) -> DiskFile? { files[path] }

    func makeFile(_ path: String) -> DiskFile {
        filesMade += 1
        let file = DiskFile(role: DiskFileRole(path: path), number: filesMade)
        files[path] = file
        return file
    }

    /// The name of a file that was synced is durable as well.
    func synced(_ file: DiskFile, _ path: String?) {
        if let path, files[path] === file { durableNames[path] = file }
    }

    func remove(_ path: String, isDurable: Bool) {
        files[path] = nil
        if isDurable { durableNames[path] = nil }
    }

    func move(_ old: String, to new: String) {
        files[new] = files.removeValue(forKey: old)
    }

    /// Makes all names durable, as syncing their folder does.
    func namesSynced() { durableNames = files }

    func randomBytes(_ count: Int) -> [UInt8] { random.bytes(count) }
}
