internal import SyncClientCore

extension Session {
    /// Runs the command and gives its exit code.
    func run() async throws -> Int32 {
        if let table = invocation.command.table {
            return try await records(table, id: invocation.operands.first)
        }
        switch invocation.command {
        case .home: return try await home()
        case .login: try await login()
        case .logout: try await logout()
        case .sync: try await sync()
        case .status: try await status()
        case .outcomes: try await outcomes()
        case .aside: try await aside()
        case .salvage: try await salvage()
        case .devices: try await devices()
        case .doctor: return try await doctor()
        case .dump: try await dump()
        case .services: return try await searchServices()
        case .notifications: try await notifications()
        case .prefs: try await preferences()
        case .pin: try await pin(true)
        case .unpin: try await pin(false)
        case .note: try await note()
        case .request: return try await request()
        case .requests: return try await listRequests()
        case .why: return try await why()
        case .show: return try await show()
        default: break
        }
        return ExitCode.done.rawValue
    }
}
