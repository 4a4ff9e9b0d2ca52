import CitizenData
import SyncProtocol
import Testing

@testable import SyncClientCore
@testable import tangrat_cli

@Suite("A command")
struct CLICommandTests {
    @Test(
        "ends with the code of the worst row shown",
        arguments: [
            (1, 0, 0), (30, 0, 10), (5 * 24, 0, 11), (31 * 24, 0, 12), (1, 49, 14), (-2, 0, 14),
        ] as [(hours: Int64, offsetHours: Int64, code: Int32)])
    func exitCodes(row: (hours: Int64, offsetHours: Int64, code: Int32)) async {
        let mirror = FakeMirror(
            rows: [
                PersonaRows.row(
                    table: "driving_licence", id: "x", owner: "dlt",
                    body: ["class_th": "รถยนต์", "status": "active"])
            ], lastSync: personaMoment)
        mirror.change { state in
            state.standing.now = personaMoment + row.hours * 3_600_000
            state.standing.serverOffset = row.offsetHours * 3_600_000
        }
        let run = await CLIRun.run(["licence"], on: mirror)
        #expect(run.code == row.code)
    }

    @Test("tells signed out, nothing cached and offline apart")
    func absent() async {
        let out = await CLIRun.run(["licence", "--lang", "en"], on: FakeMirror(isSignedIn: false))
        #expect(out.code == 4)
        #expect(out.error.contains("account.signed_out"))
        let empty = await CLIRun.run(["licence"], on: FakeMirror(lastSync: nil))
        #expect(empty.code == 3)
        let offline = FakeMirror(lastSync: nil)
        offline.change { $0.failure = .offline(reason: "") }
        #expect(await CLIRun.run(["sync"], on: offline).code == 3)
        let cached = FakeMirror()
        cached.change { $0.failure = .offline(reason: "") }
        #expect(await CLIRun.run(["sync"], on: cached).code == 1)
    }

    @Test("shows what a sync brought, and then why waiting changes were not sent")
    func heldBack() async {
        let mirror = FakeMirror()
        mirror.change { state in
            state.report.rows = 3
            state.report.heldBack = .writesMissing(afterMid: 4)
            state.standing.heldBack = .writesMissing(afterMid: 4)
        }
        let run = await CLIRun.run(["sync", "--lang", "en"], on: mirror)
        #expect(run.code == 1)
        #expect(run.output.contains("Received 3"))
        #expect(run.error.contains("[write.missing]"))
        let json = await CLIRun.run(["sync", "--json"], on: mirror)
        #expect(json.code == 1)
        #expect(json.output.contains(#""held_back":"write.missing""#))
        #expect(json.error.contains(#""code":"write.missing""#))
        let home = await CLIRun.run(["--lang", "en"], on: mirror)
        #expect(home.output.contains("Changes are not sent"))
        #expect(home.output.contains("Sign in again"))
        let status = await CLIRun.run(["status", "--json"], on: mirror)
        #expect(status.output.contains(#""held_back":"write.missing""#))
        let shown = await CLIRun.run(["status", "--lang", "en"], on: mirror)
        #expect(shown.output.contains("Sign in again"))
    }

    @Test("reports a trouble in the language of the person, and as JSON for a script")
    func troubles() async {
        let thai = await CLIRun.run(["licens"], on: FakeMirror())
        #expect(thai.code == 2)
        #expect(thai.error.contains("ไม่มีคำสั่ง licens"))
        #expect(thai.output.isEmpty)
        let english = await CLIRun.run(["licens", "--lang", "en"], on: FakeMirror())
        #expect(english.error.contains("Did you mean tangrat licence?"))
        let json = await CLIRun.run(["licens", "--json"], on: FakeMirror())
        #expect(json.error.hasPrefix("{\"error\":{"))
    }

    @Test(
        "writes one JSON object or one line per row",
        arguments: [
            "home", "licence", "status", "requests", "services", "notifications", "doctor", "prefs",
            "outcomes", "help", "version", "show", "bills",
        ])
    func json(command: String) async throws {
        let run = await CLIRun.run(
            CLIScreenTests.words(command) + ["--json"],
            on: try CLIScreenTests.mirror("wanna-typical"))
        for line in run.output.split(separator: "\n") {
            #expect(throws: Never.self) { try JSON.parse(Array(line.utf8), limits: .document) }
        }
    }

    @Test("shows all rows of a table to those who ask for them")
    func showAll() async throws {
        let mirror = try CLIScreenTests.mirror("wanna-typical")
        let some = await CLIRun.run(["show", "payment", "--json"], on: mirror)
        let all = await CLIRun.run(["show", "payment", "--all", "--json"], on: mirror)
        let count = try await mirror.rows("payment").count
        #expect(all.output.split(separator: "\n").count == count)
        #expect(some.output.split(separator: "\n").count < count)
    }

    @Test("unpins what is pinned, and says so of anything else")
    func unpin() async throws {
        let pinned = PersonaRows.row(
            table: "pinned", id: "me", owner: "citizen", body: ["services": ["obec-2"]])
        let mirror = FakeMirror(rows: [pinned])
        let other = await CLIRun.run(["unpin", "biz-portal", "--lang", "en"], on: mirror)
        #expect(other.code == 1)
        #expect(other.error.contains("[service.not_pinned]"))
        #expect(other.error.contains("Pinned are: obec-2"))
        #expect(mirror.calls.isEmpty)
        let own = await CLIRun.run(["unpin", "obec-2"], on: mirror)
        #expect(own.code == 0)
        #expect(mirror.calls == ["remove obec-2 pinned/me"])
    }

    @Test("names what it checks in the language of the person", arguments: ["th", "en"])
    func doctor(language: String) async {
        let run = await CLIRun.run(["doctor", "--lang", language], on: FakeMirror())
        let name = language == "th" ? "ไฟล์ข้อมูล" : "The file of the data"
        #expect(run.output.contains("\(name) [cache.integrity]"))
    }

    @Test("explains each option and word of a command", arguments: CommandName.allCases)
    func help(command: CommandName) async {
        for language in ["th", "en"] {
            let run = await CLIRun.run(
                ["help", command.rawValue, "--lang", language], on: FakeMirror(),
                environment: ["COLUMNS": "60"])
            #expect(run.code == 0)
            #expect(run.cellsMax <= 60)
            let body = run.output.split(separator: "\n").dropFirst(2).joined(separator: "\n")
            for option in command.options { #expect(body.contains(option.typed)) }
            for part in command.parts { #expect(body.contains(part.typed)) }
        }
    }

    @Test("shows any table and suggests one that was meant")
    func show() async throws {
        let mirror = try CLIScreenTests.mirror("wanna-typical")
        let payments = await CLIRun.run(["show", "payment"], on: mirror)
        #expect(payments.code == 0)
        #expect(payments.output.contains("บาท"))
        let typo = await CLIRun.run(["show", "paymnet", "--lang", "en"], on: mirror)
        #expect(typo.code == 2)
        #expect(typo.error.contains("tangrat show payment"))
    }

    @Test("answers why for a row and for a field")
    func why() async throws {
        let mirror = try CLIScreenTests.mirror("wanna-typical")
        let run = await CLIRun.run(
            ["why", "driving_licence/wanna-typical-dl-01.points_left"], on: mirror)
        #expect(run.code == 0)
        for part in ["10", "กรมการขนส่งทางบก", "gdx:dlt/driving_licence/v2", "พ.ร.บ. รถยนต์"] {
            #expect(run.output.contains(part), "\(part)")
        }
        let nothing = await CLIRun.run(["why", "wanna-typical-dl-01.nothing"], on: mirror)
        #expect(nothing.code == 1)
        #expect(await CLIRun.run(["why", "no-such-row"], on: mirror).code == 1)
    }

    @Test("searches the catalogue in both languages")
    func services() async throws {
        let mirror = try CLIScreenTests.mirror("wanna-typical")
        let thai = await CLIRun.run(["services", "เทียบวุฒิ", "ต่างประเทศ"], on: mirror)
        #expect(thai.output.contains("obec-1"))
        let english = await CLIRun.run(["services", "QUALIFICATION", "--lang", "en"], on: mirror)
        #expect(english.output.contains("obec-1"))
        let none = await CLIRun.run(["services", "zzzz"], on: mirror)
        #expect(none.output.contains("ไม่พบบริการ"))
    }

    @Test("marks, pins and sets, and checks before it stores")
    func writes() async throws {
        let mirror = try CLIScreenTests.mirror("wanna-typical")
        #expect(
            await CLIRun.run(["notifications", "read", "wanna-typical-nt-001"], on: mirror).code
                == 0)
        #expect(await CLIRun.run(["notifications", "read", "no-such"], on: mirror).code == 1)
        #expect(await CLIRun.run(["notifications", "read"], on: mirror).code == 2)
        #expect(await CLIRun.run(["pin", "obec-1"], on: mirror).code == 0)
        #expect(await CLIRun.run(["pin", "obec-9"], on: mirror).code == 1)
        #expect(await CLIRun.run(["prefs", "set", "language", "en"], on: mirror).code == 0)
        #expect(await CLIRun.run(["prefs", "set", "language", "de"], on: mirror).code == 4)
        #expect(await CLIRun.run(["prefs", "set", "mobile", "๐๘๑-234-5678"], on: mirror).code == 0)
        #expect(await CLIRun.run(["prefs", "set", "shoe", "42"], on: mirror).code == 2)
        #expect(
            mirror.calls == [
                "read notification_state/wanna-typical-nt-001", "add obec-1 pinned/me",
                "set language preference/me", "set mobile preference/me",
            ])
        #expect(await CLIRun.run(["logout"], on: mirror).code == 1)
        #expect(await CLIRun.run(["logout", "--discard-unsent"], on: mirror).code == 0)
    }

    @Test("marks all that is unread in writes of a bounded size")
    func readAll() async throws {
        let mirror = try CLIScreenTests.mirror("wit-200-notifications")
        #expect(await CLIRun.run(["notifications", "read", "--all"], on: mirror).code == 0)
        #expect(mirror.calls.count > 1)
        #expect(mirror.calls.allSatisfy { $0.split(separator: ",").count <= 64 })
    }

    @Test("shows the code to sign in and draws it only on a terminal")
    func login() async {
        let words = ["login", "--server", "https://sync.example.org", "--lang", "en"]
        let plain = await CLIRun.run(words, on: FakeMirror(isSignedIn: false))
        #expect(plain.code == 0)
        #expect(plain.output.contains("WDJB-MJHT"))
        #expect(!plain.output.contains("█"))
        let shown = await CLIRun.run(
            words, on: FakeMirror(isSignedIn: false),
            terminal: World.Terminal(isOutputShown: true, isErrorShown: true, columns: 80))
        #expect(shown.output.contains("█"))
        #expect(!shown.output.contains("secret"))
        // A low window shows the end: the code stands behind the picture.
        let picture = shown.output.split(separator: "█").count
        #expect(picture > 10)
        #expect(shown.output.split(separator: "█").last?.contains("WDJB-MJHT") == true)
        let nowhere = await CLIRun.run(["login"], on: FakeMirror(isSignedIn: false))
        #expect(nowhere.code == 2)
    }

    @Test("stops watching with the code of the reason")
    func watch() async {
        let run = await CLIRun.run(["sync", "--watch", "--json"], on: FakeMirror())
        #expect(run.code == 4)
        #expect(run.output.hasPrefix("{\"event\":\"connected\"}\n"))
    }

    @Test(
        "never promises more than everything",
        arguments: [(5, 3, 1.7), (0, 0, 0), (3, 10, -1), (10, 10, 1), (1, 2, .nan)])
    func progress(received: Int, expected: Int, fraction: Double) {
        let text = SyncWords(say: Speaker(language: .english)).progress(
            received: received, expected: expected, fraction: fraction)
        let numbers = text.split { !$0.isNumber }.compactMap { Int($0) }
        #expect(numbers.allSatisfy { (0...100).contains($0) })
        if numbers.count == 3 { #expect(numbers[0] <= numbers[1]) }
    }
}

@Suite("A request")
struct CLIRequestTests {
    @Test("is drafted, corrected, handed in offline and not taken for received")
    func life() async throws {
        let mirror = try CLIScreenTests.mirror("amnuay-obec")
        let new = await CLIRun.run(
            [
                "request", "new", "obec-4", "--set", "course=pali_5", "--set",
                "academic_year_be=2562",
            ],
            on: mirror)
        #expect(new.code == 0)
        #expect(new.output.contains("[obec-4.before-2562]"))
        #expect(new.output.contains("รับเฉพาะผู้สำเร็จก่อนปีการศึกษา 2562"))

        let early = await CLIRun.run(["request", "submit", "draft-1", "--lang", "en"], on: mirror)
        #expect(early.code == 4)
        #expect(early.output.contains("academic_year_be"))
        #expect(early.error.contains("write.form_incomplete"))

        let edit = await CLIRun.run(
            [
                "request", "edit", "draft-1", "--set", "academic_year_be=2561", "--attach",
                "/home/me/cert.pdf", "--statement", "ขอเทียบวุฒิ",
            ], on: mirror, files: ["/home/me/cert.pdf": Array("certificate".utf8)])
        #expect(edit.code == 0)
        #expect(edit.output.contains("cert.pdf"))
        #expect(edit.output.contains("กรอกครบแล้ว"))

        let submit = await CLIRun.run(["request", "submit", "draft-1"], on: mirror)
        #expect(submit.code == 0)
        #expect(submit.output.contains("ยังไม่ถือว่าหน่วยงานได้รับ"))

        let show = await CLIRun.run(["request", "show", "draft-1", "--lang", "en"], on: mirror)
        #expect(show.output.contains("Not yet received by the agency"))
        #expect(show.output.contains("device clock"))
        #expect(!show.output.contains("system clock"))

        let again = await CLIRun.run(["request", "edit", "draft-1", "--set", "a=b"], on: mirror)
        #expect(again.code == 4)
    }

    @Test("keeps the three times apart once there is a receipt")
    func receipt() async throws {
        let mirror = try CLIScreenTests.mirror("wanna-typical")
        let run = await CLIRun.run(["request", "show", "wanna-typical-rq-01"], on: mirror)
        #expect(run.output.contains("15 ส.ค. 2569 07.46 น. (เวลาเครื่อง)"))
        #expect(run.output.contains("17 ส.ค. 2569 04.16 น. (เวลาเครื่อง)"))
        #expect(run.output.contains("17 ส.ค. 2569 08.28 น. (เวลาระบบ มีผลตามกฎหมาย)"))
        #expect(run.output.contains("TR-2569-0010101"))
    }

    @Test("names every problem with its field, code and advice in both languages")
    func problems() async throws {
        let mirror = try CLIScreenTests.mirror("amnuay-obec")
        let run = await CLIRun.run(
            ["request", "new", "obec-3", "--set", "level=m6", "--set", "reason=old", "--json"],
            on: mirror)
        let draft = try JSON.parse(Array(run.output.dropLast().utf8))
        let problems = draft["problems"]?.items ?? []
        #expect(
            Set(problems.compactMap { $0["field"]?.text }) == ["administration", "level", "reason"])
        for problem in problems {
            for name in ["code", "message_th", "message_en", "advice_th", "advice_en"] {
                #expect(problem[name]?.text?.isEmpty == false)
            }
        }
    }

    @Test("of an unknown service or a file that is not there stores nothing")
    func refused() async throws {
        let mirror = try CLIScreenTests.mirror("amnuay-obec")
        let service = await CLIRun.run(["request", "new", "obec1", "--lang", "en"], on: mirror)
        #expect(service.code == 2)
        #expect(service.error.contains("obec-1"))
        let file = await CLIRun.run(["request", "new", "obec-1", "--attach", "no.pdf"], on: mirror)
        #expect(file.code == 1)
        let pair = await CLIRun.run(["request", "new", "obec-1", "--set", "level"], on: mirror)
        #expect(pair.code == 2)
        #expect(mirror.calls.isEmpty)
    }
}
