internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

extension Session {
    /// Shows what needs attention, how old the data are and what waits.
    func home() async throws -> Int32 {
        var attention = Attention(judge: RowJudge(standing: standing))
        if standing.account != nil {
            attention.addStanding()
            attention.addLicences(try await mirror.rows("driving_licence"))
            attention.addVehicles(try await mirror.rows("vehicle"))
            attention.addTickets(try await mirror.rows("traffic_ticket"))
            attention.addBills(try await mirror.rows("bill"))
            let requests = try await mirror.rows("request")
            attention.addRequests(requests, drafts: try await drafts(beside: requests))
            attention.addInbox(try await inbox())
        }
        let screen = HomeScreen(
            context: try await context(), standing: standing, items: attention.sorted)
        if invocation.isJSON { output.json(screen.json) } else { output.show(screen.page) }
        return (standing.account == nil ? ExitCode.signedOut : .done).rawValue
    }

    /// Shows what waits, what was refused and how old each source is.
    func status() async throws {
        try requireAccount()
        let screen = StatusScreen(context: try await context(), standing: standing)
        if invocation.isJSON { output.json(screen.json) } else { output.show(screen.page) }
    }

    /// Shows what became of writes.
    func outcomes() async throws {
        try requireAccount()
        let outcomes = try await mirror.outcomes(limit: 200)
        if invocation.isJSON {
            for outcome in outcomes { output.json(OutcomeList.json(outcome)) }
            return
        }
        var page = Page()
        page.title(say(CommandMessage.outcomes), trailing: "\(outcomes.count)")
        if outcomes.isEmpty { page.text(say(CommandMessage.noOutcomes), indent: 0) }
        for outcome in outcomes { page.append(OutcomeList(say: say).lines(outcome)) }
        output.show(page)
    }

    /// Checks the data on this device.
    func doctor() async throws -> Int32 {
        try requireAccount()
        let report = invocation.has(.deep) ? try await repair() : nil
        let checks = try await mirror.health()
        let isSound = checks.allSatisfy(\.isSound)
        if invocation.isJSON {
            output.json([
                "checks": .array(
                    checks.map {
                        [
                            "code": .string($0.code), "detail": .string($0.detail),
                            "sound": .bool($0.isSound),
                        ]
                    }),
                "mended": report.map { .integer(Int64($0.mended)) } ?? .null,
                "requests": report.map { .integer(Int64($0.requests)) } ?? .null,
                "sound": .bool(isSound),
            ])
        } else {
            var page = Page()
            page.title(
                say(isSound ? CommandMessage.allSound : CommandMessage.unsound))
            for check in checks {
                let state = say(check.isSound ? CommandMessage.sound : CommandMessage.notSound)
                let detail = check.detail == "ok" ? "" : " · \(check.detail)"
                page.item(
                    "\(say(CheckNames.name(check.code))) [\(check.code)] · \(state)\(detail)",
                    mark: check.isSound ? "·" : "!",
                    role: check.isSound ? .plain : .bad)
            }
            if let report { page.text(repaired(report), role: .good, indent: 0) }
            if !isSound { page.text(say(RepairMessage.deepAdvice), indent: 0) }
            output.show(page)
        }
        return (isSound ? ExitCode.done : .failed).rawValue
    }

    /// Writes everything as canonical lines.
    func dump() async throws {
        try requireAccount()
        let write = world.output
        try await mirror.dumpCanonical { line in
            write(String(decoding: line, as: UTF8.self) + "\n")
        }
    }
}
