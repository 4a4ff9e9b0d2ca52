internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

extension Session {
    /// Sends what waits and fetches what is new; or stays live.
    func sync() async throws {
        try requireAccount()
        if invocation.has(.watch) { return try await watch() }
        let output = output
        let say = say
        do throws(SyncFailure) {
            let report = try await mirror.sync(
                progress: { progress in
                    output.progress(
                        SyncWords(say: say).progress(
                            received: progress.rowsReceived, expected: progress.rowsExpected,
                            fraction: progress.fraction))
                }, trace: tracer)
            output.endProgress()
            show(report)
            if let reason = report.heldBack { throw reason }
        } catch let failure {
            output.endProgress()
            throw SyncWords.trouble(failure, isEmpty: standing.lastSync == nil)
        }
    }

    private func watch() async throws {
        let words = SyncWords(say: say)
        var hasSynced = false
        var told: SyncFailure?
        for await event in mirror.live(trace: tracer) {
            if invocation.isJSON { output.json(SyncWords.json(event)) }
            switch event {
            case .connected:
                if !invocation.isJSON { output.line(say(SyncMessage.connected)) }
            case .synced(let report):
                // A look that found nothing is worth saying once.
                let isQuiet = report.rows == 0 && report.deletes == 0 && report.pushed == 0
                if !invocation.isJSON, !isQuiet || !hasSynced { output.show(words.page(report)) }
                if !invocation.isJSON, let reason = report.heldBack, reason != told {
                    output.line(say(HomeMessage.heldBack))
                }
                told = report.heldBack
                hasSynced = true
            case .waiting(let milliseconds, let failure):
                if !invocation.isJSON { output.line(words.waiting(milliseconds, failure)) }
            case .revoked:
                throw Trouble(
                    "account.revoked", SyncMessage.revoked.words,
                    CommandMessage.signInAdvice.words, exit: .signedOut)
            case .stopped(let failure): throw failure
            }
        }
    }

    private func show(_ report: SyncReport) {
        if invocation.isJSON {
            output.json(SyncWords.json(report))
        } else {
            output.show(SyncWords(say: say).page(report))
        }
    }

    /// Writes each message between client and server, for a developer.
    private var tracer: (@Sendable (TraceEvent) -> Void)? {
        guard invocation.has(.trace) else { return nil }
        let write = world.error
        let isJSON = invocation.isJSON
        return { event in
            if isJSON {
                let line: JSONValue = [
                    "bytes": .integer(Int64(event.bytes)),
                    "direction": .string(event.direction.rawValue),
                    "event": "trace",
                    "frames": .array(event.frames.map(JSONValue.string)),
                    "ms": .integer(event.milliseconds), "request": .integer(Int64(event.request)),
                ]
                write(String(decoding: JSON.canonical(line), as: UTF8.self) + "\n")
            } else {
                let arrow = event.direction == .sent ? "→" : "←"
                var lines =
                    "\(arrow) #\(event.request) +\(event.milliseconds) ms \(event.bytes) B\n"
                for frame in event.frames { lines += "    \(SafeText.clean(frame))\n" }
                write(lines)
            }
        }
    }
}

/// What is said about a sync.
struct SyncWords: Sendable {
    let say: Speaker

    /// One line of progress, which never promises more than everything.
    func progress(received: Int, expected: Int, fraction: Double) -> String {
        guard expected > 0 else { return say(SyncMessage.progressUnknown, "\(max(0, received))") }
        let shown = min(max(0, received), expected)
        let percent = fraction.isFinite ? Int(min(max(fraction, 0), 1) * 100) : 0
        return say(SyncMessage.progress, "\(shown)", "\(expected)", "\(percent)")
    }

    /// The result of a sync.
    func page(_ report: SyncReport) -> Page {
        var page = Page()
        if report.rows == 0, report.deletes == 0, report.pushed == 0 {
            page.text(say(SyncMessage.upToDate), role: .good, indent: 0)
        } else {
            page.text(
                say(
                    SyncMessage.done, "\(report.rows)", "\(report.deletes)", "\(report.pushed)",
                    Self.seconds(report.milliseconds)), role: .good, indent: 0)
        }
        if report.repairs > 0 {
            page.text(say(SyncMessage.repaired, "\(report.repairs)"), role: .warning, indent: 0)
        }
        for outcome in report.outcomes {
            switch outcome.status {
            case .accepted: page.text(say(SyncMessage.accepted, "\(outcome.mid)"))
            case .merged: page.text(say(SyncMessage.merged, "\(outcome.mid)"))
            case .refused: page.append(OutcomeList(say: say).lines(outcome))
            }
        }
        page.text(
            say(
                report.requests == 1 ? SyncMessage.bytesOnce : .bytes, "\(report.bytesDown)",
                "\(report.bytesUp)", "\(report.requests)"), role: .quiet, indent: 0)
        return page
    }

    /// Why nothing moves for a while.
    func waiting(_ milliseconds: Int64, _ failure: SyncFailure) -> String {
        let message = say(Bilingual(failure.messageThai, failure.messageEnglish))
        return say(SyncMessage.waiting, message, "\(max(1, milliseconds / 1_000))")
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100)"
    }

    /// The failure of a sync; offline with nothing on the device is a case of its own.
    static func trouble(_ failure: SyncFailure, isEmpty: Bool) -> Trouble {
        switch failure {
        case .offline, .noAnswer, .serverBusy:
            guard isEmpty else { return Trouble(failure) }
            return Trouble(
                "cache.empty", SyncMessage.nothingCached.words, SyncMessage.runSync.words,
                exit: .nothingCached)
        default: return Trouble(failure)
        }
    }

    /// The result for a script.
    static func json(_ report: SyncReport) -> JSONValue {
        [
            "bytes_down": .integer(Int64(report.bytesDown)),
            "bytes_up": .integer(Int64(report.bytesUp)), "deletes": .integer(Int64(report.deletes)),
            "event": "synced",
            "held_back": report.heldBack.map { .string($0.code) } ?? .null,
            "milliseconds": .integer(report.milliseconds),
            "outcomes": .array(report.outcomes.map(OutcomeList.json)),
            "pages": .integer(Int64(report.pages)), "pushed": .integer(Int64(report.pushed)),
            "repairs": .integer(Int64(report.repairs)),
            "requests": .integer(Int64(report.requests)), "rows": .integer(Int64(report.rows)),
        ]
    }

    /// An event of the live channel for a script.
    static func json(_ event: LiveEvent) -> JSONValue {
        switch event {
        case .connected: ["event": "connected"]
        case .synced(let report): json(report)
        case .waiting(let milliseconds, let failure):
            [
                "code": .string(failure.code), "event": "waiting",
                "milliseconds": .integer(milliseconds),
            ]
        case .revoked: ["event": "revoked"]
        case .stopped(let failure): ["code": .string(failure.code), "event": "stopped"]
        }
    }
}
