internal import Foundation
internal import SyncSimulation

var command = SimulateCommand(
    Array(CommandLine.arguments.dropFirst()),
    host: SimulateHost(
        say: { print($0) },
        progress: { FileHandle.standardError.write(Data("\r\u{1b}[K\($0)".utf8)) },
        milliseconds: { Int64(ProcessInfo.processInfo.systemUptime * 1_000) },
        read: { FileManager.default.contents(atPath: $0).map { [UInt8]($0) } },
        write: { FileManager.default.createFile(atPath: $0, contents: Data($1)) }))
setvbuf(stdout, nil, _IOLBF, 0)
exit(command.run())
