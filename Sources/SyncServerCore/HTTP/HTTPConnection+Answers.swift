internal import HTTPWire
internal import NetworkIO

/// Answers out: heads, bodies and chunks, straight into the output.
extension HTTPConnection {
    /// The output to append to, taken from the pool if there is none.
    func startOutput() -> ByteBuffer {
        if let output { return output }
        let buffer = service.takeBuffer()
        output = buffer
        outputProgress = now
        outputSince = now
        outputTaken = 0
        if !flags.contains(.isAdvancing) { service.markDirty(self) }
        return buffer
    }

    /// Whether the connection must close after the answer.
    private func mustClose() -> Bool {
        guard machine.head.keepsAlive, !service.isDraining, !flags.contains(.inputEnded) else {
            return true
        }
        guard let left = machine.bodyBytesLeft else { return true }
        // A client that waits for 100 may send the body anyway, or never.
        return left > 0
            && (left > service.limits.drainedBodyBytesMax || machine.head.expectsContinue)
    }

    // MARK: - Whole answers

    func respond(_ head: StaticHead, fields: HeaderFields, body: UnsafeRawBufferPointer) {
        guard flags.isDisjoint(with: [.isStreaming, .isBroken]) else { return }
        let closes = mustClose()
        let output = startOutput()
        output.reserve(head.bytes.count + fields.bytes.count + body.count + 128)
        appendHead(output, head, fields, closes: closes)
        if head.forbidsBody {
            precondition(body.isEmpty, "a body with status \(head.status)")
            output.append("\r\n")
        } else {
            output.append("Content-Length: ")
            output.append(decimal: body.count)
            output.append("\r\n\r\n")
            if machine.head.method != .head { output.append(body) }
        }
        completeAnswer(closes: closes)
    }

    /// Builds the body in place and then completes the head before it.
    ///
    /// - Throws: What `build` throws. Nothing has been sent then, or the
    ///   connection is broken off.
    func respond(
        _ head: StaticHead, fields: HeaderFields, sliceFields: StaticString,
        building build: (BodyWriter) throws -> Void
    ) throws {
        guard flags.isDisjoint(with: [.isStreaming, .isBroken]) else { return }
        precondition(!head.forbidsBody, "a body with status \(head.status)")
        let isForHead = machine.head.method == .head
        let closes = mustClose()
        let output = startOutput()
        let headStart = output.count
        appendHead(output, head, fields, closes: closes)
        let body = service.bodyWriter
        // A client of HTTP/1.0 cannot read chunks.
        body.begin(
            self, output, headStart: headStart, sliceFields: sliceFields,
            slices: machine.head.minorVersion == 1 && !isForHead)
        do {
            try build(body)
        } catch {
            if body.hasSentSlices { abort() }
            body.cancel()
            throw error
        }
        body.end(isForHead: isForHead)
        completeAnswer(closes: closes)
    }

    /// Builds a body that waits.
    func hold<Result>(building build: (BodyWriter) throws -> Result) rethrows -> Result {
        let buffer = service.takeBuffer()
        do {
            let result = try build(BodyWriter(collecting: buffer))
            held = buffer
            // It may wait long for the writer, and not every answer is built in a turn.
            bookBuffers()
            return result
        } catch {
            service.giveBack(buffer)
            throw error
        }
    }

    /// Answers with the body that waited.
    func respondHeld(_ head: StaticHead, long: StaticHead) {
        guard let body = held else { return }
        let isLong = body.count > service.limits.answerSliceBytes
        respond(isLong ? long : head, fields: .none, body: body.readable)
    }

    /// Sends what is collected of an answer that is still being built.
    ///
    /// - Returns: Where to go on.
    func sendSlice() -> ByteBuffer {
        sendPending()
        return startOutput()
    }

    @inline(__always)
    private func appendHead(
        _ output: ByteBuffer, _ head: StaticHead, _ fields: HeaderFields, closes: Bool
    ) {
        output.append(head.bytes)
        if head.sendsDate { output.append(service.dateField) }
        if !fields.bytes.isEmpty { output.append(fields.bytes) }
        if closes { output.append("Connection: close\r\n") }
    }

    private func completeAnswer(closes: Bool) {
        if !flags.contains(.isLive) {
            service.counters.answered(kind, after: context.eventLoop.clockNow - asked)
        }
        flags.remove([.exchangeIsOpen, .isStreaming, .isLive, .isPaused])
        attachment = nil
        closed = nil
        writable = nil
        body = .discard
        since = now
        if let collected {
            self.collected = nil
            service.giveBack(collected)
        }
        if let held {
            self.held = nil
            service.giveBack(held)
        }
        if closes {
            machine.close()
            flags.insert(.closesAfterOutput)
        } else {
            machine.answered()
        }
        if !flags.contains(.isAdvancing) { service.markDirty(self) }
    }

    // MARK: - Streams

    /// Answers 505: a client of HTTP/1.0 cannot read an answer in pieces.
    func rejectOldVersion() {
        machine.close()
        reject(Rejection(505, .streamingNeedsHTTP11))
    }

    func beginStream(_ head: StaticHead, fields: HeaderFields, isLive: Bool) {
        guard !flags.contains(.isStreaming) else { return }
        guard machine.head.minorVersion == 1 else { return rejectOldVersion() }
        precondition(!head.forbidsBody, "a body with status \(head.status)")
        let closes = mustClose()
        let output = startOutput()
        appendHead(output, head, fields, closes: closes)
        output.append("Transfer-Encoding: chunked\r\n\r\n")
        // A sink goes on taking the body while its answer streams out.
        if case .stream = body {
        } else {
            body = .discard
            flags.remove(.isPaused)
        }
        flags.insert(.isStreaming)
        if isLive { flags.insert(.isLive) }
        if closes { flags.insert(.closesAfterStream) }
        // The client may have gone before there was a stream to end.
        if isLive && flags.contains(.peerEnded) { abort() }
    }

    func streamWrite(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 0, machine.head.method != .head else { return }
        let output = startOutput()
        output.reserve(bytes.count + 24)
        output.append(hexadecimal: bytes.count)
        output.append("\r\n")
        output.append(bytes)
        output.append("\r\n")
    }

    func streamWrite(building build: (ByteBuffer) -> Void) {
        let output = startOutput()
        let before = output.count
        output.append("00000000\r\n")
        let start = output.count
        build(output)
        precondition(output.count >= start, "the chunk builder removed bytes")
        let count = output.count - start
        guard count > 0, machine.head.method != .head else { return output.truncate(to: before) }
        output.writeSize(count, at: before)
        output.append("\r\n")
    }

    func streamFinish() {
        if machine.head.method != .head { startOutput().append("0\r\n\r\n") }
        let closes =
            flags.contains(.closesAfterStream) || service.isDraining || mustClose()
        flags.remove(.closesAfterStream)
        completeAnswer(closes: closes)
    }

    func streamStop() {
        machine.close()
        giveUpExchange()
        flags.insert(.closesAfterOutput)
        service.markDirty(self)
    }

    func setWritable(_ ready: @escaping (StreamWriter) -> Void) {
        writable = ready
        service.markDirty(self)
    }
}
