internal import FaultVFS
internal import SyncProtocol
internal import SyncServerCore

/// The phases of a run: safety, heal, liveness, check, write again, check.
extension World {
    /// How long a healed world may take until everything is quiet, in rounds.
    private static let roundsMax = 40
    /// The time between two rounds, in milliseconds.
    private static let roundPause: Int64 = 10_000

    func runPhases() {
        guard setUp() else {
            return fail("I19", "the world could not be set up")
        }
        startedAt = timeline.now
        requestsMeetFaults = true
        for action in plan.actions {
            timeline.schedule(at: startedAt + action.at) { [self] in perform(action) }
        }
        run(until: startedAt + plan.end + 70_000)
        heal()
        reachQuiet()
        check()
        if violation == nil { giveBackEverything() }
        reachQuiet()
        decideAside()
        if plan.options.listens != 0 { listen() }
        writeAgain()
        if plan.options.listens != 0 { awaitTold() }
        reachQuiet()
        check()
    }

    /// Everybody opens a screen that listens.
    private func listen() {
        guard violation == nil else { return }
        for device in core { device.program?.listen(for: 0) }
        run(until: timeline.now + 5_000)
    }

    /// Nobody is told to sync, and what was written reaches everybody.
    private func awaitTold() {
        guard violation == nil else { return }
        let end = timeline.now + 200_000
        while violation == nil, timeline.now < end {
            run(until: timeline.now + 5_000)
            if core.allSatisfy({ isQuiet($0) }) { break }
            for device in core where isIdle(device) {
                // A copied device signs in again, and opens the screen again.
                if device.needsSignIn {
                    device.needsSignIn = false
                    signIn(device, for: 0)
                } else {
                    device.program?.listen(for: 0)
                }
            }
        }
        guard violation == nil else { return }
        for device in core {
            guard let reason = unrest(of: device) else { continue }
            return fail(
                "I19", "\(device.name) listens and does not get what was written: \(reason)")
        }
        reached("live.quiet")
        for device in core { device.program?.stopListening() }
        run(until: timeline.now + 1_000)
    }

    /// Ends all faults; devices outside the core stay as they are for ever.
    private func heal() {
        guard violation == nil else { return }
        note("world", "heals")
        // All that the faults broke off is long over for the server as well.
        oracle.checkServerBounds()
        requestsMeetFaults = false
        agencyEndpoint.offlineUntil = 0
        server.disk.disarm()
        for device in devices {
            device.disk.disarm()
            device.endpoint.offlineUntil = 0
            device.secondEndpoint.offlineUntil = 0
            device.closeSecond(kills: false)
            device.program?.stopListening()
            device.program?.stop = nil
            if !plan.core.contains(device.index) {
                device.isRetired = true
                oracle.intentions.doubt(device.index)
            }
        }
        server.crash(power: false)
        run(until: timeline.now + server.downtime + 5_000)
    }

    /// The devices that take part in the rest.
    private var core: [Device] { plan.core.map { devices[$0] } }

    /// Lets the core sync until nothing is left to do.
    private func reachQuiet() {
        for _ in 0..<Self.roundsMax {
            guard violation == nil else { return }
            for device in core { settle(device) }
            run(until: timeline.now + Self.roundPause)
            // Rounds may still run: somebody waits for an answer.
            run(until: timeline.now + 300_000, or: { [self] in core.allSatisfy { isIdle($0) } })
            for device in core { oracle.look(at: device, mirror: true) }
            if core.allSatisfy({ isQuiet($0) }) { return }
        }
        guard violation == nil else { return }
        for device in core where !isQuiet(device) {
            let ledger = oracle.ledgers[device.index] ?? DeviceLedger()
            let truth = oracle.truth.sight(
                of: oracle.subjects[device.index] ?? "", at: server.wallMilliseconds
            ).count
            return fail(
                "I19",
                "\(device.name) does not come to rest: \(device.lastFailure ?? "no failure"), "
                    + "\(ledger.nextMid - 1 - ledger.ackedMid) writes wait, "
                    + "\(ledger.count) rows of \(truth)")
        }
    }

    private func isIdle(_ device: Device) -> Bool {
        guard let program = device.program, program.client != nil else { return false }
        return !program.isSyncing && !device.isSigningIn
    }

    private func isQuiet(_ device: Device) -> Bool { unrest(of: device) == nil }

    /// Why a device is not at rest, or nil.
    private func unrest(of device: Device) -> String? {
        guard isIdle(device) else { return "it is at work" }
        if let failure = device.lastFailure { return "\(failure)" }
        guard let ledger = oracle.ledgers[device.index], !ledger.isSalvaged,
            let subject = oracle.subjects[device.index]
        else { return "nobody knows what it has" }
        guard ledger.ackedMid + 1 == ledger.nextMid else {
            return "writes \(ledger.ackedMid + 1) to \(ledger.nextMid - 1) wait"
        }
        guard ledger.outcomesSeen >= ledger.ackedMid else {
            return "nobody told it how write \(ledger.outcomesSeen + 1) ended"
        }
        let sight = oracle.truth.sight(of: subject, at: server.wallMilliseconds)
        return ledger.digest == sight.digest ? nil : "its rows are not those of the server"
    }

    /// Does what a person would do about a device that is not at rest.
    private func settle(_ device: Device) {
        guard let program = device.program else {
            return device.start()
        }
        guard let client = program.client, !program.isSyncing, !device.isSigningIn else { return }
        if device.needsSignIn {
            device.needsSignIn = false
            return signIn(device, for: 0)
        }
        _ = client
        sync(device, for: 0)
    }

    private func check() {
        guard violation == nil else { return }
        for device in core { oracle.checkConverged(device) }
        oracle.checkStore()
        oracle.checkServerBounds()
        oracle.checkLogBound()
        oracle.checkIntentions()
        guard violation == nil else { return }
        checkFile()
    }

    /// The server's own audit agrees.
    private func checkFile() {
        var answer: [String]?
        server.admin(["command": "verify"]) { [self] result in
            guard case .success(let rows) = result else { return fail("I3", "verify failed") }
            answer = rows.first?["problems"]?.items?.compactMap(\.text)
            if let first = answer?.first { fail("I3", first) }
        }
        run(until: timeline.now + 1_000)
        if violation == nil, answer == nil { fail("I19", "verify did not answer") }
        server.disk.unwatched {
            if let problem = server.server?.auditProblem() { fail("I18", problem) }
        }
    }

    /// A few more writes after everything was quiet.
    private func writeAgain() {
        guard violation == nil else { return }
        for (index, device) in core.enumerated() {
            for step in 0..<3 {
                perform(
                    Action(
                        id: 0, at: 0, actor: .device(device.index),
                        verb: [.count, .note, .label][(index + step) % 3],
                        arguments: [Int64(step), Int64(index + step)]))
            }
        }
        run(until: timeline.now + 1_000)
    }
}
