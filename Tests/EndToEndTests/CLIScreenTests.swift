import CitizenData
import Foundation
import SyncClientCore
import SyncProtocol
import Testing

@testable import tangrat_cli

@Suite("A screen")
struct CLIScreenTests {
    static let screens: [(persona: String, command: String)] = [
        ("wanna-typical", "home"), ("wanna-typical", "licence"), ("wanna-typical", "vehicles"),
        ("wanna-typical", "tickets"), ("wanna-typical", "bills"), ("wanna-typical", "credit"),
        ("wanna-typical", "entitlements"), ("wanna-typical", "documents"),
        ("wanna-typical", "notifications"), ("wanna-typical", "requests"),
        ("wanna-typical", "status"), ("wanna-typical", "civil"),
        ("wanna-typical", "social-security"),
        ("chai-revoked", "home"), ("chai-revoked", "licence"), ("ek-zero-points", "licence"),
        ("wang-no-rows", "home"), ("wang-no-rows", "licence"), ("wang-no-rows", "notifications"),
        ("prasit-month-only", "profile"), ("prasit-month-only", "licence"),
        ("tuk-twelve-bills", "bills"), ("tuk-twelve-bills", "home"),
        ("chaloemphrakiat-long-name", "licence"), ("chaloemphrakiat-long-name", "documents"),
        ("arun-betong", "vehicles"), ("dao-disputed-ticket", "tickets"),
        ("fon-mother", "newborn"), ("fon-mother", "delegations"), ("amnuay-obec", "requests"),
        ("pimjai-expired-insurance", "home"),
    ]

    static func mirror(_ persona: String) throws -> FakeMirror {
        FakeMirror(rows: try PersonaRows.load(persona) + PersonaRows.catalogue())
    }

    static func words(_ command: String) -> [String] { command == "home" ? [] : [command] }

    @Test("is the one that was looked at and kept", arguments: screens, ["th", "en"])
    func golden(screen: (persona: String, command: String), language: String) async throws {
        let run = await CLIRun.run(
            Self.words(screen.command) + ["--lang", language], on: try Self.mirror(screen.persona))
        #expect(run.error.isEmpty)
        #expect(
            try GoldenScreen.matches(
                "\(screen.persona)-\(screen.command)-\(language)", run.output), "\(run.output)")
    }

    @Test(
        "fits its terminal", arguments: screens,
        [(40, "th"), (60, "en"), (80, "th"), (80, "en"), (100, "th")])
    func width(
        screen: (persona: String, command: String), layout: (columns: Int, language: String)
    ) async throws {
        let run = await CLIRun.run(
            Self.words(screen.command) + ["--lang", layout.language],
            on: try Self.mirror(screen.persona), environment: ["COLUMNS": "\(layout.columns)"])
        #expect(run.cellsMax <= layout.columns)
    }

    @Test("names owner and age of each record", arguments: ["licence", "vehicles", "bills"])
    func provenance(command: String) async throws {
        let run = await CLIRun.run([command], on: try Self.mirror("wanna-typical"))
        let records = run.output.components(separatedBy: "wanna-typical-").count - 1
        #expect(run.output.components(separatedBy: "จาก ").count - 1 >= records)
    }

    @Test("never shows a revoked licence as one that may be used")
    func revoked() async throws {
        let rows = try PersonaRows.load("chai-revoked").filter { $0.id == "chai-revoked-dl-01" }
        for now in [personaMoment, personaMoment + 90 * 86_400_000, personaMoment - 86_400_000] {
            let mirror = FakeMirror(rows: rows)
            mirror.change { $0.standing.now = now }
            let thai = await CLIRun.run(["licence"], on: mirror)
            #expect(thai.output.contains("ถูกเพิกถอน ใช้ไม่ได้"))
            #expect(!thai.output.contains("ใช้งานได้"))
            #expect(thai.code == 13)
            let english = await CLIRun.run(["licence", "--lang", "en"], on: mirror)
            #expect(!english.output.contains("Active"))
        }
    }

    @Test("says that points are not stated where the agency sent none")
    func missingPoints() async throws {
        let row = PersonaRows.row(
            table: "driving_licence", id: "x", owner: "dlt",
            body: ["class_th": "ใบขับขี่", "licence_no": "1", "status": "active"])
        let run = await CLIRun.run(["licence"], on: FakeMirror(rows: [row]))
        let points = run.output.split(separator: "\n").first { $0.contains("คะแนน") }
        #expect(points?.hasSuffix("ไม่มีข้อมูล") == true)
    }

    @Test("hides a sensitive value that is too old, in words and in JSON")
    func hidden() async throws {
        let mirror = try Self.mirror("sak-large-credit")
        mirror.change { state in
            state.standing.now += 60 * 86_400_000
            state.standing.lastSync = personaMoment
        }
        let run = await CLIRun.run(["credit", "--lang", "en"], on: mirror)
        #expect(run.code == 12)
        #expect(run.output.contains("hidden"))
        #expect(!run.output.contains("baht"))
        let json = await CLIRun.run(["credit", "--json"], on: mirror)
        #expect(json.output.contains("\"value\":null"))
        #expect(!json.output.contains("balance_satang"))
        let why = await CLIRun.run(
            ["why", "sak-large-credit-cb-01.total_balance_satang"], on: mirror)
        #expect(!why.output.contains("บาท"))
    }

    @Test("shows a write that waits as waiting")
    func pending() async throws {
        let mirror = try Self.mirror("wanna-typical")
        let note = await CLIRun.run(["note", "wanna-typical-vh-01", "รถแม่"], on: mirror)
        #expect(note.code == 0)
        let run = await CLIRun.run(["vehicles", "wanna-typical-vh-01"], on: mirror)
        #expect(run.output.contains("รถแม่ · รอส่ง"))
    }

    /// Goal: words about a row are never taken for, or written over, those about another.
    @Test("keeps notes on rows of two tables with one id apart")
    func notesOfTwoTables() async throws {
        let body: JSONValue = ["name_en": "MWA"]
        let mirror = FakeMirror(
            rows: ["agency", "biller"].map { PersonaRows.row(table: $0, id: "mwa", body: body) })
        for table in ["agency", "biller"] {
            let words = ["note", "\(table)/mwa", "about-the-\(table)", "--lang", "en"]
            #expect(await CLIRun.run(words, on: mirror).code == 0)
        }
        for (table, other) in [("agency", "biller"), ("biller", "agency")] {
            let run = await CLIRun.run(["show", table, "mwa", "--lang", "en"], on: mirror)
            #expect(run.output.contains("about-the-\(table)"), "\(run.output)")
            #expect(!run.output.contains("about-the-\(other)"), "\(run.output)")
        }
        let long = String(repeating: "x", count: 128)
        let id = PersonaRows.row(table: "agency", id: long, body: body).annotationID
        #expect(Identifier.isValid(id) && id.hasPrefix("agency:"))
    }

    @Test(
        "shows members that only a later version knows, and says that an update is needed",
        arguments: [
            "vehicle", "driving_licence", "bill", "profile", "notification", "document",
            "annotation", "request", "entitlement", "credit_report", "traffic_ticket",
        ])
    func newerMembers(table: String) async throws {
        func run(_ body: JSONValue, _ words: [String]) async -> String {
            let owner = table == "annotation" ? "citizen" : "dlt"
            let row = PersonaRows.row(table: table, id: "r1", owner: owner, body: body)
            return await CLIRun.run(words, on: FakeMirror(rows: [row])).output
        }
        let known: JSONValue = ["note": ["a"], "status": "active", "title_en": "A title"]
        let newer: JSONValue = [
            "note": ["a"], "status": "active", "title_en": "A title",
            "of_later": "another thing",
        ]
        var screens = [["show", table, "--lang", "en"]]
        if table == "notification" { screens.append(["notifications", "--lang", "en"]) }
        if table == "request" { screens.append(["request", "show", "r1", "--lang", "en"]) }
        for words in screens {
            let shown = await run(newer, words)
            #expect(shown.contains("another thing"), "\(shown)")
            #expect(shown.contains("Update needed"), "\(shown)")
        }
        #expect(await run(newer, ["show", table, "--json"]).contains(#""update_needed":true"#))
        guard table == "annotation" else { return }
        let older = await run(["note": ["a"]], ["show", table, "--lang", "en"])
        #expect(!older.contains("Update needed"), "\(older)")
        #expect(await run(known, ["show", table, "--json"]).contains(#""update_needed":true"#))
    }

    @Test("needs no update for any member of any row of the synthetic people")
    func knownMembers() throws {
        for persona in Set(Self.screens.map(\.persona)).sorted() {
            for row in try PersonaRows.load(persona) {
                #expect(row.unknownFields == [], "\(row.table)/\(row.id)")
            }
        }
    }

    @Test("shows each of two notes once, on its record and by itself")
    func twoNotes() async throws {
        let note = PersonaRows.row(
            table: "annotation", id: "vehicle:wanna-typical-vh-01", owner: "citizen",
            body: ["note": ["Brakes?", "Sell it"]])
        let mirror = FakeMirror(rows: try PersonaRows.load("wanna-typical") + [note])
        for words in [["show", "annotation"], ["vehicles", "wanna-typical-vh-01"]] {
            let run = await CLIRun.run(words + ["--lang", "en"], on: mirror)
            #expect(run.output.contains("Brakes?\n"))
            for text in ["Brakes?", "Sell it"] {
                #expect(run.output.components(separatedBy: text).count == 2, "\(run.output)")
            }
        }
        let own = await CLIRun.run(["show", "annotation", "--lang", "en"], on: mirror)
        #expect(own.output.contains("Your notes"))
        #expect(own.output.contains("Written by you · as of"))
        #expect(!own.output.contains("From citizen"))
        let json = await CLIRun.run(["show", "annotation", "--json"], on: mirror)
        #expect(!json.output.contains("\"annotation\":{"))
    }

    @Test("names the person's own sources before those of everybody")
    func sources() async throws {
        let mirror = try Self.mirror("wanna-typical")
        mirror.change {
            $0.standing.sources = [
                Standing.Source(
                    owner: "dga", isPublic: true, rows: 353, oldestAsOf: 0,
                    newestAsOf: personaMoment),
                Standing.Source(
                    owner: "dlt", rows: 1, oldestAsOf: 0, newestAsOf: personaMoment - 9_000_000),
                Standing.Source(
                    owner: "rtp", rows: 2, oldestAsOf: 0, newestAsOf: personaMoment - 8_000_000),
            ]
        }
        let run = await CLIRun.run(
            ["status", "--lang", "en"], on: mirror, environment: ["COLUMNS": "100"])
        let places = ["Police · 2 records", "Transport · 1 record ", "353 records for everybody"]
            .map { run.output.firstRange(of: $0)?.lowerBound }
        #expect(!places.contains(nil))
        #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted())
        let json = await CLIRun.run(["--json"], on: mirror)
        #expect(json.output.contains("\"owner\":\"dga\""))
        #expect(json.output.contains("\"public\":true,\"rows\":353"))
    }

    @Test("keeps a long owner inside its margin", arguments: [40, 50])
    func margin(columns: Int) async throws {
        let run = await CLIRun.run(
            ["--lang", "en"], on: try Self.mirror("wanna-typical"),
            environment: ["COLUMNS": "\(columns)"])
        let start = try #require(run.output.firstRange(of: "Where the data come from\n"))
        let lines = run.output[start.upperBound...].split(separator: "\n")
        #expect(lines.count > 10)
        #expect(lines.allSatisfy { $0.hasPrefix("  ") }, "\(run.output)")
    }

    @Test("shows a code beside its words in words alone, and no member twice")
    func codes() async throws {
        for (command, words, code) in [
            ("access-log", "การประปา", " pwa\n"), ("consents", "ข้อมูลเครดิตแห่งชาติ", " ncb\n"),
        ] {
            let run = await CLIRun.run(
                [command, "--all", "--lang", "en"], on: try Self.mirror("wanna-typical"))
            #expect(run.output.contains(words))
            #expect(!run.output.contains(code))
            #expect(!run.output.contains("  Purpose"))
        }
        let profile = await CLIRun.run(["profile"], on: try Self.mirror("wanna-typical"))
        #expect(!profile.output.contains("female"))
    }

    @Test("draws the code of one bill that may be paid, where a person can scan it")
    func paymentCode() async throws {
        let terminal = World.Terminal(isOutputShown: true, isErrorShown: true, columns: 80)
        func run(
            _ persona: String, _ words: [String], _ terminal: World.Terminal
        ) async throws
            -> String
        {
            await CLIRun.run(
                words + ["--lang", "en"], on: try Self.mirror(persona), terminal: terminal
            ).output
        }
        let due = ["bills", "wanna-typical-bl-16"]
        let shown = try await run("wanna-typical", due, terminal)
        #expect(shown.contains("Scan to pay"))
        #expect(shown.contains("█"))
        #expect(try await !run("wanna-typical", due, World.Terminal()).contains("█"))
        #expect(try await !run("wanna-typical", due + ["--plain"], terminal).contains("█"))
        #expect(try await !run("wanna-typical", ["bills"], terminal).contains("█"))
        let paid = ["bills", "wanna-typical-bl-13"]
        #expect(try await !run("wanna-typical", paid, terminal).contains("█"))
        // A sound code of another biller: the sticker over the poster.
        let swapped = try await run(
            "tuk-twelve-bills", ["bills", "tuk-twelve-bills-bl-12"], terminal)
        #expect(swapped.contains("do not pay it [biller_mismatch]"))
        #expect(!swapped.contains("█"))
    }

    @Test("lets no control character of a row reach the terminal")
    func control() async throws {
        let row = PersonaRows.row(
            table: "driving_licence", id: "x", owner: "dlt",
            body: ["class_th": "A\u{1B}[2JB\u{202E}C", "status": "active"])
        let run = await CLIRun.run(["licence"], on: FakeMirror(rows: [row]))
        #expect(!run.output.contains("\u{1B}"))
        #expect(!run.output.contains("\u{202E}"))
    }

    @Test("has no colour unless a person sees it and wants it")
    func color() async throws {
        let mirror = try Self.mirror("wanna-typical")
        let shown = World.Terminal(isOutputShown: true, isErrorShown: true, columns: 80)
        func run(
            _ words: [String], _ environment: [String: String], _ terminal: World.Terminal
        )
            async -> Bool
        {
            await CLIRun.run(words, on: mirror, environment: environment, terminal: terminal)
                .output.contains("\u{1B}[")
        }
        #expect(await run(["licence"], [:], shown))
        #expect(await !run(["licence"], [:], World.Terminal()))
        #expect(await !run(["licence"], ["NO_COLOR": "1"], shown))
        #expect(await !run(["licence", "--no-color"], [:], shown))
        #expect(await !run(["licence", "--json"], [:], shown))
    }

    @Test("never shows the thirteen digits of a person")
    func nationalID() async throws {
        for command in ["profile", "civil"] {
            let run = await CLIRun.run([command], on: try Self.mirror("wanna-typical"))
            #expect(!run.output.contains("1999900101791"))
            #expect(run.output.contains("x-xxxx-xxxxx-"))
        }
    }

    @Test("is one detail on a line for a screen reader")
    func plain() async throws {
        let run = await CLIRun.run(["licence", "--plain"], on: try Self.mirror("wanna-typical"))
        #expect(run.output.contains("\nเลขที่: 99991010\n"))
        #expect(!run.output.contains("──"))
        #expect(!run.output.contains("  "))
    }
}

@Suite("Wrapped text")
struct CLITextWrapTests {
    @Test("keeps a letter with its marks and vowels", arguments: [4, 7, 11, 20])
    func marks(cells: Int) {
        let text = "เจ้าหน้าที่กำลังตรวจสอบคำร้องของท่านและจะแจ้งผลให้ทราบทางแอปทางรัฐ ๆ"
        let lines = TextWrap.lines(text, cells: cells)
        #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
        for line in lines {
            #expect(ThaiText.cells(line) <= cells)
            let first = line.unicodeScalars.first?.value ?? 0
            #expect(![0x0E30, 0x0E32, 0x0E33, 0x0E46].contains(first))
            #expect(first < 0x0E31 || first > 0x0E3A)
            #expect(first < 0x0E47 || first > 0x0E4E)
        }
    }

    @Test("breaks at a space where there is one near")
    func spaces() {
        #expect(
            TextWrap.lines("one two three four", cells: 9) == ["one two", "three", "four"])
    }

    @Test("keeps a word whole that has room on a line", arguments: [40, 41, 60, 79, 80])
    func whole(cells: Int) {
        let id = "4ead1ab6-974d-43f5-8f65-cb968e5f9fe7"
        for text in [
            "Complete. Hand it in: tangrat request submit \(id)",
            "แก้ไขร่าง \(id) แล้ว", "กรอกครบแล้ว:\(id)แล้วยื่นได้เลยเพื่อให้หน่วยงานพิจารณาต่อไป",
        ] {
            let lines = TextWrap.lines(text, cells: cells)
            #expect(lines.contains { $0.contains(id) }, "\(lines)")
            #expect(lines.allSatisfy { ThaiText.cells($0) <= cells })
        }
    }

    @Test("gives up a word that is wider than the line")
    func long() {
        #expect(TextWrap.lines("abcdefghij", cells: 4) == ["abcd", "efgh", "ij"])
    }
}
