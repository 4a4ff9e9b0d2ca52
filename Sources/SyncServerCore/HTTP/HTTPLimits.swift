package import HTTPWire

/// Every bound of the HTTP front, with its unit and its reason.
package struct HTTPLimits: Sendable {
    /// The sizes of requests.
    package var wire = WireLimits()

    /// The most connections open at once; one more is answered 503.
    package var connectionsMax = 12_000

    /// The most connections from one address that is not local.
    ///
    /// Behind a proxy all peers are local, and the proxy limits instead.
    package var connectionsPerAddressMax = 200

    /// Whether loopback addresses count for the limit per address; for tests.
    package var countsLocalAddresses = false

    /// From the first byte of a head, or from accepting, to its last byte.
    package var headMillisecondsMax: Int64 = 10_000

    /// How long a body may take before its rate is looked at.
    package var bodyGraceMilliseconds: Int64 = 10_000

    /// The slowest a body may come after its grace, over the whole body.
    package var bodyBytesPerSecondMin: Int64 = 500

    /// How long a connection may stay without a request.
    package var idleMillisecondsMax: Int64 = 60_000

    /// How long a client may take none of the bytes waiting for it.
    package var writeStallMillisecondsMax: Int64 = 30_000

    /// How long an answer may take before its rate is looked at.
    package var answerGraceMilliseconds: Int64 = 30_000

    /// The slowest an answer may be taken after its grace: a reader that takes a
    /// byte now and then would keep a whole page in memory for days.
    package var answerBytesPerSecondMin: Int64 = 500

    /// How long a closed connection waits for the client to read the answer.
    package var lingerMilliseconds: Int64 = 2_000

    /// An unwanted body up to this size is read to keep the connection.
    package var drainedBodyBytesMax = 64 * 1024

    /// The size of the receive buffer that all connections of a loop share.
    package var receiveBufferBytes = 64 * 1024

    /// The output above which pipelined requests wait for the client to read.
    package var pipelineOutputBytesMax = 256 * 1024

    /// The most bytes of buffers that all connections hold together.
    ///
    /// Above it what asks for much is answered 503, until readers have caught up.
    package var bufferedBytesMax = 512 * 1024 * 1024

    /// From how many bytes on a part of a long answer is sent before the rest is built.
    package var answerSliceBytes = 32 * 1024

    /// How often deadlines are looked at.
    package var tickMilliseconds: Int64 = 1_000

    /// Creates the limits of the product.
    package init() {}
}
