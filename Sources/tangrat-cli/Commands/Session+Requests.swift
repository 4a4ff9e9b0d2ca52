internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

extension Session {
    /// The things that can be done with requests.
    enum RequestVerb: String, CaseIterable {
        case new, edit, check, submit, show, list, withdraw, delete
    }

    /// Drafts, edits, checks, hands in, shows or takes back a request.
    func request() async throws -> Int32 {
        guard let word = invocation.operands.first else { return try await listRequests() }
        guard let verb = RequestVerb(rawValue: word) else {
            throw UsageProblem.unknownVerb(
                word, .request,
                suggestion: Suggestion.nearest(to: word, in: RequestVerb.allCases.map(\.rawValue)))
        }
        if verb == .list { return try await listRequests() }
        let name = try operand(1, verb == .new ? "SERVICE" : "ID")
        guard invocation.operands.count == 2 else {
            throw UsageProblem.operandUnexpected(invocation.operands[2], .request)
        }
        try requireAccount()
        switch verb {
        case .new: return try await newDraft(name)
        case .edit: return try await editDraft(name)
        case .check: return try await checkDraft(name)
        case .submit: return try await submit(name)
        case .show: return try await showRequest(name)
        case .withdraw: return try await withdraw(name)
        case .delete:
            _ = try await draft(name)
            stored(try await mirror.deleteDraft(name), say(RequestMessage.deleted, name))
        case .list: break
        }
        return ExitCode.done.rawValue
    }

    /// Lists drafts and requests.
    func listRequests() async throws -> Int32 {
        try requireAccount()
        let rows = try await mirror.rows("request")
        let drafts = try await drafts(beside: rows)
        let judge = try await judge()
        let context = try await context()
        let shown = rows.sorted { Self.moment($0) > Self.moment($1) }.map(judge.judge)
        if invocation.isJSON {
            for draft in drafts { output.json(RequestScreen.json(draft)) }
            for row in shown { output.json(RowJSON.value(row, context.directory)) }
        } else {
            let screen = RequestScreen(context: context, services: try await serviceNames())
            output.show(screen.list(shown, drafts: drafts))
        }
        return ExitCode.done.rawValue
    }

    /// The drafts that have not been handed in.
    func drafts(beside requests: [SyncRow]) async throws -> [RequestDraft] {
        let handedIn = Set(requests.map(\.id))
        return try await mirror.rows("request_draft").filter { !handedIn.contains($0.id) }
            .map(RequestDraft.init)
    }

    private static func moment(_ row: SyncRow) -> Int64 {
        for name in ["entered_at", "queued_at", "drafted_at"] {
            if let time = row.text(name).flatMap(BangkokTime.read) { return time.milliseconds }
        }
        return row.asOfMilliseconds
    }

    // MARK: - Drafts

    private func newDraft(_ service: String) async throws -> Int32 {
        let services = try await serviceNames()
        let action = invocation.value(.action) ?? "new"
        let known = RequestForm.check(service: service, action: action, form: [:])
        if let problem = known.first(where: {
            $0.code == "unknown_service" || $0.code == "unknown_action"
        }) {
            throw Self.notOffered(problem, service, services.keys.sorted())
        }
        let form = try FormArguments.fields(invocation.values(.set))
        let files = try FormArguments.attachments(invocation.values(.attach), world.readFile)
        let id = try await mirror.createDraft(service: service, action: action, form: form)
        if invocation.has(.statement) || !files.isEmpty {
            _ = try await mirror.editDraft(
                id, form: [:], statement: invocation.value(.statement), addAttachments: files,
                removeAttachments: [])
        }
        return try await showDraft(id, sentence: say(RequestMessage.drafted, id))
    }

    /// What is said where a service takes no request, or none of that kind.
    private static func notOffered(
        _ problem: RuleProblem, _ service: String, _ listed: [String]
    ) -> Trouble {
        let actions = RequestForm.actions(of: service)
        let message: Bilingual
        let advice: Bilingual
        if !actions.isEmpty {
            message = problem.message
            advice = RequestMessage.offers.filled(actions.joined(separator: ", "))
        } else if listed.contains(service) {
            message = RequestMessage.takesNone.filled(service)
            advice = RequestMessage.takesNoneAdvice.filled(service)
        } else {
            message = problem.message
            advice =
                Suggestion.nearest(to: service, in: RequestForm.services)
                .map { CommandMessage.didYouMean.filled($0) } ?? CommandMessage.serviceAdvice.words
        }
        return Trouble("request.\(problem.code)", message, advice, exit: .usage)
    }

    private func editDraft(_ id: String) async throws -> Int32 {
        let current = try await draft(id)
        let form = try FormArguments.fields(invocation.values(.set))
        let added = try FormArguments.attachments(invocation.values(.attach), world.readFile)
        let removed = try FormArguments.removed(invocation.values(.detach), from: current)
        guard !form.isEmpty || invocation.has(.statement) || !added.isEmpty || !removed.isEmpty
        else {
            throw Trouble(
                "request.nothing_to_edit", RequestMessage.nothingToEdit.words,
                RequestMessage.editAdvice.filled(id), exit: .usage)
        }
        _ = try await mirror.editDraft(
            id, form: form, statement: invocation.value(.statement), addAttachments: added,
            removeAttachments: removed)
        return try await showDraft(id, sentence: say(RequestMessage.edited, id))
    }

    private func checkDraft(_ id: String) async throws -> Int32 {
        let draft = try await draft(id)
        let code = try await showDraft(id, sentence: "")
        return draft.problems.isEmpty ? code : ExitCode.signedOut.rawValue
    }

    private func showDraft(_ id: String, sentence: String) async throws -> Int32 {
        let draft = try await draft(id)
        if invocation.isJSON {
            output.json(RequestScreen.json(draft))
            return ExitCode.done.rawValue
        }
        let screen = RequestScreen(
            context: try await context(), services: try await serviceNames())
        var page = Page()
        page.text(sentence, role: .good, indent: 0)
        page.blank()
        page.append(screen.draft(draft, refused: refused(id)))
        output.show(page)
        return ExitCode.done.rawValue
    }

    private func draft(_ id: String) async throws -> RequestDraft {
        guard let row = try await mirror.row("request_draft", id) else {
            if try await mirror.row("request", id) != nil {
                throw Trouble(
                    "request.handed_in", RequestMessage.notADraft.filled(id),
                    RequestMessage.listAdvice.words, exit: .signedOut)
            }
            throw noRequest(id)
        }
        return RequestDraft(row)
    }

    private func noRequest(_ id: String) -> Trouble {
        Trouble(
            "request.absent", RequestMessage.unknownID.filled(id), RequestMessage.listAdvice.words)
    }

    // MARK: - Handing in

    private func submit(_ id: String) async throws -> Int32 {
        let draft = try await draft(id)
        let problems = draft.problems
        guard problems.isEmpty else {
            if invocation.isJSON {
                output.json(RequestScreen.json(draft))
            } else {
                let screen = RequestScreen(
                    context: try await context(), services: try await serviceNames())
                output.show(screen.problems(draft))
            }
            throw Trouble(
                "write.form_incomplete", RequestMessage.notComplete.words,
                RequestMessage.editAdvice.filled(id), exit: .signedOut)
        }
        let write = try await mirror.submit(id)
        stored(
            write, say(RequestMessage.queued, id) + "\n" + say(RequestMessage.notReceived),
            [("entered_at", .null), ("id", .string(id)), ("received", false)])
        return ExitCode.done.rawValue
    }

    private func withdraw(_ id: String) async throws -> Int32 {
        guard try await mirror.row("request", id) != nil else {
            guard try await mirror.row("request_draft", id) != nil else { throw noRequest(id) }
            throw Trouble(
                "request.not_handed_in", RequestMessage.draftNotHandedIn.filled(id),
                RequestMessage.withdrawDraftAdvice.filled(id), exit: .signedOut)
        }
        let write = try await mirror.withdraw(id)
        stored(
            write,
            say(RequestMessage.withdrawn, id) + "\n" + say(RequestMessage.withdrawalCounts),
            [("id", .string(id))])
        return ExitCode.done.rawValue
    }

    /// What the server refused of a request, newest first.
    private func refused(_ id: String) -> [WriteOutcome] {
        let name = "request/\(id)"
        return standing.refused.filter { $0.detail == name || $0.detail.hasPrefix(name + ".") }
    }

    private func showRequest(_ id: String) async throws -> Int32 {
        guard let row = try await mirror.row("request", id) else {
            return try await showDraft(id, sentence: "")
        }
        let shown = try await judge().judge(row)
        let context = try await context()
        let uuid = row.text("client_uuid") ?? ""
        let receipt = try await mirror.rows("receipt")
            .compactMap { ReceiptRecord(id: $0.id, body: $0.value) }
            .first { $0.requestID == id || (!uuid.isEmpty && $0.clientUUID == uuid) }
        if invocation.isJSON {
            guard case .object(var object) = RowJSON.value(shown, context.directory) else {
                return ExitCode.failed.rawValue
            }
            object["receipt"] = receipt.map { .object($0.fields.object) } ?? .null
            object["received"] = .bool(
                (receipt?.enteredAt ?? nil) != nil || row.text("entered_at") != nil)
            object["refused"] = .array(refused(id).map(OutcomeList.json))
            output.json(.object(object))
        } else {
            let screen = RequestScreen(context: context, services: try await serviceNames())
            output.show(screen.request(shown, receipt: receipt, refused: refused(id)))
        }
        return shown.freshness.band.exitCode
    }

    /// The names of services by their ids.
    func serviceNames() async throws -> [String: Bilingual] {
        Dictionary(
            try await mirror.rows("service").map {
                ($0.id, Bilingual($0.text("name_th") ?? $0.id, $0.text("name_en") ?? ""))
            }
        ) { first, _ in first }
    }
}
