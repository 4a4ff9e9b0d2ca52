package import HTTPWire

/// Takes the body of one answer while it is built, in the connection's output.
///
/// A short body stays where it is built, gets its head's `Content-Length`, and
/// is never moved. A long one is sent in slices as chunks while it is still
/// being built: the client has its first bytes early, and the server holds a
/// slice and not the body, unless the client is slower than the store.
///
/// Each loop has one and uses it for one answer at a time.
package final class BodyWriter {
    /// Where to append; another buffer after each slice that was sent.
    ///
    /// Unchecked as in `ByteBuffer`, and for the same reason.
    @exclusivity(unchecked) package private(set) var buffer: ByteBuffer

    /// Stands in for a buffer between answers, so that a large one is not kept.
    private let unused = ByteBuffer(capacity: 0)

    /// The connection that sends slices; without one the body is only collected.
    private var connection: HTTPConnection?
    /// How much more makes a slice.
    @exclusivity(unchecked) private var sliceLeft = Int.max
    /// Where the answer's head begins in the buffer.
    private var headStart = 0
    private var headBytes = 0
    /// Where the body, or the present chunk of it, begins in the buffer.
    private var bodyStart = 0
    private(set) var hasSentSlices = false

    private static let sizeLine: StaticString = "00000000\r\n"
    /// The longer of the two ends of a head, with the first chunk's size.
    private static let framing: StaticString = "Transfer-Encoding: chunked\r\n\r\n00000000\r\n"

    /// Creates a writer that collects a body until an answer begins.
    package init() {
        buffer = unused
    }

    /// Creates a writer that collects a body and sends nothing.
    init(collecting buffer: ByteBuffer) {
        self.buffer = buffer
    }

    /// Sends what is there if it is enough for a slice.
    ///
    /// To be called where the body may be interrupted: between two frames.
    ///
    /// - Parameter written: The bytes appended since the last call.
    package func mayPause(after written: Int) {
        sliceLeft -= written
        if sliceLeft <= 0 { sendSlice() }
    }

    // MARK: - One answer

    /// Begins the body of an answer whose head lies at the end of the output.
    ///
    /// - Parameters:
    ///   - connection: Sends the slices.
    ///   - output: Where the head lies.
    ///   - headStart: Where in it.
    ///   - sliceFields: What the head has besides if the body leaves in slices.
    ///   - slices: Whether it may.
    func begin(
        _ connection: HTTPConnection, _ output: ByteBuffer, headStart: Int,
        sliceFields: StaticString, slices: Bool
    ) {
        buffer = output
        self.connection = connection
        sliceLeft = slices ? connection.service.limits.answerSliceBytes : .max
        self.headStart = headStart
        headBytes = output.count - headStart
        output.append(sliceFields)
        output.append(Self.framing)
        bodyStart = output.count
        hasSentSlices = false
    }

    /// Completes the framing of the body.
    ///
    /// - Parameter isForHead: Whether the request was a HEAD, whose answer has
    ///   the length of the body and not the body.
    func end(isForHead: Bool) {
        if hasSentSlices {
            endChunk()
            buffer.append("0\r\n\r\n")
        } else {
            let bodyBytes = buffer.count - bodyStart
            if isForHead { buffer.truncate(to: bodyStart) }
            var place = buffer.write("\r\n\r\n", endingAt: bodyStart)
            place = buffer.write(decimal: bodyBytes, endingAt: place)
            place = buffer.write("Content-Length: ", endingAt: place)
            buffer.closeGap(
                of: place - headStart - headBytes, after: headBytes, at: headStart)
        }
        forget()
    }

    /// Takes the answer back; there is nothing to take back of slices sent.
    func cancel() {
        if !hasSentSlices { buffer.truncate(to: headStart) }
        forget()
    }

    private func forget() {
        buffer = unused
        connection = nil
    }

    // MARK: - Slices

    private func sendSlice() {
        guard let connection else { return }
        hasSentSlices = true
        endChunk()
        buffer = connection.sendSlice()
        buffer.append(Self.sizeLine)
        bodyStart = buffer.count
        sliceLeft = connection.service.limits.answerSliceBytes
    }

    /// Writes the size of the present chunk, or drops it if it is empty.
    private func endChunk() {
        let sizeStart = bodyStart - Self.sizeLine.utf8CodeUnitCount
        let bytes = buffer.count - bodyStart
        guard bytes > 0 else { return buffer.truncate(to: sizeStart) }
        buffer.writeSize(bytes, at: sizeStart)
        buffer.append("\r\n")
    }
}
