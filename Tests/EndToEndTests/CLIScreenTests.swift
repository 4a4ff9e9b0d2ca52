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

    @Test("gives up a word that is wider than the line")
    func long() {
        #expect(TextWrap.lines("abcdefghij", cells: 4) == ["abcd", "efgh", "ij"])
    }
}
