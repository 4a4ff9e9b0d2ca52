internal import FaultVFS
internal import SyncClientCore
internal import SyncProtocol

/// Looks at devices: their files against what their owners were promised.
extension Oracle {
    /// A program has ended; its file is looked at anew when another one starts.
    func programEnded(_ device: Device) {
        eyes[device.index] = nil
    }

    /// Nothing is left on a device; what it had not sent is gone.
    func emptied(_ device: Device) {
        eyes[device.index] = nil
        subjects[device.index] = nil
        if let name = ledgers[device.index]?.device { gone.insert(name) }
        ledgers[device.index] = nil
        intentions.doubt(device.index)
    }

    /// The subject that a device was signed in for.
    func signedIn(_ device: Device, as subject: String) {
        eyes[device.index] = nil
        subjects[device.index] = subject
        // A cursor belongs to the name that it was made for.
        ledgers[device.index]?.mayRepair = true
    }

    /// A round is done; comparing the whole mirror with the server's needs a reason.
    func synced(_ device: Device, hasRepaired: Bool) {
        // Two who waited for one round are told of it one after the other.
        let now = world.timeline.now
        var mayRepair = ledgers[device.index]?.mayRepair ?? true
        if mayRepair {
            ledgers[device.index]?.mightRepairAt = now
        } else {
            mayRepair = ledgers[device.index]?.mightRepairAt == now
        }
        ledgers[device.index]?.mayRepair = false
        guard hasRepaired else { return }
        world.reached("sync.repaired")
        if !mayRepair { fail("I7", "the mirror of \(device.name) did not add up") }
    }

    /// A write was stored, and its owner told so.
    func wrote(_ device: Device, mid: UInt64) {
        look(at: device, mirror: false)
        guard let ledger = ledgers[device.index], !ledger.isSalvaged else { return }
        if ledger.writes[mid] == nil, ledger.ackedMid < mid {
            fail("I5", "\(device.name) stored write \(mid) and does not have it")
        }
        ledgers[device.index]?.promised = max(ledger.promised, mid)
    }

    /// Compares what a device holds with what it must hold.
    ///
    /// - Parameters:
    ///   - device: The device.
    ///   - mirror: Whether to read every row, too.
    func look(at device: Device, mirror: Bool) {
        guard let subject = subjects[device.index], !device.disk.isDown else { return }
        device.disk.unwatched {
            do {
                let eye = try eye(of: device, subject)
                try eye.look { eye in
                    let state = try eye.state()
                    guard state.device.number != 0 else { return }
                    try compareOutbox(eye, state, device)
                    if mirror { try compareMirror(eye, state, device, subject) }
                }
            } catch {
                fail("I5", "the file of \(device.name) cannot be read: \(error)")
            }
        }
    }

    func eye(of device: Device, _ subject: String) throws -> DeviceEye {
        if let eye = eyes[device.index] { return eye }
        let eye = try DeviceEye(
            disk: device.disk, path: "/data/accounts/\(subject)/cache.sqlite")
        eyes[device.index] = eye
        return eye
    }

    // MARK: - Writes

    private func compareOutbox(
        _ eye: DeviceEye, _ state: DeviceEye.State, _ device: Device
    ) throws {
        var ledger = ledgers[device.index] ?? DeviceLedger()
        defer { ledgers[device.index] = ledger }
        let subject = subjects[device.index]
        if ledger.device != state.device {
            try compareRenaming(eye, state, device, ledger)
            ledger.device = state.device
            ledger.forgetWrites()
        }
        let held = Set(try eye.heads().keys)
        let undecided = try eye.undecided()
        // What may come back takes nothing with it.
        let gone = ledger.held.union(ledger.undecided).subtracting(held).subtracting(undecided)
        if !undecided.isEmpty { world.reached("device.undecided") }
        ledger.held = held
        ledger.undecided = undecided
        if let subject, !gone.isEmpty {
            try compareWithdrawal(eye, state, device, &ledger, gone, of: subject)
        }
        if let subject { try noteLetGo(eye, state, &ledger, of: subject) }
        if try compareSalvage(eye, state, device, &ledger) { return }
        try compareClosedGap(eye, state, device, &ledger)
        let numbers = try eye.outboxNumbers()
        let waiting = state.nextMid - 1 - min(state.ackedMid, state.nextMid - 1)
        if UInt64(numbers.count) != waiting
            || numbers.first.map({ $0 != state.ackedMid + 1 }) == true
        {
            return fail(
                "I4",
                "\(device.name) has \(numbers.count) writes waiting of \(state.ackedMid + 1)..<\(state.nextMid)"
            )
        }
        if state.nextMid <= ledger.promised {
            return fail("I5", "\(device.name) lost the writes after \(state.nextMid - 1)")
        }
        // Writes that were never confirmed may have gone with a crash.
        for mid in ledger.writes.keys where mid >= state.nextMid { ledger.writes[mid] = nil }
        let known = ledger.writes.keys.max() ?? 0
        for mutation in try eye.outbox(after: known) {
            if let last = ledger.writes[mutation.mid - 1], last.time >= mutation.time {
                fail("I13", "\(device.name) stamped write \(mutation.mid) before the one before it")
            }
            ledger.writes[mutation.mid] = mutation
        }
        for (mid, chain) in try eye.chains()
        where ledger.writes[mid].map({ $0.chain != chain }) == true {
            fail("I5", "\(device.name) has another write \(mid) than it had")
        }
        ledger.nextMid = state.nextMid
        ledger.ackedMid = state.ackedMid
        try compareOutcomes(eye, state, device, after: ledger.outcomesSeen)
        ledger.outcomesSeen = min(state.answeredMid, state.ackedMid)
    }

    /// Writes that wait keep their order and their meaning under a new name.
    private func compareRenaming(
        _ eye: DeviceEye, _ state: DeviceEye.State, _ device: Device, _ ledger: DeviceLedger
    ) throws {
        guard ledger.device.number != 0, !ledger.wasReplaced else { return }
        world.reached("device.renamed")
        let before = ledger.writes.values.filter { !mayBeWithdrawn($0, device) }
        // What the server has is sent once more as well. What it had when it was asked waits
        // when the device hears of a restore since.
        let wasRestored = askedAt[state.device].map { $0 < history } ?? false
        let after = try wasRestored ? eye.kept() : eye.outbox(after: 0)
        if let lost = lost(before, in: after, ledger) {
            fail("I5", "\(device.name) lost write \(lost) with its older name")
        }
    }

    /// The first of the writes that must be kept under another number and is not, or nil.
    ///
    /// Those that have taken effect need not be among them, nor those that had to go with a
    /// part of the data.
    func lost(_ writes: [Mutation], in kept: [Mutation], _ ledger: DeviceLedger) -> UInt64? {
        let before =
            writes
            .filter {
                $0.mid > ledger.ackedMid
                    ? !tookEffect($0, ledger.device) : !isHeld($0, ledger.device)
            }
            .filter { !ledger.letGo.contains($0.mid) }
            .sorted { $0.mid < $1.mid }
        var left = kept[...]
        for old in before {
            guard
                let index = left.firstIndex(where: { new in
                    old.operations.map(\.key) == new.operations.map(\.key)
                        && old.operations.map(\.operation.number)
                            == new.operations.map(\.operation.number)
                })
            else { return old.mid }
            left = left[(index + 1)...]
        }
        return nil
    }

    /// Whether the server has a write that was acknowledged; a restored one may not.
    func isHeld(_ mutation: Mutation, _ device: DeviceID) -> Bool {
        truth.chains[device]?[mutation.mid] == mutation.chain
    }

    /// Whether a write is about a bucket that its person had no right to for a while.
    private func mayBeWithdrawn(_ mutation: Mutation, _ device: Device) -> Bool {
        guard let subject = subjects[device.index], doubtful.contains(subject) else { return false }
        return mutation.operations.contains { TablePolicy.all[$0.key.table]?.isPublic == false }
    }

    func tookEffect(_ mutation: Mutation, _ device: DeviceID) -> Bool {
        guard let outcome = truth.outcomes[device]?[mutation.mid] else { return false }
        return outcome.status != .refused && truth.chains[device]?[mutation.mid] == mutation.chain
    }

    /// What a device believes of its writes is what the server decided.
    private func compareOutcomes(
        _ eye: DeviceEye, _ state: DeviceEye.State, _ device: Device, after mid: UInt64
    ) throws {
        let truths = truth.outcomes[state.device] ?? [:]
        let known = try eye.outcomes(after: mid)
        let isCopied =
            gone.contains(state.device)
            || ledgers.contains { $0.key != device.index && $0.value.device == state.device }
        func isNew(_ mid: UInt64) -> Bool {
            truth.takenAfterRestore[state.device]?.contains(mid) ?? false
        }
        var next = mid + 1
        // Under a new name the device asks again after what the mirror has.
        while next <= min(state.ackedMid, state.answeredMid) {
            // Who closes a gap counts on behind what a copy has sent, which it was never told of.
            let isAnothers =
                try isCopied && isNew(next)
                && eye.chain(of: next) != truth.chains[state.device]?[next]
            if known[next] == nil, !isAnothers {
                fail(
                    "I5",
                    "\(device.name) was never told how write \(next) ended, of "
                        + "\(state.ackedMid) acknowledged, \(state.answeredMid) answered")
            }
            next += 1
        }
        try checkAside(
            known.keys.filter { $0 <= state.ackedMid && truths[$0]?.code == "create_stale" },
            eye, state, device)
        let last = truth.devices[state.device]?.lastMid ?? 0
        let stands =
            views[state.cursor]?.first?.history ?? ledgers[device.index]?.history ?? history
        for (mid, status) in known {
            guard let outcome = truths[mid] else {
                // The server was restored, and the device does not know yet.
                if mid > last, history > 0 { continue }
                fail("I17", "\(device.name) believes in an outcome of \(mid) that there is not")
                continue
            }
            if outcome.status.rawValue != status {
                // A copy can have sent it again to a restored server, to another end, or the
                // device itself, before its disk was put back. What was told and acknowledged
                // before stays, also where nobody looked in between.
                // A late request of its own can have come after a restore as well, and before it
                // was asked for again: then it counts, though in another way, or the right to its
                // row was given after the backup.
                let isLate = truth.takenLate[state.device]?.contains(mid) ?? false
                let counts =
                    outcome.code == "right_ended"
                    || status != Outcome.Status.refused.rawValue && outcome.status != .refused
                let isRetaken = isNew(mid) && mid <= state.ackedMid
                let wasSentByAnother = isCopied || rolledBack.contains(state.device)
                if stands < history || isRetaken && (wasSentByAnother || isLate && counts) {
                    continue
                }
                // A restored server can have taken another write of a copy under that number,
                // which this device notices when it asks the next time.
                if history > 0, let own = try eye.chain(of: mid),
                    own != truth.chains[state.device]?[mid]
                {
                    continue
                }
                fail(
                    "I2",
                    "\(device.name) believes \(status) of write \(mid), which ended as "
                        + "\(outcome.status) \(outcome.code)")
            }
        }
    }

    // MARK: - The mirror

    private func compareMirror(
        _ eye: DeviceEye, _ state: DeviceEye.State, _ device: Device, _ subject: String
    ) throws {
        let (digest, count) = try eye.mirror()
        let heads = try eye.heads()
        var ledger = ledgers[device.index] ?? DeviceLedger()
        defer { ledgers[device.index] = ledger }
        func isRight(_ view: View) -> Bool {
            view.digest == digest && view.count == count && view.subject == subject
        }
        if let possible = views[state.cursor] {
            if !possible.contains(where: isRight) {
                let counts = possible.map { String($0.count) }.joined(separator: " or ")
                fail("I7", "\(device.name) holds \(count) rows, at its cursor there were \(counts)")
            }
            world.points.count("device.atCheckpoint")
        } else if state.cursor.isEmpty {
            // Told to begin anew, it shows the old mirror until the new one is whole. That
            // can be one of a checkpoint to which nobody has looked since.
            if ledger.count != 0 || count != 0, digest != ledger.digest, !ledger.wasReplaced,
                !views.values.contains(where: { $0.contains(where: isRight) })
            {
                fail("I7", "\(device.name) changed its mirror without a checkpoint")
            }
        } else {
            fail("I7", "\(device.name) stands at a cursor that no checkpoint had")
        }
        let stands = views[state.cursor]?.first?.history ?? ledger.history
        for (name, head) in heads {
            guard let before = ledger.heads[name], before.epoch == head.epoch else { continue }
            if head.head < before.head, !ledger.wasReplaced, ledger.history == stands {
                fail("I8", "\(device.name) went back in \(name): \(before.head) to \(head.head)")
            }
        }
        if state.cursor.isEmpty { ledger.mayRepair = true }
        ledger.history = stands
        ledger.digest = digest
        ledger.count = count
        ledger.heads = heads
        ledger.wasReplaced = false
    }

    // MARK: - The screen

    /// What a screen shows is what is confirmed, with what waits laid over it.
    func checkShown(_ row: SyncRow?, _ key: RowKey, on device: Device) {
        guard let subject = subjects[device.index], !device.disk.isDown else { return }
        device.disk.unwatched {
            do {
                let eye = try eye(of: device, subject)
                let lease = try eye.leaseUntil(
                    TablePolicy.all[key.table]?.bucket(subject: subject) ?? "")
                if lease > 0 {
                    world.points.count("device.shownLeased")
                    if device.mustKnowPassed(lease) {
                        world.points.count("device.leaseOver")
                        if row != nil {
                            fail("I11", "\(device.name) shows \(key) after \(lease)")
                        }
                    }
                    // It may know of a later time than its clock does.
                    if row == nil { return }
                }
                let expected = try eye.look { try shown(key, $0) }
                world.points.count("device.shown")
                if row?.value != expected {
                    fail(
                        "I9",
                        "\(device.name) shows \(key) as \(row?.json ?? "nothing"), must be \(expected.map { String(decoding: JSON.canonical($0), as: UTF8.self) } ?? "nothing")"
                    )
                }
            } catch {
                fail("I5", "the file of \(device.name) cannot be read: \(error)")
            }
        }
    }

    private func shown(_ key: RowKey, _ eye: DeviceEye) throws -> JSONValue? {
        var row = NaiveRow()
        if let body = try eye.body(of: key) {
            guard let confirmed = NaiveRow(body: body) else { return nil }
            row = confirmed
        }
        let outcomes = try eye.outcomes(after: 0)
        for mutation in try eye.outbox(after: 0) where outcomes[mutation.mid] != 3 {
            let stamp = Stamp(packed: mutation.time.packed, device: mutation.time.device.number)
            for operation in mutation.operations where operation.key == key {
                guard !row.taken.isEmpty || operation.operation == .create else { continue }
                row.taken.append(
                    TakenOperation(
                        stamp: stamp, name: Naive.name(of: mutation),
                        operation: operation.operation))
            }
        }
        guard !row.taken.isEmpty, row.isAlive else { return nil }
        return row.shown
    }

    // MARK: - The end

    /// Everything is quiet: devices and server hold the same.
    func checkConverged(_ device: Device) {
        guard let subject = subjects[device.index] else { return }
        look(at: device, mirror: true)
        guard let ledger = ledgers[device.index] else {
            return fail("I19", "\(device.name) was never looked at")
        }
        let sight = truth.sight(of: subject, at: world.server.wallMilliseconds)
        if ledger.digest != sight.digest || ledger.count != sight.count {
            fail(
                "I6", "\(device.name) holds \(ledger.count) rows, the server \(sight.count) for it")
        }
        if ledger.ackedMid + 1 != ledger.nextMid {
            fail("I19", "\(device.name) still has writes after \(ledger.ackedMid)")
        }
        checkBounds(of: device, subject)
    }
}
