import Synchronization

@testable import SyncClientCore

/// The real files, until a number of changes has been made.
struct FailingFiles: FileOperations {
    private let files = LiveFiles()
    private let left: Counter
    /// What happens before a file is read.
    var onRead: @Sendable (String) -> Void = { _ in }
    /// What happens before a file is made.
    var onMakeFile: @Sendable (String) -> Void = { _ in }
    /// What happens before the names in a directory are looked at.
    var onNames: @Sendable () -> Void = {}
    /// Whether a pause takes its time; the count of them decides all the same.
    var pauses = true
    /// Whether nothing gets another name.
    var failsToMove = false

    final class Counter: Sendable {
        private let left: Mutex<Int>
        init(_ left: Int) { self.left = Mutex(left) }
        func step() throws(SyncFailure) {
            let isOver = left.withLock { left in
                left -= 1
                return left < 0
            }
            if isOver { throw .storageFailed(code: "test") }
        }
        func set(_ steps: Int) { left.withLock { $0 = steps } }
    }

    init(after steps: Int) { left = Counter(steps) }

    /// Lets all changes fail from now on, or succeed again.
    func fail(_ fails: Bool) { left.set(fails ? 0 : .max) }

    func defaultDataDirectory() -> String { files.defaultDataDirectory() }
    func makeDirectory(_ path: String) throws(SyncFailure) { try files.makeDirectory(path) }
    func makeFile(_ path: String) throws(SyncFailure) {
        onMakeFile(path)
        try files.makeFile(path)
    }
    func checkPrivate(_ path: String) throws(SyncFailure) { try files.checkPrivate(path) }
    func read(_ path: String, bytesMax: Int) throws(SyncFailure) -> [UInt8]? {
        onRead(path)
        return try files.read(path, bytesMax: bytesMax)
    }
    func readNamed(_ path: String, bytesMax: Int) throws(SyncFailure) -> [UInt8]? {
        try files.readNamed(path, bytesMax: bytesMax)
    }
    func write(_ bytes: [UInt8], to path: String) throws(SyncFailure) {
        try left.step()
        try files.write(bytes, to: path)
    }
    func remove(_ path: String) throws(SyncFailure) {
        try left.step()
        try files.remove(path)
    }
    func move(_ path: String, to target: String) throws(SyncFailure) {
        if failsToMove { throw SyncFailure.storageFailed(code: "test") }
        try left.step()
        try files.move(path, to: target)
    }
    func isEmpty(_ path: String) throws(SyncFailure) -> Bool { try files.isEmpty(path) }
    func identity(_ path: String) throws(SyncFailure) -> UInt64? { try files.identity(path) }
    func names(in path: String) throws(SyncFailure) -> [String] {
        onNames()
        return try files.names(in: path)
    }
    func tryLock(_ path: String) throws(SyncFailure) -> (any HeldLock)? { try files.tryLock(path) }
    func pause(milliseconds: Int64) {
        if pauses { files.pause(milliseconds: milliseconds) }
    }
}
