import Dispatch
import Glibc
import NetworkIO
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// What requests and answers cost while they wait for somebody.
@Suite("Limits of memory")
struct MemoryLimitTests {
    private func code(_ answer: HTTPTestClient.Answer) throws -> String? {
        try JSON.parse(answer.body)["error"]?["code"]?.text
    }

    /// Goal: the page behind a push costs bounded memory too, though no turn of reading builds it.
    ///
    /// Method: the writer takes three pushes and is then kept busy. The page of the first
    /// waits for its entry in the audit chain and is counted; the others are told that
    /// their writes were taken and that the rows are for later.
    @Test("hold for the memory of pages behind pushes")
    func memoryOfPushes() throws {
        let running = try RunningServer {
            $0.limits.http.bufferedBytesMax = 400_000
            $0.loops = 1
        }
        let subject = try running.addPerson()
        let phones = try (0..<3).map { _ in try running.signIn(subject) }
        let key = try running.addAgency("dlt", ["vehicle"])
        try running.feedVehicles(0..<12, of: subject, bytes: 100_000, key)
        let commits = running.server.commits
        let isHeld = DispatchSemaphore(value: 0)
        let mayGoOn = DispatchSemaphore(value: 0)
        func hold() {
            commits.maintainLater { _ in
                isHeld.signal()
                mayGoOn.wait()
            }
        }
        hold()
        isHeld.wait()
        var request = SyncRequest()
        request.bytesMax = 900_000
        let clients = try phones.enumerated().map { index, phone in
            var device = WritingDevice(
                DeviceRecord(number: 0, id: phone.device, person: 0, name: "", added: 0))
            let write = device.next([RowOperation(RowKey(table: "annotation", id: "a"), .create)])
            var body: [UInt8] = []
            for frame in [
                Frame.sync(request), .push(PushHeader(baseChain: 77)), .mutation(write),
            ] { BinaryFrames.append(frame, to: &body) }
            let client = try running.client()
            try client.send(
                Array(
                    ("POST /v1/sync HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(phone.token)\r\n"
                        + "Content-Type: \(SignedIn.binary)\r\nContent-Length: \(body.count)\r\n\r\n")
                        .utf8) + body)
            // In their order.
            while commits.pressure.waiting < index + 1 { usleep(1_000) }
            return client
        }
        hold()
        mayGoOn.signal()
        isHeld.wait()
        for client in clients[1...] {
            let answer = try client.answer()
            #expect(answer.status == 200 && answer.body.count < 1_000)
            let frames = try decodeFrames(answer.body)
            let codes = frames.compactMap { frame in
                if case .error(let error) = frame { error.code } else { nil }
            }
            #expect(codes == ["server.busy"])
        }
        // One page and no more.
        #expect((400_000..<2_500_000).contains(running.server.front.bufferedBytes))
        let refused = try phones[0].sync(running, [.sync(SyncRequest())])
        #expect(refused.status == 503)
        #expect(try code(refused) == "server.busy")
        mayGoOn.signal()
        let page = try clients[0].answer()
        #expect(page.status == 200 && page.body.count > 800_000)
        while try phones[0].sync(running, [.sync(SyncRequest())]).status != 200 {}
    }

    /// Goal: what a head promises costs nothing until it comes, and then no more than there is.
    ///
    /// Method: many heads of long bodies, and another device is served. Then bodies come one after
    /// the other, each but for its last byte, until one is refused.
    @Test("hold for bodies as they come, not as they are announced", arguments: [false, true])
    func bodies(chunked: Bool) throws {
        let (bytes, most) = (200_000, 1_000_000)
        let running = try RunningServer {
            $0.limits.http.bufferedBytesMax = most
            $0.loops = 1
        }
        let subject = try running.addPerson()
        let phone = try running.signIn(subject)
        let tablet = try running.signIn(subject)
        let frame = #"{"frame":"sync"}"#
        let body = Array((frame + String(repeating: " ", count: bytes - frame.utf8.count)).utf8)
        let framing =
            chunked
            ? "Transfer-Encoding: chunked\r\n\r\n\(String(bytes, radix: 16))\r\n"
            : "Content-Length: \(bytes)\r\n\r\n"
        let clients = try (0..<8).map { _ in
            let client = try running.client()
            try client.send(
                "POST /v1/sync HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(phone.token)\r\n"
                    + "Content-Type: application/json\r\n" + framing)
            return client
        }
        // The same loop reads this after all of them.
        #expect(try tablet.sync(running, [.sync(SyncRequest())]).status == 200)
        var taken = 0
        for client in clients {
            let before = running.server.front.counts.bytesIn
            try client.send(Array(body.dropLast()))
            while running.server.front.counts.bytesIn < before + bytes - 1 { usleep(1_000) }
            // The same loop answers this after all that it has read.
            #expect(try running.request("GET", "/healthz").status == 200)
            #expect(running.server.front.bufferedBytes < most + 2 * bytes)
            guard client.isSilent(milliseconds: 0) else { break }
            taken += 1
        }
        #expect((3...5).contains(taken))
        let refused = try clients[taken].answer()
        #expect(refused.status == 503 && refused.closes)
        #expect(try code(refused) == "http.overloaded")
        // The others are taken whole; a page is told to come later while there is too much.
        var statuses: [Int] = []
        for client in clients[..<taken] {
            try client.send(body.suffix(1) + Array((chunked ? "\r\n0\r\n\r\n" : "").utf8))
            let answer = try client.answer()
            if answer.status != 200 { #expect(try code(answer) == "server.busy") }
            statuses.append(answer.status)
        }
        #expect(statuses.last == 200 && Set(statuses).isSubset(of: [200, 503]))
        for client in clients { client.close() }
        while try tablet.sync(running, [.sync(SyncRequest())]).status != 200 {}
    }

    /// Goal: a device has no more unread answers than open requests, also on one connection.
    ///
    /// Method: three requests come in one piece, and nobody reads their answers, of which the
    /// kernel takes less than one. The first two are all that the device may have.
    @Test("hold for pipelined requests until their answers are taken")
    func pipelinedRequests() throws {
        let running = try RunningServer {
            $0.limits.requestsPerTokenMax = 2
            $0.limits.pageBytesMax = 16_000_000
            $0.limits.http.pipelineOutputBytesMax = 64_000_000
            $0.limits.shedLongMillisecondsMax = .max
            $0.limits.shedTurnMillisecondsMax = .max
            $0.loops = 1
        }
        let subject = try running.addPerson()
        let phone = try running.signIn(subject)
        let key = try running.addAgency("dlt", ["vehicle"])
        try running.feedVehicles(0..<80, of: subject, bytes: 100_000, key)
        let body = #"{"frame":"sync","bytes_max":16000000}"#
        let request =
            "POST /v1/sync HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(phone.token)\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let client = try HTTPTestClient(port: running.server.port, receiveBuffer: 4_096)
        try client.send(request + request + request)
        let bearer = ["Authorization": "Bearer \(phone.token)"]
        var elsewhere = try running.request("GET", "/v1/devices", bearer)
        var asked = 1
        while elsewhere.status == 200, asked < 500 {
            usleep(2_000)
            elsewhere = try running.request("GET", "/v1/devices", bearer)
            asked += 1
        }
        #expect(elsewhere.status == 429)
        #expect(try code(elsewhere) == "limit.requests")
        var statuses: [Int] = []
        for _ in 0..<3 { statuses.append(try client.answer().status) }
        #expect(statuses == [200, 200, 429])
        #expect(try running.request("GET", "/v1/devices", bearer).status == 200)
    }

    /// Goal: whoever takes the answers may send any number of requests in one piece.
    @Test("do not hold for pipelined requests whose answers are taken")
    func pipelinedAndRead() throws {
        let running = try RunningServer { $0.loops = 1 }
        let phone = try running.signIn(try running.addPerson())
        let body = #"{"frame":"sync"}"#
        let request =
            "POST /v1/sync HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(phone.token)\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let client = try running.client()
        let count = Limits().requestsPerTokenMax * 2
        try client.send(String(repeating: request, count: count))
        for _ in 0..<count { #expect(try client.answer().status == 200) }
    }
}
