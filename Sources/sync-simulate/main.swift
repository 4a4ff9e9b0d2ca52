internal import Foundation
internal import SyncSimulation

exit(
    SimulateCommand(Array(CommandLine.arguments.dropFirst())) { print($0) }.run())
