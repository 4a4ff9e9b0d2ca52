internal import FaultVFS
internal import SyncClientCore
internal import SyncProtocol

/// What stands before the plan's first action: people, agencies, signed-in devices.
extension World {
    static let address = "https://sync.example.test"

    /// The agencies and what they may write.
    static let agencies: [(code: String, tables: [String])] = [
        ("dlt", ["driving_licence", "vehicle", "traffic_ticket", "province"]),
        ("dga", ["service", "notification", "bill"]),
    ]

    /// Sets everything up without faults.
    ///
    /// - Returns: Whether it came to be.
    func setUp() -> Bool {
        if plan.options.isPrepared != 0, let template = Templates.server {
            server.disk.replace(ServerMachine.databasePath, with: template)
        }
        server.start()
        for agency in Self.agencies {
            admin([
                "command": "agency.add", "code": .string(agency.code),
                "tables": .array(agency.tables.map { .string($0) }),
            ]) { [self] answer in
                agencyKeys[agency.code] = answer["key"]?.text
            }
        }
        for _ in 0..<plan.people {
            admin(["command": "person.add"]) { [self] answer in
                if let subject = answer["subject"]?.text { subjects.append(subject) }
            }
        }
        guard
            run(
                until: 10_000,
                or: { [self] in
                    subjects.count == plan.people && agencyKeys.count == Self.agencies.count
                })
        else { return false }
        var isFed = false
        func feed() {
            sendFeed(FeedScript.catalogue(), of: "dga", for: 0) { taken in
                isFed = taken
                if !taken { feed() }
            }
        }
        feed()
        for device in devices {
            if plan.options.isPrepared != 0, let template = Templates.cache {
                let folder = "/data/accounts/\(subjects[device.person])"
                device.disk.replace(folder + "/cache.sqlite", with: template)
            }
            device.start()
        }
        return run(
            until: 120_000,
            or: { [self] in isFed && devices.allSatisfy { oracle.subjects[$0.index] != nil } })
    }

    /// Gives a command; `done` is called with the first row of the answer.
    func admin(_ command: JSONValue, done: @escaping (JSONValue) -> Void = { _ in }) {
        server.admin(command) { result in
            if case .success(let rows) = result, let row = rows.first { done(row) }
        }
    }

    /// A program has opened its device's files.
    func opened(_ program: Program) {
        let device = program.device
        guard let client = program.client else { return }
        if program.isSecond {
            reached("device.openedTwice")
            return
        }
        program.start({ await client.account }) { [self] result in
            guard case .success(let account) = result else { return }
            if let account {
                oracle.signedIn(device, as: account.subject)
                oracle.look(at: device, mirror: true)
            } else {
                signIn(device, for: 0)
            }
        }
    }

    /// Signs a device in, as its owner does with the operator's help.
    func signIn(_ device: Device, for action: Int) {
        guard let program = device.program, let client = program.client, !device.isSigningIn,
            !program.isSyncing
        else { return }
        device.isSigningIn = true
        program.networkAction = action
        let name = device.name
        program.start({
            try await client.beginSignIn(server: Self.address, deviceName: name)
        }) { [self] result in
            guard case .success(let prompt) = result else {
                device.isSigningIn = false
                note(device.name, "cannot begin to sign in: \(result)")
                return
            }
            approve(prompt.userCode, device)
            program.start({ try await client.completeSignIn(prompt) }) { [self] result in
                device.isSigningIn = false
                switch result {
                case .success(let account):
                    note(device.name, "is signed in as \(account.device)")
                    reached("device.signedIn")
                    oracle.signedIn(device, as: account.subject)
                    oracle.look(at: device, mirror: true)
                case .failure(let error):
                    note(device.name, "is not signed in: \(error)")
                    // It may have been stored before something failed, and hold from then on.
                    program.start({ await client.account }) { [self] result in
                        if case .success(let account?) = result,
                            oracle.subjects[device.index] == nil
                        {
                            oracle.signedIn(device, as: account.subject)
                        }
                        oracle.look(at: device, mirror: true)
                    }
                }
            }
        }
    }

    /// The operator confirms a code; again if the server was down.
    private func approve(_ code: String, _ device: Device, attempt: Int = 0) {
        guard device.isSigningIn, attempt < 20 else { return }
        let person = subjects[device.person]
        server.admin(["command": "approve", "user_code": .string(code), "person": .string(person)])
        { [self] result in
            if case .failure = result { note("admin", "could not approve \(code)") }
        }
        timeline.schedule(after: 5_000) { [self] in approve(code, device, attempt: attempt + 1) }
    }
}
