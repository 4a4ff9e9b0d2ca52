internal import Glibc
internal import NetworkIO
internal import SQLiteKit
internal import SyncProtocol

/// The program `tangrat-server`: arguments in, exit code out.
///
/// Exit codes: 0 done, 1 failed, 2 usage.
package enum ServerProgram {
    /// Runs the program and ends the process.
    package static func main(_ arguments: [String]) -> Never {
        NetworkIO.StandardStreams.fill()
        exit(run(arguments))
    }

    /// How long a stop waits for answers that are under way, in milliseconds.
    static let drainMilliseconds: Int64 = 10_000

    private static let usage = """
        usage: tangrat-server COMMAND

          serve --data DIR [--listen 127.0.0.1:8470] [--public-url URL] [--loops N]
                [--audit-heads FILE] [--identity-provider FILE]
                [--behind-proxy yes] [--device-rate N] [--config FILE]
          agency add CODE --tables T,T… | list | revoke CODE      --data DIR
          person add [--pid PID | --pid-stdin] | list             --data DIR
          person export SUBJECT|PID --reason TEXT                 --data DIR
          person erase SUBJECT|PID --reason TEXT                  --data DIR
          approve CODE --person SUBJECT|PID                       --data DIR
          device list --person SUBJECT|PID | revoke ID            --data DIR
          grant BUCKET --person SUBJECT|PID [--until DAY|TIME]    --data DIR
          revoke BUCKET --person SUBJECT|PID                      --data DIR
          grants --person SUBJECT|PID                             --data DIR
          backup FILE | verify                                    --data DIR
          compact [--days 90]                                     --data DIR
          retention [--dry-run] [--heads FILE]                    --data DIR
          hold SUBJECT|PID --reason TEXT                          --data DIR
          release SUBJECT|PID --reason TEXT                       --data DIR
          restore FILE                                            --data DIR
          audit verify [--heads FILE] | head | export | publish   --data DIR
          version | help

        Settings come from the file, then TANGRAT_DATA, TANGRAT_LISTEN,
        TANGRAT_PUBLIC_URL, TANGRAT_LOOPS, TANGRAT_AUDIT_HEADS, TANGRAT_DEVICE_RATE,
        TANGRAT_IDENTITY_PROVIDER and TANGRAT_BEHIND_PROXY, then the options; the last
        one wins. Every command but serve prints one JSON object a line, and works
        whether or not a server is running on the data directory.

        Exit codes: 0 done, 1 failed or not sound, 2 wrong command line or settings.
        """

    private static func run(_ arguments: [String]) -> Int32 {
        umask(0o077)
        do throws(ServerOptions.Problem) {
            let options = try ServerOptions(arguments, environment: environment)
            switch options.words.first {
            case nil, "help":
                try? write(usage + "\n")
                return options.words.isEmpty ? 2 : 0
            case "version":
                try? write("tangrat-server 0.1.0, SQLite \(SQLiteLibrary.version)\n")
                return 0
            case "serve": return serve(options)
            case "restore": return restore(try options.restoreFile(), options)
            default: return admin(try options.adminCommand(), options)
            }
        } catch {
            fail(code: error.code, error.message, error.advice)
            return error.isTransient ? 1 : 2
        }
    }

    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    // MARK: - Serving

    private static func serve(_ options: ServerOptions) -> Int32 {
        guard environment("SWIFT_DETERMINISTIC_HASHING") == nil else {
            fail(
                code: "server.hashing",
                "With SWIFT_DETERMINISTIC_HASHING whoever sends chosen keys can slow the server.",
                "Start it without that variable.")
            return 2
        }
        TerminationSignals.block()
        signal(SIGPIPE, SIG_IGN)
        // A file that may not grow is a full disk, and no reason to end.
        signal(SIGXFSZ, SIG_IGN)
        var configuration = TangRatServer.Configuration(
            directory: options.directory, address: options.address)
        configuration.loops = options.loops
        configuration.publicURL = options.publicURL
        configuration.auditHeads = options.auditHeads
        configuration.isBehindProxy = options.isBehindProxy
        if let rate = options.deviceRate { configuration.limits.setDeviceRate(rate) }
        if let path = options.identityProvider {
            do throws(IdentityProviderFile.Problem) {
                configuration.identity = try IdentityProviderFile.read(
                    path, limits: configuration.limits)
            } catch {
                fail(
                    code: "server.identity", "\(error)",
                    "Nobody is believed for it: put it right, or leave --identity-provider out.")
                // With 2 the unit is not started again, which is for mistakes alone.
                return error.isTransient ? 1 : 2
            }
        }
        configuration.log = { line in ServerProgram.writeError(line + "\n") }
        let isSecret = ProcessSecrecy.begin()
        let room = configuration.limitConnections(descriptors: DescriptorLimit.raise())
        do {
            let server = try TangRatServer(configuration)
            if let notice = SQLiteLibrary.notice {
                server.metrics.log(.warning, "sqlite.version", notice)
            }
            if let room { server.metrics.log(.warning, "server.descriptors", room) }
            if !isSecret { server.metrics.log(.warning, "server.core_files", "still allowed") }
            try server.start()
            let isIPv6 = options.host.utf8.contains(UInt8(ascii: ":"))
            let place = (isIPv6 ? "[\(options.host)]" : options.host) + ":\(server.port)"
            server.metrics.log(
                .info, "server.started",
                "\(place) public \(server.publicURL) data \(options.directory)")
            try? write("listening on http://\(place)\n")
            _ = TerminationSignals.wait()
            server.metrics.log(.info, "server.stopping")
            let drained = server.stop(drainMilliseconds: drainMilliseconds)
            server.metrics.log(.info, "server.stopped", drained ? "drained" : "cut off")
            return 0
        } catch let failure as StoreFailure {
            fail(
                code: "server.store", "\(failure)",
                "Stop the other server, or use another --data.")
        } catch {
            fail(code: "server.start", "\(error)", "Check the address and the data directory.")
        }
        return 1
    }

    // MARK: - Commands

    /// Replaces the store, which no server may be using meanwhile.
    private static func restore(_ file: String, _ options: ServerOptions) -> Int32 {
        do {
            let answer = try TangRatServer.restore(file, directory: options.directory)
            let value = try JSON.parse(answer, limits: .document)
            for row in value["rows"]?.items ?? [] {
                try write(String(decoding: JSON.canonical(row), as: UTF8.self) + "\n")
            }
            try finishOutput()
            return 0
        } catch let failure as OutputFailure {
            fail(failure)
        } catch let failure as StoreFailure {
            fail(
                code: "server.restore", "\(failure)",
                "Stop the server and whatever else reads the store, and name a file that backup "
                    + "made. Nothing was changed.")
        } catch {
            fail(
                code: "server.restore", "\(error)",
                "Check the file and --data: \(options.directory)")
        }
        return 1
    }

    private static func admin(_ command: JSONValue, _ options: ServerOptions) -> Int32 {
        do {
            var command = command
            var value: JSONValue
            var last: JSONValue?
            var unreadable = 0
            repeat {
                // A long work is asked for in parts, so that others can write between them.
                let answer = try ask(command, options)
                value = try JSON.parse(answer, limits: .document)
                if let error = value["error"] {
                    fail(
                        code: error["code"]?.text ?? "", error["message"]?.text ?? "",
                        error["advice"]?.text ?? "")
                    return 1
                }
                for row in value["rows"]?.items ?? [] {
                    if row["unreadable"]?.intValue == 1 { unreadable += 1 }
                    try write(String(decoding: JSON.canonical(row), as: UTF8.self) + "\n")
                }
                last = value["rows"]?.items?.last
                command = command.going(on: value["rows"]?.items ?? [])
            } while last?["more"]?.intValue == 1
                || (command["after"] != nil && last != nil)
            try finishOutput()
            if command["command"]?.text == "backup", let file = command["file"]?.text,
                !Files.exists(file)
            {
                fail(
                    code: "admin.backup_unseen",
                    "The server wrote it, and there is no \(file) here.",
                    "A service may have a /tmp of its own and see no homes. Name a place that both "
                        + "see: see deploy/tangrat-server.service.")
                return 1
            }
            if unreadable > 0 {
                fail(
                    code: "admin.audit", "\(unreadable) of the entries cannot be read.",
                    "Their lines say \"unreadable\":1. What they told is not in this list; "
                        + "run `tangrat-server audit verify`, and see the runbook.")
                return 1
            }
            let isUnsound = value["rows"]?.items?.first?["sound"]?.intValue == 0
            return isUnsound ? 1 : 0
        } catch let failure as OutputFailure {
            fail(failure)
        } catch let failure as StoreFailure {
            fail(
                code: "server.store", "\(failure)",
                "The server does not answer on its admin socket; is it starting or stopping?")
        } catch {
            fail(code: "server.admin", "\(error)", "Check --data: \(options.directory)")
        }
        return 1
    }

    /// Asks the running server, or does it here if there is none.
    private static func ask(_ command: JSONValue, _ options: ServerOptions) throws -> [UInt8] {
        let body = JSON.canonical(command)
        let head =
            "POST /admin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n"
        let answer = try UnixConversation.exchange(
            path: TangRatServer.adminSocket(options.directory), request: Array(head.utf8) + body,
            answerBytesMax: 64 * 1_024 * 1_024)
        guard let answer else {
            return try TangRatServer.runAdmin(command, directory: options.directory)
        }
        let blank = Array("\r\n\r\n".utf8)
        guard
            let end = answer.indices.first(where: { answer[$0...].starts(with: blank) })
        else { throw StoreFailure.unusable("the admin socket gave no answer") }
        return Array(answer[(end + 4)...])
    }

    // MARK: - Streams

    /// What was asked for could not be written where it was to go.
    private struct OutputFailure: Error {
        let number: Int32
    }

    private static func write(_ text: String) throws(OutputFailure) {
        try put(text, to: STDOUT_FILENO)
    }

    private static func writeError(_ text: String) {
        try? put(text, to: STDERR_FILENO)
    }

    /// Lets a file be whole before the program says so; a pipe or a terminal has nothing to sync.
    private static func finishOutput() throws(OutputFailure) {
        guard let number = Files.syncOutput(STDOUT_FILENO) else { return }
        throw OutputFailure(number: number)
    }

    private static func fail(_ failure: OutputFailure) {
        fail(
            code: "output.failed",
            "The answer cannot be written: \(String(cString: strerror(failure.number))).",
            "What is there of it is cut. The command may have been carried out all the same, in "
                + "whole or in part: make room, and look before you give it again.")
    }

    /// One call for a line, so that lines of threads do not mix.
    private static func put(_ text: String, to descriptor: Int32) throws(OutputFailure) {
        // WORKAROUND(docs/workarounds.md#13): `print` mixes them.
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw OutputFailure(number: errno)
            }
            sent += count
        }
    }

    private static func fail(code: String, _ message: String, _ advice: String) {
        // Of the command line, too: a number in the wrong place is still a number.
        writeError("error \(code): \(message.withoutPersonNumbers)\n")
        if !advice.isEmpty { writeError("  advice: \(advice.withoutPersonNumbers)\n") }
    }
}

extension JSONValue {
    /// The command that asks for what follows these rows, if it is one that goes on.
    func going(on rows: [JSONValue]) -> JSONValue {
        let isPeople = self["command"]?.text == "person.list"
        guard self["after"] != nil, let fields,
            let last = isPeople
                ? rows.last?["subject"] : rows.last?["entry"] ?? rows.last?["number"]
        else { return self }
        var members = fields.members.map { ($0.0, $0.1) }.filter { $0.0 != "after" }
        members.append(("after", last))
        // What was begun goes on under its number.
        if let begun = rows.first?["export"] { members.append(("export", begun)) }
        return .object(JSONObject(members))
    }
}
