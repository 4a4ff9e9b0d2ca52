internal import FaultVFS
internal import SyncProtocol

/// New versions of the app and of the server, which find the files of an older one.
extension World {
    /// The app ends, and a newer one starts on what the older one left.
    func updateApp(_ action: Action, on device: Device) {
        guard let subject = oracle.subjects[device.index], !device.disk.isDown else { return }
        device.crash(power: false)
        device.whileDown = { [self] in
            // What the last round brought belongs to a cursor that the update may drop.
            oracle.look(at: device, mirror: true)
            oracle.eyes[device.index] = nil
            update(
                "/data/accounts/\(subject)/cache.sqlite", of: OlderFiles.cache, on: device.disk,
                device.name, action)
        }
    }

    /// The same with the server.
    func updateServer(_ action: Action) {
        guard server.server != nil else { return }
        server.crash(power: false)
        server.whileDown = { [self] in
            update(
                ServerMachine.databasePath, of: OlderFiles.server, on: server.disk, "server",
                action)
        }
    }

    /// An agency gets a new key, and its old one ends.
    func rotateKey(of agency: (code: String, tables: [String])) {
        let history = oracle.history
        let old = agencyKeys[agency.code]
        admin([
            "command": "agency.add", "code": .string(agency.code),
            "tables": .array(agency.tables.map { .string($0) }),
        ]) { [self] answer in
            guard let key = answer["key"]?.text, oracle.history == history else { return }
            agencyKeys[agency.code] = key
            old.map { oracle.keyEnded($0) }
            reached("admin.rotated")
        }
    }

    private func update(
        _ path: String, of steps: [OlderFiles.Step], on disk: SimulatedDisk, _ name: String,
        _ action: Action
    ) {
        let wanted = 1 + Int(action.argument(0).magnitude) % steps.count
        do {
            guard let version = try OlderFiles.takeBack(path, to: wanted, by: steps, on: disk)
            else { return }
            if name == "server", version < OlderFiles.auditVersion { oracle.auditBeginsAnew() }
            note(name, "has a file of version \(version)")
            points.count(named: "\(name == "server" ? name : "device").updatedFrom.\(version)")
        } catch {
            return fail("I19", "\(path) of \(name) cannot be taken back: \(error)")
        }
        guard action.argument(1) > 0 else { return }
        let effect: DiskFault.Effect = action.argument(2) > 0 ? .powerCut : .kill
        disk.arm(DiskFault(effect, after: Int(action.argument(1)) - 1))
    }
}
