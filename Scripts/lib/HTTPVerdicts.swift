// Says what our parser makes of messages, for Scripts/differential, which compiles it.
//
// Input: for each message its length in four big-endian bytes, then the message.
// Output: a line for each message, `END` and then `MESSAGE…`, separated by spaces:
//
//   END      open, closed, or rejected:STATUS:CODE
//   MESSAGE  start:end:keeps:METHOD:host:path:query:body:name=value,…   (texts in hexadecimal)

import Glibc
import HTTPWire

/// A message that was taken whole.
private struct Taken {
    var start: Int
    var text = ""
    var body: [UInt8] = []
}

private func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}

/// The fields of a head as `name=value,…`, names in lower case.
private func fields(_ view: borrowing RequestView) -> String {
    var parts: [String] = []
    for line in view.bytes(view.head.fields).split(separator: UInt8(ascii: "\n")) {
        let line = UnsafeRawBufferPointer(rebasing: line.dropLast())
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
        let value = ASCII.trimmed(UnsafeRawBufferPointer(rebasing: line[(colon + 1)...]))
        parts.append(hexadecimal(line[..<colon].map(ASCII.folded)) + "=" + hexadecimal(value))
    }
    return parts.joined(separator: ",")
}

private func describe(_ view: borrowing RequestView) -> String {
    let head = view.head
    let query = head.query.isAbsent ? "-" : hexadecimal(view.query)
    return "\(head.keepsAlive ? 1 : 0):\("\(head.method)".uppercased()):"
        + "\(hexadecimal(view.bytes(head.host))):\(hexadecimal(view.path)):\(query)"
}

private func verdict(_ input: UnsafeRawBufferPointer) -> String {
    var machine = ConnectionMachine(limits: WireLimits())
    var position = 0
    var current = Taken(start: 0)
    var tail = ""
    var messages: [String] = []
    var end = "open"
    loop: while true {
        let start = position
        switch machine.next(input, &position) {
        case .needsInput:
            if machine.phase == .closed { end = "closed" }
            break loop
        case .head:
            guard let base = input.baseAddress else { break loop }
            let view = RequestView(head: machine.head, base: base + start)
            current = Taken(start: start, text: describe(view))
            tail = fields(view)
        case .body(let range): current.body += input[range]
        case .bodyEnd:
            machine.answered()
            messages.append(
                "\(current.start):\(position):\(current.text):\(hexadecimal(current.body)):\(tail)")
        case .rejected(let rejection):
            end = "rejected:\(rejection.status):\(rejection.code)"
            break loop
        }
    }
    return ([end] + messages).joined(separator: " ")
}

private func read(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var have = 0
    while have < count {
        let more = bytes.withUnsafeMutableBytes {
            Glibc.read(STDIN_FILENO, $0.baseAddress?.advanced(by: have), count - have)
        }
        guard more > 0 else { return nil }
        have += more
    }
    return bytes
}

private func write(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    var sent = 0
    while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes {
            Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count)
        }
        guard count > 0 else { return }
        sent += count
    }
}

@main
enum HTTPVerdicts {
    static func main() {
        while let length = read(4) {
            guard let message = read(length.reduce(0) { $0 << 8 | Int($1) }) else { return }
            write(message.withUnsafeBytes(verdict))
        }
    }
}
