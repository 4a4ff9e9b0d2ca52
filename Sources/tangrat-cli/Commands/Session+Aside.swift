internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

extension Session {
    /// Shows, uses or drops changes that the person has to decide about.
    func aside() async throws {
        try requireAccount()
        switch invocation.operands.first {
        case nil: try await listAside()
        case "use":
            let row = try operand(1, "ROW")
            let write = try await mirror.useWritesAside(row)
            stored(write, say(AsideMessage.used, row))
        case "drop":
            let row = try operand(1, "ROW")
            try await mirror.dropWritesAside(row)
            if invocation.isJSON {
                output.json(["dropped": .string(row)])
            } else {
                output.line(say(AsideMessage.dropped, row))
            }
        default: throw UsageProblem.operandMissing("use|drop", invocation.command)
        }
    }

    private func listAside() async throws {
        let rows = try await mirror.writesAside()
        if invocation.isJSON {
            for row in rows {
                output.json([
                    "row": .string(row.row),
                    "writes": .array(
                        row.writes.map { write in
                            [
                                "operations": .array(write.operations.map(JSONValue.string)),
                                "queued_at": .string(BangkokTime.iso(write.queuedAtMilliseconds)),
                            ]
                        }),
                ])
            }
            return
        }
        var page = Page()
        page.title(say(AsideMessage.title), trailing: "\(rows.count)")
        page.text(
            say(rows.isEmpty ? AsideMessage.nothing : AsideMessage.explanation), indent: 0)
        for row in rows {
            page.item("\(row.row) · \(row.writes.count)", mark: "!", role: .warning)
        }
        if !rows.isEmpty { page.text(say(AsideMessage.advice), indent: 0) }
        output.show(page)
    }
}
