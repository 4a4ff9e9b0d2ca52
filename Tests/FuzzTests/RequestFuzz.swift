import HTTPWire

/// Requests mean the same however they are split, and stay inside their limits.
enum RequestFuzz {
    /// What a machine said, in order.
    private enum Event: Equatable {
        case head(RequestHead)
        case body([UInt8])
        case end
        case rejected(Rejection)
    }

    static func check(_ input: [UInt8], _ steering: FuzzTarget.Steering) {
        var limits = WireLimits()
        if steering.flags & 1 == 1 {
            // Small ones, so that short inputs reach them.
            limits.headBytesMax = 128
            limits.lineBytesMax = 64
            limits.fieldsMax = 4
            limits.bodyBytesMax = 32
            limits.chunkExtensionBytesMax = 8
            limits.chunkExtensionsBytesMax = 12
            limits.trailerBytesMax = 16
        }
        let ends = steering.flags & 2 == 2
        let whole = run([input[...]], limits, ends: ends)
        let halves = [input[..<steering.split], input[steering.split...]]
        precondition(whole == run(halves, limits, ends: ends), "split at \(steering.split)")
        if input.count <= 512 {
            let bytes = input.indices.map { input[$0...$0] }
            precondition(whole == run(bytes, limits, ends: ends), "byte by byte")
        }
    }

    private static func run(
        _ pieces: [ArraySlice<UInt8>], _ limits: WireLimits, ends: Bool
    ) -> [Event] {
        var machine = ConnectionMachine(limits: limits)
        var events: [Event] = []
        var buffer: [UInt8] = []
        for piece in pieces where machine.phase != .closed {
            buffer += piece
            let used = buffer.withUnsafeBytes { feed(&machine, $0, limits, &events) }
            precondition(used <= buffer.count, "used \(used) of \(buffer.count)")
            buffer.removeFirst(used)
        }
        if machine.phase != .closed {
            precondition(buffer.count <= limits.headBytesMax, "\(buffer.count) bytes are kept")
            if ends, let rejection = machine.inputEnded(pending: buffer.count) {
                events.append(.rejected(rejection))
            }
        }
        return events
    }

    private static func feed(
        _ machine: inout ConnectionMachine, _ input: UnsafeRawBufferPointer, _ limits: WireLimits,
        _ events: inout [Event]
    ) -> Int {
        var position = 0
        while true {
            let start = position
            switch machine.next(input, &position) {
            case .needsInput: return position
            case .head:
                let head = machine.head
                precondition(position == start + head.byteCount && position <= input.count)
                precondition(head.byteCount <= limits.headBytesMax)
                precondition(Int(head.fieldCount) <= limits.fieldsMax)
                if let base = input.baseAddress {
                    check(RequestView(head: head, base: base + start), limits)
                }
                events.append(.head(head))
            case .body(let range):
                precondition(range.upperBound <= input.count && !range.isEmpty)
                precondition(machine.bodyBytes <= limits.bodyBytesMax)
                // However a body is cut, only its bytes count.
                if case .body(let before) = events.last {
                    events[events.count - 1] = .body(before + input[range])
                } else {
                    events.append(.body(Array(input[range])))
                }
            case .bodyEnd:
                events.append(.end)
                machine.answered()
            case .rejected(let rejection):
                events.append(.rejected(rejection))
                precondition(machine.phase == .closed)
                return position
            }
            precondition(position >= start, "went back")
        }
    }

    private static func check(_ view: borrowing RequestView, _ limits: WireLimits) {
        let head = view.head
        for range in [
            head.path, head.query, head.fields, head.host, head.authorization, head.contentType,
            head.contentEncoding, head.accept, head.acceptEncoding, head.ifNoneMatch,
            head.lastEventID, head.forwardedFor,
        ] where !range.isAbsent {
            precondition(Int(range.lower) + Int(range.count) <= head.byteCount)
        }
        let path = view.path
        precondition(path.allSatisfy { $0 > 0x20 && $0 < 0x7f })
        precondition(view.pathIs("*") ? head.method == .options : path.first == 0x2f)
        let decoded = decode(path)
        precondition(decoded.allSatisfy { $0 > 0x20 && $0 != 0x7f })
        precondition(decoded.count { $0 == 0x2f } == path.count { $0 == 0x2f })
        for segment in decoded.split(separator: 0x2f) {
            precondition(!segment.elementsEqual([0x2e]) && !segment.elementsEqual([0x2e, 0x2e]))
        }
        precondition(view.authorization.allSatisfy { $0 >= 0x20 && $0 < 0x7f })
        if case .length(let length) = head.framing {
            precondition(length > 0 && length <= limits.bodyBytesMax)
        }
        _ = view.field(named: "x")
        _ = view.query("a")
        precondition(view.field(named: "host") != nil)
    }

    /// Decodes escapes once, as a router would.
    private static func decode(_ path: UnsafeRawBufferPointer) -> [UInt8] {
        var bytes: [UInt8] = []
        var index = 0
        while index < path.count {
            if path[index] == 0x25, let high = ASCII.hexadecimal(path[index + 1]),
                let low = ASCII.hexadecimal(path[index + 2])
            {
                bytes.append(UInt8(high * 16 + low))
                index += 3
            } else {
                precondition(path[index] != 0x25, "a percent sign that begins no escape")
                bytes.append(path[index])
                index += 1
            }
        }
        return bytes
    }
}
