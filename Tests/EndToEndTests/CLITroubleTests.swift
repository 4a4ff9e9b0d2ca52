import CitizenData
import SyncClientCore
import SyncProtocol
import Testing

@testable import tangrat_cli

/// A word that nobody could copy from two lines.
private let draft = "4ead1ab6-974d-43f5-8f65-cb968e5f9fe7"

@Suite("A trouble")
struct CLITroubleTests {
    @Test(
        "fits the terminal and breaks no word", arguments: [40, 50, 80],
        [
            ["licence", "x"], ["request", "show", draft], ["show", "x"], ["licence", "x", "y"],
            ["why", "wanna-typical-dl-01.nosuch"], ["pin", draft],
        ])
    func fits(columns: Int, words: [String]) async throws {
        for language in ["th", "en"] {
            let run = await CLIRun.run(
                words + ["--lang", language], on: try CLIScreenTests.mirror("wanna-typical"),
                environment: ["COLUMNS": "\(columns)"])
            #expect(run.code != 0)
            let lines = run.error.split(separator: "\n")
            #expect(lines.allSatisfy { ThaiText.cells(String($0)) <= columns }, "\(run.error)")
            // What a script or a person looks for stands on one line.
            #expect(lines.contains { $0.contains("[") && $0.contains(".") && $0.contains("]") })
            if words.contains(draft) { #expect(run.error.contains(draft)) }
        }
    }

    /// Goal: whoever asks the wrong service learns what it does, and is sent in no circle.
    @Test("says of a service what can be asked of it, and never suggests the very same")
    func services() async throws {
        let rows = try PersonaRows.catalogue()
        let mirror = FakeMirror(rows: rows)
        func error(_ words: String...) async -> String {
            let run = await CLIRun.run(["request", "new"] + words + ["--lang", "en"], on: mirror)
            #expect(run.code == 2, "\(words)")
            return run.error
        }
        var none = 0
        for service in rows.filter({ $0.table == "service" }).map(\.id)
        where RequestForm.actions(of: service).isEmpty {
            let told = await error(service)
            #expect(told.contains("takes no requests here"), "\(told)")
            #expect(told.contains("tangrat services \(service)"), "\(told)")
            none += 1
        }
        #expect(none > 20)
        #expect(await error("obec-11").contains("Did you mean obec-1?"))
        #expect(await error("zzzzzzzz").contains("tangrat services WORD"))
        #expect(await error("obec-1", "--action", "frob").contains("--action new"))
    }

    @Test("has the width of the terminal that shows it")
    func terminal() async {
        let run = await CLIRun.run(
            ["licens", "--lang", "en"], on: FakeMirror(),
            terminal: World.Terminal(isErrorShown: true, errorColumns: 44))
        #expect(
            run.error == """
                tangrat: There is no command licens.
                [usage.unknown_command]
                  Did you mean tangrat licence?

                """)
    }

    @Test("gives a command that has no room a line of its own")
    func command() {
        let trouble = Trouble(
            "write.form_incomplete", RequestMessage.notComplete.words,
            RequestMessage.editAdvice.filled(draft))
        #expect(
            trouble.text(.english, cells: 80) == """
                tangrat: The form is not complete, so it was not handed in.
                [write.form_incomplete]
                  Correct it:
                    tangrat request edit \(draft) --set field=value

                """)
    }

    @Test(
        "of a sign-in names the address, and promises no changes that nobody made",
        arguments: [true, false])
    func signIn(isSignedIn: Bool) async {
        let mirror = FakeMirror(isSignedIn: isSignedIn)
        mirror.change { $0.failure = .offline(reason: "refused") }
        let run = await CLIRun.run(
            ["login", "--server", "https://sync.example.org", "--lang", "en"], on: mirror)
        #expect(run.code == 1)
        #expect(
            run.error == """
                tangrat: The service at https://sync.example.org cannot be reached.
                [sync.offline]
                  Check the address and the network, and try again.

                """)
    }

    @Test("of a name with two records, a field or a file that is not there says what there is")
    func choices() async throws {
        let rows = ["vehicle", "driving_licence"].map {
            PersonaRows.row(table: $0, id: "same", owner: "dlt", body: ["plate": "1"])
        }
        let twice = await CLIRun.run(["note", "same", "x"], on: FakeMirror(rows: rows))
        #expect(twice.error.contains("driving_licence/same, vehicle/same"))
        let field = await CLIRun.run(
            ["why", "vehicle/same.fuel", "--lang", "en"], on: FakeMirror(rows: rows))
        #expect(field.error.contains("Its fields: plate"))
        let mirror = try CLIScreenTests.mirror("wanna-typical")
        _ = await CLIRun.run(["request", "new", "ticket-dispute"], on: mirror)
        let file = await CLIRun.run(
            ["request", "edit", "draft-1", "--detach", "a.pdf", "--lang", "en"], on: mirror)
        #expect(file.code == 1)
        #expect(file.error.contains("No file is attached to it."))
    }

    @Test("of a directory names it, and what to do")
    func places() async {
        let words = ["sync", "--lang", "en"]
        // An option that nothing reads would be worse than none: decision 0084.
        let authorities = await CLIRun.run(words + ["--ca-file", "/a.pem"], on: FakeMirror())
        #expect(authorities.code == 2)
        let directory = await CLIRun.run(
            words + ["--data", "/none"], opening: .storageFailed(code: "ENOENT"))
        #expect(directory.code == 1)
        #expect(directory.error.contains("The data directory /none cannot be used (ENOENT)."))
        #expect(directory.error.contains("--data DIR"))
    }

    @Test("of the client has an advice in both languages, unless it is over")
    func advice() {
        let failures: [SyncFailure] = [
            .offline(reason: ""), .noAnswer(reason: ""), .serverBusy(retryAfterMilliseconds: 1_000),
            .verificationFailed(bucket: "b"), .addressInvalid("a"), .appTooOld, .signedOut,
            .signInExpired,
            .signInTimedOut, .signInDenied, .deviceCopied, .writesMissing(afterMid: 1),
            .unsentWrites(count: 1), .rowAbsent(table: "t", id: "i"), .outboxFull, .busyElsewhere,
            .storageFull,
        ]
        for failure in failures {
            let trouble = Trouble(failure)
            #expect(trouble.advice?.thai.isEmpty == false, "\(failure)")
            #expect(trouble.advice?.english.isEmpty == false, "\(failure)")
        }
    }
}
