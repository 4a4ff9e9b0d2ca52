import Foundation
import Synchronization
import TestSupport

@testable import tangrat_qa

/// An agency's feed as one request, whose body is made while it is sent.
///
/// Sending has a thread of its own, as in a program of an agency; the answer is
/// read when the test says so.
final class StreamedFeed: Sendable {
    /// What the server said.
    struct Answer: Sendable {
        var status = 0
        /// How many lines were answered, each once and in order.
        var lines = 0
        /// How many lines met each fate.
        var fates: [String: Int] = [:]
        var bytes = 0
        /// The counts of the last line.
        var done: [String: Int] = [:]
        /// What did not fit: nothing, if all is well.
        var oddities: [String] = []
    }

    private let socket: PlainSocket
    private static let partBytes = 32 * 1_024

    /// Connects, with little room for an answer that nobody reads.
    init(port: Int) throws {
        socket = try PlainSocket(port: port)
        var room: Int32 = 64 * 1_024
        setsockopt(
            socket.descriptor, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Begins to send so many lines, beside the caller.
    func send(_ count: Int, key: String, line: @escaping @Sendable (Int) -> String) {
        let thread = Thread { [socket] in
            let head =
                "POST /v1/agency/records HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(key)\r\n"
                + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
            var part: [UInt8] = []
            func flush() throws {
                let size = String(part.count, radix: 16)
                try socket.send(Array("\(size)\r\n".utf8) + part + Array("\r\n".utf8))
                part.removeAll(keepingCapacity: true)
            }
            // A connection that the server ends shows in what is read from it.
            try? {
                try socket.send(Array(head.utf8))
                for number in 0..<count {
                    part += line(number).utf8
                    part.append(10)
                    if part.count >= Self.partBytes { try flush() }
                }
                if !part.isEmpty { try flush() }
                try socket.send(Array("0\r\n\r\n".utf8))
            }()
        }
        thread.stackSize = 512 * 1_024
        thread.start()
    }

    /// Reads the answer to its end.
    func answer() async -> Answer {
        await withCheckedContinuation { continuation in
            let thread = Thread { [self] in
                let answer = read()
                socket.close()
                continuation.resume(returning: answer)
            }
            thread.stackSize = 512 * 1_024
            thread.start()
        }
    }

    private func read() -> Answer {
        var answer = Answer()
        var reader = AnswerReader()
        while case let bytes = socket.receive(), !bytes.isEmpty {
            answer.bytes += bytes.count
            guard let events = try? reader.received(bytes) else {
                answer.oddities.append("no HTTP")
                return answer
            }
            for event in events {
                switch event {
                case .status(let status): answer.status = status
                case .line(let line): answer.take(String(decoding: line, as: UTF8.self))
                case .end: return answer
                }
            }
        }
        answer.oddities.append("the answer has no end")
        return answer
    }
}

extension StreamedFeed.Answer {
    fileprivate mutating func take(_ line: String) {
        let members = PlainJSON.object(line)
        guard let fate = members["status"] as? String else {
            oddities.append(line)
            return
        }
        if fate == "done" {
            done = members.compactMapValues { $0 as? Int }
            return
        }
        let single = members["line"] as? Int
        guard let first = members["from"] as? Int ?? single,
            let last = members["to"] as? Int ?? single, first == lines + 1, last >= first
        else {
            oddities.append(line)
            return
        }
        lines = last
        fates[fate, default: 0] += last - first + 1
    }
}
