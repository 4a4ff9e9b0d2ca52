internal import SyncProtocol

/// Caches that were put together again from what could be read.
///
/// A damaged log can hold a write and not the one before it. Nobody knows whether that
/// one was ever whole, so the device takes what it finds, gives new writes numbers of
/// their own, and asks the server. A commit that a power cut tore is passed over, so
/// that a power cut alone never leads here.
extension Oracle {
    /// Above this number a write waits for the server to say what it is to be called.
    private static let temporaryMid: UInt64 = 1 << 40

    /// Looks at a device that has been salvaged, and ends that when it is over.
    ///
    /// - Returns: Whether the numbers of its writes mean nothing yet.
    func compareSalvage(
        _ eye: DeviceEye, _ state: DeviceEye.State, _ device: Device, _ ledger: inout DeviceLedger
    ) throws -> Bool {
        guard state.nextMid >= Self.temporaryMid else {
            guard ledger.isSalvaged else { return false }
            // From here on the writes have new numbers; what they meant is summed up.
            ledger.isSalvaged = false
            ledger.forgetWrites()
            ledger.outcomesSeen = state.ackedMid
            ledger.wasReplaced = true
            return false
        }
        if !ledger.isSalvaged {
            world.reached("device.salvaged")
            let kept = Set(try eye.chains().values)
            for write in ledger.writes.values.sorted(by: { $0.mid < $1.mid })
            where write.mid > state.ackedMid && write.mid <= ledger.promised
                && !kept.contains(write.chain) && !isHeld(write, ledger.device)
            {
                fail("I5", "\(device.name) was salvaged without write \(write.mid)")
            }
        }
        ledger.isSalvaged = true
        ledger.mayRepair = true
        ledger.wasReplaced = true
        return true
    }
}
