internal import SyncProtocol

/// What goes with a part of the data, and how the rest of a device's writes goes on.
extension Oracle {
    /// With a bucket goes what was written on its rows; all else stays, in order.
    func compareWithdrawal(
        _ eye: DeviceEye, _ state: DeviceEye.State, _ device: Device, _ ledger: inout DeviceLedger,
        _ gone: Set<String>, of subject: String
    ) throws {
        world.reached("device.bucketGone")
        func isWithdrawn(_ mutation: Mutation) -> Bool {
            mutation.operations.contains {
                TablePolicy.all[$0.key.table].map { gone.contains($0.bucket(subject: subject)) }
                    ?? false
            }
        }
        let withdrawn = ledger.writes.values.filter(isWithdrawn)
        guard doubtful.contains(subject) else {
            // No right has ended: there is nothing of it, so all of it was decided, and refused.
            let isCurrent = views[state.cursor]?.first?.history == history
            let kept = Set(try eye.kept().map(\.chain))
            let missing = withdrawn.filter { !kept.contains($0.chain) }
            for write in missing where !ledger.wasReplaced {
                if tookEffect(write, state.device) {
                    fail("I1", "\(device.name) let go of write \(write.mid), which took effect")
                } else if isCurrent, !isHeld(write, state.device) {
                    fail("I1", "\(device.name) let go of write \(write.mid), which nobody decided")
                }
            }
            ledger.letGo.formUnion(missing.map(\.mid).filter { $0 <= state.ackedMid })
            return
        }
        if try hasClosedGap(eye, state, ledger) {
            // In the same round: what is left is looked for among all that is kept.
            ledger.letGo.formUnion(withdrawn.map(\.mid))
            return
        }
        ledger.letGo.formUnion(withdrawn.map(\.mid).filter { $0 <= state.ackedMid })
        var left = try eye.outbox(after: 0)[...]
        for write in ledger.writes.values.sorted(by: { $0.mid < $1.mid })
        where write.mid > state.ackedMid && !isWithdrawn(write)
            && !ledger.letGo.contains(write.mid)
        {
            guard let index = left.firstIndex(where: { $0.operations == write.operations }) else {
                fail("I5", "\(device.name) lost write \(write.mid) with a bucket it is not about")
                return
            }
            left = left[(index + 1)...]
        }
        if withdrawn.contains(where: { $0.mid > state.ackedMid }) {
            world.reached("device.withdrew")
        }
        ledger.writes = ledger.writes.filter { $0.key <= state.ackedMid }
        ledger.promised = min(ledger.promised, state.nextMid - 1)
        ledger.outcomesSeen = min(ledger.outcomesSeen, state.ackedMid)
    }

    /// Whether a write is about a part that is not held, and will not come back.
    private func isGone(_ write: Mutation, _ ledger: DeviceLedger, of subject: String) -> Bool {
        write.operations.contains {
            guard let policy = TablePolicy.all[$0.key.table] else { return false }
            let bucket = policy.bucket(subject: subject)
            return !ledger.held.contains(bucket) && !ledger.undecided.contains(bucket)
        }
    }

    /// Takes note of acknowledged writes that are not kept because a right to them ended.
    ///
    /// A part can come and go between two looks.
    func noteLetGo(
        _ eye: DeviceEye, _ state: DeviceEye.State, _ ledger: inout DeviceLedger, of subject: String
    ) throws {
        guard doubtful.contains(subject), !ledger.wasReplaced else { return }
        let missing = ledger.writes.values.filter {
            $0.mid <= state.ackedMid && !ledger.letGo.contains($0.mid)
                && isGone($0, ledger, of: subject)
        }
        guard !missing.isEmpty else { return }
        let kept = Set(try eye.kept().map(\.chain))
        ledger.letGo.formUnion(missing.filter { !kept.contains($0.chain) }.map(\.mid))
    }

    /// A server that is put back behind a write that had to go names a gap that nothing fills.
    ///
    /// The device closes it: what it keeps, and the server has lost, gets other numbers.
    func compareClosedGap(
        _ eye: DeviceEye, _ state: DeviceEye.State, _ device: Device, _ ledger: inout DeviceLedger
    ) throws {
        guard try hasClosedGap(eye, state, ledger) else { return }
        world.reached("device.closedGap")
        // The server may have answered them already.
        let kept = try eye.kept()
        if let lost = lost(Array(ledger.writes.values), in: kept, ledger) {
            fail("I5", "\(device.name) lost write \(lost) when it closed a gap")
        }
        // Before them nothing has changed, also of what was told.
        let changed = kept.first { ledger.writes[$0.mid].map(\.chain) != $0.chain }
        let seen = min(ledger.outcomesSeen, (changed?.mid ?? state.nextMid) - 1)
        ledger.forgetWrites()
        ledger.outcomesSeen = seen
    }

    /// Whether writes have other numbers than before, where some had to go and a server went back.
    private func hasClosedGap(
        _ eye: DeviceEye, _ state: DeviceEye.State, _ ledger: DeviceLedger
    ) throws -> Bool {
        guard history > 0, !ledger.letGo.isEmpty, !ledger.wasReplaced else { return false }
        // A withdrawal alone leaves what was acknowledged where it was.
        if state.ackedMid < ledger.ackedMid { return true }
        return try eye.kept().contains { write in
            write.mid <= ledger.ackedMid
                && ledger.writes[write.mid].map { $0.chain != write.chain } ?? false
        }
    }
}
