/// How the program ends; a contract with scripts.
enum ExitCode: Int32, Sendable {
    case done = 0
    case failed = 1
    case usage = 2
    case nothingCached = 3
    case signedOut = 4
    case aging = 10
    case stale = 11
    case expired = 12
    case revoked = 13
    case clockSuspect = 14
    case interrupted = 130
}
