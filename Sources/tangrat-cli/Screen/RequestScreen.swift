internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

/// Drafts and requests, with the three times kept apart.
struct RequestScreen: Sendable {
    let context: ScreenContext
    /// The names of services by their ids.
    let services: [String: Bilingual]

    private var say: Speaker { context.say }

    /// The name of a service; its id where the catalogue does not have it.
    func name(_ service: String) -> String { services[service].map { say($0) } ?? service }

    // MARK: - A list

    /// All drafts and requests, one short part each.
    func list(_ rows: [ShownRow], drafts: [RequestDraft]) -> Page {
        var page = Page()
        page.title(say(RequestMessage.title), trailing: "\(rows.count + drafts.count)")
        if rows.isEmpty, drafts.isEmpty { page.text(say(RequestMessage.none), indent: 0) }
        for draft in drafts {
            page.heading(name(draft.service), trailing: say(RequestMessage.draft), role: .warning)
            page.text(
                draft.row.isPending ? "\(draft.id) · \(say(RowMessage.queued))" : draft.id,
                role: .quiet)
        }
        for shown in rows {
            // It may have been received, or not: what cannot be read says neither.
            guard !shown.row.isUnknown else {
                page.heading(
                    shown.row.id, trailing: say(RowMessage.updateNeeded), role: .warning)
                page.text(context.provenance(shown), role: .quiet)
                continue
            }
            let request = RequestRecord(id: shown.row.id, fields: shown.fields)
            page.heading(title(request), trailing: state(request), role: role(request))
            if let entered = request.enteredAt {
                page.text(
                    "\(say(FieldMessage.enteredAt)) \(say.moment(entered)) \(request.receiptNumber)"
                )
            } else {
                page.text(say(RequestMessage.notReceivedShort), role: .warning)
            }
            page.text("\(request.id) · \(context.provenance(shown))", role: .quiet)
        }
        return page
    }

    // MARK: - One draft

    /// A draft with its form, everything that stops it, and what was refused of it.
    func draft(_ draft: RequestDraft, refused: [WriteOutcome] = []) -> Page {
        var page = Page()
        page.title(name(draft.service), trailing: say(RequestMessage.draft))
        page.field(
            say(FieldMessage.action), say(StatusNames.label("request_action", draft.action)))
        addForm(draft.form, to: &page)
        for text in draft.statements { page.field(say(FieldMessage.statement), text) }
        if draft.statements.count > 1 {
            page.text(say(RequestMessage.twoVersions), role: .warning)
        }
        for file in draft.attachments.map(\.name) + draft.otherAttachments {
            page.field(say(FieldMessage.attachment), file)
        }
        page.blank()
        page.append(problems(draft))
        addRefused(refused, to: &page)
        page.blank()
        page.text(
            draft.row.isPending ? "\(draft.id) · \(say(RowMessage.queued))" : draft.id, role: .quiet
        )
        return page
    }

    /// What stops a draft, field by field, or that nothing does.
    func problems(_ draft: RequestDraft) -> Page {
        var page = Page()
        let problems = draft.problems
        if problems.isEmpty {
            page.blank()
            page.text(say(RequestMessage.ready, draft.id), role: .good, indent: 0)
        } else {
            page.heading(say(RequestMessage.problems, "\(problems.count)"))
            for problem in problems {
                page.item("\(problem.field): \(say(problem.message))", mark: "!", role: .bad)
                page.text("\(say(problem.advice)) [\(problem.code)]", role: .quiet, indent: 4)
            }
        }
        let expected = RequestForm.expectedAttachments(service: draft.service)
        if draft.attachments.isEmpty, draft.otherAttachments.isEmpty, !expected.isEmpty {
            page.text(
                say(RequestMessage.expected, expected.map { say($0) }.joined(separator: ", ")),
                indent: 0)
        }
        return page
    }

    // MARK: - One request

    /// A request with its times, its receipt, what happened and what was refused of it.
    func request(
        _ shown: ShownRow, receipt: ReceiptRecord?, refused: [WriteOutcome] = []
    ) -> Page {
        let request = RequestRecord(id: shown.row.id, fields: shown.fields)
        var page = Page()
        guard !shown.row.isUnknown else {
            page.title(shown.row.id, trailing: say(RowMessage.updateNeeded))
            page.field(say(FieldMessage.receipt), receipt?.number)
            addRefused(refused, to: &page)
            page.text(context.provenance(shown), role: .quiet)
            return page
        }
        page.title(title(request), trailing: state(request))
        if request.withdrawalQueuedAt != nil {
            page.field(say(FieldMessage.state), say(request.stateLabel))
        }
        addTimes(request, receipt, to: &page)
        addForm(request.form.object, to: &page)
        page.field(say(FieldMessage.statement), shown.fields.text("statement"))
        for file in request.attachments { page.field(say(FieldMessage.attachment), file.name) }
        page.field(say(FieldMessage.assignee), request.assigneeThai)
        page.field(say(FieldMessage.answerDue), context.dayWithDistance(request.answerDue))
        let decision = request.decision
        if !decision.result.isEmpty {
            page.heading(
                say(FieldMessage.decision),
                trailing: say(StatusNames.label("request_state", decision.result)))
            page.field(say(FieldMessage.reason), decision.reasonThai)
            page.field(say(FieldMessage.rule), decision.rule)
            page.field(say(FieldMessage.authority), decision.authorityThai)
        }
        if !request.timeline.isEmpty { page.heading(say(RequestMessage.timeline)) }
        for step in request.timeline {
            let parts = [
                step.at.map(say.moment) ?? "", say(step.stateLabel), step.noteThai, step.byThai,
            ]
            page.item(parts.filter { !$0.isEmpty }.joined(separator: " · "), mark: "·")
        }
        context.addUnknown(shown.unknownFields, to: &page)
        addRefused(refused, to: &page)
        page.blank()
        page.text(context.provenance(shown), role: .quiet)
        page.text(shown.name, role: .quiet)
        return page
    }

    private func addTimes(_ request: RequestRecord, _ receipt: ReceiptRecord?, to page: inout Page)
    {
        func device(_ time: Int64?) -> String? {
            time.map { say(RequestMessage.deviceClock, say.moment($0)) }
        }
        page.field(say(FieldMessage.draftedAt), device(request.draftedAt))
        page.field(say(FieldMessage.queuedAt), device(request.queuedAt))
        let entered = receipt?.enteredAt ?? request.enteredAt
        page.field(
            say(FieldMessage.enteredAt),
            entered.map { say(RequestMessage.serverClock, say.moment($0)) }
                ?? say(RequestMessage.notReceivedShort),
            role: entered == nil ? .warning : .good)
        page.field(
            say(FieldMessage.withdrawalAt), device(request.withdrawalQueuedAt), role: .warning)
        page.field(
            say(FieldMessage.withdrawnAt),
            request.withdrawnAt.map { say(RequestMessage.serverClock, say.moment($0)) })
        page.field(say(FieldMessage.receipt), receipt?.number ?? request.receiptNumber)
        page.field(say(FieldMessage.channel), receipt?.channel ?? request.channel)
        page.field(say(FieldMessage.hash), receipt?.payloadHash ?? request.payloadHash)
    }

    private func addForm(_ form: JSONObject, to page: inout Page) {
        for member in form.members {
            page.field(
                member.key, GenericCard(context: context).text(member.key, member.value))
        }
    }

    private func title(_ request: RequestRecord) -> String {
        let known = request.serviceThai.isEmpty ? name(request.service) : request.serviceThai
        return say.language == .english ? services[request.service].map { say($0) } ?? known : known
    }

    private func addRefused(_ refused: [WriteOutcome], to page: inout Page) {
        guard !refused.isEmpty else { return }
        page.heading(say(RequestMessage.refusedTitle), role: .bad)
        for outcome in refused { page.append(OutcomeList(say: say).lines(outcome)) }
    }

    private func state(_ request: RequestRecord) -> String {
        if request.withdrawalQueuedAt != nil { return say(RequestMessage.withdrawalQueued) }
        return request.stateCode == "queued" ? say(RowMessage.queued) : say(request.stateLabel)
    }

    private func role(_ request: RequestRecord) -> Page.Role {
        if request.withdrawalQueuedAt != nil { return .warning }
        return switch request.state {
        case .approved: .good
        case .rejected, .needInfo: .bad
        case .draft, .ready, .queued, .sent: .warning
        default: .plain
        }
    }

    /// A draft for a script.
    static func json(_ draft: RequestDraft) -> JSONValue {
        [
            "action": .string(draft.action),
            "attachments": .array(
                draft.attachments.map(\.json) + draft.otherAttachments.map(JSONValue.string)),
            "form": .object(draft.form), "id": .string(draft.id),
            "pending": .bool(draft.row.isPending),
            "problems": .array(draft.problems.map(\.json)), "service": .string(draft.service),
            "state": "draft", "statements": .array(draft.statements.map(JSONValue.string)),
        ]
    }
}
