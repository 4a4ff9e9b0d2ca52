import SyncProtocol

/// What a reader of frames made of a stream.
private struct FrameTrace: Equatable {
    var frames: [Frame] = []
    var error: WireError?
    var isBetweenFrames = false
}

/// Binary frames mean the same however they are split, and survive being written again.
enum FrameFuzz {
    static func check(_ input: [UInt8], _ steering: FuzzTarget.Steering) {
        let whole = read([input[...]])
        let halves = read([input[..<steering.split], input[steering.split...]])
        precondition(whole == halves, "split at \(steering.split)")
        if input.count <= 256 {
            precondition(whole == read(input.indices.map { input[$0...$0] }), "byte by byte")
        }
        var lines = JSONFrameWriter()
        var text: [UInt8] = []
        for frame in whole.frames {
            lines.append(frame, to: &text)
            if case .unknown = frame { continue }
            var bytes: [UInt8] = []
            BinaryFrames.append(frame, to: &bytes)
            precondition(read([bytes[...]]).frames == [frame], "\(frame) is not read back")
        }
    }

    private static func read(_ pieces: [ArraySlice<UInt8>]) -> FrameTrace {
        var trace = FrameTrace()
        var splitter = FrameSplitter()
        do throws(WireError) {
            for piece in pieces {
                try Array(piece).withUnsafeBytesTyped { (raw) throws(WireError) in
                    try splitter.push(raw) { (payload, origin) throws(WireError) in
                        trace.frames.append(try BinaryFrames.decode(payload, origin: origin))
                    }
                }
            }
            trace.isBetweenFrames = splitter.isBetweenFrames
        } catch {
            trace.error = error
        }
        return trace
    }
}

/// Frames as JSON lines mean the same however they are split.
enum LineFuzz {
    static func check(_ input: [UInt8], _ steering: FuzzTarget.Steering) {
        let whole = read([input[...]])
        let halves = read([input[..<steering.split], input[steering.split...]])
        precondition(whole == halves, "split at \(steering.split)")
        for frame in whole.frames {
            if case .unknown = frame { continue }
            var bytes: [UInt8] = []
            BinaryFrames.append(frame, to: &bytes)
            let again = bytes.withUnsafeBytes { raw -> Frame? in
                var found: Frame?
                _ = try? FrameSplitter.split(raw) { (payload, origin) throws(WireError) in
                    found = try BinaryFrames.decode(payload, origin: origin)
                }
                return found
            }
            precondition(again == frame, "\(frame) is not read back")
        }
    }

    private static func read(_ pieces: [ArraySlice<UInt8>]) -> FrameTrace {
        var trace = FrameTrace()
        var reader = JSONFrameReader()
        do throws(WireError) {
            for piece in pieces {
                try Array(piece).withUnsafeBytesTyped { (raw) throws(WireError) in
                    try reader.push(raw) { trace.frames.append($0) }
                }
            }
            try reader.finish { trace.frames.append($0) }
            trace.isBetweenFrames = reader.isBetweenFrames
        } catch {
            trace.error = error
        }
        return trace
    }
}
