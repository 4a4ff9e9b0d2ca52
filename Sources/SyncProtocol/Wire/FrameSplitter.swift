/// Cuts a stream of bytes into frames, however the bytes arrive.
///
/// Holds at most one unfinished frame. The result does not depend on where the
/// stream was split.
package struct FrameSplitter {
    private var pending: [UInt8] = []
    private var consumed = 0

    /// Creates a splitter at the start of a stream.
    package init() {}

    /// Whether the stream may end here.
    package var isBetweenFrames: Bool { pending.isEmpty }

    /// Takes the next bytes and gives each whole frame's payload to `body`.
    ///
    /// - Throws: ``WireError`` if a length is impossible, or what `body` throws.
    package mutating func push(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (_ payload: UnsafeRawBufferPointer, _ origin: Int) throws(WireError) -> Void
    ) throws(WireError) {
        if pending.isEmpty {
            let used = try Self.split(bytes, origin: consumed, body)
            consumed += used
            pending.append(contentsOf: bytes[used...])
            return
        }
        pending.append(contentsOf: bytes)
        let taken = pending
        let used = try taken.withUnsafeBytesTyped { (raw) throws(WireError) in
            try Self.split(raw, origin: consumed, body)
        }
        consumed += used
        pending.removeFirst(used)
    }

    /// Gives each whole frame in `bytes` to `body`; returns the bytes used.
    package static func split(
        _ bytes: UnsafeRawBufferPointer, origin: Int = 0,
        _ body: (_ payload: UnsafeRawBufferPointer, _ origin: Int) throws(WireError) -> Void
    ) throws(WireError) -> Int {
        var start = 0
        while start < bytes.count {
            var length: UInt64 = 0
            var shift: UInt64 = 0
            var index = start
            var complete = false
            var isPadded = false
            while index < bytes.count {
                let byte = bytes[index]
                index += 1
                length |= UInt64(byte & 0x7f) << shift
                if byte < 0x80 {
                    complete = true
                    isPadded = byte == 0 && shift > 0
                    break
                }
                shift += 7
                guard shift <= 21 else { break }
            }
            // Size before form: a length is too large as soon as its first bytes are, and
            // the answer must not depend on whether its last byte has arrived.
            guard complete || shift <= 21, length <= UInt64(BinaryFrames.frameBytesMax) else {
                throw WireError(
                    code: "wire.frame_too_large", position: origin + start,
                    message: "a frame is larger than \(BinaryFrames.frameBytesMax) bytes")
            }
            guard complete else { return start }
            guard !isPadded else {
                throw WireError(
                    code: "wire.number_padded", position: origin + start,
                    message: "a frame's length is padded")
            }
            guard length > 0 else {
                throw WireError(
                    code: "wire.frame_empty", position: origin + start,
                    message: "a frame has no type")
            }
            guard UInt64(bytes.count - index) >= length else { return start }
            let end = index + Int(length)
            try body(UnsafeRawBufferPointer(rebasing: bytes[index..<end]), origin + index)
            start = end
        }
        return start
    }
}

extension [UInt8] {
    /// Like `withUnsafeBytes`, keeping the type of what the closure throws.
    package func withUnsafeBytesTyped<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let outcome = withUnsafeBytes { raw -> Swift.Result<Result, Failure> in
            do throws(Failure) {
                return .success(try body(raw))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}
