internal import SyncServerCore

ServerProgram.main(Array(CommandLine.arguments.dropFirst()))
