import Foundation
import TestSupport

/// A device of the client in `Tests/Interop`, which was written from the
/// document alone.
///
/// Where there is no Python the process does not start, and the test fails.
struct PythonDevice: Sendable {
    static let python = Programs.tool("python3") ?? "/usr/bin/python3"
    private static let program = Repository.root + "/Tests/Interop/device.py"

    let world: RealWorld
    let home: String
    /// `--lines` speaks JSON lines; `--rows-max N` makes pages small.
    var options: [String] = []

    private func words(_ words: [String]) -> [String] {
        ["-B", Self.program, home] + options + words
    }

    func run(_ words: String...) async throws -> ProgramRun {
        try await world.run(Self.python, self.words(words))
    }

    /// Runs a command that must succeed; gives its last line.
    @discardableResult
    func must(_ words: String...) async throws -> [String: Any] {
        try await must(words)
    }

    @discardableResult
    func must(_ words: [String]) async throws -> [String: Any] {
        let run = try await world.run(Self.python, self.words(words))
        guard run.code == 0 else {
            throw WorldProblem("python \(words.prefix(3)): \(run.code) \(run.error)")
        }
        return PlainJSON.object(run.lines.last ?? "")
    }

    /// Runs a command that must end in a trouble; gives its code.
    func trouble(_ words: String...) async throws -> String? {
        let run = try await world.run(Self.python, self.words(words))
        let error = PlainJSON.object(run.error)["error"] as? [String: Any]
        return run.code == 1 ? error?["code"] as? String : nil
    }

    func lines(_ words: String...) async throws -> [String] {
        let run = try await world.run(Self.python, self.words(words))
        guard run.code == 0 else { throw WorldProblem("python \(words): \(run.error)") }
        return run.lines
    }

    /// The mirror, as `tangrat dump --canonical` prints it.
    func dump() async throws -> [String] { try await lines("dump") }

    /// Signs in again, or for the first time; gives what the server said.
    @discardableResult
    func signIn(for person: String) async throws -> [String: Any] {
        let child = try world.spawn(Self.python, words(["sign-in", world.address]))
        var code: String?
        try await eventually("a user code: \(child.error)") {
            if let ended = child.code { throw WorldProblem("\(ended): \(child.error)") }
            let line = child.output.split(separator: "\n").first.map(String.init) ?? ""
            code = PlainJSON.object(line)["user_code"] as? String
            return code != nil
        }
        try await world.admin("approve", code ?? "", "--person", person)
        guard await child.wait() == 0 else { throw WorldProblem("sign-in: \(child.error)") }
        return PlainJSON.object(child.output.split(separator: "\n").last.map(String.init) ?? "")
    }

    // MARK: - One row that shows what became of writes

    /// Adds one to the counter of an annotation and a text to its notes, in one write.
    func note(_ text: String, row id: String = "x") async throws {
        try await must(
            "write",
            "[\(LineDevice.create("annotation", id)),\(LineDevice.increment(id)),"
                + #"{"do":"write","table":"annotation","id":"\#(id)","field":"note","#
                + #""text":"\#(text)","dots":[]}]"#)
    }

    /// The counter and the notes of an annotation as they are shown: nil and none where it is not.
    func shown(_ id: String) async throws -> (Int?, [String]) {
        let shown = try await must("show", "annotation", id)["shown"] as? [String: Any]
        return (shown?["shown"] as? Int, (shown?["note"] as? [String] ?? []).sorted())
    }

    /// What a copy of the whole directory is to the client.
    func copy(as name: String) throws -> PythonDevice {
        var copy = PythonDevice(world: world, home: world.path(name))
        copy.options = options
        try FileManager.default.copyItem(atPath: home, toPath: copy.home)
        return copy
    }

    /// Whether a text stands in what the device has stored.
    func holds(_ text: String) throws -> Bool {
        try String(contentsOfFile: home + "/state.json", encoding: .utf8).contains(text)
    }

    /// How many requests a sync has made, and the bytes of their bodies, from its report.
    static func cost(_ report: [String: Any]) -> (requests: Int, bytes: Int) {
        let requests = (report["requests"] as? [String: Int] ?? [:]).values.reduce(0, +)
        return (requests, (report["up"] as? Int ?? 0) + (report["down"] as? Int ?? 0))
    }
}

extension RealWorld {
    /// A device of the Python client, signed in for a person.
    func pythonDevice(
        _ name: String, of person: String, options: String...
    ) async throws -> PythonDevice {
        let device = PythonDevice(world: self, home: path("python-" + name), options: options)
        try await device.signIn(for: person)
        return device
    }
}
