internal import Foundation

/// A directory for one run; removed at its end.
struct Scratch {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "sync-benchmarks-\(getpid())"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    /// A name that nothing has yet.
    func fresh(_ name: String) -> String { "\(path)/\(name)-\(UUID().uuidString)" }

    func copy(_ source: String, _ name: String) throws -> String {
        let target = fresh(name)
        try FileManager.default.copyItem(atPath: source, toPath: target)
        return target
    }

    func drop(_ directory: String) { try? FileManager.default.removeItem(atPath: directory) }

    func remove() { drop(path) }
}

/// Other programs.
enum Command {
    /// Runs a program to its end and gives what it printed.
    static func output(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let printed = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkError("\(program) \(arguments): exit \(process.terminationStatus)")
        }
        return String(decoding: printed, as: UTF8.self)
    }

    /// This program's own file.
    static var own: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
    }

    /// The first of these paths that can be run.
    static func find(_ paths: [String]) -> String? {
        paths.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
