import Foundation
import SQLiteKit
import Testing

@Suite("A private file")
struct FilesTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test("can be read by its owner only, with its folders")
    func modes() throws {
        let deep = folder.file("a/b/c")
        try Files.createDirectory(deep)
        try Files.createDirectory(deep + "/")
        #expect(try mode(of: deep) == 0o700 && mode(of: folder.file("a")) == 0o700)
        try Files.ensurePrivateFile(deep + "/f")
        try Files.ensurePrivateFile(deep + "/f")
        #expect(try mode(of: deep + "/f") == 0o600)
        #expect(throws: FileError.self) { try Files.createPrivateFile(deep + "/f") }
    }

    @Test("is read up to a size and not past it, also where its size is not told")
    func sizes() throws {
        for (count, bytesMax) in [(0, 0), (1, 1), (10_000, 10_000), (10_000, 1 << 30)] {
            let path = folder.file("f\(count)")
            let bytes = [UInt8](repeating: 7, count: count)
            #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
            #expect(try Files.read(path, bytesMax: bytesMax) == bytes)
            guard count > 0 else { continue }
            #expect(reason { _ = try Files.read(path, bytesMax: count - 1) } == .system(EFBIG))
        }
        // Files of the kernel say that they are empty.
        let told = try Files.read("/proc/self/smaps", bytesMax: 1 << 20)
        #expect(told.count > 8_192)
        let cut = reason { _ = try Files.read("/proc/self/smaps", bytesMax: 5_000) }
        #expect(cut == .system(EFBIG))
    }

    @Test("is refused where it leads elsewhere or is open to others")
    func refusals() throws {
        let target = folder.file("target")
        try Files.createPrivateFile(target)
        let link = folder.file("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
        #expect(reason { try Files.ensurePrivateFile(link) } == .symbolicLink)
        #expect(reason { try Files.createDirectory(link) } == .symbolicLink)
        #expect(reason { try Files.createDirectory(target) } == .wrongKind)
        #expect(reason { try Files.ensurePrivateFile(folder.path) } == .wrongKind)
        #expect(throws: FileError.self) { try FileLock.tryAcquire(link) }
        #expect(throws: FileError.self) {
            try Connection(path: link, options: ConnectionOptions(.readWriteCreate))
        }
        #expect(chmod(target, 0o644) == 0)
        #expect(reason { try Files.ensurePrivateFile(target) } == .openToOthers)
        #expect(chmod(folder.path, 0o777) == 0)
        #expect(reason { try Files.createDirectory(folder.path) } == .openToOthers)
    }

    /// A program that is being started holds every descriptor of its parent until it
    /// runs: giving the lock back must not wait for that.
    @Test("is no longer locked once the lock is given back, whoever else has it open")
    func inheritedLock() throws {
        let path = folder.file("lock")
        let lock = try #require(try FileLock.tryAcquire(path))
        var buffer = [CChar](repeating: 0, count: 4_096)
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
            .compactMap { Int32($0) }
            .first { number in
                let count = readlink("/proc/self/fd/\(number)", &buffer, buffer.count)
                return count > 0
                    && String(
                        decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
                        == path
            }
        let inherited = dup(try #require(open))
        defer { close(inherited) }
        #expect(try FileLock.tryAcquire(path) == nil)
        lock.release()
        let again = try #require(try FileLock.tryAcquire(path))
        again.release()
    }

    @Test("is replaced as a whole")
    func replace() throws {
        let path = folder.file("token")
        try Files.write(Array("first".utf8), to: path)
        try Files.write(Array("second".utf8), to: path)
        #expect(try Files.read(path, bytesMax: 6) == Array("second".utf8))
        #expect(throws: FileError.self) { try Files.read(path, bytesMax: 5) }
        #expect(try mode(of: path) == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["token"])
        try Files.remove(path)
        try Files.remove(path)
    }

    private func reason(_ body: () throws -> Void) -> FileError.Reason? {
        do {
            try body()
            return nil
        } catch {
            return (error as? FileError)?.reason
        }
    }
}

@Suite("A file lock")
struct FileLockTests {
    @Test("has one holder in a process and is free after release")
    func oneHolder() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("lock")
        let lock = try #require(try FileLock.tryAcquire(path))
        #expect(try FileLock.tryAcquire(path) == nil)
        #expect(FileLock.holder(path) == getpid())
        #expect(try mode(of: path) == 0o600)
        lock.release()
        lock.release()
        #expect(try FileLock.tryAcquire(path) != nil)
    }

    @Test("locks the file that has the name now")
    func replacedFile() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("lock")
        let old = try #require(try FileLock.tryAcquire(path))
        try Files.remove(path)
        let new = try #require(try FileLock.tryAcquire(path))
        old.release()
        #expect(try FileLock.tryAcquire(path) == nil)
        new.release()
    }

    /// Goal: the lock holds between processes, both ways, and ends with one.
    ///
    /// Method: a Python process takes it, says so, and waits to be told to end.
    @Test("excludes another process until that ends")
    func twoProcesses() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("lock")
        let script = """
            import fcntl, os, sys
            f = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
            try: fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError: print("busy", flush=True); sys.exit(0)
            os.write(f, str(os.getpid()).encode())
            print("held", flush=True)
            sys.stdin.read()
            """
        let (holder, answer, input) = try start(script, path)
        #expect(answer == "held")
        #expect(try FileLock.tryAcquire(path) == nil)
        #expect(FileLock.holder(path) == holder.processIdentifier)
        try input.close()
        holder.waitUntilExit()
        let lock = try #require(try FileLock.tryAcquire(path))
        let (second, refusal, secondInput) = try start(script, path)
        #expect(refusal == "busy")
        try secondInput.close()
        second.waitUntilExit()
        lock.release()
    }

    private func start(
        _ script: String, _ path: String
    ) throws -> (Process, String, FileHandle) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-c", script, path]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let answer = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        return (
            process, answer.trimmingCharacters(in: .whitespacesAndNewlines),
            input.fileHandleForWriting
        )
    }
}
