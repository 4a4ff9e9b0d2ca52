import Synchronization
import SyncSimulation
import Testing

/// The command as `tangrat-qa simulate` runs it, with a clock of its own.
@Suite("The command that runs worlds")
struct SimulateCommandTests {
    @Test(
        "stops when its time is over, also where it tells what happens", arguments: [true, false])
    func minutes(records: Bool) {
        var options = SimulateOptions()
        options.seeds = 1...50
        options.size = 5
        options.records = records
        options.minutes = 1
        let now = Mutex(Int64(0))
        let lines = Mutex<[String]>([])
        let host = SimulateHost(
            say: { line in lines.withLock { $0.append(line) } }, complain: { _, _ in },
            progress: { _ in },
            milliseconds: {
                now.withLock {
                    $0 += 20_000; return $0
                }
            }, read: { _ in nil },
            write: { _, _ in false })
        var command = SimulateCommand(options, host: host)
        #expect(command.run() == true)
        let summary = lines.withLock { $0.first { $0.contains(" worlds, ") } } ?? ""
        #expect(summary.split(separator: " ").first.flatMap { Int($0) }.map { $0 < 50 } == true)
    }
}
