/// The bytes of one connection, both ways; nothing of it waits.
///
/// A socket in the real world. A simulation hands in streams of its own, so that
/// the same connections run on bytes that come late, in pieces or not at all.
package protocol ByteStream: AnyObject {
    /// What to watch for readiness; negative where there is nothing to watch.
    var descriptor: Int32 { get }

    /// Reads what has come, at most what fits.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> SocketResult

    /// Sends as much as the other side takes.
    func send(_ bytes: UnsafeRawBufferPointer) -> SocketResult

    /// Tells the peer that nothing more will be sent.
    func endOutput()

    /// Ends the connection; doing so twice does nothing.
    func close()
}

/// The stream of a connected, non-blocking socket, which it owns.
package final class SocketStream: ByteStream {
    package let descriptor: Int32
    private var owned: OwnedDescriptor?

    /// Takes a socket over.
    package init(_ socket: consuming OwnedDescriptor) {
        descriptor = socket.number
        owned = consume socket
    }

    deinit {
        close()
    }

    package func receive(into buffer: UnsafeMutableRawBufferPointer) -> SocketResult {
        Socket.receive(descriptor, into: buffer)
    }

    package func send(_ bytes: UnsafeRawBufferPointer) -> SocketResult {
        Socket.send(descriptor, bytes)
    }

    package func endOutput() { Socket.endOutput(descriptor) }

    package func close() { owned.take()?.close() }
}
