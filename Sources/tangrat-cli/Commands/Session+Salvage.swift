internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

extension Session {
    /// Shows what happened to the data on this device, and sends saved changes again.
    func salvage() async throws {
        try requireAccount()
        switch invocation.operands.first {
        case nil: try await listNotices()
        case "send":
            let count = try await mirror.sendExported(try operand(1, "FILE"))
            if invocation.isJSON {
                output.json(["queued": .integer(Int64(count))])
            } else {
                output.line(say(SalvageMessage.queued, "\(count)"))
            }
        case "drop":
            try await mirror.dropNotices()
            if invocation.isJSON {
                output.json(["dropped": .bool(true)])
            } else {
                output.line(say(SalvageMessage.dropped))
            }
        default: throw UsageProblem.operandMissing("send|drop", invocation.command)
        }
    }

    private func listNotices() async throws {
        let notices = try await mirror.notices()
        if invocation.isJSON {
            for notice in notices { output.json(Self.json(notice)) }
            return
        }
        var page = Page()
        page.title(say(SalvageMessage.title), trailing: "\(notices.count)")
        if notices.isEmpty { page.text(say(SalvageMessage.nothing), indent: 0) }
        for notice in notices {
            page.item(say(SalvageMessage(notice.kind), notice.detail), mark: "!", role: .warning)
            if notice.kept > 0 { page.text(say(SalvageMessage.kept, "\(notice.kept)")) }
            switch notice.lost {
            case nil: page.text(say(SalvageMessage.lostUnknown))
            case 0: break
            case let count? where notice.kind == .unkept:
                page.text(say(SalvageMessage.lostCopies, "\(count)"))
            case let count?: page.text(say(SalvageMessage.lost, "\(count)"), role: .bad)
            }
            page.field(say(SalvageMessage.export), notice.export.isEmpty ? nil : notice.export)
            page.field(say(SalvageMessage.file), notice.file.isEmpty ? nil : notice.file)
        }
        if !notices.isEmpty { page.text(say(SalvageMessage.advice), indent: 0) }
        output.show(page)
    }

    private static func json(_ notice: CacheNotice) -> JSONValue {
        [
            "at": .string(BangkokTime.iso(notice.atMilliseconds)),
            "detail": .string(notice.detail), "export": .string(notice.export),
            "file": .string(notice.file), "kept": .integer(Int64(notice.kept)),
            "kind": .string(notice.kind.rawValue),
            "lost": notice.lost.map { .integer(Int64($0)) } ?? .null,
        ]
    }
}
