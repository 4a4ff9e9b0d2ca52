internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

extension Session {
    /// Shows or changes preferences.
    func preferences() async throws {
        let words = invocation.operands
        switch words.first {
        case nil, "list"?: try await listPreferences(only: nil)
        case "get"?: try await listPreferences(only: words.count > 1 ? words[1] : nil)
        case "set"?:
            let key = try operand(1, "KEY")
            guard words.count > 2 else { throw UsageProblem.operandMissing("VALUE", .prefs) }
            try requireAccount()
            let value = try PreferenceRules.value(key, words[2])
            let write = try await mirror.setPreference(key, to: .text(value))
            stored(write, say(CommandMessage.prefSet, key, value))
        case let word?:
            throw UsageProblem.unknownVerb(
                word, .prefs, suggestion: Suggestion.nearest(to: word, in: ["list", "get", "set"]))
        }
    }

    private func listPreferences(only key: String?) async throws {
        try requireAccount()
        if let key { try PreferenceRules.check(key) }
        let row = try await mirror.row("preference", "me")
        let members = row?.value.fields?.members ?? []
        let isPending = row?.isPending ?? false
        if invocation.isJSON {
            var object = JSONObject()
            for member in members where key == nil || member.key == key {
                object[member.key] = member.value
            }
            output.json(["pending": .bool(isPending), "preferences": .object(object)])
            return
        }
        if let key {
            let value = members.first { $0.key == key }?.value
            let text = value.flatMap { GenericText.plain($0) }
            output.line(text ?? say(CommandMessage.notSet))
            return
        }
        var page = Page()
        page.title(
            say(CommandMessage.prefs), trailing: isPending ? say(RowMessage.queued) : "")
        let known = ["language", "mobile", "email"]
        for name in known + members.map(\.key).filter({ !known.contains($0) }) {
            let value = members.first { $0.key == name }?.value
            page.field(name, value.flatMap { GenericText.plain($0) } ?? say(CommandMessage.notSet))
        }
        output.show(page)
    }

    /// Pins or unpins a service.
    func pin(_ isPinned: Bool) async throws {
        let service = try operand(0, "SERVICE")
        try requireAccount()
        let ids = try await mirror.rows("service").map(\.id)
        guard ids.isEmpty || ids.contains(service) || !isPinned else {
            let near = Suggestion.nearest(to: service, in: ids)
            throw Trouble(
                "service.unknown", CommandMessage.serviceUnknown.filled(service),
                near.map { CommandMessage.didYouMean.filled($0) }
                    ?? CommandMessage.serviceAdvice.words)
        }
        let pinned = try await mirror.row("pinned", "me")?.texts("services") ?? []
        guard isPinned || pinned.contains(service) else {
            throw Trouble(
                "service.not_pinned", CommandMessage.notPinned.filled(service),
                pinned.isEmpty
                    ? CommandMessage.nonePinned.words
                    : CommandMessage.arePinned.filled(pinned.joined(separator: ", ")))
        }
        let write = isPinned ? try await mirror.pin(service) : try await mirror.unpin(service)
        stored(
            write,
            say(isPinned ? CommandMessage.pinned : CommandMessage.unpinned, service))
    }

    /// Searches the catalogue of services.
    func searchServices() async throws -> Int32 {
        try requireData()
        let pinned = Set(try await mirror.row("pinned", "me")?.texts("services") ?? [])
        let judge = RowJudge(standing: standing)
        let found = ServiceScreen.search(
            try await mirror.rows("service"), words: invocation.operands, pinned: pinned)
        let screen = ServiceScreen(
            context: try await context(), rows: found.map(judge.judge), pinned: pinned)
        if invocation.isJSON {
            for shown in screen.rows { output.json(screen.json(shown)) }
        } else {
            output.show(screen.page)
        }
        return RowJudge.exitCode(screen.rows)
    }
}

/// What a preference may be; the server has the same rules.
enum PreferenceRules {
    /// Says that there is no such preference, unless there is.
    static func check(_ key: String) throws {
        guard TablePolicy.all["preference"]?.field(named: key) != nil else {
            throw Trouble(
                "preference.unknown", CommandMessage.prefUnknown.filled(key),
                CommandMessage.prefAdvice.words, exit: .usage)
        }
    }

    /// The value to store, or a trouble with advice.
    static func value(_ key: String, _ text: String) throws -> String {
        try check(key)
        let text = ThaiText.trimmed(text)
        let invalid = CommandMessage.prefInvalid.filled(key, text)
        switch key {
        case "language":
            guard Language(rawValue: text) != nil else {
                throw Trouble(
                    "preference.invalid", invalid, CommandMessage.languageAdvice.words,
                    exit: .signedOut)
            }
        case "mobile":
            let digits = ThaiText.asciiDigits(text).utf8.filter { $0 != 0x20 && $0 != 0x2D }
            guard digits.count == 10, digits.allSatisfy({ (0x30...0x39).contains($0) }),
                digits[0] == 0x30, [0x36, 0x38, 0x39].contains(digits[1])
            else {
                throw Trouble(
                    "preference.invalid", invalid, CommandMessage.mobileAdvice.words,
                    exit: .signedOut)
            }
            return String(decoding: digits, as: UTF8.self)
        case "email":
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, parts[1].contains("."),
                !text.contains(" ")
            else {
                throw Trouble(
                    "preference.invalid", invalid, CommandMessage.emailAdvice.words,
                    exit: .signedOut)
            }
        default: break
        }
        return text
    }
}

/// A single value as it was written.
enum GenericText {
    /// The text of a text, number or truth; nil for anything else.
    static func plain(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .integer(let number): "\(number)"
        case .bool(let truth): "\(truth)"
        default: nil
        }
    }
}
