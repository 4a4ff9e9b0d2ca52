internal import Foundation
internal import SyncClientCore
internal import SyncProtocol

/// Goal 23: bytes that have arrived, to rows that are on the disk.
///
/// One answer with all rows and a checkpoint goes through the engine as it is:
/// looked over, decoded, every row hashed and the sums compared, bound, and
/// committed with a full sync. The clock runs from the hand-over of the bytes
/// to the return of `sync`.
enum ApplyMeasure {
    static let rows = 10_000

    static func run(_ bench: Bench) async throws {
        let answer = SampleRecords.answer(rows: rows)
        let transport = CannedTransport { _ in answer }
        let steps = StepTimes()
        let maker = ClientMaker(scratch: bench.scratch, transport: transport, steps: steps)
        let template = try await maker.signedIn()
        let records = (0..<rows).map {
            (id: Array(SampleRecords.id($0).utf8), body: SampleRecords.body($0))
        }
        let file = bench.scratch.fresh("records")
        try Data(records.flatMap { $0.body + [10] }).write(to: URL(fileURLWithPath: file))
        let program = InsertBaseline.program
        var inProcess = Comparison()
        var inC = Comparison()
        var processor = Samples()
        var looking = Samples()
        var writing = Samples()
        var committing = Samples()
        for _ in 0..<bench.rounds {
            let baseline = try InsertBaseline.inProcess(records, scratch: bench.scratch)
            let ours = try await apply(maker, transport, template)
            inProcess.add(ours: Double(rows) / ours.wall, peer: baseline)
            processor.add(ours.processor / Double(rows) * 1e6)
            let writes = steps.seconds(from: .applyBefore, to: .applyBeforeCommit)
            let commits = steps.seconds(from: .applyBeforeCommit, to: .applyAfter)
            writing.add(writes * 1e3)
            committing.add(commits * 1e3)
            looking.add((ours.wall - writes - commits) * 1e3)
            if let program {
                let peer = try InsertBaseline.inC(program, records: file, scratch: bench.scratch)
                inC.add(ours: Double(rows) / ours.wall, peer: peer)
            }
        }
        let name = "apply of 10,000 received rows"
        bench.report.comparison(
            name, inProcess, unit: "rows/s", against: "insert alone in this process",
            goal: program == nil ? 23 : nil)
        if program != nil {
            bench.report.comparison(
                name, inC, unit: "rows/s", against: "insert alone in C", goal: 23)
        }
        bench.report.figure("apply, processor time", processor, unit: "µs/row")
        bench.report.figure("apply, looking over the answer and the rest", looking, unit: "ms")
        bench.report.figure("apply, hashing and writing the rows", writing, unit: "ms")
        bench.report.figure("apply, committing", committing, unit: "ms")
    }

    /// Applies the answer to a fresh copy; gives seconds.
    static func apply(
        _ maker: ClientMaker, _ transport: CannedTransport, _ template: String
    ) async throws -> (wall: Double, processor: Double) {
        try await maker.withCopy(of: template) { client in
            let report = try await client.sync()
            let now = (wall: Stopwatch.now(), processor: Stopwatch.processor())
            guard report.rows == rows, report.repairs == 0 else {
                throw BenchmarkError("applied \(report.rows) rows")
            }
            let start = transport.answeredAt
            return (now.wall - start.wall, now.processor - start.processor)
        }
    }
}

/// Goal 26: the same while local edits of some of the rows wait.
///
/// A full push of 200 edits has been sent; the answer brings 10,000 rows, the
/// edited ones among them, the outcomes, and takes the edits off the outbox.
enum PendingMeasure {
    private static let edits = 200

    static func run(_ bench: Bench) async throws {
        let plainAnswer = SampleRecords.answer(rows: ApplyMeasure.rows, table: "annotation")
        let plain = CannedTransport { _ in plainAnswer }
        let plainMaker = ClientMaker(scratch: bench.scratch, transport: plain)
        let plainTemplate = try await plainMaker.signedIn()
        let step = ApplyMeasure.rows / edits
        let pendingTemplate = try await plainMaker.signedIn()
        let writer = try await plainMaker.open(pendingTemplate)
        for number in 0..<edits {
            try await writer.annotate(SampleRecords.id(number * step), nickname: "ชื่อ \(number)")
        }
        await writer.close()
        let pending = CannedTransport { request in
            guard let last = Self.lastMutation(request.body) else { return plainAnswer }
            return SampleRecords.answer(
                rows: ApplyMeasure.rows, table: "annotation",
                outcomes: [OutcomeRange(first: 1, last: last.mid, status: .merged)],
                acked: (last.mid, last.chain))
        }
        let pendingMaker = ClientMaker(scratch: bench.scratch, transport: pending)
        var found = Comparison()
        for _ in 0..<bench.rounds {
            let base = try await ApplyMeasure.apply(plainMaker, plain, plainTemplate)
            let ours = try await ApplyMeasure.apply(pendingMaker, pending, pendingTemplate)
            let rows = Double(ApplyMeasure.rows)
            found.add(ours: rows / ours.wall, peer: rows / base.wall)
        }
        bench.report.comparison(
            "apply while 200 local edits wait", found, unit: "rows/s", against: "plain apply",
            goal: 26)
    }

    private static func lastMutation(_ body: [UInt8]) -> Mutation? {
        var last: Mutation?
        try? body.withUnsafeBytesTyped { (raw) throws(WireError) in
            _ = try FrameSplitter.split(raw) { (payload, origin) throws(WireError) in
                if case .mutation(let mutation) = try BinaryFrames.decode(payload, origin: origin) {
                    last = mutation
                }
            }
        }
        return last
    }
}
