internal import SyncProtocol

/// Lets a device take the place of another one of the same person.
///
/// Whoever signs in again has a new name and, perhaps, writes that were sent
/// under the old one with no answer. What of them was taken must not be sent
/// again. So the old device's rights end here, in the transaction that reads what
/// it has done: nothing that is still on its way can change the answer.
struct ReplacementMachine {
    /// What a device has done, after one of its mutations.
    struct History: Hashable, Sendable {
        /// Its last mutation; zero if the device is not known.
        var last: UInt64 = 0
        /// The chain links of the first mutations after the one asked for.
        var chains: [UInt64] = []
        /// For each of them, whether it took effect: a refused one did not.
        var tookEffect: [Bool] = []
    }

    let context: WriterContext
    let signIns: SignInMachine

    /// Ends the old device's rights and tells what it has done.
    ///
    /// - Parameters:
    ///   - old: The device whose place is taken.
    ///   - new: The device that asks.
    ///   - mid: The last mutation that the asker knows the end of.
    /// - Returns: At most ``OutcomeRecord/answerMax`` mutations, or nil where the
    ///   asker has no rights itself. A device of somebody else is like none.
    /// - Throws: What the store throws.
    func replace(
        _ old: DeviceID, by new: DeviceNumber, after mid: UInt64
    ) throws -> History? {
        let transaction = context.transaction
        guard let asker = try transaction.device(new), asker.revoked == 0 else { return nil }
        guard let device = try transaction.device(id: old), device.number != new,
            device.person == asker.person
        else { return History() }
        if device.revoked == 0 { try signIns.revoke(device, by: .device(asker.id)) }
        var history = History(last: device.lastMid)
        var next = mid
        while next < device.lastMid, history.chains.count < OutcomeRecord.answerMax {
            next += 1
            guard let record = try transaction.outcome(of: device.number, mid: next) else { break }
            history.chains.append(record.chain)
            history.tookEffect.append(record.outcome.status != .refused)
        }
        return history
    }
}
