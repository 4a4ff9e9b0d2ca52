internal import Foundation
internal import NetworkIO
internal import SyncProtocol

extension Command {
    /// `proxy`: a bad network between devices and a server.
    static let proxy = Command(
        name: "proxy", summary: "a bad network between devices and a server",
        details: """
            Stands between devices and a server: let devices sign in at its address. It
            passes all bytes, but for what --faults or --plan says. A rule is a fault and
            when it happens: FAULT[@TURNS][%PERCENT] [METHOD] [PATH]. TURNS counts the
            requests that match: 3, 3+ or 2..5. A plan has a rule a line; # begins a remark.

              --faults 'swallow@3 POST /v1/sync'     the answer to the third push is lost
              --faults 'delay=50~100, reset%10'      slow, and every tenth is reset

            Faults:
            \(Fault.words.map { "  \(padded($0.typed))\($0.summary)" }.joined(separator: "\n"))

            KIND is one of
              \(kinds)

            What it did comes on standard output, one JSON object a line; no header and
            no body is in it. It ends on SIGTERM or SIGINT, with a line of counts.
            """,
        options: [
            OptionRule(
                "listen", "HOST:PORT", "where devices connect; default 127.0.0.1:0, any port"),
            OptionRule("to", "URL", "the server; default \(OptionRule.defaultURL)"),
            OptionRule("faults", "RULES", "rules, with commas between them"),
            OptionRule("plan", "FILE", "rules from a file"),
            OptionRule("seed", "N", "what luck is drawn from; default: a new one, which is shown"),
            OptionRule("log", "FILE", "write what it did there, and not on standard output"),
        ],
        run: { options, console in try ProxyRun(options, console).run() })

    private static func padded(_ text: String) -> String {
        text + String(repeating: " ", count: max(1, 22 - text.utf8.count))
    }

    private static let kinds: String = {
        let names = Substitute.allCases.map(\.rawValue)
        return names.prefix(8).joined(separator: ", ") + ",\n  "
            + names.dropFirst(8).joined(separator: ", ")
    }()
}

/// One run of the proxy.
struct ProxyRun {
    private let listen: ListenAddress
    private let target: PlainAddress
    private let rules: [FaultRule]
    private let seed: UInt64
    private let logPath: String?
    private let console: Console

    /// Reads the options.
    ///
    /// - Throws: `Trouble` if an option is wrong or a file is not there.
    init(_ options: Options, _ console: Console) throws(Trouble) {
        let place = try PlainAddress(listening: options["listen"] ?? "127.0.0.1:0")
        listen = .tcp(host: place.host, port: UInt16(place.port) ?? 0)
        target = try PlainAddress(options["to"] ?? OptionRule.defaultURL)
        var text = options["faults"] ?? ""
        if let path = options["plan"] { text += "\n" + (try Self.read(path)) }
        rules = try FaultRule.read(text)
        if let word = options["seed"] {
            guard let number = UInt64(word) else {
                throw .usage("seed", "--seed is \(word)", advice: "It is a number from 0.")
            }
            seed = number
        } else {
            seed = UInt64(clamping: WallClock.system.milliseconds())
        }
        logPath = options["log"]
        self.console = console
    }

    /// Serves until a signal ends it.
    ///
    /// - Throws: `Trouble` if it cannot listen or the log cannot be written.
    func run() throws(Trouble) -> ExitCode {
        TerminationSignals.block()
        let sink = try Self.sink(logPath)
        let log = ProxyLog(clock: .system) {
            // Who reads it may have gone; devices are still served.
            try? sink.write(contentsOf: Data($0))
        }
        let proxy: ChaosProxy
        do throws(SystemError) {
            proxy = try ChaosProxy(
                listen: listen, to: target, machine: FaultMachine(rules, seed: seed), log: log)
            try announce(proxy)
            try proxy.start()
        } catch {
            throw Trouble(
                "proxy.listen", "the proxy cannot listen: \(error)",
                advice: "Give another --listen, for instance 127.0.0.1:0 for any free port.")
        }
        _ = TerminationSignals.wait()
        proxy.stop()
        let counts = log.counts.sorted { $0.key < $1.key }
            .map { ($0.key, JSONValue.integer($0.value)) }
        log.add(
            "ended",
            [("faults", .object(JSONObject(counts))), ("requests", .integer(log.requests))])
        return .done
    }

    /// Devices may come as soon as this is read: the socket listens already.
    private func announce(_ proxy: ChaosProxy) throws(SystemError) {
        guard case .tcp(let host, _) = listen else { return }
        let place = host.contains(":") ? "[\(host)]:\(proxy.port)" : "\(host):\(proxy.port)"
        console.say("proxy on http://\(place) to \(target.url), seed \(seed)")
        console.give([
            "event": "listening", "seed": .string(String(seed)), "to": .string(target.url),
            "url": .string("http://\(place)"),
        ])
    }

    private static func read(_ path: String) throws(Trouble) -> String {
        guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: path)) else {
            throw .usage("plan", "\(path) cannot be read", advice: "See: tangrat-qa help proxy")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func sink(_ path: String?) throws(Trouble) -> FileHandle {
        guard let path else { return .standardOutput }
        do {
            try Data().write(to: URL(fileURLWithPath: path))
            return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        } catch {
            throw Trouble(
                "proxy.log", "\(path) cannot be written", advice: "Give another --log.")
        }
    }
}
