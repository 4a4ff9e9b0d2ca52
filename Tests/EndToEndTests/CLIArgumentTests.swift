import CitizenData
import Testing

@testable import tangrat_cli

@Suite("The command line")
struct CLIArgumentTests {
    @Test("takes options before and after the command")
    func positions() throws {
        let before = try CommandLineParser.parse(["--json", "--lang", "en", "licence"])
        let after = try CommandLineParser.parse(["licence", "--lang=en", "--json"])
        #expect(before == after)
        #expect(before.command == .licence)
        #expect(before.language == .english)
        #expect(before.isJSON)
    }

    @Test("without words is the home screen")
    func home() throws {
        #expect(try CommandLineParser.parse([]).command == .home)
        #expect(try CommandLineParser.parse(["--json"]).command == .home)
    }

    @Test("ends options at two dashes")
    func dashes() throws {
        let note = try CommandLineParser.parse(["note", "vehicle/1", "--", "--not an option"])
        #expect(note.operands == ["vehicle/1", "--not an option"])
    }

    @Test("keeps every value of an option that may be repeated, also with an equals sign in it")
    func repeated() throws {
        let edit = try CommandLineParser.parse([
            "request", "edit", "d1", "--set", "a=1", "--set=b=2=3", "--statement", "-x",
        ])
        #expect(edit.values(.set) == ["a=1", "b=2=3"])
        #expect(edit.value(.statement) == "-x")
    }

    @Test(
        "names what is wrong and suggests what was meant",
        arguments: [
            (["licens"], "usage.unknown_command", "tangrat licence"),
            (["notif"], "usage.unknown_command", "tangrat notifications"),
            (["sync", "--wacth"], "usage.unknown_option", "--watch"),
            (["licence", "--watch"], "usage.option_not_here", "tangrat licence [ID] [--all]"),
            (["sync", "--lang"], "usage.value_missing", "tangrat help"),
            (["sync", "--lang", "de"], "usage.value_unknown", "tangrat help"),
            (["sync", "--json=1"], "usage.value_unexpected", "tangrat help"),
            (["sync", "now"], "usage.operand_unexpected", "tangrat sync [--watch] [--trace]"),
            (["-x"], "usage.unknown_option", "tangrat help"),
        ])
    func problems(words: [String], code: String, advice: String) {
        let problem = #expect(throws: UsageProblem.self) { try CommandLineParser.parse(words) }
        #expect(problem?.code == code)
        #expect(problem?.advice.english.contains(advice) == true)
        #expect(problem?.message.thai.isEmpty == false)
    }

    @Test("shows the help of a command that it stands beside")
    func help() throws {
        let help = try CommandLineParser.parse(["sync", "--help"])
        #expect(help.command == .help)
        #expect(help.operands == ["sync"])
    }

    @Test("suggests nothing for a word that is near to nothing")
    func nothingNear() {
        #expect(Suggestion.nearest(to: "xyzzy", in: CommandName.allCases.map(\.rawValue)) == nil)
    }

    @Test(
        "speaks the language asked for, else the one chosen, else the one set up, else Thai",
        arguments: [
            (Language.english, "th", ["LANG": "th_TH.UTF-8"], Language.english),
            (nil, "en", ["LANG": "th_TH.UTF-8"], .english),
            (nil, nil, ["LC_ALL": "en_US.UTF-8", "LANG": "th_TH.UTF-8"], .english),
            (nil, nil, ["LC_ALL": "", "LANG": "en_GB"], .english),
            (nil, nil, ["LANG": "C.UTF-8"], .thai),
            (nil, nil, [:], .thai),
        ] as [(Language?, String?, [String: String], Language)])
    func language(
        asked: Language?, preference: String?, environment: [String: String], expected: Language
    ) {
        #expect(
            Speaker.language(asked: asked, preference: preference, environment: environment)
                == expected)
    }
}

@Suite("The messages")
struct CLIMessageTests {
    @Test("are there in both languages, with the same places to fill")
    func complete() {
        for (name, words) in Messages.all {
            #expect(!words.thai.isEmpty && !words.english.isEmpty, "\(name)")
            #expect(places(words.thai) == places(words.english), "\(name)")
        }
        #expect(Messages.all.count > 200)
    }

    @Test("hold no jargon and no placeholder of a machine")
    func jargon() {
        let banned = [
            "%@", "%d", "TODO", "FIXME", "nil", "null", "outbox", "bucket", "CRDT", "mutation",
            "cursor", "payload", "checkpoint", "tombstone", "epoch", "lorem",
        ]
        for (name, words) in Messages.all {
            for word in banned {
                #expect(
                    !words.thai.contains(word) && !words.english.contains(word), "\(name): \(word)")
            }
        }
    }

    @Test("leave a value alone that looks like a place to fill")
    func braces() {
        #expect(UsageMessage.unknownVerb.filled("{2}", "x").english.contains("{2}"))
    }

    private func places(_ text: String) -> Set<String> {
        var found: Set<String> = []
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            found.insert(String(rest[open...close]))
            rest = rest[rest.index(after: close)...]
        }
        return found
    }
}
