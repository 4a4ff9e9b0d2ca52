internal import Foundation
internal import SyncClientCore
internal import SyncProtocol

/// Our own server in a process of its own, fed with sample records.
final class ServerProcess {
    let port: UInt16
    private let program: String
    private let directory: String
    private let process: Process
    private let agencyKey: String

    /// Where the server's program is, if it has been built.
    static var program: String? {
        let folder = (Command.own as NSString).deletingLastPathComponent
        return Command.find([folder + "/tangrat-server"])
    }

    var address: String { "http://127.0.0.1:\(port)" }

    init(_ program: String, scratch: Scratch) throws {
        self.program = program
        directory = scratch.fresh("server")
        port = try Self.freePort()
        agencyKey = try Self.member(
            "key",
            try Command.output(
                program,
                ["agency", "add", "dlt", "--tables", SampleRecords.table, "--data", directory]))
        process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [
            "serve", "--data", directory, "--listen", "127.0.0.1:\(port)", "--loops", "1",
            "--device-rate", "1000000",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        try Self.waitUntilListening(port)
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    /// Adds a person with so many records and gives their subject.
    func person(records: Int) throws -> String {
        let subject = try Self.member("subject", try admin(["person", "add"]))
        for start in stride(from: 0, to: records, by: 500) {
            try feed(subject, start..<min(start + 500, records), version: 1)
        }
        return subject
    }

    /// Sends records of a person, or a newer version of them.
    func feed(_ subject: String, _ numbers: Range<Int>, version: Int) throws {
        var lines: [UInt8] = []
        for number in numbers {
            lines += #"{"table":"\#(SampleRecords.table)","id":"\#(subject)-\#(number)","#.utf8
            lines += #""subject":"\#(subject)","as_of":1794582060000,"#.utf8
            lines += #""source_version":\#(version),"body":"#.utf8
            lines += SampleRecords.body(number + (version - 1) * 100_000)
            lines += "}\n".utf8
        }
        // A feed ends its connection.
        let outcome = try SocketTransport(port: port).exchange(
            Request(
                .post, try ServerAddress(address), "/v1/agency/records", bearer: agencyKey,
                contentType: "application/x-ndjson", body: lines))
        guard case .response(let response) = outcome, response.status < 300 else {
            throw BenchmarkError("feed: \(outcome)")
        }
    }

    /// Lets a person's device in.
    func approve(_ code: String, _ subject: String) throws {
        _ = try admin(["approve", code, "--person", subject])
    }

    private func admin(_ arguments: [String]) throws -> String {
        try Command.output(program, arguments + ["--data", directory])
    }

    private static func member(_ name: String, _ json: String) throws -> String {
        let line = json.split(separator: "\n").first ?? ""
        guard let text = try JSON.parse(Array(line.utf8))[name]?.text else {
            throw BenchmarkError("no \(name) in \(json)")
        }
        return text
    }

    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
            }
        }
        guard result == 0 else { throw BenchmarkError("no free port: \(errno)") }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func waitUntilListening(_ port: UInt16) throws {
        for _ in 0..<200 {
            if (try? SocketTransport(port: port)) != nil { return }
            usleep(50_000)
        }
        throw BenchmarkError("the server does not listen")
    }
}
