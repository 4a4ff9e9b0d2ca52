internal import HTTPWire
internal import NetworkIO

/// Requests in: from bytes at hand to calls of the handler.
extension HTTPConnection {
    /// Looks at bytes in the loop's shared buffer and copies what is left.
    func processShared(_ bytes: UnsafeRawBufferPointer) {
        var start = 0
        var position = 0
        process(bytes, &start, &position)
        let keep = dropPoint(start, position)
        guard keep < bytes.count, machine.phase != .closed else { return }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[keep...])
        let buffer = service.takeBuffer()
        buffer.append(rest)
        input = buffer
        cursor = position - keep
        if machine.phase == .head { since = now }
        dropDecoded()
    }

    /// Looks at the connection's own unfinished input.
    func processOwnInput() {
        guard let input else { return }
        var start = 0
        var position = cursor
        let phaseBefore = machine.phase
        process(input.readable, &start, &position)
        guard machine.phase != .closed else {
            self.input = nil
            return service.giveBack(input)
        }
        let keep = dropPoint(start, position)
        input.consume(keep)
        cursor = position - keep
        dropDecoded()
        if input.isEmpty {
            self.input = nil
            service.giveBack(input)
        } else if machine.phase == .head && (phaseBefore != .head || keep > 0) {
            since = now
        }
    }

    /// Makes room for more input: as it comes, for what a head promises costs its sender nothing.
    ///
    /// - Returns: Whether there is room; a head or a body that would take more than all
    ///   connections may hold is refused.
    func makeRoom(in input: ByteBuffer) -> Bool {
        let left: Int
        switch (machine.phase, body) {
        // One that is longer is refused before more of it is read.
        case (.head, _): left = service.limits.wire.headBytesMax - input.count + Self.roomBytes
        case (.body, .collect): left = machine.bodyBytesLeft ?? .max / 2
        default:
            input.reserve(Self.roomBytes)
            return true
        }
        let needed = min(Self.roomBytes, left)
        guard input.spare.count < needed else { return true }
        guard !service.ledger.isShortOfMemory else {
            machine.close()
            self.input = nil
            service.giveBack(input)
            reject(Rejection(503, .overloaded))
            return false
        }
        input.reserve(needed, upTo: input.count + left)
        return true
    }

    /// The least room that input is read into.
    private static let roomBytes = 4_096

    /// Up to where bytes can be forgotten: a body being collected keeps its head.
    private func dropPoint(_ start: Int, _ position: Int) -> Int {
        if machine.phase == .body, case .collect = body { return start }
        return position
    }

    /// Cuts chunks that are already collected out from behind the kept head.
    private func dropDecoded() {
        guard collected != nil, let input, machine.phase == .body else { return }
        let headBytes = machine.head.byteCount
        guard cursor > headBytes else { return }
        input.remove(headBytes..<cursor)
        cursor = headBytes
    }

    private func process(
        _ bytes: UnsafeRawBufferPointer, _ start: inout Int, _ position: inout Int
    ) {
        while !flags.contains(.isBroken) {
            if machine.phase == .head {
                guard !holdsTooMuchOutput else { return }
                start = position
            }
            switch machine.next(bytes, &position) {
            case .needsInput:
                return
            case .head:
                headReceived(bytes, start, hasMore: position < bytes.count)
            case .body(let range):
                bodyReceived(UnsafeRawBufferPointer(rebasing: bytes[range]))
                if flags.contains(.isPaused) { return }
            case .bodyEnd:
                bodyEnded(bytes, start, position)
            case .rejected(let rejection):
                reject(rejection)
                return
            }
        }
    }

    private func view(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> RequestView? {
        guard let base = bytes.baseAddress else { return nil }
        return RequestView(head: machine.head, base: base + start)
    }

    private func headReceived(_ bytes: UnsafeRawBufferPointer, _ start: Int, hasMore: Bool) {
        leaveCount()
        serial &+= 1
        flags.insert([.exchangeIsOpen, .hasServed])
        since = now
        bodyBytesBefore = 0
        body = .discard
        (kind, asked) = (.other, now)
        HTTPCounters.add(1, to: service.counters.requests)
        guard let handler = service.handler, let request = view(bytes, start) else {
            return abort()
        }
        let plan = handler.received(request, exchange: exchange)
        guard flags.contains(.exchangeIsOpen), !flags.contains(.isStreaming) else { return }
        switch plan {
        case .answered:
            return
        case .collect(let max):
            if let length = machine.bodyBytesLeft, length > max {
                machine.close()
                return reject(Rejection(413, .bodyTooLarge))
            }
            body = .collect(max: max)
            machine.limitBody(to: max)
            if machine.head.framing == .chunked { collected = service.takeBuffer() }
        case .stream(let sink):
            body = .stream(sink)
        }
        if machine.head.expectsContinue && !hasMore {
            startOutput().append("HTTP/1.1 100 Continue\r\n\r\n")
        }
    }

    private func bodyReceived(_ bytes: UnsafeRawBufferPointer) {
        switch body {
        case .discard: break
        case .collect(let max):
            guard let collected else { return }
            guard collected.count + bytes.count <= max else {
                machine.close()
                return reject(Rejection(413, .bodyTooLarge))
            }
            guard collected.spare.count >= bytes.count || !service.ledger.isShortOfMemory else {
                machine.close()
                return reject(Rejection(503, .overloaded))
            }
            collected.append(bytes)
        case .stream(let sink):
            if case .pause = sink.received(bytes, exchange: exchange),
                flags.contains(.exchangeIsOpen)
            {
                flags.insert(.isPaused)
            }
        }
    }

    private func bodyEnded(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) {
        since = now
        let plan = body
        body = .discard
        guard flags.contains(.exchangeIsOpen) else { return }
        switch plan {
        case .discard: break
        case .stream(let sink): sink.finished(exchange)
        case .collect:
            guard let handler = service.handler, let request = view(bytes, start) else {
                return abort()
            }
            if let collected {
                self.collected = nil
                handler.bodyReceived(request, body: collected.readable, exchange: exchange)
                service.giveBack(collected)
            } else {
                let bodyStart = start + machine.head.byteCount
                handler.bodyReceived(
                    request, body: UnsafeRawBufferPointer(rebasing: bytes[bodyStart..<end]),
                    exchange: exchange)
            }
        }
    }

    /// Reads on after a sink paused.
    func resumeBody() {
        guard flags.contains(.isPaused) else { return }
        flags.remove(.isPaused)
        since = now
        bodyBytesBefore = machine.bodyBytes
        service.markDirty(self)
    }

    /// Answers a refused message and closes; what follows it is never read.
    func reject(_ rejection: Rejection) {
        service.counters.rejected(rejection.status)
        guard !flags.contains(.isStreaming) else {
            flags.insert(.isBroken)
            return
        }
        giveUpExchange()
        if let collected {
            self.collected = nil
            service.giveBack(collected)
        }
        let isHead = machine.head.method == .head
        ErrorAnswer.append(
            rejection, date: service.dateField, isHead: isHead, to: startOutput())
        flags.insert(.closesAfterOutput)
    }
}
