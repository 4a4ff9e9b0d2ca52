internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

extension Session {
    /// The notifications with the person's marks.
    func inbox() async throws -> Inbox {
        Inbox(
            try await mirror.rows("notification"),
            states: try await mirror.rows("notification_state"),
            inbox: try await mirror.rows("inbox"))
    }

    /// Lists notifications or marks them as read.
    func notifications() async throws {
        let words = invocation.operands
        switch words.first {
        case nil, "list"?:
            guard words.count < 2 else {
                throw UsageProblem.operandUnexpected(words[1], .notifications)
            }
            try requireData()
            let screen = InboxScreen(
                context: try await context(), inbox: try await inbox(), isAll: invocation.has(.all))
            if invocation.isJSON {
                for item in screen.items { output.json(screen.json(item)) }
            } else {
                output.show(screen.page)
            }
        case "read"?: try await markRead(Array(words.dropFirst()))
        case let word?:
            throw UsageProblem.unknownVerb(
                word, .notifications,
                suggestion: Suggestion.nearest(to: word, in: ["list", "read"]))
        }
    }

    private func markRead(_ ids: [String]) async throws {
        guard !ids.isEmpty || invocation.has(.all) else {
            throw Trouble(
                "usage.operand_missing", UsageMessage.operandMissing.filled("ID", "notifications"),
                CommandMessage.readAdvice.words, exit: .usage)
        }
        try requireData()
        let inbox = try await inbox()
        let known = Set(inbox.items.map(\.record.id))
        let ids = ids.map { $0.hasPrefix("notification/") ? String($0.dropFirst(13)) : $0 }
        for id in ids where !known.contains(id) { throw missing("notification/\(id)") }
        let chosen = invocation.has(.all) ? inbox.unread.map(\.record.id) : ids
        guard !chosen.isEmpty else {
            if !invocation.isJSON { output.line(say(CommandMessage.nothingUnread)) }
            return
        }
        // One write holds a bounded number of steps, so many marks are several writes.
        for start in stride(from: 0, to: chosen.count, by: WriteRules.operationsMax) {
            let part = Array(chosen[start..<min(start + WriteRules.operationsMax, chosen.count)])
            let write = try await mirror.markRead(part)
            stored(write, say(CommandMessage.markedRead, "\(part.count)"))
        }
    }
}
