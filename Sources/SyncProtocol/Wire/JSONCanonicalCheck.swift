/// Recognises canonical JSON in one pass, without building values.
///
/// It answers `false` for anything it is not sure of: the slow path then parses,
/// which either names the fault or re-encodes.
struct JSONCanonicalCheck {
    private var bytes: JSONBytes
    private let depthMax: Int

    static func passes(_ buffer: UnsafeRawBufferPointer, limits: JSONLimits) -> Bool {
        guard buffer.count <= limits.bytesMax, !buffer.isEmpty,
            let start = buffer.baseAddress
        else { return false }
        var check = JSONCanonicalCheck(
            bytes: JSONBytes(base: start.assumingMemoryBound(to: UInt8.self), end: buffer.count),
            depthMax: limits.depthMax)
        return check.value(depth: 0) && check.bytes.index == check.bytes.end
    }

    private mutating func value(depth: Int) -> Bool {
        switch bytes.current {
        case UInt8(ascii: "\""):
            return string()
        case UInt8(ascii: "{"):
            return object(depth: depth + 1)
        case UInt8(ascii: "["):
            return array(depth: depth + 1)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            if case .success = bytes.integer() { return true }
            return false
        case UInt8(ascii: "t"):
            return bytes.skip("true")
        case UInt8(ascii: "f"):
            return bytes.skip("false")
        case UInt8(ascii: "n"):
            return bytes.skip("null")
        default:
            return false
        }
    }

    private mutating func array(depth: Int) -> Bool {
        guard depth <= depthMax else { return false }
        bytes.index &+= 1
        if bytes.current == UInt8(ascii: "]") {
            bytes.index &+= 1
            return true
        }
        while true {
            guard value(depth: depth) else { return false }
            let next = bytes.current
            bytes.index &+= 1
            if next == UInt8(ascii: ",") { continue }
            return next == UInt8(ascii: "]")
        }
    }

    private mutating func object(depth: Int) -> Bool {
        guard depth <= depthMax else { return false }
        bytes.index &+= 1
        if bytes.current == UInt8(ascii: "}") {
            bytes.index &+= 1
            return true
        }
        var previousStart = 0
        var previousEnd = -1
        while true {
            guard bytes.current == UInt8(ascii: "\"") else { return false }
            let start = bytes.index &+ 1
            guard string() else { return false }
            let end = bytes.index &- 1
            if previousEnd >= 0 {
                guard ascends(previousStart, previousEnd, start, end) else { return false }
            }
            previousStart = start
            previousEnd = end
            guard bytes.current == UInt8(ascii: ":") else { return false }
            bytes.index &+= 1
            guard value(depth: depth) else { return false }
            let next = bytes.current
            bytes.index &+= 1
            if next == UInt8(ascii: ",") { continue }
            return next == UInt8(ascii: "}")
        }
    }

    @inline(__always)
    private func ascends(
        _ firstStart: Int, _ firstEnd: Int, _ secondStart: Int, _ secondEnd: Int
    ) -> Bool {
        let shared = min(firstEnd &- firstStart, secondEnd &- secondStart)
        let backslash = UInt8(ascii: "\\")
        var offset = 0
        while offset < shared {
            let first = bytes.base[firstStart &+ offset]
            let second = bytes.base[secondStart &+ offset]
            if first == backslash || second == backslash {
                return ascendsUnescaped(
                    firstStart &+ offset, firstEnd, secondStart &+ offset, secondEnd)
            }
            if first != second { return first < second }
            offset &+= 1
        }
        return firstEnd &- firstStart < secondEnd &- secondStart
    }

    /// Compares what names stand for from their first escape on.
    private func ascendsUnescaped(
        _ firstStart: Int, _ firstEnd: Int, _ secondStart: Int, _ secondEnd: Int
    ) -> Bool {
        var firstPosition = firstStart
        var secondPosition = secondStart
        while firstPosition < firstEnd, secondPosition < secondEnd {
            let first = unescaped(at: &firstPosition)
            let second = unescaped(at: &secondPosition)
            if first != second { return first < second }
        }
        return firstPosition == firstEnd && secondPosition < secondEnd
    }

    /// The byte that a plain byte or a canonical escape stands for.
    private func unescaped(at position: inout Int) -> UInt8 {
        let byte = bytes.base[position]
        position += 1
        guard byte == UInt8(ascii: "\\") else { return byte }
        let kind = bytes.base[position]
        position += 1
        switch kind {
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "n"): return 0x0a
        case UInt8(ascii: "f"): return 0x0c
        case UInt8(ascii: "r"): return 0x0d
        case UInt8(ascii: "u"):
            let code = bytes.hexQuad(at: position) ?? 0
            position += 4
            return UInt8(truncatingIfNeeded: code)
        default: return kind
        }
    }

    private mutating func string() -> Bool {
        var position = bytes.index &+ 1
        while position < bytes.end {
            let byte = bytes.base[position]
            if byte >= 0x80 {
                let length = bytes.sequenceLength(at: position)
                guard length > 0 else { return false }
                position &+= length
            } else if byte == UInt8(ascii: "\"") {
                bytes.index = position &+ 1
                return true
            } else if byte == UInt8(ascii: "\\") {
                let length = canonicalEscapeLength(at: position)
                guard length > 0 else { return false }
                position &+= length
            } else if byte < 0x20 {
                return false
            } else {
                position = bytes.plainEnd(from: position)
            }
        }
        return false
    }

    /// The length of an escape that the canonical form would write so, or zero.
    private func canonicalEscapeLength(at position: Int) -> Int {
        guard position + 1 < bytes.end else { return 0 }
        switch bytes.base[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "b"), UInt8(ascii: "t"),
            UInt8(ascii: "n"), UInt8(ascii: "f"), UInt8(ascii: "r"):
            return 2
        case UInt8(ascii: "u"):
            guard let code = bytes.hexQuad(at: position + 2), code > 0, code < 0x20 else {
                return 0
            }
            switch code {
            case 0x08, 0x09, 0x0a, 0x0c, 0x0d: return 0
            default: break
            }
            let last = bytes.base[position + 5]
            return last >= UInt8(ascii: "A") && last <= UInt8(ascii: "F") ? 0 : 6
        default:
            return 0
        }
    }
}
