internal import FaultVFS
internal import SyncClientCore

/// The small files of a program, on its device's disk.
struct ProgramFiles: FileOperations {
    let program: Program

    private var disk: SimulatedDisk { program.device.disk }

    func defaultDataDirectory() -> String { "/data" }

    func makeDirectory(_ path: String) throws(SyncFailure) { try checkAlive() }

    func makeFile(_ path: String) throws(SyncFailure) {
        try checkAlive()
        guard disk.bytes(of: path) == nil else { return }
        try mapped { () throws(SimulatedDisk.Refusal) in try disk.write([], to: path, at: 0) }
    }

    func checkPrivate(_ path: String) throws(SyncFailure) { try checkAlive() }

    func read(_ path: String, bytesMax: Int) throws(SyncFailure) -> [UInt8]? {
        try checkAlive()
        return disk.bytes(of: path)
    }

    func readNamed(_ path: String, bytesMax: Int) throws(SyncFailure) -> [UInt8]? {
        try read(path, bytesMax: bytesMax)
    }

    func write(_ bytes: [UInt8], to path: String) throws(SyncFailure) {
        try checkAlive()
        try mapped { () throws(SimulatedDisk.Refusal) in
            try disk.replaceAtomically(path, with: bytes)
        }
    }

    func remove(_ path: String) throws(SyncFailure) {
        try checkAlive()
        try mapped { () throws(SimulatedDisk.Refusal) in try disk.removeFile(path) }
    }

    func move(_ path: String, to target: String) throws(SyncFailure) {
        try checkAlive()
        try mapped { () throws(SimulatedDisk.Refusal) in try disk.moveFile(path, to: target) }
    }

    func isEmpty(_ path: String) throws(SyncFailure) -> Bool {
        try checkAlive()
        return disk.bytes(of: path)?.isEmpty ?? true
    }

    func identity(_ path: String) throws(SyncFailure) -> UInt64? {
        try checkAlive()
        return disk.number(of: path)
    }

    func names(in path: String) throws(SyncFailure) -> [String] {
        let prefix = path + "/"
        return disk.paths.filter { $0.utf8.starts(with: prefix.utf8) }
            .map { String($0.dropFirst(prefix.count)) }
    }

    func tryLock(_ path: String) throws(SyncFailure) -> (any HeldLock)? {
        try checkAlive()
        guard program.device.takeLock(path, for: program) else {
            program.device.lockWasHeld()
            return nil
        }
        return ProgramLock(program: program, path: path)
    }

    func pause(milliseconds: Int64) {
        // The holder is on this thread and cannot go on while this one waits.
    }

    private func checkAlive() throws(SyncFailure) {
        if program.isDead || disk.isDown { throw .storageFailed(code: "file.5") }
    }

    private func mapped(
        _ body: () throws(SimulatedDisk.Refusal) -> Void
    ) throws(SyncFailure) {
        do throws(SimulatedDisk.Refusal) {
            try body()
        } catch {
            switch error {
            case .full: throw .storageFull
            case .failed: throw .storageFailed(code: "file.5")
            }
        }
    }
}

/// A lock that a program holds until it gives it back or dies.
private struct ProgramLock: HeldLock {
    let program: Program
    let path: String

    func unlock() { program.device.giveBackLock(path, of: program) }
}
