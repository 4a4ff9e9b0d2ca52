internal import FaultVFS
internal import SyncClientCore
internal import SyncProtocol

/// What the verbs of a plan do.
extension World {
    /// Carries an action out; one that is impossible now is passed over.
    func perform(_ action: Action) {
        trace("action", Int64(action.id), [])
        points.count(named: "do.\(action.verb.rawValue)")
        switch action.actor {
        case .device(let index):
            guard index < devices.count else { return }
            perform(action, on: devices[index])
        case .server: performOnServer(action)
        case .agency: performFeed(action)
        case .admin: performAdmin(action)
        }
    }

    private func say(_ action: Action) {
        let names = zip(action.verb.argumentNames, action.arguments)
        note(
            action.actor.text,
            "\(action.verb.rawValue)" + names.map { " \($0) \($1)" }.joined() + " (#\(action.id))")
    }

    // MARK: - Devices

    private func perform(_ action: Action, on device: Device) {
        guard !device.isRetired else { return }
        say(action)
        switch action.verb {
        case .sync: sync(device, for: action.id)
        case .open: device.start()
        case .close: device.close()
        case .signIn: signIn(device, for: action.id)
        case .kill, .powerCut:
            let effect: DiskFault.Effect = action.verb == .kill ? .kill : .powerCut
            device.downtime = action.argument(1)
            if action.argument(0) <= 0 {
                device.crash(power: effect == .powerCut)
            } else {
                device.disk.arm(DiskFault(effect, after: Int(action.argument(0))))
            }
        case .stopAt:
            let all = FaultPoint.allCases
            let point = all[Int(action.argument(0).magnitude) % all.count]
            device.program?.stop = (point, Int(action.argument(1)), action.argument(2) > 0)
        case .diskFault: device.disk.arm(Self.diskFault(action))
        case .diskFull:
            device.disk.capacityBytes = device.disk.usedBytes + Int(action.argument(0))
        case .diskMend: device.disk.disarm()
        case .clockSet: device.setClock(offset: action.argument(0))
        case .clockDrift: device.setDrift(perMillion: action.argument(0))
        case .offline:
            for endpoint in [device.endpoint, device.secondEndpoint] {
                endpoint.offlineUntil = timeline.now + action.argument(0)
                endpoint.isSilent = action.argument(1) > 0
            }
        case .keepDisk, .rollDiskBack, .cloneDisk, .newDisk: replaceDisk(action, device)
        case .updateApp: updateApp(action, on: device)
        case .openSecond: device.startSecond()
        case .closeSecond: device.closeSecond(kills: action.argument(0) > 0)
        case .listen: device.program?.listen(for: action.id)
        case .stopListening: device.program?.stopListening()
        case .rogue: misbehave(action, as: device)
        default: write(action, on: device)
        }
    }

    private static func diskFault(_ action: Action) -> DiskFault {
        let effects: [DiskFault.Effect] = [.error, .full, .short]
        let operations: [DiskOperation?] = [nil, .write, .sync, .read, .truncate, .open]
        let kind = Int(action.argument(0).magnitude)
        return DiskFault(
            effects[kind % effects.count], at: operations[kind / effects.count % operations.count],
            after: Int(action.argument(1)), times: max(1, Int(action.argument(2))))
    }

    private func replaceDisk(_ action: Action, _ device: Device) {
        switch action.verb {
        case .keepDisk:
            device.keepDisk()
            device.keptLedger = oracle.ledgers[device.index]
        case .rollDiskBack:
            guard let kept = device.keptDisk else { return }
            // Nobody may have been signed in on it then.
            if kept.keys.contains(where: { $0.hasSuffix("/cache.sqlite") }) {
                oracle.ledgers[device.index] = device.keptLedger
                oracle.ledgers[device.index]?.wasReplaced = true
                if let name = device.keptLedger?.device { oracle.rolledBack.insert(name) }
                oracle.intentions.doubt(device.index)
            } else {
                oracle.emptied(device)
            }
            device.replaceDisk(with: kept)
            reached("device.rolledBack")
        case .cloneDisk:
            let source = devices[Int(action.argument(0)) % devices.count]
            guard source !== device, source.person == device.person,
                oracle.subjects[source.index] != nil, !source.disk.isDown
            else { return }
            source.keepDisk()
            guard let files = source.keptDisk else { return }
            oracle.intentions.doubt(device.index)
            oracle.ledgers[device.index] = oracle.ledgers[source.index]
            oracle.ledgers[device.index]?.wasReplaced = true
            oracle.originals[device.index, default: []].formUnion(
                (oracle.originals[source.index] ?? []).union([source.index]))
            device.replaceDisk(with: files)
            reached("device.cloned")
        case .newDisk:
            guard oracle.subjects[device.index] != nil, !device.disk.isDown else { return }
            oracle.emptied(device)
            device.replaceDisk(with: [:])
            reached("device.new")
        default: break
        }
    }

    /// Runs a round on a device.
    func sync(_ device: Device, for action: Int) {
        guard let program = device.program(for: action), program.client != nil,
            !program.isSyncing, !device.isSigningIn
        else { return }
        let clock = device.clockChanges
        let startedAt = timeline.now
        program.sync(for: action) { [self] result in
            syncs += 1
            switch result {
            case .success(let report):
                device.lastFailure = nil
                if device.clockChanges == clock { device.timeLearnedAt = startedAt }
                trace("sync.done", Int64(report.rows), [])
                note(
                    device.name,
                    "synced: \(report.pushed) sent, \(report.rows) rows, \(report.deletes) removed")
                reached("sync.done")
                oracle.synced(device, hasRepaired: report.repairs > 0)
            case .failure(let error):
                let failure = error as? SyncFailure
                device.lastFailure = failure?.code ?? "\(error)"
                trace("sync.failed", 0, Array("\(error)".utf8))
                note(device.name, "did not sync: \(error)")
                points.count(named: "sync.failed.\(failure?.code ?? "other")")
                if [.signInExpired, .deviceCopied, .signedOut].contains(failure), !program.isSecond
                {
                    device.needsSignIn = true
                }
            }
            oracle.look(at: device, mirror: true)
        }
    }

    // MARK: - Writes

    private func write(_ action: Action, on device: Device) {
        guard let program = device.program(for: action.id), let client = program.client else {
            return
        }
        guard let write = Workload.write(action, device: device.index) else { return }
        device.writes += 1
        let began = oracle.intentions.moment()
        program.start({ try await write(client) }) { [self] result in
            switch result {
            case .success(let mid):
                note(device.name, "stored write \(mid) (#\(action.id))")
                points.count(named: "write.\(action.verb.rawValue)")
                if program.isSecond { reached("write.bySecond") }
                oracle.wrote(device, mid: mid)
                oracle.intended(action, on: device, began: began, isCertain: true)
                if action.id % 3 == 0 { checkShown(action, on: device) }
            case .failure(let error):
                note(device.name, "did not store (#\(action.id)): \(error)")
                points.count(
                    named: "write.failed.\((error as? SyncFailure)?.code ?? "other")")
                if case .writeRefused = error as? SyncFailure { return }
                oracle.intended(action, on: device, began: began, isCertain: false)
            }
        } orDied: { [self] in
            // Nobody was told, and yet it may have been stored.
            oracle.intended(action, on: device, began: began, isCertain: false)
        }
    }

    /// Reads the row that was written and compares it with what must be shown.
    private func checkShown(_ action: Action, on device: Device) {
        guard let program = device.program(for: action.id), let client = program.client,
            !device.isSyncing, let key = Workload.key(action)
        else { return }
        let writes = device.writes
        program.start({ try await client.row(key.table, key.id) }) { [self] result in
            // What changed meanwhile may be shown or not.
            guard !device.isSyncing, device.writes == writes, case .success(let row) = result
            else { return }
            oracle.checkShown(row, key, on: device)
        }
    }

    // MARK: - The server, the agency, the administrator

    private func performOnServer(_ action: Action) {
        say(action)
        switch action.verb {
        case .serverKill, .serverPowerCut:
            let effect: DiskFault.Effect = action.verb == .serverKill ? .kill : .powerCut
            server.downtime = action.argument(1)
            if action.argument(0) <= 0 {
                server.crash(power: effect == .powerCut)
            } else {
                server.disk.arm(DiskFault(effect, after: Int(action.argument(0))))
            }
        case .serverDiskFault: server.disk.arm(Self.diskFault(action))
        case .serverDiskFull:
            server.disk.capacityBytes = server.disk.usedBytes + Int(action.argument(0))
        case .serverDiskMend: server.disk.disarm()
        case .serverClock:
            oracle.serverClockWasSet = true
            server.clockOffset = action.argument(0)
        case .updateServer: updateServer(action)
        default: break
        }
    }

    private func performFeed(_ action: Action) {
        say(action)
        if action.verb == .catalogue {
            return sendFeed(
                FeedScript.catalogue(version: action.argument(0)), of: "dga", for: action.id
            ) { [self] isWhole in
                if isWhole { reached("feed.catalogue") }
            }
        }
        var random = SeededRandom(
            seed: plan.seed, stream: "order", UInt64(bitPattern: action.argument(2)))
        let first = Int(action.argument(0))
        var lines = (first..<first + Int(action.argument(1))).map {
            FeedScript.line(
                $0, seed: plan.seed, subjects: subjects, isAltered: action.argument(3) != 0)
        }
        // Order zero is the agency's own; any other one is out of order, with a bad line.
        if action.argument(2) != 0 {
            lines.shuffle(using: &random)
            lines.insert(
                FeedScript.poison(random.next(in: 0...20)), at: random.next(in: 0...lines.count))
        }
        sendFeed(lines, of: "dlt", for: action.id) { [self] isWhole in
            reached(isWhole ? "feed.whole" : "feed.cut")
        }
    }

    private func performAdmin(_ action: Action) {
        say(action)
        switch action.verb {
        case .revoke:
            let index = Int(action.argument(0))
            guard index < devices.count, let ledger = oracle.ledgers[index] else { return }
            admin([
                "command": "device.revoke", "device": .string(ledger.device.description),
            ]) { [self] _ in
                oracle.revoked(ledger.device)
                reached("admin.revoked")
            }
        case .backup:
            let path = "/backup-\(action.id).sqlite"
            server.admin(["command": "backup", "file": .string(path)]) { [self] result in
                guard case .success = result, let bytes = server.disk.bytes(of: path) else {
                    return
                }
                // The copy holds what was committed before it in this very step.
                oracle.committed()
                backup = (bytes, oracle.truth, agencyKeys)
                server.disk.replace(path, with: nil)
                reached("admin.backup")
            }
        case .restore:
            guard let backup, server.server != nil else { return }
            oracle.restoring(backup.truth)
            agencyKeys = backup.keys
            server.replaceDatabase(with: backup.bytes, isAnnounced: action.argument(0) != 0)
            reached(action.argument(0) != 0 ? "admin.restored" : "admin.putInPlace")
        case .verify: admin(["command": "verify"])
        case .compact: compact(days: action.argument(0))
        case .withdrawRight, .giveRight: changeRight(action)
        case .rotate: rotateKey(of: Self.agencies[0])
        default: break
        }
    }
}
