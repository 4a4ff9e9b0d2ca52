import Glibc
import NetworkIO
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

@Suite("Server options")
struct ServerOptionsTests {
    private func options(
        _ line: String, _ environment: [String: String] = [:]
    ) throws -> ServerOptions {
        try ServerOptions(line.split(separator: " ").map(String.init)) { environment[$0] }
    }

    @Test("have usual values")
    func usual() throws {
        let options = try options("serve --data /d")
        #expect(options.words == ["serve"])
        #expect(options.directory == "/d")
        #expect(options.host == "127.0.0.1" && options.portNumber == 8_470)
        #expect(options.loops == nil && options.publicURL == nil)
    }

    @Test("take the public address from the file, the environment and the line")
    func publicURL() throws {
        let directory = try TemporaryDirectory()
        let file = directory.file("config.json")
        try write(#"{"data":"/d","public_url":"https://file.example"}"#, to: file)
        let line = "serve --config \(file)"
        let environment = ["TANGRAT_PUBLIC_URL": "https://environment.example/"]
        #expect(try options(line).publicURL?.description == "https://file.example")
        #expect(
            try options(line, environment).publicURL?.description == "https://environment.example")
        #expect(
            try options(line + " --public-url https://line.example/a", environment).publicURL?
                .verification == "https://line.example/a/device")
        #expect(throws: ServerOptions.Problem.self) {
            try options("serve --data /d --public-url sync.example")
        }
    }

    @Test("take a number where one is meant, and an address that nobody has to look up")
    func kinds() throws {
        let directory = try TemporaryDirectory()
        let file = directory.file("config.json")
        for (text, isGood) in [
            (#"{"data":"/d","loops":2}"#, true), (#"{"data":5}"#, false),
            (#"{"data":"/d","listen":8470}"#, false),
        ] {
            try write(text, to: file)
            let taken = try? options("serve --config \(file)")
            #expect((taken != nil) == isGood, "\(text)")
        }
        for (address, isGood) in [
            ("127.0.0.1:1", true), ("[::1]:1", true), ("0.0.0.0:1", true), ("localhost:1", false),
            (":1", false), ("sync.example:1", false),
        ] {
            let taken = try? options("serve --data /d --listen \(address)")
            #expect((taken != nil) == isGood, "\(address)")
        }
        #expect(try options("-h").words == ["help"])
        #expect(try options("--version").words == ["version"])
    }

    /// Goal: nobody relies on an option that does nothing: these are the worst.
    @Test(
        "are refused where they mean nothing, and where they stand twice",
        arguments: [
            "compact --dry-run", "person erase S --reason r --dry-run", "serve --heads F",
            "grant B --person S --days 30", "person add --pid 1 --pid 2", "version --days 3",
            "device revoke D --person S", "backup F --listen 127.0.0.1:1", "hold S --until 2027",
            "retention --dry-run --dry-run", "retention --dry-run=no",
        ])
    func meaningless(line: String) throws {
        let problem = #expect(throws: ServerOptions.Problem.self) {
            let options = try options(line + " --data /d")
            if !["serve", "version"].contains(options.words[0]) { _ = try options.adminCommand() }
        }
        let message = try #require(problem).message
        #expect(message.contains("--"), "\(message)")
    }

    /// Goal: where no server runs, retention and `audit verify` find the heads of one that did.
    @Test("hand the file of heads to the commands that read it, from wherever it is named")
    func heads() throws {
        func heads(_ line: String, _ environment: [String: String] = [:]) throws -> String? {
            try options(line, environment).adminCommand()["heads"]?.text
        }
        let environment = ["TANGRAT_AUDIT_HEADS": "/w/environment"]
        for command in ["retention", "retention --dry-run", "audit verify"] {
            let line = "\(command) --data /d"
            #expect(try heads(line) == nil)
            #expect(try heads(line, environment) == "/w/environment")
            #expect(try heads(line + " --audit-heads /w/line", environment) == "/w/line")
            #expect(try heads(line + " --heads /w/named", environment) == "/w/named")
            #expect(try heads(line + " --heads named")?.hasSuffix("/named") == true)
        }
    }

    @Test("tell of a provider, a proxy and a rate, and refuse what cannot be meant")
    func identity() throws {
        let usual = try options("serve --data /d")
        #expect(usual.identityProvider == nil && !usual.isBehindProxy && usual.deviceRate == nil)
        let given = try options(
            "serve --data /d --identity-provider /p --behind-proxy yes --device-rate 1000000")
        #expect(given.identityProvider == "/p" && given.isBehindProxy)
        #expect(given.deviceRate == 1_000_000)
        let environment = ["TANGRAT_BEHIND_PROXY": "yes", "TANGRAT_DEVICE_RATE": "1"]
        #expect(try !options("serve --data /d --behind-proxy no", environment).isBehindProxy)
        #expect(try options("serve --data /d", environment).deviceRate == 1)
        for wrong in [
            "--behind-proxy true", "--device-rate 0", "--device-rate 1000001", "--device-rate x",
        ] {
            #expect(throws: ServerOptions.Problem.self) {
                try options("serve --data /d \(wrong)")
            }
        }
        var limits = Limits()
        limits.setDeviceRate(20)
        #expect(limits.requestsBurstMax == Limits().requestsBurstMax)
        #expect(limits.requestsPerMinute == Limits().requestsPerMinute)
    }

    @Test("take an IPv6 address in brackets")
    func brackets() throws {
        let options = try options("serve --data /d --listen [::1]:81")
        #expect(options.host == "::1" && options.portNumber == 81)
        #expect(PublicURL(listening: options.address, port: 81).description == "http://[::1]:81")
    }

    @Test("come from the file, then the environment, then the line; the last one wins")
    func sources() throws {
        let directory = try TemporaryDirectory()
        let file = directory.file("config.json")
        try write(#"{"data":"/file","listen":"0.0.0.0:1","loops":3}"#, to: file)
        let fromFile = try options("serve --config \(file)")
        #expect(fromFile.directory == "/file" && fromFile.host == "0.0.0.0")
        #expect(fromFile.portNumber == 1 && fromFile.loops == 3)
        let environment = ["TANGRAT_CONFIG": file, "TANGRAT_DATA": "/env", "TANGRAT_LOOPS": "4"]
        let mixed = try options("serve --loops=5", environment)
        #expect(mixed.directory == "/env" && mixed.portNumber == 1 && mixed.loops == 5)
        try write(#"{"dat":"/file"}"#, to: file)
        #expect(throws: ServerOptions.Problem.self) { try options("serve --config \(file)") }
        try write("[]", to: file)
        #expect(throws: ServerOptions.Problem.self) { try options("serve --config \(file)") }
        try write("{", to: file)
        #expect(throws: ServerOptions.Problem.self) { try options("serve --config \(file)") }
        #expect(throws: ServerOptions.Problem.self) { try options("serve --config /nowhere") }
    }

    @Test("that are empty, or no text and no number, are refused wherever they stand")
    func empty() throws {
        let directory = try TemporaryDirectory()
        let file = directory.file("config.json")
        for setting in ["true", "[]", "null", "{}", #""""#] {
            try write(#"{"data":"/d","audit_heads":\#(setting)}"#, to: file)
            #expect(throws: ServerOptions.Problem.self, "\(setting)") {
                try options("serve --config \(file)")
            }
        }
        for name in ["AUDIT_HEADS", "DATA", "CONFIG", "BEHIND_PROXY"] {
            #expect(throws: ServerOptions.Problem.self, "\(name)") {
                try options("serve --data /d", ["TANGRAT_\(name)": ""])
            }
        }
    }

    private func write(_ text: String, to path: String) throws {
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        _ = text.utf8CString.withUnsafeBytes {
            Glibc.write(descriptor, $0.baseAddress, $0.count - 1)
        }
    }

    @Test(
        "that make no sense are refused",
        arguments: [
            "serve", "serve --data", "serve --data /d --data /e", "serve --data /d --nothing x",
            "serve --data /d --listen 8470", "serve --data /d --listen host:",
            "serve --data /d --listen host:+1", "serve --data /d --listen host:65536",
            "serve --data /d --loops 0", "serve --data /d --loops 257", "serve --data /d --loops x",
            "serve --data /d --", "serve --data=", "serve --data /d -behind-proxy yes",
            "serve --data /d extra", "version extra", "serve --data /d --audit-heads= --loops 2",
        ])
    func bad(line: String) {
        #expect(throws: ServerOptions.Problem.self) { try options(line) }
    }

    @Test(
        "become commands",
        arguments: [
            (
                "agency add dlt --tables vehicle,bill",
                #"{"code":"dlt","command":"agency.add","tables":["vehicle","bill"]}"#
            ),
            ("agency list", #"{"command":"agency.list"}"#),
            ("agency revoke dlt", #"{"code":"dlt","command":"agency.revoke"}"#),
            ("person add", #"{"command":"person.add"}"#),
            ("person add --pid 1", #"{"command":"person.add","pid":"1"}"#),
            ("person list", #"{"after":"","command":"person.list"}"#),
            (
                "person export s --reason r",
                #"{"after":0,"command":"person.export","person":"s","reason":"r"}"#
            ),
            (
                "person erase --pid 1 --reason r",
                #"{"command":"person.erase","person":"1","reason":"r"}"#
            ),
            ("audit publish", #"{"command":"audit.publish"}"#),
            ("approve C --person s", #"{"command":"approve","person":"s","user_code":"C"}"#),
            ("device list --person s", #"{"command":"device.list","person":"s"}"#),
            ("device revoke 0f", #"{"command":"device.revoke","device":"0f"}"#),
            ("backup /x", #"{"command":"backup","file":"/x"}"#),
            ("verify", #"{"command":"verify"}"#),
        ])
    func commands(line: String, json: String) throws {
        let command = try options("\(line) --data /d").adminCommand()
        #expect(String(decoding: JSON.canonical(command), as: UTF8.self) == json)
    }

    @Test(
        "that are no commands are refused",
        arguments: [
            "agency", "agency add", "agency remove x", "agency list x", "person add x",
            "person export s", "person erase --reason r", "person erase s t --reason r",
            "approve C", "approve --person s", "device list", "device revoke", "backup",
            "backup /x y", "verify x", "agency fly",
        ])
    func badCommands(line: String) throws {
        let options = try options("\(line) --data /d")
        #expect(throws: ServerOptions.Problem.self) { try options.adminCommand() }
    }

    @Test("name a word that is no command before an option that is missing")
    func unknownCommand() {
        let problem = #expect(throws: ServerOptions.Problem.self) { try options("fly") }
        #expect(problem?.message == "there is no command fly")
    }

    @Test("make a path of a backup absolute")
    func absolutePath() throws {
        let command = try options("backup x --data /d").adminCommand()
        let path = try #require(command["file"]?.text)
        #expect(path.hasPrefix("/") && path.hasSuffix("/x"))
    }

    @Test("need no directory for help")
    func help() throws {
        #expect(try options("help").words == ["help"])
        #expect(try options("serve --help").words == ["help"])
        #expect(try options("version").words == ["version"])
        #expect(try options("").words.isEmpty)
    }
}

@Suite("Admin commands")
struct AdminCommandTests {
    private let secrets = seededSecrets(8)

    private func run(
        _ fixture: ServerFixture, _ json: String
    ) throws -> Result<[JSONValue], AdminCommands.Refusal> {
        let command = try JSON.parse(Array(json.utf8))
        return try fixture.write { context in
            try AdminCommands(
                context: context, secrets: secrets, limits: fixture.limits,
                personKey: fixture.store.personKey
            ).run(command)
        }
    }

    private func code(_ fixture: ServerFixture, _ json: String) throws -> String? {
        if case .failure(let refusal) = try run(fixture, json) {
            #expect(!refusal.message.isEmpty && !refusal.advice.isEmpty)
            return refusal.code
        }
        return nil
    }

    @Test("add, list and revoke agencies; a key opens until it is replaced or ended")
    func agencies() throws {
        let fixture = try ServerFixture()
        func agency(_ key: String) throws -> AgencyRecord? {
            try fixture.read { try $0.agency(key: SHA256.hash(Array(key.utf8))) }
        }
        func add() throws -> String {
            let rows = try run(
                fixture, #"{"command":"agency.add","code":"dlt","tables":["vehicle"]}"#
            ).get()
            return try #require(rows[0]["key"]?.text)
        }
        let first = try add()
        #expect(try agency(first) == AgencyRecord(code: "dlt", tables: ["vehicle"]))
        let second = try add()
        #expect(try agency(first) == nil)
        #expect(try agency(second) != nil)
        let listed = try run(fixture, #"{"command":"agency.list"}"#).get()
        #expect(listed.count == 1 && listed[0]["key"] == nil)
        #expect(listed[0]["revoked_ms"] == .integer(0))
        _ = try run(fixture, #"{"command":"agency.revoke","code":"dlt"}"#).get()
        #expect(try agency(second) == nil)
        #expect(
            try run(fixture, #"{"command":"agency.list"}"#).get()[0]["revoked_ms"]
                == .integer(noon))
    }

    @Test("add and list people, once for each national number")
    func people() throws {
        let fixture = try ServerFixture()
        let pid = #"{"command":"person.add","pid":"1999900101791"}"#
        let first = try run(fixture, pid).get()[0]
        #expect(first["new"] == .integer(1))
        let again = try run(fixture, pid).get()[0]
        #expect(again["new"] == .integer(0) && again["subject"] == first["subject"])
        let other = try run(fixture, #"{"command":"person.add"}"#).get()[0]
        #expect(other["subject"] != first["subject"] && other["subject"]?.text?.utf8.count == 26)
        #expect(try run(fixture, #"{"command":"person.list"}"#).get().count == 2)
    }

    @Test("approve a sign-in once and in time, for a person by subject or number")
    func approvals() throws {
        let fixture = try ServerFixture()
        let subject = try #require(
            try run(fixture, #"{"command":"person.add","pid":"1999900101791"}"#).get()[0][
                "subject"]?.text)
        func start() throws -> SignInMachine.Started {
            try fixture.write { context in
                try #require(
                    try SignInMachine(context: context, limits: fixture.limits, secrets: secrets)
                        .start(secrets.deviceCode(), deviceName: "phone"))
            }
        }
        func approve(_ code: String, _ person: String) throws -> String? {
            try self.code(
                fixture, #"{"command":"approve","user_code":"\#(code)","person":"\#(person)"}"#)
        }
        let first = try start()
        #expect(try approve(first.userCode, "nobody") == "admin.person_unknown")
        #expect(try approve(first.userCode.lowercased(), subject) == nil)
        #expect(try approve(first.userCode, subject) == "admin.code_unknown")
        let second = try start()
        #expect(try approve(second.userCode, "1999900101791") == nil)
        let third = try start()
        fixture.now += 600_000
        #expect(try approve(third.userCode, subject) == "admin.code_unknown")
    }

    @Test("list and revoke devices")
    func devices() throws {
        let fixture = try ServerFixture()
        let person = try fixture.addPerson()
        let device = try fixture.addDevice(person)
        let rows = try run(fixture, #"{"command":"device.list","person":"somebody"}"#).get()
        #expect(rows.map { $0["device"]?.text } == [device.id.description])
        _ = try run(fixture, #"{"command":"device.revoke","device":"\#(device.id)"}"#).get()
        let after = try run(fixture, #"{"command":"device.list","person":"somebody"}"#).get()
        #expect(after[0]["revoked_ms"] == .integer(noon))
        // Given again it ends nothing, and tells when it ended.
        func head() throws -> Int64 { try fixture.read { try $0.auditHead() }.number }
        let before = try head()
        fixture.now += 1_000
        let again = try run(fixture, #"{"command":"device.revoke","device":"\#(device.id)"}"#).get()
        #expect(again[0]["revoked_ms"] == .integer(noon))
        #expect(try head() == before)
    }

    @Test(
        "that cannot be carried out say why",
        arguments: [
            ("{}", "admin.command"), (#"{"command":"drop"}"#, "admin.command"),
            ("[]", "admin.command"),
            (#"{"command":"agency.add"}"#, "admin.usage"),
            (#"{"command":"agency.add","code":"a b","tables":["vehicle"]}"#, "admin.agency_code"),
            (
                #"{"command":"agency.add","code":"citizen","tables":["vehicle"]}"#,
                "admin.agency_code"
            ),
            (#"{"command":"agency.add","code":"a"}"#, "admin.tables"),
            (#"{"command":"agency.add","code":"a","tables":["x"]}"#, "admin.table_unknown"),
            (
                #"{"command":"agency.add","code":"a","tables":["annotation"]}"#,
                "admin.table_unknown"
            ),
            (#"{"command":"agency.revoke","code":"a"}"#, "admin.agency_unknown"),
            (#"{"command":"person.add","pid":"123"}"#, "admin.pid"),
            (#"{"command":"approve","person":"s"}"#, "admin.usage"),
            (#"{"command":"approve","user_code":"C","person":"s"}"#, "admin.code_unknown"),
            (#"{"command":"device.list","person":"s"}"#, "admin.person_unknown"),
            (#"{"command":"device.revoke","device":"x"}"#, "admin.device_unknown"),
            (#"{"command":"device.revoke","device":"0000000000000001"}"#, "admin.device_unknown"),
        ])
    func refusals(json: String, code: String) throws {
        let fixture = try ServerFixture()
        #expect(try self.code(fixture, json) == code)
    }

    @Test(
        "make no store where there is none",
        arguments: ["verify", "backup", "person.list", "agency.list", "device.list", "approve"])
    func noStore(command: String) throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("misspelt")
        let answer = try JSON.parse(
            try TangRatServer.runAdmin(
                ["command": .string(command), "file": .string(directory.file("copy"))],
                directory: path))
        #expect(answer["error"]?["code"] == "admin.no_store")
        #expect(answer["error"]?["message"]?.text?.contains(path) == true)
        #expect(access(path, F_OK) != 0)
    }

    @Test("have a longest one", arguments: [0, 1])
    func longest(more: Int) throws {
        let running = try RunningServer()
        let client = try HTTPTestClient(path: TangRatServer.adminSocket(running.directory.path))
        let command = #"{"command":"person.list"}"#
        let room = AdminService.bodyBytesMax + more - command.utf8.count
        let answer = try client.post("/admin", command + String(repeating: " ", count: room))
        #expect(answer.status == (more == 0 ? 200 : 413))
    }

    /// Goal: nobody finds a door or an account that stands there from the beginning.
    @Test("have a door that is not the public one, and a new store knows nobody")
    func ownDoor() throws {
        let running = try RunningServer()
        let command = Array(#"{"command":"person.list"}"#.utf8)
        for path in ["/admin", "/admin/x"] {
            #expect(try running.request("GET", path).status == 404, "\(path)")
            #expect(try running.request("POST", path, [:], command).status == 404, "\(path)")
        }
        for name in ["person.list", "agency.list"] {
            let answer = try running.admin(["command": .string(name)])
            #expect(answer["rows"]?.items?.isEmpty == true, "\(name): \(answer)")
        }
    }

    @Test("work on a store that nobody serves, and not beside a server")
    func offline() throws {
        let directory = try TemporaryDirectory()
        func run(_ command: JSONValue) throws -> JSONValue {
            try JSON.parse(
                try TangRatServer.runAdmin(
                    command, directory: directory.path, secrets: seededSecrets(4),
                    wallClock: WallClock(milliseconds: { noon })))
        }
        #expect(try run(["command": "person.add"])["rows"]?.items?.count == 1)
        #expect(try run(["command": "person.list"])["rows"]?.items?.count == 1)
        #expect(try run(["command": "verify"])["rows"]?.items?[0]["sound"] == .integer(1))
        let copy = directory.file("copy")
        #expect(
            try run(["command": "backup", "file": .string(copy)])["rows"]?.items?[0]["file"]?.text
                == copy)
        #expect(access(copy, R_OK) == 0)
        var status = stat()
        #expect(lstat(copy, &status) == 0 && status.st_mode & 0o777 == 0o600)
        // A second one, and one under the name of a link that leads nowhere, are refused.
        let size = status.st_size
        let link = directory.file("link")
        #expect(symlink(directory.file("nothing"), link) == 0)
        for path in [copy, link] {
            let refused = try run(["command": "backup", "file": .string(path)])["error"]
            #expect(refused?["code"]?.text == "admin.backup_exists")
        }
        #expect(lstat(copy, &status) == 0 && status.st_size == size)
        #expect(access(directory.file("nothing"), F_OK) != 0)
        #expect(access(copy + ".partial", F_OK) != 0 && access(link + ".partial", F_OK) != 0)
        #expect(
            try run(["command": "backup", "file": "/nowhere/copy"])["error"]?["code"]?.text
                == "admin.backup")
        let store = try SQLiteStore(directory: directory.path, randomBytes: seededSecrets(1).bytes)
        #expect(throws: StoreFailure.self) { try run(["command": "person.list"]) }
        store.close()
    }
}
