internal import SyncClientCore

/// Goals 24 and 25: a whole pull into a fresh cache against the naive way.
///
/// Ours runs over a bare socket, where what is ours is visible, and over
/// URLSession as in the app. Both sides ask the same server in turn.
enum PullMeasure {
    static func run(_ bench: Bench) async throws {
        guard let program = ServerProcess.program else {
            bench.report.figure("pull: tangrat-server is not built", Samples(), unit: "ms")
            return
        }
        let server = try ServerProcess(program, scratch: bench.scratch)
        defer { server.stop() }
        try await pull(bench, server, count: 10_000, goal: 24)
        try await delta(bench, server)
        try await pull(bench, server, count: 10, goal: nil)
    }

    private static func pull(
        _ bench: Bench, _ server: ServerProcess, count: Int, goal: Int?
    ) async throws {
        let subject = try server.person(records: count)
        let socket = try SocketTransport(port: server.port)
        let bare = ClientMaker(scratch: bench.scratch, transport: socket)
        let app = ClientMaker(
            scratch: bench.scratch, transport: SyncEnvironment.live().transport)
        let template = try await bare.signedIn(server: server.address) {
            try server.approve($0, subject)
        }
        // Once without the clock, which also opens all connections.
        _ = try await pull(app, template, count)
        _ = try await pull(bare, template, count)
        let naive = NaiveClient(
            address: server.address, token: socket.lastBearer, scratch: bench.scratch)
        _ = try await naive.pull()
        var bareFound = Comparison()
        var appFound = Comparison()
        // A short pull is over before the clock is sure of it.
        for _ in 0..<(count < 100 ? bench.rounds * 5 : bench.rounds) {
            let peer = try await naive.pull()
            guard peer.rows == count else { throw BenchmarkError("naive: \(peer.rows) rows") }
            let bareSeconds = try await pull(bare, template, count)
            let appSeconds = try await pull(app, template, count)
            bareFound.add(ours: bareSeconds * 1e3, peer: peer.seconds * 1e3)
            appFound.add(ours: appSeconds * 1e3, peer: peer.seconds * 1e3)
        }
        bench.report.comparison(
            "pull of \(count) rows into a fresh cache over a bare socket", bareFound, unit: "ms",
            against: "URLSession and Codable", goal: goal)
        bench.report.comparison(
            "pull of \(count) rows into a fresh cache over URLSession", appFound, unit: "ms",
            against: "URLSession and Codable")
        if count < 100 {
            try await unchanged(bench, bare, template, "a bare socket")
            try await unchanged(bench, app, template, "URLSession")
        }
    }

    /// Goal 25: 10 of 200 rows have changed; all sides have the others already.
    private static func delta(_ bench: Bench, _ server: ServerProcess) async throws {
        let subject = try server.person(records: 200)
        let socket = try SocketTransport(port: server.port)
        let bareMaker = ClientMaker(scratch: bench.scratch, transport: socket)
        let appMaker = ClientMaker(
            scratch: bench.scratch, transport: SyncEnvironment.live().transport)
        let template = try await bareMaker.signedIn(server: server.address) {
            try server.approve($0, subject)
        }
        let bare = try await bareMaker.open(try bench.scratch.copy(template, "bare"))
        let app = try await appMaker.open(try bench.scratch.copy(template, "app"))
        _ = try await (bare.sync(), app.sync())
        let naive = NaiveClient(
            address: server.address, token: socket.lastBearer, scratch: bench.scratch)
        var cursor = try await naive.pull().cursor
        var bareFound = Comparison()
        var appFound = Comparison()
        for round in 0..<(bench.rounds * 5 + 3) {
            let start = round * 10 % 200
            try server.feed(subject, start..<(start + 10), version: round + 2)
            let peer = try await naive.pull(after: cursor)
            cursor = peer.cursor
            let bareSeconds = try await timed(bare, 10)
            let appSeconds = try await timed(app, 10)
            guard peer.rows == 10 else { throw BenchmarkError("naive: \(peer.rows) rows") }
            // The first rounds open connections and prepare statements.
            guard round >= 3 else { continue }
            bareFound.add(ours: bareSeconds * 1e3, peer: peer.seconds * 1e3)
            appFound.add(ours: appSeconds * 1e3, peer: peer.seconds * 1e3)
        }
        await bare.close()
        await app.close()
        bench.report.comparison(
            "pull of 10 changed rows over a bare socket", bareFound, unit: "ms",
            against: "URLSession and Codable", goal: 25)
        bench.report.comparison(
            "pull of 10 changed rows over URLSession", appFound, unit: "ms",
            against: "URLSession and Codable")
    }

    private static func timed(_ client: SyncClient, _ count: Int) async throws -> Double {
        let start = Stopwatch.now()
        let report = try await client.sync()
        let seconds = Stopwatch.now() - start
        guard report.rows == count, report.repairs == 0 else {
            throw BenchmarkError("pulled \(report.rows) rows, repairs \(report.repairs)")
        }
        return seconds
    }

    private static func pull(
        _ maker: ClientMaker, _ template: String, _ count: Int
    ) async throws -> Double {
        try await maker.withCopy(of: template) { try await timed($0, count) }
    }

    /// What a sync costs when nothing has changed.
    private static func unchanged(
        _ bench: Bench, _ maker: ClientMaker, _ template: String, _ name: String
    ) async throws {
        var wall = Samples()
        var processor = Samples()
        try await maker.withCopy(of: template) { client in
            _ = try await client.sync()
            for _ in 0..<bench.rounds {
                let (start, startProcessor) = (Stopwatch.now(), Stopwatch.processor())
                for _ in 0..<100 { _ = try await client.sync() }
                wall.add((Stopwatch.now() - start) * 1e4)
                processor.add((Stopwatch.processor() - startProcessor) * 1e4)
            }
        }
        bench.report.figure("sync without a change over \(name)", wall, unit: "µs")
        bench.report.figure(
            "sync without a change over \(name), processor time", processor, unit: "µs")
    }
}
