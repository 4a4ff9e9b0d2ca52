internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

/// What waits, what was refused, how old each source is, and until when it may be read.
struct StatusScreen: Sendable {
    let context: ScreenContext
    let standing: Standing

    /// The screen for a person.
    var page: Page {
        let say = context.say
        var page = Page()
        page.title(say(HomeMessage.title), trailing: say.moment(standing.now))
        page.field(say(FieldMessage.server), standing.account?.server)
        page.field(say(FieldMessage.device), standing.account?.device)
        page.field(
            say(FieldMessage.lastSync),
            standing.lastSync.map { "\(say.moment($0)) (\(say.span(standing.now - $0)))" }
                ?? say(HomeMessage.neverSynced))
        page.field(say(FieldMessage.clock), clock)
        if standing.isSignInExpired { page.text(say(HomeMessage.signInExpired), role: .bad) }
        if standing.heldBack != nil { page.text(say(HomeMessage.heldBack), role: .bad) }
        if standing.stagedPages > 0 {
            page.text(say(HomeMessage.staged, "\(standing.stagedPages)"))
        }
        addWrites(to: &page)
        page.heading(say(HomeMessage.sources))
        page.append(SourceList(context: context, standing: standing).page)
        page.heading(say(HomeMessage.buckets))
        for bucket in standing.buckets { page.append(line(bucket)) }
        return page
    }

    private var clock: String {
        let offset = standing.serverOffset
        return offset.magnitude < 60_000
            ? context.say(HomeMessage.clockRight)
            : context.say(
                HomeMessage.clockOffset, context.say.span(Int64(clamping: offset.magnitude)))
    }

    private func addWrites(to page: inout Page) {
        let say = context.say
        page.heading(say(HomeMessage.waiting), trailing: "\(standing.queuedCount)")
        if standing.queued.isEmpty { page.text(say(HomeMessage.nothingWaiting)) }
        for write in standing.queued {
            page.item(
                "\(say(HomeMessage.write, "\(write.mid)")) · \(write.rows.joined(separator: ", ")) · "
                    + "\(words(write.operations)) · "
                    + say.moment(write.queuedAtMilliseconds), mark: "·")
        }
        guard !standing.refused.isEmpty else { return }
        page.heading(
            say(HomeMessage.refusedTitle), trailing: "\(standing.refused.count)", role: .bad)
        for outcome in standing.refused { page.append(OutcomeList(say: say).lines(outcome)) }
    }

    /// Each operation once, with how often it stands there.
    private func words(_ operations: [String]) -> String {
        var counts: [(String, Int)] = []
        for operation in operations {
            if let index = counts.firstIndex(where: { $0.0 == operation }) {
                counts[index].1 += 1
            } else {
                counts.append((operation, 1))
            }
        }
        return counts.map { operation, count in
            let words = context.say(OperationNames.name(operation))
            return count == 1 ? words : "\(words) ×\(count)"
        }.joined(separator: ", ")
    }

    private func line(_ bucket: Standing.Bucket) -> Page {
        let say = context.say
        var page = Page()
        let lease = bucket.leaseUntil.map { " · " + say(HomeMessage.leaseUntil, say.moment($0)) }
        let count: HomeMessage = bucket.rows == 1 ? .sourceRow : .sourceRows
        let text = "\(bucket.name) · \(say(count, "\(bucket.rows)"))\(lease ?? "")"
        page.text(
            bucket.isReadable ? text : say(HomeMessage.bucketClosed, text),
            role: bucket.isReadable ? .plain : .bad)
        return page
    }

    /// The screen for a script.
    var json: JSONValue {
        [
            "account": standing.account.map {
                [
                    "device": .string($0.device), "server": .string($0.server),
                    "subject": .string($0.subject),
                ]
            } ?? .null,
            "buckets": .array(
                standing.buckets.map {
                    [
                        "lease_until": RowJSON.moment($0.leaseUntil), "name": .string($0.name),
                        "readable": .bool($0.isReadable), "rows": .integer(Int64($0.rows)),
                    ]
                }),
            "held_back": standing.heldBack.map { .string($0.code) } ?? .null,
            "clock_offset_ms": .integer(standing.serverOffset),
            "last_sync": RowJSON.moment(standing.lastSync),
            "now": .string(BangkokTime.iso(standing.now)),
            "queued": .array(standing.queued.map(Self.json)),
            "queued_count": .integer(Int64(standing.queuedCount)),
            "refused": .array(standing.refused.map(OutcomeList.json)),
            "sign_in_expired": .bool(standing.isSignInExpired),
            "sources": SourceList(context: context, standing: standing).json,
            "staged_pages": .integer(Int64(standing.stagedPages)),
        ]
    }

    private static func json(_ write: QueuedWrite) -> JSONValue {
        [
            "mid": .integer(Int64(clamping: write.mid)),
            "operations": .array(write.operations.map(JSONValue.string)),
            "queued_at": .string(BangkokTime.iso(write.queuedAtMilliseconds)),
            "rows": .array(write.rows.map(JSONValue.string)),
        ]
    }
}

/// What became of writes.
struct OutcomeList: Sendable {
    let say: Speaker

    /// One outcome with its reason and advice.
    func lines(_ outcome: WriteOutcome) -> Page {
        var page = Page()
        let status: (CommandMessage, Page.Role) =
            switch outcome.status {
            case .accepted: (.accepted, .good)
            case .merged: (.merged, .good)
            case .refused: (.refused, .bad)
            }
        page.item(
            "\(say(HomeMessage.write, "\(outcome.mid)")) · \(say(status.0)) · "
                + say.moment(outcome.receivedAtMilliseconds), mark: "·", role: status.1)
        guard outcome.status == .refused else { return page }
        page.text(
            "\(say(Bilingual(outcome.messageThai, outcome.messageEnglish))) "
                + "[\(outcome.code)] \(outcome.detail)", indent: 4)
        page.text(say(Bilingual(outcome.adviceThai, outcome.adviceEnglish)), indent: 4)
        return page
    }

    /// One outcome for a script.
    static func json(_ outcome: WriteOutcome) -> JSONValue {
        [
            "advice_en": .string(outcome.adviceEnglish), "advice_th": .string(outcome.adviceThai),
            "code": .string(outcome.code), "detail": .string(outcome.detail),
            "message_en": .string(outcome.messageEnglish),
            "message_th": .string(outcome.messageThai),
            "mid": .integer(Int64(clamping: outcome.mid)),
            "received_at": .string(BangkokTime.iso(outcome.receivedAtMilliseconds)),
            "status": .string(outcome.status.rawValue),
        ]
    }
}
