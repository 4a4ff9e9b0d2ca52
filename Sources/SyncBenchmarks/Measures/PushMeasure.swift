internal import SyncClientCore
internal import SyncProtocol
internal import Synchronization

/// Goal 22: the bytes of the answer to a push of ten writes; a count.
enum PushMeasure {
    private static let writes = 10

    static func run(_ bench: Bench) async throws {
        guard let program = ServerProcess.program else {
            bench.report.figure("push: tangrat-server is not built", Samples(), unit: "B")
            return
        }
        let server = try ServerProcess(program, scratch: bench.scratch)
        defer { server.stop() }
        let subject = try server.person(records: 0)
        let socket = try SocketTransport(port: server.port)
        let directory = try await ClientMaker(scratch: bench.scratch, transport: socket)
            .signedIn(server: server.address) { try server.approve($0, subject) }
        var request = try await captured(bench, directory)
        request.body = try alone(request.body)
        let before = socket.bytesReceived
        guard case .response(let response) = socket.exchange(request), response.status == 200
        else { throw BenchmarkError("the push was not answered") }
        var body = Samples()
        var whole = Samples()
        body.add(Double(response.body.count) / Double(writes))
        whole.add(Double(socket.bytesReceived - before) / Double(writes))
        bench.report.figure("goal 22, push answer a record, batch of 10", whole, unit: "B")
        bench.report.figure("push answer a record, batch of 10, body alone", body, unit: "B")
    }

    /// The request that a client with ten writes makes.
    private static func captured(_ bench: Bench, _ directory: String) async throws -> Request {
        let seen = Mutex<Request?>(nil)
        let capturing = CannedTransport { request in
            seen.withLock { $0 = request }
            return []
        }
        let client = try await ClientMaker(scratch: bench.scratch, transport: capturing)
            .open(directory)
        for number in 0..<writes {
            try await client.annotate("row-\(number)", nickname: "ชื่อ \(number)")
        }
        // The answer is empty on purpose: only the request is wanted.
        _ = try? await client.sync()
        await client.close()
        guard let request = seen.withLock({ $0 }) else {
            throw BenchmarkError("the client made no request")
        }
        return request
    }

    /// The same push without a pull: `rows_max` is zero.
    private static func alone(_ body: [UInt8]) throws -> [UInt8] {
        var changed: [UInt8] = []
        try body.withUnsafeBytesTyped { (raw) throws(WireError) in
            _ = try FrameSplitter.split(raw) { (payload, origin) throws(WireError) in
                var frame = try BinaryFrames.decode(payload, origin: origin)
                if case .sync(var sync) = frame {
                    sync.rowsMax = 0
                    frame = .sync(sync)
                }
                BinaryFrames.append(frame, to: &changed)
            }
        }
        return changed
    }
}
