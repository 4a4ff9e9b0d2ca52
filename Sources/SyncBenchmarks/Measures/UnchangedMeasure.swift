internal import SyncClientCore
internal import SyncProtocol

/// What is ours of a sync that finds nothing new: no network at all.
///
/// This is what a phone pays most often, so it is told in processor time too.
enum UnchangedMeasure {
    private static let runs = 500

    static func run(_ bench: Bench) async throws {
        let first = SampleRecords.answer(rows: 10, cursor: [0xc5])
        var bytes: [UInt8] = []
        BinaryFrames.append(.hello(Hello(serverMilliseconds: 1_800_000_000_000)), to: &bytes)
        BinaryFrames.append(.unchanged(ackedMid: 0), to: &bytes)
        let unchanged = bytes
        // Only the first request has no cursor.
        let transport = CannedTransport { $0.body.contains(0xc5) ? unchanged : first }
        let maker = ClientMaker(scratch: bench.scratch, transport: transport)
        let client = try await maker.open(try await maker.signedIn())
        _ = try await client.sync()
        var wall = Samples()
        var processor = Samples()
        for _ in 0..<bench.rounds {
            let start = (wall: Stopwatch.now(), processor: Stopwatch.processor())
            for _ in 0..<runs { _ = try await client.sync() }
            wall.add((Stopwatch.now() - start.wall) * 1e6 / Double(runs))
            processor.add((Stopwatch.processor() - start.processor) * 1e6 / Double(runs))
        }
        await client.close()
        bench.report.figure("sync without a change, no network", wall, unit: "µs")
        bench.report.figure(
            "sync without a change, no network, processor time", processor, unit: "µs")
    }
}
