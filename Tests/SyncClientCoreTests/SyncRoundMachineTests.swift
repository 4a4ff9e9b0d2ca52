import SyncProtocol
import TestSupport
import Testing

@testable import SyncClientCore

@Suite("The machine of a round")
struct SyncRoundMachineTests {
    @Test("keeps pages and applies the checkpoint")
    func pages() {
        var machine = SyncRoundMachine()
        #expect(machine.begin() == .send)
        #expect(machine.handle(.answered(.page)) == .stage)
        #expect(machine.handle(.staged) == .send)
        #expect(machine.handle(.answered(.checkpoint)) == .apply)
        #expect(machine.handle(.applied(writesWait: false)) == .finish)
    }

    @Test("goes on while writes wait")
    func writesWait() {
        var machine = SyncRoundMachine()
        _ = machine.begin()
        _ = machine.handle(.answered(.unchanged))
        #expect(machine.handle(.settled(writesWait: true)) == .send)
    }

    @Test("stops at once where nothing was sent")
    func offline() {
        var machine = SyncRoundMachine()
        _ = machine.begin()
        #expect(machine.handle(.notSent(reason: "x")) == .stop(.offline(reason: "x")))
    }

    @Test("tries an unknown outcome again, three times in all")
    func unknown() {
        var machine = SyncRoundMachine()
        _ = machine.begin()
        for _ in 0..<2 {
            guard case .wait = machine.handle(.unknown(reason: "x", random: 7)) else {
                Issue.record("no pause")
                return
            }
            #expect(machine.handle(.pauseOver) == .send)
        }
        #expect(
            machine.handle(.unknown(reason: "x", random: 7)) == .stop(.noAnswer(reason: "x")))
    }

    @Test("gives up on answers that come and cannot be used")
    func useless() {
        var machine = SyncRoundMachine()
        var action = machine.begin()
        var requests = 0
        while action == .send, requests < 10 {
            requests += 1
            #expect(machine.handle(.answered(.checkpoint)) == .apply)
            action = machine.handle(.unusable(code: "wire.sum", random: 0))
            if case .wait = action { action = machine.handle(.pauseOver) }
        }
        #expect(requests == Limits.attemptsMax)
        #expect(action == .push)
        #expect(machine.handle(.settled(writesWait: true)) == .push)
        #expect(
            machine.handle(.settled(writesWait: false))
                == .stop(.answerUnusable(code: "wire.sum")))
    }

    @Test("tells the first reason where writes alone are not answered either")
    func uselessForWrites() {
        var machine = SyncRoundMachine()
        var action = machine.begin()
        var pushes = 0
        for _ in 0..<20 {
            switch action {
            case .send: action = machine.handle(.unusable(code: "wire.identifier", random: 0))
            case .push:
                pushes += 1
                action = machine.handle(.unusable(code: "wire.media_type", random: 0))
            case .wait: action = machine.handle(.pauseOver)
            default: break
            }
        }
        #expect(pushes == Limits.attemptsMax)
        #expect(action == .stop(.answerUnusable(code: "wire.identifier")))
    }

    @Test("renews the token once, and not twice in a row")
    func refresh() {
        var machine = SyncRoundMachine()
        _ = machine.begin()
        let refused = SyncRoundMachine.Event.refused(
            status: 401, retryAfterMilliseconds: nil, random: 0)
        #expect(machine.handle(refused) == .refresh)
        #expect(machine.handle(.refreshed) == .send)
        #expect(machine.handle(refused) == .stop(.signInExpired))
    }

    @Test(
        "reads each status",
        arguments: [
            (403, SyncFailure.signInExpired), (404, .answerUnusable(code: "http.404")),
            (426, .appTooOld), (302, .answerUnusable(code: "http.302")),
        ])
    func status(status: Int, failure: SyncFailure) {
        var machine = SyncRoundMachine()
        _ = machine.begin()
        #expect(
            machine.handle(.refused(status: status, retryAfterMilliseconds: nil, random: 0))
                == .stop(failure))
    }

    private static let failures: [(SyncRoundMachine.Event, SyncFailure)] = [
        (
            .refused(status: 500, retryAfterMilliseconds: nil, random: 0),
            .noAnswer(reason: "http.500")
        ),
        (.cut(reason: "url.-1005", random: 0), .noAnswer(reason: "url.-1005")),
        (.unusable(code: "wire.cut", random: 0), .answerUnusable(code: "wire.cut")),
    ]

    /// It may have rows that it cannot read, and takes what was written all the same.
    @Test(
        "sends what waits without asking for rows, where a server fails again and again",
        arguments: failures)
    func failing(failure: SyncRoundMachine.Event, end: SyncFailure) {
        var machine = SyncRoundMachine()
        var action = machine.begin()
        for _ in 1..<Limits.attemptsMax {
            guard case .wait = machine.handle(failure) else {
                Issue.record("it does not try again")
                return
            }
            action = machine.handle(.pauseOver)
        }
        #expect(action == .send)
        // Then that is tried as often, and the round ends as it would have.
        for _ in 0..<Limits.attemptsMax {
            guard case .wait = machine.handle(failure) else {
                Issue.record("it does not pause")
                return
            }
            #expect(machine.handle(.pauseOver) == .push)
        }
        #expect(machine.handle(failure) == .stop(end))
    }

    @Test("obeys a server that fails and names a time", arguments: [1_500, 60_000])
    func failingForATime(milliseconds: Int64) {
        var machine = SyncRoundMachine()
        _ = machine.begin()
        let failure = SyncRoundMachine.Event.refused(
            status: 500, retryAfterMilliseconds: nil, random: 0)
        for _ in 1..<Limits.attemptsMax {
            _ = machine.handle(failure)
            _ = machine.handle(.pauseOver)
        }
        let last = machine.handle(
            .refused(status: 500, retryAfterMilliseconds: milliseconds, random: 0))
        if milliseconds > Limits.roundPauseMillisecondsMax {
            #expect(last == .stop(.noAnswer(reason: "http.500")))
        } else {
            #expect(last == .wait(milliseconds: milliseconds))
            #expect(machine.handle(.pauseOver) == .push)
        }
    }

    @Test("decides about errors as the vectors of another client do")
    func errors() throws {
        let bytes = try Repository.bytes(of: "Tests/Vectors/errors.json")
        let vectors = try #require(try JSON.parse(bytes, limits: .document).items)
        #expect(vectors.count > 20)
        for vector in vectors {
            let input = try #require(vector["input"])
            var machine = SyncRoundMachine()
            _ = machine.begin()
            if input["is_repairing"] == 1 {
                _ = machine.handle(.repairNeeded)
                _ = machine.handle(.repairBegun(holdsRows: true))
            }
            var event = SyncRoundMachine.Event.answered(
                .error(
                    code: input["error"]?.text ?? "", retryAfterMilliseconds: 0, ackedMid: 0,
                    random: 0))
            if let status = input["status"]?.intValue {
                event = .refused(status: Int(status), retryAfterMilliseconds: nil, random: 0)
            }
            if input["is_refreshed"] == 1 {
                _ = machine.handle(event)
                _ = machine.handle(.refreshed)
            }
            let found = word(for: machine.handle(event))
            #expect(found == vector["expected"]?["do"]?.text, "\(vector["id"]?.text ?? "")")
        }
    }

    /// The word of the vectors for what the machine does.
    private func word(for action: SyncRoundMachine.Action) -> String {
        switch action {
        case .refresh: "refresh"
        case .wait: "again"
        case .dropCursor: "anew"
        case .offerAgain: "offer"
        case .stop(.signInExpired): "signed_out"
        case .stop(.appTooOld): "update"
        case .stop(.deviceCopied): "copy"
        case .stop: "stop"
        default: "\(action)"
        }
    }

    @Test("leaves a long pause to the caller")
    func longPause() {
        var machine = SyncRoundMachine()
        _ = machine.begin()
        #expect(
            machine.handle(.refused(status: 503, retryAfterMilliseconds: 60_000, random: 0))
                == .stop(.serverBusy(retryAfterMilliseconds: 60_000)))
    }

    @Test("repairs a wrong sum once")
    func repair() {
        var machine = SyncRoundMachine()
        _ = machine.begin()
        _ = machine.handle(.answered(.checkpoint))
        #expect(machine.handle(.verificationFailed(bucket: "b")) == .beginRepair(bucket: "b"))
        #expect(machine.handle(.repairBegun(holdsRows: true)) == .reconcile)
        #expect(machine.handle(.reconciled(isDone: false)) == .reconcile)
        #expect(machine.handle(.reconciled(isDone: true)) == .send)
        _ = machine.handle(.answered(.checkpoint))
        #expect(machine.handle(.verificationFailed(bucket: "b")) == .push)
        #expect(
            machine.handle(.settled(writesWait: false))
                == .stop(.verificationFailed(bucket: "b")))
    }

    @Test("does not follow a server that restarts for ever")
    func restarts() {
        var machine = SyncRoundMachine()
        _ = machine.begin()
        for _ in 0..<2 {
            #expect(machine.handle(.answered(.restart)) == .beginRepair(bucket: nil))
            #expect(machine.handle(.repairBegun(holdsRows: false)) == .dropCursor)
            #expect(machine.handle(.cursorDropped) == .send)
        }
        #expect(
            machine.handle(.answered(.restart)) == .stop(.answerUnusable(code: "sync.restarts")))
    }

    @Test("goes on with a repair after a pause and after a new token")
    func repairGoesOn() {
        var machine = SyncRoundMachine()
        #expect(machine.begin(repairs: true) == .beginRepair(bucket: nil))
        _ = machine.handle(.repairBegun(holdsRows: true))
        let lost = SyncRoundMachine.Event.unknown(reason: "lost", random: 0)
        guard case .wait = machine.handle(lost) else {
            Issue.record("no pause")
            return
        }
        #expect(machine.handle(.pauseOver) == .reconcile)
        let refused = SyncRoundMachine.Event.refused(
            status: 401, retryAfterMilliseconds: nil, random: 0)
        #expect(machine.handle(refused) == .refresh)
        #expect(machine.handle(.refreshed) == .reconcile)
        #expect(machine.repairs == 1)
    }

    @Test("fetches anew where the server cannot repair", arguments: [true, false])
    func cannotRepair(isOld: Bool) {
        var machine = SyncRoundMachine()
        _ = machine.begin(repairs: true)
        _ = machine.handle(.repairBegun(holdsRows: true))
        let event: SyncRoundMachine.Event =
            isOld
            ? .refused(status: 404, retryAfterMilliseconds: nil, random: 0)
            : .answered(
                .error(
                    code: "reconcile.too_large", retryAfterMilliseconds: 0, ackedMid: 0, random: 0))
        #expect(machine.handle(event) == .dropCursor)
        #expect(machine.handle(.cursorDropped) == .send)
    }

    @Test("fills a gap once, then goes on without what waits, and stops at a fork")
    func gap() {
        var machine = SyncRoundMachine()
        _ = machine.begin()
        let gap = SyncRoundMachine.Ending.error(
            code: "push.gap", retryAfterMilliseconds: 0, ackedMid: 4, random: 0)
        #expect(machine.handle(.answered(gap)) == .offerAgain(afterMid: 4))
        #expect(machine.handle(.offered(count: 2)) == .send)
        #expect(machine.heldBackAfter == nil)
        #expect(machine.handle(.answered(gap)) == .send)
        #expect(machine.heldBackAfter == 4)
        // A server that sees a gap where nothing was sent is not obeyed.
        #expect(machine.handle(.answered(gap)) == .stop(.writesMissing(afterMid: 4)))
        let fork = SyncRoundMachine.Ending.error(
            code: "push.forked", retryAfterMilliseconds: 0, ackedMid: 0, random: 0)
        #expect(machine.handle(.answered(fork)) == .stop(.deviceCopied))
    }

    @Test("pulls and finishes where a gap cannot be filled, though writes wait")
    func unfillable() {
        var machine = SyncRoundMachine()
        _ = machine.begin()
        let gap = SyncRoundMachine.Ending.error(
            code: "push.gap", retryAfterMilliseconds: 0, ackedMid: 4, random: 0)
        _ = machine.handle(.answered(gap))
        #expect(machine.handle(.offered(count: 0)) == .send)
        #expect(machine.heldBackAfter == 4)
        #expect(machine.handle(.answered(.page)) == .stage)
        #expect(machine.handle(.staged) == .send)
        #expect(machine.handle(.answered(.checkpoint)) == .apply)
        #expect(machine.handle(.applied(writesWait: true)) == .finish)
    }

    @Test("pauses stay under a limit that doubles", arguments: 0..<200 as Range<UInt64>)
    func backoff(seed: UInt64) {
        var machine = BackoffMachine()
        for failure in 0..<12 {
            let pause = machine.failed(retryAfterMilliseconds: nil, random: seed &* 0x9e37_79b9)
            #expect(pause <= min(1_000 << Int64(failure), BackoffMachine.limitMax))
            #expect(pause >= 0)
        }
        let asked = machine.failed(retryAfterMilliseconds: 10_000, random: seed)
        #expect(asked >= 10_000)
        machine.succeeded()
        #expect(machine.failuresInARow == 0)
    }
}
