internal import SyncClientCore
internal import SyncProtocol

/// Purging, and what people decide about writes that came too late.
extension World {
    /// Purges tombstones that are older than some days, together with writes on their way.
    ///
    /// The oracle has to know what came first: a write or the end of a tombstone.
    func compact(days: Int64, attempt: Int = 0) {
        guard server.server != nil, attempt < 50 else { return }
        guard !oracle.purgeMustWait, oracle.pendingPurge == nil else {
            timeline.schedule(after: 50) { [self] in compact(days: days, attempt: attempt + 1) }
            return
        }
        if !oracle.pushes.isEmpty { reached("admin.compactedWithPushes") }
        oracle.pendingPurge = days * 86_400_000
        var isDone = false
        server.admin(["command": "compact", "days": .integer(days)]) { [self] result in
            guard case .success = result else { return reached("admin.compactFailed") }
            isDone = true
            reached("admin.compacted")
        }
        server.commitNow()
        // With a crash the start tells. So it does where the disk refused the commit: what was
        // written of it before is found in the log by the next start.
        if isDone { oracle.pendingPurge = nil }
    }

    /// Each person decides about the writes that were set aside: uses or drops them.
    func decideAside() {
        for device in devices where plan.core.contains(device.index) {
            guard violation == nil, let program = device.program, let client = program.client else {
                continue
            }
            program.start({ try await client.writesAside() }) { [self] result in
                guard case .success(let rows) = result else { return }
                for (index, aside) in rows.enumerated() {
                    device.writes += 1
                    let isUsed = (index + device.index) % 2 == 0
                    program.start({
                        if isUsed {
                            try await client.useWritesAside(aside.row)
                        } else {
                            try await client.dropWritesAside(aside.row)
                        }
                    }) { [self] result in
                        note(device.name, "\(isUsed ? "uses" : "drops") \(aside.row): \(result)")
                        reached(isUsed ? "aside.used" : "aside.dropped")
                    }
                }
            }
        }
        run(until: timeline.now + 1_000)
    }
}
