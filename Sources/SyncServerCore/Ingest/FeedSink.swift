internal import HTTPWire
internal import SyncProtocol

/// Takes an agency's feed as it streams in, and answers as it goes.
///
/// Lines are read on the loop and go to the writer in batches. At most four
/// batches are on their way; the connection is not read until one returns, so
/// that a million lines need no more memory than a thousand. Each batch is
/// answered with runs of lines that fared alike, and a line of its own for
/// each line refused.
final class FeedSink: BodySink {
    private let service: SyncService
    private let agency: AgencyRecord
    private let key: Digest32
    private let exchange: Exchange
    private var partial: [UInt8] = []
    private var isSkipping = false
    private var line = 0
    private var batch = Batch()
    private var inFlight = 0
    private var bodyEnded = false
    private var isPaused = false
    private var hasFailed = false
    private var stream: StreamWriter?
    private var tally = FeedTally()

    /// The batches on their way to the writer: one that it commits, and some that
    /// come while it waits for the disk and then share the next commit.
    static let inFlightMax = 4

    /// The answers that may wait for their reader before no more is read, in bytes.
    static let answerBytesMax = 256 * 1_024

    /// Lines on their way to the writer, with those that could not be read.
    private struct Batch: Sendable {
        var lines: [(number: Int, record: Result<FeedRecord, FeedProblem>)] = []
        var bytes = 0
    }

    init(service: SyncService, agency: AgencyRecord, key: Digest32, exchange: Exchange) {
        self.service = service
        self.agency = agency
        self.key = key
        self.exchange = exchange
    }

    func received(_ bytes: UnsafeRawBufferPointer, exchange: Exchange) -> BodyFlow {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let piece = UnsafeRawBufferPointer(rebasing: rest[..<end])
            rest = rest[(end + 1)...]
            if isSkipping {
                isSkipping = false
                continue
            }
            if partial.isEmpty {
                take(piece)
            } else {
                partial.append(contentsOf: piece)
                takePartial()
            }
        }
        if !isSkipping {
            partial.append(contentsOf: rest)
            if partial.count > service.limits.feedLineBytesMax { refuseLongLine() }
        }
        // A slow feed is not kept waiting for a full batch.
        if inFlight == 0 { flush() }
        guard canTakeMore else {
            isPaused = true
            return .pause
        }
        return .more
    }

    func finished(_ exchange: Exchange) {
        if !partial.isEmpty { takePartial() }
        bodyEnded = true
        if inFlight < Self.inFlightMax { flush() }
        endIfDone()
    }

    func aborted(_ exchange: Exchange) {
        hasFailed = true
        batch = Batch()
    }

    // MARK: - Lines

    private func takePartial() {
        let whole = partial
        partial.removeAll(keepingCapacity: true)
        whole.withUnsafeBytes { take($0) }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        line += 1
        var bytes = bytes
        if bytes.last == UInt8(ascii: "\r") {
            bytes = UnsafeRawBufferPointer(rebasing: bytes.dropLast())
        }
        if bytes.allSatisfy({ $0 == UInt8(ascii: " ") }) { return }
        guard bytes.count <= service.limits.feedLineBytesMax else {
            append(.failure(longLine), bytes: 0)
            return
        }
        do throws(FeedProblem) {
            append(
                .success(
                    try FeedRecord(
                        line: bytes, from: agency, personKey: service.store.personKey,
                        limits: service.limits)),
                bytes: bytes.count)
        } catch {
            append(.failure(error), bytes: 0)
        }
    }

    private func refuseLongLine() {
        partial.removeAll()
        isSkipping = true
        line += 1
        append(.failure(longLine), bytes: 0)
    }

    private var longLine: FeedProblem {
        FeedProblem(
            "feed.line_too_long", "a line may have \(service.limits.feedLineBytesMax) bytes",
            advice: "Send large content as a document of its own and name it by its hash.")
    }

    private func append(_ record: Result<FeedRecord, FeedProblem>, bytes: Int) {
        batch.lines.append((line, record))
        batch.bytes += bytes
        // What one read brings beyond its batches stays here until one returns.
        if isBatchFull, inFlight < Self.inFlightMax { flush() }
    }

    private var isBatchFull: Bool {
        batch.lines.count >= service.limits.feedBatchLinesMax
            || batch.bytes >= service.limits.feedBatchBytesMax
    }

    /// Whether more may be read: batches return, and so do the answers.
    private var canTakeMore: Bool {
        inFlight < Self.inFlightMax && (stream?.pendingBytes ?? 0) < Self.answerBytesMax
    }

    // MARK: - Batches

    private func flush() {
        guard !batch.lines.isEmpty, !hasFailed else { return }
        let lines = batch.lines
        batch = Batch()
        inFlight += 1
        let agency = self.agency
        let key = self.key
        let id = exchange.id
        let metrics = service.metrics
        let job = WriterJob(
            loop: service.context.handle,
            run: { context in
                let machine = FeedMachine(context: context, agency: agency)
                var outcomes: [(Int, FeedOutcome)] = []
                outcomes.reserveCapacity(lines.count)
                // A feed may last for hours: its key is looked at again with each batch.
                let isGood = try context.transaction.agency(key: key) == agency
                for (number, record) in lines {
                    switch record {
                    case .success where !isGood: outcomes.append((number, .refused(Self.keyEnded)))
                    case .success(let record): outcomes.append((number, try machine.apply(record)))
                    case .failure(let problem): outcomes.append((number, .refused(problem)))
                    }
                }
                let touched = context.book.takeTouched()
                // Asking who is known leaves a trace, though it changes nothing.
                let asked = FeedMachine.asked(outcomes.lazy.map(\.1))
                if !touched.isEmpty || !asked.isEmpty {
                    try context.audit.append(
                        .rowsFed, by: .agency(agency.code), ranges: touched, text: asked)
                }
                let result = outcomes
                return { context in
                    // They are taken, whether or not anybody waits for the answer still.
                    metrics.fed(FeedTally(result.lazy.map(\.1)))
                    Self.deliver(result, to: id, in: context)
                }
            },
            failed: { context in Self.deliver(nil, to: id, in: context) })
        if !service.commits.submit(job) {
            inFlight -= 1
            fail(.busy, "too much is waiting to be written")
        }
    }

    private static let keyEnded = FeedProblem(
        "feed.key_ended", "the agency key was ended or replaced while the feed was sent",
        advice: "Ask the operator for a key, then send the feed again.")

    private static func deliver(
        _ outcomes: [(Int, FeedOutcome)]?, to id: ExchangeID, in context: LoopContext
    ) {
        guard let exchange = context.exchange(id), let sink = exchange.attachment as? FeedSink
        else {
            return
        }
        sink.committed(outcomes)
    }

    private func committed(_ outcomes: [(Int, FeedOutcome)]?) {
        inFlight -= 1
        guard let outcomes else {
            fail(.storage, "the lines could not be written; send them again")
            return
        }
        answer(outcomes)
        if isBatchFull || bodyEnded || inFlight == 0 { flush() }
        resumeIfPossible()
        endIfDone()
    }

    private func resumeIfPossible() {
        guard isPaused, canTakeMore else { return }
        isPaused = false
        exchange.resumeBody()
    }

    // MARK: - Answers

    private func writer() -> StreamWriter {
        if let stream { return stream }
        let begun = exchange.beginStream(Heads.ndjson)
        begun.onWritable { [weak self] _ in self?.resumeIfPossible() }
        stream = begun
        return begun
    }

    private func answer(_ outcomes: [(Int, FeedOutcome)]) {
        var bytes: [UInt8] = []
        var run: (from: Int, to: Int, outcome: FeedOutcome)?
        func close() {
            guard let open = run else { return }
            append(
                [
                    ("from", .integer(Int64(open.from))),
                    ("status", .string(open.outcome.word)),
                    ("to", .integer(Int64(open.to))),
                ], to: &bytes)
            run = nil
        }
        for (number, outcome) in outcomes {
            if case .refused(let problem) = outcome {
                close()
                append(members(of: problem, line: number), to: &bytes)
                continue
            }
            if let open = run, open.outcome == outcome, open.to + 1 == number {
                run = (open.from, number, outcome)
            } else {
                close()
                run = (number, number, outcome)
            }
        }
        close()
        tally += FeedTally(outcomes.lazy.map(\.1))
        writer().write(bytes)
    }

    private func members(of problem: FeedProblem, line: Int) -> [(String, JSONValue)] {
        var members: [(String, JSONValue)] = [
            ("advice", .string(problem.advice)), ("code", .string(problem.code)),
            ("line", .integer(Int64(line))), ("message", .string(problem.message)),
            ("status", "refused"),
        ]
        if !problem.member.isEmpty { members.append(("member", .string(problem.member))) }
        if let offset = problem.offset { members.append(("offset", .integer(Int64(offset)))) }
        return members
    }

    private func append(_ members: [(String, JSONValue)], to bytes: inout [UInt8]) {
        JSON.appendCanonical(.object(JSONObject(members)), to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
    }

    private func fail(_ error: ErrorBody, _ message: String) {
        guard !hasFailed else { return }
        hasFailed = true
        // 503 says that nothing was taken; what is being written may be.
        guard stream != nil || inFlight > 0 else {
            return exchange.respond(Heads.unavailable, body: error.forFeed(message).bytes)
        }
        var bytes: [UInt8] = []
        append(
            [
                ("advice", .string(ErrorBody.feedAdvice)), ("code", .string(error.code)),
                ("message", .string(message)), ("status", "stopped"),
            ], to: &bytes)
        // A cut answer tells the agency that the lines after this are not known.
        writer().write(bytes)
        writer().stop()
    }

    private func endIfDone() {
        guard bodyEnded, inFlight == 0, batch.lines.isEmpty, !hasFailed else { return }
        var bytes: [UInt8] = []
        append(
            [
                ("applied", .integer(Int64(tally.applied))),
                ("lines", .integer(Int64(tally.lines))),
                ("refused", .integer(Int64(tally.refused))),
                ("stale", .integer(Int64(tally.stale))),
                ("status", "done"),
                ("unchanged", .integer(Int64(tally.unchanged))),
            ], to: &bytes)
        writer().write(bytes)
        writer().finish()
    }
}
