package import HTTPWire

/// Writes an answer in pieces, each sent as a chunk.
///
/// A small value that can be copied and kept on its loop. Once the stream is
/// finished or the connection is gone, writing does nothing.
package struct StreamWriter {
    let connection: HTTPConnection
    let serial: UInt32

    /// Whether the stream is over, finished or not.
    package var isClosed: Bool { !connection.isStreaming(serial) }

    /// The name of the exchange that the stream answers.
    package var id: ExchangeID {
        ExchangeID(
            loop: connection.context.index, connection: connection.number, serial: serial)
    }

    /// The bytes that were written and that the kernel has not taken yet.
    ///
    /// A writer that keeps this below a bound, going on in ``onWritable(_:)``,
    /// needs no more memory for a slow reader than for a fast one.
    package var pendingBytes: Int { isClosed ? 0 : connection.pendingOutputBytes }

    /// Sends bytes as one chunk.
    ///
    /// The chunk goes out at the end of the current turn of the loop. An empty
    /// run sends nothing, because an empty chunk would end the stream.
    package func write(_ bytes: UnsafeRawBufferPointer) {
        if !isClosed { connection.streamWrite(bytes) }
    }

    /// Sends the bytes of an array as one chunk.
    package func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { write($0) }
    }

    /// Sends a literal as one chunk.
    package func write(_ text: StaticString) {
        write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Sends one chunk that is built in place, in the connection's output.
    package func write(building build: (ByteBuffer) -> Void) {
        if !isClosed { connection.streamWrite(building: build) }
    }

    /// Ends the stream; the connection goes on with the next request.
    package func finish() {
        if !isClosed { connection.streamFinish() }
    }

    /// Sends what was written and ends the connection without the last chunk.
    ///
    /// For an answer that must say why it is not complete: the client reads the
    /// reason and cannot take it for the end.
    package func stop() {
        if !isClosed { connection.streamStop() }
    }

    /// Breaks the connection off at once, also what was written last.
    package func abort() {
        if !isClosed { connection.abort() }
    }

    /// Asks to be called each time everything written has been taken.
    ///
    /// The closure is called on the loop, for the first time once the bytes
    /// pending now are gone (in the next turn if there are none), and again
    /// after each batch it writes. It is dropped with the stream.
    package func onWritable(_ ready: @escaping (StreamWriter) -> Void) {
        if !isClosed { connection.setWritable(ready) }
    }
}
