internal import SyncProtocol
internal import SyncServerCore

/// What pushes should have changed, and what they did.
extension Oracle {
    /// Takes the pushes that the store shows to have been taken, in order.
    func takePushes() throws {
        guard let eye = serverEye else { return }
        var records: [DeviceID: DeviceRecord] = [:]
        for push in pushes where records[push.device] == nil {
            guard let number = truth.devices[push.device]?.number else { continue }
            records[push.device] = try eye.device(number)
        }
        for push in pushes {
            guard let record = records[push.device], !isOvertaken(push, record) else { continue }
            var link = push.base
            for mutation in push.mutations {
                defer { link = mutation.chain }
                // What a copy sends does not follow what was taken, and is refused.
                guard let facts = truth.devices[push.device],
                    mutation.mid == facts.lastMid + 1, mutation.mid <= record.lastMid,
                    facts.lastMid == 0 || link == facts.lastChain
                else { continue }
                if push.exchange.sentInHistory < history {
                    truth.takenLate[push.device, default: []].insert(mutation.mid)
                }
                take(mutation, push.device, facts, try outcome(mutation, facts, eye))
            }
        }
        for device in records.keys.sorted() {
            guard let record = records[device], let facts = truth.devices[device] else { continue }
            if record.lastMid != facts.lastMid || record.lastChain != facts.lastChain {
                fail(
                    "I4",
                    "the store has \(record.lastMid) of \(device), \(facts.lastMid) were sent in order"
                )
            }
            if record.lastTime != facts.lastTime {
                fail(
                    "I13", "the last time of \(device) is not the one that follows from its writes")
            }
        }
    }

    /// Whether the store holds other writes under the numbers of a push.
    ///
    /// Copies of a device can send theirs at one time; whose body was whole first shows in
    /// the last link alone.
    private func isOvertaken(_ push: Push, _ record: DeviceRecord) -> Bool {
        func isHeld(_ push: Push) -> Bool {
            push.mutations.contains { $0.chain == record.lastChain }
        }
        guard pushes.count > 1, !isHeld(push) else { return false }
        return pushes.contains { other in
            other.device == push.device && isHeld(other)
                && other.mutations.contains { mutation in
                    push.mutations.contains {
                        $0.mid == mutation.mid && $0.chain != mutation.chain
                    }
                }
        }
    }

    private func outcome(
        _ mutation: Mutation, _ facts: DeviceFacts, _ eye: ServerEye
    ) throws -> Outcome? {
        try eye.outcomes(of: facts.number, after: mutation.mid - 1).first
    }

    private func take(
        _ mutation: Mutation, _ device: DeviceID, _ facts: DeviceFacts, _ outcome: Outcome?
    ) {
        let namedBefore = truth.namedOtherwise
        let fate = fate(of: mutation, from: device, outcome, now: committingAt)
        if truth.namedOtherwise > namedBefore { world.reached("server.namedOtherwise") }
        guard let outcome, outcome.mid == mutation.mid else {
            return fail("I2", "\(device).\(mutation.mid) was taken and has no outcome")
        }
        truth.outcomes[device, default: [:]][mutation.mid] = outcome
        if history > 0 { truth.takenAfterRestore[device, default: []].insert(mutation.mid) }
        world.points.count(outcome.status == .refused ? "server.refused" : "server.taken")
        if outcome.code == "create_stale" { setAside(device) }
        if outcome.code == "right_ended" { world.reached("server.rightEnded") }
        switch fate {
        case .taken(let isRestamped):
            if outcome.status == .refused {
                fail("I5", "\(device).\(mutation.mid) was refused: \(outcome.code)")
            }
            if isRestamped != (outcome.code == "time_restamped") {
                fail("I13", "\(device).\(mutation.mid): \(outcome.code), restamped \(isRestamped)")
            }
            if isRestamped { world.reached("server.restamped") }
            for operation in mutation.operations {
                if case .submit(let payload) = operation.operation {
                    submitted[operation.key.id] = (facts.subject, payload)
                }
            }
        case .takenBefore:
            if outcome.status != .merged || outcome.code != "taken_before" {
                fail("I2", "\(device).\(mutation.mid) came before and ended as \(outcome.code)")
            }
            world.reached("server.takenBefore")
        case .refused(let code):
            if outcome.status != .refused || code.map({ $0 != outcome.code }) ?? false {
                fail(
                    "I15",
                    "\(device).\(mutation.mid) ended as \(outcome.status) \(outcome.code), not as \(code ?? "refused")"
                )
            }
        }
    }

    /// Every device that the store knew is still as far as it was.
    func compareDevices() throws {
        guard let eye = serverEye else { return }
        for device in truth.devices.keys.sorted() {
            guard let facts = truth.devices[device] else { continue }
            guard let record = try eye.device(facts.number) else {
                fail("I1", "\(device) is gone from the store")
                continue
            }
            if record.lastMid != facts.lastMid || record.lastChain != facts.lastChain {
                fail("I1", "\(device) had \(facts.lastMid) writes, the store has \(record.lastMid)")
            }
            if facts.isRevoked, record.revoked == 0 {
                fail("I11", "the end of \(device)'s rights was forgotten")
            }
        }
    }
}
