import Foundation
import Synchronization
import TestSupport

/// The programs under test, beside the bundle of tests that runs.
enum Programs {
    static let server = path("tangrat-server")
    static let client = path("tangrat")
    static let qa = path("tangrat-qa")

    private static func path(_ name: String) -> String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let beside = URL(fileURLWithPath: own).deletingLastPathComponent().path + "/" + name
        return FileManager.default.isExecutableFile(atPath: beside)
            ? beside : "\(Repository.root)/.build/debug/\(name)"
    }

    /// A program of the system, or nil if there is none.
    static func tool(_ name: String) -> String? {
        ["/usr/bin/", "/bin/", "/usr/local/bin/"].map { $0 + name }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// strace, or nil where there is none or the system lets nobody trace.
    static let strace: String? = {
        guard let path = tool("strace") else { return nil }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-o", "/dev/null", "true"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        process.waitUntilExit()
        return process.terminationStatus == 0 ? path : nil
    }()
}

/// What is wrong with the world of a test.
struct WorldProblem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A real process whose output goes to files.
///
/// Started with nothing open but its three streams, and reaped by a thread of
/// its own, so that waiting for it blocks no task.
final class Child: Sendable {
    let pid: pid_t
    let outputPath: String
    let errorPath: String
    private let state = Mutex<State>(State())

    private struct State {
        var code: Int32?
        var waiting: [CheckedContinuation<Int32, Never>] = []
    }

    init(
        _ program: String, _ arguments: [String], files: String, environment: [String: String]
    ) throws {
        outputPath = files + ".out"
        errorPath = files + ".err"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions, 1, outputPath, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(
            &actions, 2, errorPath, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600)
        // What libraries of this process leave open must not live on in the child.
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for descriptor in open.compactMap({ Int32($0) }) where descriptor > 2 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var settings = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer {
            for word in words + settings { free(word) }
        }
        var started: pid_t = 0
        let status = posix_spawn(&started, program, &actions, nil, &words, &settings)
        guard status == 0 else { throw WorldProblem("\(program) does not start: \(status)") }
        pid = started
        let thread = Thread { [self] in reap() }
        thread.stackSize = 256 * 1_024
        thread.start()
    }

    private func reap() {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        // As a shell says it: the code, or 128 and the signal.
        let code = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
        let waiting = state.withLock { state in
            state.code = code
            defer { state.waiting.removeAll() }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: code) }
    }

    /// The exit code, once there is one.
    var code: Int32? { state.withLock { $0.code } }

    var isRunning: Bool { code == nil }

    /// Waits for the end.
    func wait() async -> Int32 {
        await withCheckedContinuation { continuation in
            let code = state.withLock { state -> Int32? in
                if state.code == nil { state.waiting.append(continuation) }
                return state.code
            }
            if let code { continuation.resume(returning: code) }
        }
    }

    /// Sends a signal, unless the process has been reaped.
    func signal(_ number: Int32) {
        state.withLock { state in
            if state.code == nil { _ = Glibc.kill(pid, number) }
        }
    }

    /// Sends a signal to what the process runs, as strace does, and to itself.
    ///
    /// What a tracer runs would outlive it.
    func signalAll(_ number: Int32) {
        state.withLock { state in
            guard state.code == nil else { return }
            let below = ProcessTable.read("/proc/\(pid)/task/\(pid)/children")
            for child in below.split(separator: " ").compactMap({ pid_t($0) }) {
                _ = Glibc.kill(child, number)
            }
            _ = Glibc.kill(pid, number)
        }
    }

    var output: String { Self.text(outputPath) }
    var error: String { Self.text(errorPath) }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}

/// How a program ended and what it wrote.
struct ProgramRun: Sendable {
    let code: Int32
    let output: String
    let error: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// JSON by Foundation, which shares no code with the product.
enum PlainJSON {
    static func object(_ text: String) -> [String: Any] {
        let value = try? JSONSerialization.jsonObject(with: Data(text.utf8))
        return value as? [String: Any] ?? [:]
    }

    /// One spelling for equal values; `true` and 1 stay apart.
    static func canonical(_ value: [String: Any]) throws -> String {
        let bytes = try JSONSerialization.data(
            withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes])
        return String(decoding: bytes, as: UTF8.self)
    }

    static func canonical(line: String) throws -> String {
        try canonical(object(line))
    }
}

/// Looks until something is so; fails when the time is over.
func eventually(
    _ what: String, within seconds: Double = 20, _ isSo: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while true {
        if try await isSo() { return }
        guard ContinuousClock.now < deadline else {
            throw WorldProblem("not within \(seconds) s: \(what)")
        }
        try await Task.sleep(for: .milliseconds(10))
    }
}

/// A file of the kernel, whose size is not known before it is read.
enum ProcessTable {
    static func read(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 * 1_024)
        while case let count = fread(&part, 1, part.count, file), count > 0 {
            bytes += part[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
