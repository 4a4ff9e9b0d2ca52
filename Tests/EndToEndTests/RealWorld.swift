import Foundation
import FoundationNetworking
import Synchronization
import TestSupport

/// A world of real processes in a directory of its own: server, people, devices.
final class RealWorld: Sendable {
    private let folder: TemporaryDirectory
    private let children = Mutex<[Child]>([])
    private let counter = Mutex(0)
    private let server = Mutex<(child: Child, port: Int)?>(nil)

    private init() throws {
        folder = try TemporaryDirectory()
    }

    /// Runs a test in a new world and leaves no process and no file behind.
    static func run(
        serving: Bool = true, _ body: (RealWorld) async throws -> Void
    ) async throws {
        let world = try RealWorld()
        do {
            if serving { try await world.start() }
            try await body(world)
        } catch {
            await world.end()
            throw error
        }
        await world.end()
    }

    private func end() async {
        for child in children.withLock({ $0 }) {
            child.signalAll(SIGKILL)
            child.signal(SIGCONT)
            _ = await child.wait()
        }
    }

    func path(_ name: String) -> String { folder.file(name) }

    // MARK: - Programs

    /// Starts a program that goes on beside the test.
    func spawn(_ program: String, _ arguments: [String]) throws -> Child {
        let number = counter.withLock { counter in
            counter += 1
            return counter
        }
        let environment = [
            "PATH": "/usr/bin:/bin", "HOME": folder.path, "LANG": "C.UTF-8", "TZ": "Asia/Bangkok",
            "SWIFT_BACKTRACE": "enable=no",
        ]
        let child = try Child(
            program, arguments, files: path("p\(number)"), environment: environment)
        children.withLock { $0.append(child) }
        return child
    }

    /// Runs a program to its end.
    func run(
        _ program: String, _ arguments: [String], within seconds: Double = 60
    ) async throws -> ProgramRun {
        let child = try spawn(program, arguments)
        let alarm = Task {
            try await Task.sleep(for: .seconds(seconds))
            child.signal(SIGKILL)
        }
        let code = await child.wait()
        alarm.cancel()
        return ProgramRun(code: code, output: child.output, error: child.error)
    }

    // MARK: - The server

    var data: String { path("server") }
    var port: Int { server.withLock { $0?.port ?? 0 } }
    var address: String { "http://127.0.0.1:\(port)" }
    var serverChild: Child? { server.withLock { $0?.child } }

    /// Starts the server, on the port it had before if it ran already.
    ///
    /// - Returns: How long it took until it said where it listens.
    @discardableResult
    func start(
        under wrapper: [String] = [], with options: [String] = []
    ) async throws -> Duration {
        let words =
            wrapper + [
                Programs.server, "serve", "--data", data, "--listen", "127.0.0.1:\(port)",
            ] + options
        let begun = ContinuousClock.now
        let child = try spawn(words[0], Array(words.dropFirst()))
        var found: Int?
        try await eventually("the server listens: \(child.error)") {
            if let code = child.code {
                throw WorldProblem("the server ended with \(code): \(child.error)")
            }
            found = child.output.split(separator: "\n").first?.split(separator: ":").last
                .flatMap { Int($0) }
            return found != nil
        }
        let took = ContinuousClock.now - begun
        server.withLock { $0 = (child, found ?? 0) }
        return took
    }

    /// Ends the server with a signal.
    @discardableResult
    func stop(_ signal: Int32) async throws -> Int32 {
        guard let child = serverChild else { throw WorldProblem("there is no server") }
        child.signalAll(signal)
        return await child.wait()
    }

    /// Runs an operator's command and gives its first line.
    @discardableResult
    func admin(_ words: String...) async throws -> [String: Any] {
        let run = try await run(Programs.server, words + ["--data", data])
        guard run.code == 0 else { throw WorldProblem("\(words): \(run.error)") }
        return PlainJSON.object(run.lines.first ?? "")
    }

    func person(_ pid: String? = nil) async throws -> String {
        let pid = pid.map { ["--pid", $0] } ?? []
        let run = try await run(Programs.server, ["person", "add", "--data", data] + pid)
        guard let subject = PlainJSON.object(run.output)["subject"] as? String else {
            throw WorldProblem("person add: \(run.error)")
        }
        return subject
    }

    func agency(_ code: String, _ tables: String...) async throws -> String {
        try await agency(code, tables: tables)
    }

    func agency(_ code: String, tables: [String]) async throws -> String {
        let answer = try await admin(
            "agency", "add", code, "--tables", tables.joined(separator: ","))
        guard let key = answer["key"] as? String else { throw WorldProblem("agency add") }
        return key
    }

    /// A number the server counts.
    func metric(_ name: String) async throws -> Int {
        let answer = try await http("GET", "/metrics")
        let line = answer.text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
        guard let number = line.flatMap({ Int($0.dropFirst(name.count + 1)) }) else {
            throw WorldProblem("no \(name): status \(answer.status), \(answer.text)")
        }
        return number
    }

    // MARK: - HTTP

    struct Answer: Sendable {
        let status: Int
        let body: Data
        let type: String

        var text: String { String(decoding: body, as: UTF8.self) }
        var lines: [[String: Any]] {
            text.split(separator: "\n").map { PlainJSON.object(String($0)) }
        }
        /// The lines of a kind.
        func frames(_ kind: String) -> [[String: Any]] {
            lines.filter { $0["frame"] as? String == kind }
        }
    }

    /// One request on a connection of its own.
    func http(
        _ method: String, _ path: String, body: Data? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        guard let url = URL(string: address + path) else { throw WorldProblem(path) }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.timeoutInterval = 30
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        request.httpBody = body
        let session = URLSession(configuration: .ephemeral)
        defer { session.finishTasksAndInvalidate() }
        let (data, response) = try await session.data(for: request)
        guard let response = response as? HTTPURLResponse else { throw WorldProblem("no HTTP") }
        return Answer(
            status: response.statusCode, body: data,
            type: response.value(forHTTPHeaderField: "Content-Type") ?? "")
    }

    /// Sends an agency's lines.
    func feed(_ lines: [String], key: String) async throws -> Answer {
        try await http(
            "POST", "/v1/agency/records", body: Data((lines.joined(separator: "\n") + "\n").utf8),
            headers: ["Authorization": "Bearer \(key)", "Content-Type": "application/x-ndjson"])
    }

    /// Sends lines that must all be taken.
    func mustFeed(_ lines: [String], key: String) async throws {
        let answer = try await feed(lines, key: key)
        let end = answer.lines.last ?? [:]
        guard answer.status == 200, end["status"] as? String == "done",
            end["applied"] as? Int == lines.count
        else { throw WorldProblem("feed: \(answer.status) \(answer.text.prefix(600))") }
    }

    // MARK: - Devices

    /// A device of the real client, signed in for a person.
    func device(
        _ name: String, of person: String, at url: String? = nil
    ) async throws -> Device {
        let device = Device(world: self, folder: path("device-" + name))
        let login = try spawn(
            Programs.client,
            ["login", "--server", url ?? address, "--json", "--data", device.folder])
        var code: String?
        try await eventually("a user code of \(name): \(login.error)") {
            if let ended = login.code, ended != 0 {
                throw WorldProblem("login ended with \(ended): \(login.error)")
            }
            let line = login.output.split(separator: "\n").first.map(String.init) ?? ""
            code = PlainJSON.object(line)["user_code"] as? String
            return code != nil
        }
        try await admin("approve", code ?? "", "--person", person)
        let ended = await login.wait()
        guard ended == 0 else { throw WorldProblem("login: \(login.error)") }
        return device
    }

    /// A device that speaks JSON lines from the test itself.
    func lineDevice(of person: String) async throws -> LineDevice {
        let form = ["Content-Type": "application/x-www-form-urlencoded"]
        let started = try await http(
            "POST", "/v1/oauth/device_authorization",
            body: Data("client_id=test&device_name=test".utf8), headers: form)
        let begun = PlainJSON.object(started.text)
        guard let code = begun["user_code"] as? String, let secret = begun["device_code"] as? String
        else { throw WorldProblem("device_authorization: \(started.text)") }
        try await admin("approve", code, "--person", person)
        let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"
        let granted = try await http(
            "POST", "/v1/oauth/token",
            body: Data("grant_type=\(grant)&device_code=\(secret)".utf8), headers: form)
        let tokens = PlainJSON.object(granted.text)
        guard let token = tokens["access_token"] as? String, let id = tokens["device_id"] as? String
        else { throw WorldProblem("token: \(granted.text)") }
        return LineDevice(world: self, token: token, id: id)
    }
}

/// A data directory of the real client.
struct Device: Sendable {
    let world: RealWorld
    let folder: String

    func run(_ words: String...) async throws -> ProgramRun {
        try await world.run(Programs.client, words + ["--data", folder])
    }

    /// Runs a command that must succeed.
    @discardableResult
    func must(_ words: String...) async throws -> ProgramRun {
        let run = try await world.run(Programs.client, words + ["--data", folder])
        guard run.code == 0 else {
            throw WorldProblem("tangrat \(words) ended with \(run.code): \(run.error)")
        }
        return run
    }

    func dump() async throws -> [String] {
        try await must("dump", "--canonical").lines
    }
}

/// A device that makes the frames of the protocol by hand.
struct LineDevice: Sendable {
    let world: RealWorld
    let token: String
    let id: String

    /// A mutation as a line; `chain` and `previous` are any sixteen digits.
    func mutation(_ mid: Int, chain: String? = nil, _ operations: String...) -> String {
        let milliseconds = Int(Date().timeIntervalSince1970 * 1_000)
        let time = Self.hex(milliseconds << 16 | mid) + "-" + id
        return #"{"frame":"mutation","mid":\#(mid),"time":"\#(time)","schema":1,"#
            + #""chain":"\#(chain ?? Self.hex(mid))","#
            + #""operations":[\#(operations.joined(separator: ","))]}"#
    }

    /// The body of a push that asks for no rows.
    func push(_ mutations: [String], after base: String, rows: Int = 0) -> Data {
        let head = [
            #"{"frame":"sync","rows_max":\#(rows)}"#,
            #"{"frame":"push","base_chain":"\#(base)"}"#,
        ]
        return Data((head + mutations).joined(separator: "\n").utf8)
    }

    func send(_ body: Data) async throws -> RealWorld.Answer {
        try await world.http(
            "POST", "/v1/sync", body: body,
            headers: ["Authorization": "Bearer \(token)", "Content-Type": "application/json"])
    }

    /// All rows the server shows this device, by table and id.
    func rows() async throws -> [String: [String: Any]] {
        guard let rows = try await rowsIfRead() else { throw WorldProblem("503") }
        return rows
    }

    /// The same; nil where the disk has no room for the note that rows were read.
    func rowsIfRead() async throws -> [String: [String: Any]]? {
        var rows: [String: [String: Any]] = [:]
        var cursor = ""
        while true {
            let answer = try await send(
                Data(#"{"frame":"sync","cursor":"\#(cursor)","rows_max":10000}"#.utf8))
            if answer.status == 503, answer.text.contains("server.storage") { return nil }
            for row in answer.frames("row") {
                rows["\(row["table"] ?? "")/\(row["id"] ?? "")"] = row["body"] as? [String: Any]
            }
            if answer.frames("checkpoint").count == 1 { return rows }
            guard let next = answer.frames("page").first?["cursor"] as? String else {
                throw WorldProblem("no checkpoint: \(answer.text.suffix(300))")
            }
            cursor = next
        }
    }

    /// The cursor of a device that has everything.
    func head() async throws -> String {
        let answer = try await send(Data(#"{"frame":"sync","rows_max":10000}"#.utf8))
        guard let cursor = answer.frames("checkpoint").first?["cursor"] as? String else {
            throw WorldProblem("no checkpoint: \(answer.text.suffix(300))")
        }
        return cursor
    }

    static func hex(_ number: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, 16 - text.utf8.count)) + text
    }

    static func create(_ table: String, _ id: String) -> String {
        #"{"do":"create","table":"\#(table)","id":"\#(id)"}"#
    }

    static func increment(_ id: String, by step: Int = 1) -> String {
        #"{"do":"increment","table":"annotation","id":"\#(id)","field":"shown","number":\#(step)}"#
    }

    static func set(_ table: String, _ id: String, _ field: String, _ value: String) -> String {
        #"{"do":"set","table":"\#(table)","id":"\#(id)","field":"\#(field)","value":\#(value)}"#
    }
}
