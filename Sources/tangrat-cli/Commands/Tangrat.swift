internal import CLinux
internal import Foundation
internal import Glibc
internal import SyncClientCore

/// The program `tangrat`: the citizen's app in a terminal.
@main
enum Tangrat {
    /// Runs the command line and ends the process with its exit code.
    static func main() async {
        clinux_fill_standard_streams()
        // A reader that went away is not a failure: the write says so instead.
        signal(SIGPIPE, SIG_IGN)
        let interrupts = Interrupts()
        let words = Array(CommandLine.arguments.dropFirst())
        let task = Task { await Runner(world: .process).run(words) }
        interrupts.listen { task.cancel() }
        exit(await task.value)
    }
}

extension World {
    /// The real terminal, files and clock.
    static var process: World {
        World(
            environment: ProcessInfo.processInfo.environment,
            terminal: Terminal(
                isOutputShown: isatty(STDOUT_FILENO) == 1, isErrorShown: isatty(STDERR_FILENO) == 1,
                columns: StandardStreams.columns(of: STDOUT_FILENO),
                errorColumns: StandardStreams.columns(of: STDERR_FILENO)),
            now: { Int64(Date().timeIntervalSince1970 * 1_000) },
            output: { StandardStreams.write($0, to: STDOUT_FILENO) },
            error: { StandardStreams.write($0, to: STDERR_FILENO) },
            hostName: ProcessInfo.processInfo.hostName,
            readFile: StandardStreams.read,
            open: { data async throws(SyncFailure) -> any Mirror in
                try await SyncClient.open(SyncConfiguration(dataDirectory: data))
            })
    }
}
