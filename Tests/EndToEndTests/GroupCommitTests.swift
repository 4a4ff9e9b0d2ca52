import Foundation
import Testing

extension WorldTests {
    /// Goal: a burst of pushes shares commits, and each commit costs one fsync.
    ///
    /// Method: the server is stopped by a signal while 64 devices send, so that all
    /// of them wait when it goes on. Under strace each fsync also takes 20 ms, as on
    /// a slow disk; there the count of fsyncs is compared with the server's own.
    @Suite("Sixty-four pushes at once")
    struct GroupCommitTests {
        private static let devicesMax = 64

        @Test("need far fewer commits than pushes, and one fsync for each commit")
        func commits() async throws {
            try await RealWorld.run(serving: false) { world in
                let trace = world.path("trace")
                let strace = Programs.strace
                if let strace {
                    try await world.start(
                        under: [
                            strace, "-f", "-y", "-o", trace, "-e", "trace=fsync,fdatasync",
                            "-e", "inject=fdatasync:delay_exit=20000",
                        ])
                } else {
                    print("strace is not here, or may not trace: fsyncs are not counted")
                    try await world.start()
                }
                let server = try Self.serverProcess(world, isTraced: strace != nil)
                let subject = try await world.person()
                var devices: [LineDevice] = []
                for _ in 0..<Self.devicesMax {
                    devices.append(try await world.lineDevice(of: subject))
                }
                let commits = try await world.metric("tangrat_commits_total")
                let jobs = try await world.metric("tangrat_commit_jobs_total")
                kill(server, SIGSTOP)
                var waiting: [PlainSocket] = []
                for device in devices {
                    let socket = try PlainSocket(port: world.port)
                    try socket.send(device.request(device.firstIncrement))
                    waiting.append(socket)
                }
                try await eventually("all pushes wait at the door") {
                    Self.waiting(port: world.port) >= Self.devicesMax
                }
                kill(server, SIGCONT)
                for socket in waiting {
                    let answer = socket.receiveAll()
                    #expect(answer.contains("accepted") || answer.contains("merged"), "\(answer)")
                    socket.close()
                }
                let newCommits = try await world.metric("tangrat_commits_total") - commits
                let newJobs = try await world.metric("tangrat_commit_jobs_total") - jobs
                #expect(newJobs == Self.devicesMax)
                #expect(newCommits <= (strace == nil ? 48 : 16), "\(newCommits) commits")
                #expect(newCommits >= 1)
                let rows = try await devices[0].rows()
                #expect(Counter.value(rows["annotation/x"]) == Self.devicesMax)
                guard strace != nil else { return }
                let all = try await world.metric("tangrat_commits_total")
                kill(server, SIGTERM)
                #expect(await world.serverChild?.wait() == 0)
                let text = String(
                    decoding: FileManager.default.contents(atPath: trace) ?? Data(), as: UTF8.self)
                let syncs = text.split(separator: "\n").count {
                    $0.contains("-wal>") && !$0.contains("resumed")
                }
                #expect(syncs >= all, "\(syncs) fsyncs for \(all) commits")
                // Beside those: the head of the log, the schema (nine migrations), closing.
                #expect(syncs <= all + 19, "\(syncs) fsyncs for \(all) commits")
            }
        }

        /// The server's own process, below strace if that runs it.
        private static func serverProcess(_ world: RealWorld, isTraced: Bool) throws -> pid_t {
            guard let child = world.serverChild else { throw WorldProblem("no server") }
            guard isTraced else { return child.pid }
            let path = "/proc/\(child.pid)/task/\(child.pid)/children"
            let text = ProcessTable.read(path)
            guard let pid = text.split(separator: " ").first.flatMap({ pid_t($0) }) else {
                throw WorldProblem("strace has no child")
            }
            return pid
        }

        /// Connections to a port whose server has bytes to read.
        private static func waiting(port: Int) -> Int {
            let hex = String(port, radix: 16, uppercase: true)
            let local = ":" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
            let table = ProcessTable.read("/proc/net/tcp")
            return table.split(separator: "\n").count { line in
                let words = line.split(separator: " ")
                return words.count > 4 && words[1].hasSuffix(local) && words[3] == "01"
                    && !words[4].hasSuffix(":00000000")
            }
        }
    }
}

extension LineDevice {
    /// A push that adds one to a row that all devices share.
    fileprivate var firstIncrement: Data {
        push(
            [mutation(1, LineDevice.create("annotation", "x"), LineDevice.increment("x"))],
            after: LineDevice.hex(0))
    }

    /// The bytes of a request after which the connection ends.
    fileprivate func request(_ body: Data) -> [UInt8] {
        Array(
            ("POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer \(token)\r\nConnection: close\r\n"
                + "Content-Length: \(body.count)\r\n\r\n").utf8) + Array(body)
    }
}
