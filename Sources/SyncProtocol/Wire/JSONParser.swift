// WORKAROUND(docs/workarounds.md#8): Foundation's two parsers disagree.

/// Builds values from JSON text, descending on the stack to a fixed depth.
struct JSONParser {
    /// Where it stands; moved on from outside only between values.
    var bytes: JSONBytes
    private let depthMax: Int
    /// Holds the text of the string being read while it has escapes.
    private var scratch: [UInt8] = []

    init(_ buffer: UnsafeRawBufferPointer, limits: JSONLimits) throws(JSONError) {
        guard buffer.count <= limits.bytesMax else {
            throw JSONError(.size, at: limits.bytesMax)
        }
        guard let start = buffer.baseAddress, !buffer.isEmpty else {
            throw JSONError(.end, at: 0)
        }
        bytes = JSONBytes(
            base: start.assumingMemoryBound(to: UInt8.self), end: buffer.count)
        depthMax = limits.depthMax
    }

    /// Reads the one value the text holds.
    mutating func document() throws(JSONError) -> JSONValue {
        if bytes.end >= 3, bytes.base[0] == 0xef, bytes.base[1] == 0xbb, bytes.base[2] == 0xbf {
            throw JSONError(.byteOrderMark, at: 0)
        }
        bytes.skipSpace()
        let value = try value(depth: 0)
        bytes.skipSpace()
        guard bytes.index == bytes.end else { throw JSONError(.trailing, at: bytes.index) }
        return value
    }

    /// Reads the value that begins here, inside so many containers.
    mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        switch bytes.current {
        case UInt8(ascii: "\""):
            return .string(try string())
        case UInt8(ascii: "{"):
            return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["):
            return .array(try array(depth: depth + 1))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return .integer(try number())
        case UInt8(ascii: "t") where bytes.skip("true"):
            return .bool(true)
        case UInt8(ascii: "f") where bytes.skip("false"):
            return .bool(false)
        case UInt8(ascii: "n") where bytes.skip("null"):
            return .null
        default:
            throw unexpected()
        }
    }

    private mutating func number() throws(JSONError) -> Int64 {
        switch bytes.integer() {
        case .success(let value): return value
        case .failure(.malformed): throw JSONError(.number, at: bytes.index)
        case .failure(.fraction): throw JSONError(.fraction, at: bytes.index)
        case .failure(.range): throw JSONError(.range, at: bytes.index)
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        guard depth <= depthMax else { throw JSONError(.depth, at: bytes.index) }
        bytes.index += 1
        bytes.skipSpace()
        var items: [JSONValue] = []
        if bytes.current == UInt8(ascii: "]") {
            bytes.index += 1
            return items
        }
        while true {
            items.append(try value(depth: depth))
            bytes.skipSpace()
            switch bytes.current {
            case UInt8(ascii: ","):
                bytes.index += 1
                bytes.skipSpace()
            case UInt8(ascii: "]"):
                bytes.index += 1
                return items
            default:
                throw unexpected()
            }
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        guard depth <= depthMax else { throw JSONError(.depth, at: bytes.index) }
        let start = bytes.index
        bytes.index += 1
        bytes.skipSpace()
        if bytes.current == UInt8(ascii: "}") {
            bytes.index += 1
            return JSONObject()
        }
        var members: [JSONObject.Member] = []
        var isAscending = true
        while true {
            guard bytes.current == UInt8(ascii: "\"") else { throw unexpected() }
            let key = try string()
            bytes.skipSpace()
            guard bytes.current == UInt8(ascii: ":") else { throw unexpected() }
            bytes.index += 1
            bytes.skipSpace()
            if let last = members.last, !last.key.bytesPrecede(key) { isAscending = false }
            members.append((key, try value(depth: depth)))
            bytes.skipSpace()
            if bytes.current == UInt8(ascii: "}") { break }
            guard bytes.current == UInt8(ascii: ",") else { throw unexpected() }
            bytes.index += 1
            bytes.skipSpace()
        }
        bytes.index += 1
        if !isAscending {
            // Sorting once at the end keeps a hostile object from costing O(n²).
            JSONObject.sort(&members) { $0.bytesPrecede($1) }
            for index in 1..<members.count
            where members[index].key.hasSameBytes(as: members[index - 1].key) {
                throw JSONError(.duplicateKey, at: start)
            }
        }
        return JSONObject(ascending: members)
    }

    private mutating func string() throws(JSONError) -> String {
        let start = bytes.index + 1
        var position = start
        scratch.removeAll(keepingCapacity: true)
        var runStart = start
        while true {
            position = bytes.plainEnd(from: position)
            guard position < bytes.end else { throw JSONError(.end, at: bytes.end) }
            let byte = bytes.base[position]
            if byte >= 0x80 {
                let length = bytes.sequenceLength(at: position)
                guard length > 0 else { throw JSONError(.utf8, at: position) }
                position += length
            } else if byte == UInt8(ascii: "\"") {
                bytes.index = position + 1
                let run = UnsafeBufferPointer(
                    start: bytes.base + runStart, count: position - runStart)
                if runStart == start { return String(decoding: run, as: UTF8.self) }
                scratch.append(contentsOf: run)
                return String(decoding: scratch, as: UTF8.self)
            } else if byte == UInt8(ascii: "\\") {
                scratch.append(
                    contentsOf: UnsafeBufferPointer(
                        start: bytes.base + runStart, count: position - runStart))
                position = try escape(at: position)
                runStart = position
            } else {
                throw JSONError(.control, at: position)
            }
        }
    }

    /// Appends what an escape stands for and returns where the text goes on.
    private mutating func escape(at position: Int) throws(JSONError) -> Int {
        guard position + 1 < bytes.end else { throw JSONError(.end, at: bytes.end) }
        switch bytes.base[position + 1] {
        case UInt8(ascii: "\""): scratch.append(0x22)
        case UInt8(ascii: "\\"): scratch.append(0x5c)
        case UInt8(ascii: "/"): scratch.append(0x2f)
        case UInt8(ascii: "b"): scratch.append(0x08)
        case UInt8(ascii: "t"): scratch.append(0x09)
        case UInt8(ascii: "n"): scratch.append(0x0a)
        case UInt8(ascii: "f"): scratch.append(0x0c)
        case UInt8(ascii: "r"): scratch.append(0x0d)
        case UInt8(ascii: "u"): return try unicodeEscape(at: position)
        default: throw JSONError(.escape, at: position)
        }
        return position + 2
    }

    private mutating func unicodeEscape(at position: Int) throws(JSONError) -> Int {
        guard let first = bytes.hexQuad(at: position + 2) else {
            throw JSONError(.escape, at: position)
        }
        guard first != 0 else { throw JSONError(.nul, at: position) }
        if let scalar = Unicode.Scalar(first) {
            scratch.append(contentsOf: Character(scalar).utf8)
            return position + 6
        }
        guard first < 0xdc00, position + 7 < bytes.end,
            bytes.base[position + 6] == UInt8(ascii: "\\"),
            bytes.base[position + 7] == UInt8(ascii: "u"),
            let second = bytes.hexQuad(at: position + 8), second & 0xfc00 == 0xdc00,
            let scalar = Unicode.Scalar(
                0x10000 + (UInt32(first & 0x3ff) << 10) + UInt32(second & 0x3ff))
        else { throw JSONError(.surrogate, at: position) }
        scratch.append(contentsOf: Character(scalar).utf8)
        return position + 12
    }

    private func unexpected() -> JSONError {
        JSONError(bytes.index < bytes.end ? .syntax : .end, at: bytes.index)
    }
}
