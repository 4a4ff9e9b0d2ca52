internal import SyncProtocol

/// Tombstones that are purged: which of them may be, and what follows.
extension Oracle {
    /// Whether a push is on its way that means another thing before a purge than after it.
    ///
    /// Its place in the group of a purge is not known. What touches living rows alone
    /// comes to the same.
    var purgeMustWait: Bool {
        pushes.contains { push in
            let scope = truth.devices[push.device]?.subject ?? ""
            return push.mutations.contains { mutation in
                mutation.operations.contains { operation in
                    if case .submit = operation.operation { return false }
                    let key = operation.key
                    return truth.rows[TrueKey(table: key.table, id: key.id, scope: scope)]?
                        .isAlive != true
                }
            }
        }
    }

    /// Finds out what was purged since the last look.
    ///
    /// A run of `compact` shows in the floors of buckets. Only what was deleted long
    /// enough ago may be gone; from then on nobody knows that it ever was.
    func comparePurge(at now: Int64) throws {
        guard let eye = serverEye else { return }
        let found = try eye.purges()
        guard found != truth.purged else { return }
        guard let age = pendingPurge else {
            return fail("I10", "tombstones were purged, and nobody asked for it")
        }
        let moved = Set(found.keys.filter { found[$0] != truth.purged[$0] })
        for name in moved.sorted() {
            guard let line = found[name] else { continue }
            // A clock that was set back takes nothing back of an earlier purge.
            if line.before > max(now - age, truth.purged[name]?.before ?? .min) {
                fail("I10", "\(name): tombstones of \(line.before) were purged, before their time")
            }
            if line.floor < truth.purged[name]?.floor ?? 0 {
                fail("I8", "the floor of \(name) fell to \(line.floor)")
            }
        }
        let present = try eye.keys(in: moved)
        for key in truth.citizenRows.keys.sorted() {
            guard let policy = TablePolicy.all[key.table], truth.rows[key]?.isAlive == false else {
                continue
            }
            let name = policy.bucket(subject: key.scope)
            guard moved.contains(name), let line = found[name],
                present[name]?.contains("\(key.table)/\(key.id)") == false
            else { continue }
            if let deleted = truth.deletedAt[key], deleted > line.before, !serverClockWasSet {
                fail("I10", "\(key) was deleted at \(deleted) and purged before \(line.before)")
            }
            forget(key)
        }
        truth.purged = found
        purgedNow = moved
        world.reached("server.purged")
    }

    /// Looks for fed rows that are gone with their tombstones: removed and purged in one commit.
    func compareVanished() throws {
        guard !purgedNow.isEmpty, let eye = serverEye else { return }
        let present = try eye.keys(in: purgedNow)
        for (key, row) in truth.rows where row.isAlive {
            guard let policy = TablePolicy.all[key.table], policy.writer != .citizen else {
                continue
            }
            let name = policy.bucket(subject: row.subject)
            guard purgedNow.contains(name),
                present[name]?.contains("\(key.table)/\(key.id)") != true
            else { continue }
            guard feed.removes(key, after: row.sourceVersion) else {
                return fail("I10", "\(key) is gone with a purge, and nobody removed it")
            }
            var gone = row
            gone.isAlive = false
            truth.put(gone, at: key)
            truth.rows[key] = nil
            moment.revs[key] = nil
            world.reached("server.purgedAtOnce")
        }
        purgedNow = []
    }

    /// Nobody knows any more that a row ever was.
    private func forget(_ key: TrueKey) {
        truth.citizenRows[key] = nil
        truth.rows[key] = nil
        truth.deletedAt[key] = nil
        moment.revs[key] = nil
        intentions.forget(key)
        world.points.count("server.forgot")
    }

    /// A write was refused because what it is about may have been deleted.
    func setAside(_ device: DeviceID) {
        world.reached("server.createStale")
        // Its person decides whether it ever counts. A copy is refused what its original stored.
        for (index, ledger) in ledgers where ledger.device == device {
            for one in (originals[index] ?? []).union([index]) { intentions.doubt(one) }
        }
    }

    /// What was refused for that reason is kept until its person decides.
    func checkAside(
        _ mids: [UInt64], _ eye: DeviceEye, _ state: DeviceEye.State, _ device: Device
    )
        throws
    {
        let subject = subjects[device.index] ?? ""
        guard !mids.isEmpty, !doubtful.contains(subject) else { return }
        let kept = try eye.aside()
        for mid in mids {
            guard let chain = truth.chains[state.device]?[mid], !kept.contains(chain) else {
                continue
            }
            fail("I5", "\(device.name) did not set aside write \(mid)")
        }
        world.reached("device.setAside")
    }
}
