internal import CitizenData
internal import Glibc
internal import NetworkIO
internal import SQLiteKit
internal import SyncProtocol

/// What the command line, the environment and the file say, merged and checked.
struct ServerOptions {
    /// A usage error.
    struct Problem: Error {
        let code: String
        let message: String
        let advice: String
        /// Whether the machine failed, and may do it another time.
        let isTransient: Bool

        init(
            _ message: String, advice: String = "See: tangrat-server help",
            isTransient: Bool = false
        ) {
            code = "usage"
            self.message = message
            self.advice = advice
            self.isTransient = isTransient
        }
    }

    /// The words that are not options, the command first.
    private(set) var words: [String] = []
    private(set) var directory = ""
    private(set) var host = "127.0.0.1"
    private(set) var portNumber: UInt16 = 8_470
    private(set) var loops: Int?
    private(set) var publicURL: PublicURL?
    private(set) var auditHeads: String?
    private(set) var identityProvider: String?
    private(set) var isBehindProxy = false
    private(set) var deviceRate: Int?
    private var values: [String: String] = [:]

    var address: ListenAddress { .tcp(host: host, port: portNumber) }

    /// The options that each command takes, besides those that all take.
    ///
    /// One that means nothing there is refused: who gives it expects something of it.
    private static let options: [String: Set<String>] = [
        "serve": [
            "listen", "loops", "public-url", "audit-heads", "identity-provider", "behind-proxy",
            "device-rate",
        ],
        "agency add": ["tables"], "person add": ["pid"],
        "person export": ["pid", "reason"], "person erase": ["pid", "reason"],
        "approve": ["person"], "device list": ["person"],
        "grant": ["person", "until"], "revoke": ["person"], "grants": ["person"],
        "compact": ["days"], "retention": ["dry-run", "heads", "audit-heads"],
        "hold": ["pid", "reason"], "release": ["pid", "reason"],
        "audit verify": ["heads", "audit-heads"],
    ]

    private static let known = options.values.reduce(into: ["data", "config"] as Set<String>) {
        $0.formUnion($1)
    }

    /// Those that stand alone.
    private static let flags: Set<String> = ["dry-run"]

    init(_ arguments: [String], environment: (String) -> String?) throws(Problem) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "-h" {
                words = ["help"]
                return
            }
            guard argument.utf8.starts(with: "--".utf8) else {
                words.append(argument)
                continue
            }
            let body = argument.dropFirst(2)
            if body == "pid-stdin" {
                try set("pid", readLine() ?? "")
                continue
            }
            if Self.flags.contains(String(body)) {
                try set(String(body), "1")
                continue
            }
            if body == "version" {
                words = ["version"]
                return
            }
            if body == "help" {
                words = ["help"]
                return
            }
            let parts = body.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map(String.init)
            guard let name = parts.first, Self.known.contains(name), !Self.flags.contains(name)
            else {
                throw Problem("there is no option \(argument)")
            }
            guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
                throw Problem("the option --\(name) needs a value")
            }
            try set(name, value)
        }
        func variable(_ name: String) throws(Problem) -> String? {
            let value = environment(name)
            guard value?.isEmpty != true else {
                throw Problem("\(name) is empty", advice: "Give it a value, or do not set it.")
            }
            return value
        }
        let configuration = try variable("TANGRAT_CONFIG")
        let file = try Self.file(values["config"] ?? configuration)
        func setting(_ name: String, _ other: String) throws(Problem) -> String? {
            let other = try variable(other)
            return values[name] ?? other ?? file[name]
        }
        directory = try setting("data", "TANGRAT_DATA") ?? ""
        if let listen = try setting("listen", "TANGRAT_LISTEN") { try setListen(listen) }
        if let text = try setting("loops", "TANGRAT_LOOPS") {
            guard let count = Decimal.parse(text.utf8), (1...256).contains(count) else {
                throw Problem("--loops must be a number from 1 to 256")
            }
            loops = Int(count)
        }
        if let text = try setting("public-url", "TANGRAT_PUBLIC_URL") {
            guard let url = PublicURL(text) else {
                throw Problem(
                    "--public-url must be an address such as https://sync.example.go.th",
                    advice: "Give http or https, a host, perhaps a port and a path; no query.")
            }
            publicURL = url
        }
        if let path = try setting("audit-heads", "TANGRAT_AUDIT_HEADS") {
            auditHeads = absolute(.string(path))
        }
        if let path = try setting("identity-provider", "TANGRAT_IDENTITY_PROVIDER") {
            identityProvider = absolute(.string(path))
        }
        switch try setting("behind-proxy", "TANGRAT_BEHIND_PROXY") {
        case nil, "no": isBehindProxy = false
        case "yes": isBehindProxy = true
        default: throw Problem("--behind-proxy must be yes or no")
        }
        if let text = try setting("device-rate", "TANGRAT_DEVICE_RATE") {
            guard let rate = Decimal.parse(text.utf8), (1...1_000_000).contains(rate) else {
                throw Problem("--device-rate must be a number from 1 to 1000000")
            }
            deviceRate = Int(rate)
        }
        if let first = words.first, !Self.commands.contains(first) {
            throw Problem("there is no command \(first)")
        }
        try checkOptions()
        // The other commands count their own words.
        if ["serve", "version"].contains(words.first), words.count > 1 {
            throw Problem("too many words: \(words.dropFirst().joined(separator: " "))")
        }
        let needsDirectory = !["help", "version", nil].contains(words.first)
        guard !directory.isEmpty || !needsDirectory else {
            throw Problem("--data is missing", advice: "Name the data directory: --data DIR")
        }
    }

    private mutating func set(_ name: String, _ value: String) throws(Problem) {
        guard !value.isEmpty else { throw Problem("the option --\(name) has an empty value") }
        guard values.updateValue(value, forKey: name) == nil else {
            throw Problem("the option --\(name) stands twice")
        }
    }

    /// Refuses options that the command does not take.
    private func checkOptions() throws(Problem) {
        let two = words.prefix(2).joined(separator: " ")
        guard let command = words.first else { return }
        let taken = Self.options[two] ?? Self.options[command] ?? []
        for name in values.keys.sorted() where !["data", "config"].contains(name) {
            guard taken.contains(name) else {
                let isWhole = Self.options[two] != nil
                throw Problem("\(isWhole ? two : command) takes no option --\(name)")
            }
        }
    }

    private mutating func setListen(_ text: String) throws(Problem) {
        guard let colon = text.lastIndex(of: ":"),
            let port = Decimal.parse(text[text.index(after: colon)...].utf8), port <= 65_535
        else { throw Problem("--listen must be HOST:PORT, for instance 127.0.0.1:8470") }
        host = String(text[..<colon])
        // An IPv6 address stands in brackets before a port.
        if host.utf8.first == UInt8(ascii: "["), host.utf8.last == UInt8(ascii: "]") {
            host = String(host.dropFirst().dropLast())
        }
        guard ListenAddress.isNumeric(host) else {
            throw Problem(
                "--listen must be HOST:PORT with a numeric host, for instance 127.0.0.1:8470",
                advice: "0.0.0.0 is every address of this machine; an IPv6 one stands in brackets.")
        }
        portNumber = UInt16(port)
    }

    private static func file(_ path: String?) throws(Problem) -> [String: String] {
        guard let path else { return [:] }
        let known: Set<String> = [
            "data", "listen", "loops", "public_url", "audit_heads", "identity_provider",
            "behind_proxy", "device_rate",
        ]
        do {
            let bytes = try Files.read(path, bytesMax: 64 * 1_024)
            guard let object = try JSON.parse(bytes).fields else {
                throw Problem("\(path) must hold a JSON object")
            }
            var settings: [String: String] = [:]
            for (name, value) in object.members {
                guard known.contains(name) else {
                    throw Problem("\(path) has a setting \(name) that does not exist")
                }
                // Only what is counted may be a number: 5 is no directory.
                let isCounted = ["loops", "device_rate"].contains(name)
                let number = isCounted ? value.intValue.map { String($0) } : nil
                guard let text = value.text ?? number, !text.isEmpty else {
                    throw Problem(
                        "\(path): \(name) must be a \(isCounted ? "whole number" : "text")")
                }
                settings[String(name.map { $0 == "_" ? "-" : $0 })] = text
            }
            return settings
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(
                "\(path) cannot be read: \(error)",
                isTransient: (error as? FileError)?.isTransient ?? false)
        }
    }

    /// The words that a command may begin with.
    private static let commands: Set<String> = [
        "serve", "agency", "person", "approve", "device", "grant", "revoke", "grants",
        "backup", "restore", "compact", "retention", "hold", "release", "verify", "audit",
        "version", "help",
    ]

    /// The backup that `restore` names.
    func restoreFile() throws(Problem) -> String {
        guard words.count == 2 else { throw Problem("restore needs one FILE") }
        return absolute(.string(words[1]))
    }

    /// The command as the admin socket takes it.
    func adminCommand() throws(Problem) -> JSONValue {
        func word(_ index: Int, _ what: String) throws(Problem) -> JSONValue {
            guard words.count > index else { throw Problem("\(what) is missing") }
            return .string(words[index])
        }
        func value(_ name: String) throws(Problem) -> JSONValue {
            guard let value = values[name] else { throw Problem("--\(name) is missing") }
            return .string(value)
        }
        var members: [(String, JSONValue)]
        var expected = 2
        switch (words.first, words.count > 1 ? words[1] : "") {
        case ("agency", "add"):
            let tables = (values["tables"] ?? "").split(separator: ",").map { String($0) }
            members = [
                ("command", "agency.add"), ("code", try word(2, "CODE")),
                ("tables", .array(tables.map { .string($0) })),
            ]
            expected = 3
        case ("agency", "list"): members = [("command", "agency.list")]
        case ("agency", "revoke"):
            members = [("command", "agency.revoke"), ("code", try word(2, "CODE"))]
            expected = 3
        case ("person", "add"):
            members = [("command", "person.add")]
            if values["pid"] != nil { members.append(("pid", try value("pid"))) }
        case ("person", "export"), ("person", "erase"):
            members = [("command", .string("person.\(words[1])"))]
            if values["pid"] != nil {
                members.append(("person", try value("pid")))
            } else {
                members.append(("person", try word(2, "SUBJECT or PID")))
                expected = 3
            }
            members.append(("reason", try value("reason")))
            if words[1] == "export" { members.append(("after", .integer(0))) }
        case ("person", "list"): members = [("command", "person.list"), ("after", .string(""))]
        case ("approve", _):
            members = [
                ("command", "approve"), ("user_code", try word(1, "CODE")),
                ("person", try value("person")),
            ]
        case ("device", "list"):
            members = [("command", "device.list"), ("person", try value("person"))]
        case ("device", "revoke"):
            members = [("command", "device.revoke"), ("device", try word(2, "ID"))]
            expected = 3
        case ("grant", _):
            members = [
                ("command", "grant"), ("bucket", try word(1, "BUCKET")),
                ("person", try value("person")),
            ]
            if let until = values["until"] {
                members.append(("until_ms", .integer(try Self.moment(until))))
            }
        case ("revoke", _):
            members = [
                ("command", "revoke"), ("bucket", try word(1, "BUCKET")),
                ("person", try value("person")),
            ]
        case ("grants", _):
            members = [("command", "grants"), ("person", try value("person"))]
            expected = 1
        case ("backup", _):
            members = [("command", "backup"), ("file", .string(try absolute(word(1, "FILE"))))]
        case ("compact", _):
            guard let days = Decimal.parse((values["days"] ?? "90").utf8), days <= 36_500 else {
                throw Problem("--days must be a number of days")
            }
            members = [("command", "compact"), ("days", .integer(Int64(days)))]
            expected = 1
        case ("retention", _):
            members = [
                ("command", "retention"), ("dry_run", .integer(values["dry-run"] == nil ? 0 : 1)),
            ]
            if let heads { members.append(("heads", .string(heads))) }
            expected = 1
        case ("hold", _), ("release", _):
            members = [("command", .string("person.\(words[0])"))]
            if values["pid"] != nil {
                members.append(("person", try value("pid")))
                expected = 1
            } else {
                members.append(("person", try word(1, "SUBJECT or PID")))
            }
            members.append(("reason", try value("reason")))
        case ("audit", "verify"):
            members = [("command", "audit.verify")]
            if let heads { members.append(("heads", .string(heads))) }
        case ("audit", "head"): members = [("command", "audit.head")]
        case ("audit", "publish"): members = [("command", "audit.publish")]
        case ("audit", "export"):
            members = [("command", "audit.export"), ("after", .integer(0))]
        case ("verify", _):
            members = [("command", "verify")]
            expected = 1
        default: throw Problem("there is no command \(words.joined(separator: " "))")
        }
        guard words.count == expected else {
            throw Problem("too many words: \(words.dropFirst(expected).joined(separator: " "))")
        }
        return .object(JSONObject(members))
    }

    /// The file of heads that a command is to read: where nobody serves the store, nothing
    /// else knows where `serve` writes them.
    private var heads: String? { values["heads"].map { absolute(.string($0)) } ?? auditHeads }

    /// The moment that a person means by a day (its end, in Thailand) or by a time.
    private static func moment(_ text: String) throws(Problem) -> Int64 {
        if let milliseconds = Decimal.parse(text.utf8) { return Int64(clamping: milliseconds) }
        if let day = CivilDate(iso: text) { return BangkokTime.start(of: day) + 86_400_000 }
        guard let moment = BangkokTime.read(text) else {
            throw Problem("--until must be a day or a time, such as 2026-12-31")
        }
        return moment.milliseconds
    }

    /// The server may stand in another directory than the one who asks.
    private func absolute(_ path: JSONValue) -> String {
        let text = path.text ?? ""
        guard !text.utf8.starts(with: "/".utf8), let here = getcwd(nil, 0) else { return text }
        defer { free(here) }
        return String(cString: here) + "/" + text
    }
}
