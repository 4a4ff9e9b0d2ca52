internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

extension Session {
    /// Shows the rows of a table, or one of them.
    func records(_ table: String, id: String?) async throws -> Int32 {
        try requireData()
        let judge = try await judge()
        let context = try await context()
        var rows: [ShownRow]
        var left = 0
        if let id {
            guard let row = try await mirror.row(table, id) else { throw missing("\(table)/\(id)") }
            rows = [judge.judge(row)]
        } else {
            rows = RowOrder.sorted(try await mirror.rows(table)).map(judge.judge)
            if !invocation.has(.all), let most = RowOrder.shownMax(rows), rows.count > most {
                left = rows.count - most
                rows = Array(rows.prefix(most))
            }
        }
        if invocation.isJSON {
            for shown in rows { output.json(RowJSON.value(shown, context.directory)) }
        } else {
            // One picture has room on a screen; many would hide what they belong to.
            let screen = RecordScreen(
                context: context, table: table, pictures: id == nil ? nil : output.pictures)
            output.show(screen.page(rows, leftOut: left))
        }
        return RowJudge.exitCode(rows)
    }

    /// Shows any table.
    func show() async throws -> Int32 {
        let unknown = standing.unknownTables
        let tables = (TablePolicy.all.keys + unknown).sorted()
        guard let name = invocation.operands.first else {
            try listTables(tables)
            return ExitCode.done.rawValue
        }
        guard tables.contains(where: { $0.utf8.elementsEqual(name.utf8) }) else {
            throw UsageProblem.unknownTable(
                name, suggestion: Suggestion.nearest(to: name, in: tables))
        }
        return try await records(
            name, id: invocation.operands.count > 1 ? invocation.operands[1] : nil)
    }

    private func listTables(_ tables: [String]) throws {
        if invocation.isJSON {
            for table in tables { output.json(["table": .string(table)]) }
            return
        }
        var page = Page()
        page.title(say(CommandMessage.wantsTables))
        for table in tables {
            page.field(
                table,
                TablePolicy.all[table] == nil
                    ? say(RowMessage.updateNeeded) : say(TableNames.name(table)))
        }
        output.show(page)
    }

    /// Says why a row or a field is shown as it is.
    func why() async throws -> Int32 {
        let name = try operand(0, "ROW")
        try requireData()
        let (row, field) = try await find(name)
        let shown = try await judge().judge(row)
        let key = "\(row.table)/\(row.id)"
        var pending = standing.pendingWrites(on: key)
        if pending.isEmpty, row.isPending {
            pending = standing.queued.filter { row.pendingMutations.contains($0.mid) }
        }
        let looks = try await mirror.rows("access_event")
            .filter { $0.text("target_table") == row.table && $0.text("target_id") == row.id }
            .compactMap { AccessEventRecord(id: $0.id, body: $0.value) }
            .sorted { ($0.fields.moment("log_time") ?? 0) > ($1.fields.moment("log_time") ?? 0) }
        let screen = WhyScreen(
            context: try await context(), shown: shown, field: field, pending: pending, looks: looks
        )
        if invocation.isJSON { output.json(screen.json) } else { output.show(screen.page) }
        return shown.freshness.band.exitCode
    }

    /// Finds the row that a person names, as `table/id`, as `id`, and with a field behind a dot.
    func find(_ name: String) async throws -> (SyncRow, (name: String, value: JSONValue)?) {
        if let row = try await findRow(name) { return (row, nil) }
        var cut = name.endIndex
        // An id may have a dot in it, so the longest id is tried first.
        while let dot = name[..<cut].lastIndex(of: ".") {
            if let row = try await findRow(String(name[..<dot])) {
                let path = String(name[name.index(after: dot)...])
                guard let value = RowPath.value(path, in: row.value) else {
                    throw Trouble(
                        "field.absent",
                        CommandMessage.fieldMissing.filled("\(row.table)/\(row.id)", path),
                        CommandMessage.fieldAdvice.filled(
                            (row.value.fields?.members ?? []).map(\.key).joined(separator: ", ")))
                }
                return (row, (path, value))
            }
            cut = dot
        }
        throw missing(name)
    }

    private func findRow(_ name: String) async throws -> SyncRow? {
        if let slash = name.firstIndex(of: "/") {
            let table = String(name[..<slash])
            guard TablePolicy.all[table] != nil else {
                throw UsageProblem.unknownTable(
                    table,
                    suggestion: Suggestion.nearest(to: table, in: TablePolicy.all.keys.sorted()))
            }
            return try await mirror.row(table, String(name[name.index(after: slash)...]))
        }
        var found: [SyncRow] = []
        for table in TablePolicy.all.keys.sorted() where table != "annotation" {
            if let row = try await mirror.row(table, name) { found.append(row) }
        }
        guard found.count < 2 else {
            throw Trouble(
                "row.ambiguous",
                CommandMessage.rowAmbiguous.filled(
                    name, found.map { "\($0.table)/\($0.id)" }.joined(separator: ", ")),
                CommandMessage.rowNameAdvice.words)
        }
        return found.first
    }

    /// What is said of a row that is not here.
    func missing(_ name: String) -> Trouble {
        Trouble(
            "row.absent", CommandMessage.rowMissing.filled(name), CommandMessage.rowAdvice.words)
    }

    /// Writes a note on a row.
    func note() async throws {
        let name = try operand(0, "ROW")
        _ = try operand(1, "TEXT")
        try requireData()
        let (row, _) = try await find(name)
        let text = invocation.operands.dropFirst().joined(separator: " ")
        // Words of an earlier version stand under ids of their own, and can be changed there.
        let id = row.table == "annotation" ? row.id : row.annotationID
        let write = try await mirror.annotate(
            id, nickname: nil, note: text, addLabels: [], removeLabels: [],
            reminderDays: nil)
        stored(write, say(CommandMessage.noted, "\(row.table)/\(row.id)"))
    }
}

/// Finds a value inside a body by names between dots; lists count from one.
enum RowPath {
    /// The value at a path, or nil.
    static func value(_ path: String, in body: JSONValue) -> JSONValue? {
        if let direct = body[path] { return direct }
        var value = body
        for part in path.split(separator: ".", omittingEmptySubsequences: false) {
            if let items = value.items {
                guard let number = Int(part), items.indices.contains(number - 1) else { return nil }
                value = items[number - 1]
            } else if let inner = value[String(part)] {
                value = inner
            } else {
                return nil
            }
        }
        return value
    }
}
