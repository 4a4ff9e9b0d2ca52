import Foundation
import Testing

extension WorldTests {
    @Suite("A push")
    struct PushTests {
        private static func outcomes(_ answer: RealWorld.Answer) -> [String] {
            answer.text.split(separator: "\n").map(String.init)
                .filter { !$0.contains("\"hello\"") }
        }

        @Test("whose answer was lost has one effect and one answer, however often it is sent")
        func repeated() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let device = try await world.lineDevice(of: subject)
                let body = device.push(
                    [
                        device.mutation(
                            1, LineDevice.create("annotation", "x"), LineDevice.increment("x")),
                        device.mutation(2, LineDevice.increment("absent")),
                        device.mutation(3, LineDevice.increment("x", by: 10)),
                    ], after: LineDevice.hex(0))
                let first = Self.outcomes(try await device.send(body))
                #expect(first.contains { $0.contains("row_absent") })
                #expect(first.last?.contains(#""acked_mid":3"#) == true)
                #expect(Self.outcomes(try await device.send(body)) == first)
                for _ in 0..<5 {
                    async let one = device.send(body)
                    async let two = device.send(body)
                    let (left, right) = try await (one, two)
                    #expect(Self.outcomes(left) == first)
                    #expect(Self.outcomes(right) == first)
                }
                _ = try await world.stop(SIGKILL)
                try await world.start()
                #expect(Self.outcomes(try await device.send(body)) == first)
                let rows = try await device.rows()
                #expect(Counter.value(rows["annotation/x"]) == 11)
                let taken = try await world.metric("tangrat_mutations_taken_total")
                #expect(taken == 0)
            }
        }

        @Test("that races with itself the first time is taken once")
        func raced() async throws {
            try await RealWorld.run { world in
                let device = try await world.lineDevice(of: try await world.person())
                for round in 0..<10 {
                    let body = device.push(
                        [
                            device.mutation(
                                round + 1, LineDevice.create("annotation", "x"),
                                LineDevice.increment("x"))
                        ], after: LineDevice.hex(round))
                    async let one = device.send(body)
                    async let two = device.send(body)
                    let (left, right) = try await (one, two)
                    #expect(Self.outcomes(left) == Self.outcomes(right))
                }
                #expect(Counter.value(try await device.rows()["annotation/x"]) == 10)
                #expect(try await world.metric("tangrat_mutations_taken_total") == 10)
            }
        }

        @Test("with a gap or from a copied device is not taken, and says so")
        func gapAndFork() async throws {
            try await RealWorld.run { world in
                let device = try await world.lineDevice(of: try await world.person())
                func mutation(_ mid: Int, chain: String? = nil) -> String {
                    device.mutation(
                        mid, chain: chain, LineDevice.create("annotation", "x"),
                        LineDevice.increment("x"))
                }
                let gap = try await device.send(
                    device.push([mutation(3)], after: LineDevice.hex(2)))
                #expect(gap.frames("error").first?["code"] as? String == "push.gap")
                #expect(gap.frames("error").first?["acked_mid"] as? Int == 0)
                _ = try await device.send(device.push([mutation(1)], after: LineDevice.hex(0)))
                let other = String(repeating: "f", count: 16)
                let sameMid = try await device.send(
                    device.push([mutation(1, chain: other)], after: LineDevice.hex(0)))
                #expect(sameMid.frames("error").first?["code"] as? String == "push.forked")
                #expect(sameMid.frames("error").first?["acked_mid"] as? Int == 1)
                let otherBase = try await device.send(device.push([mutation(2)], after: other))
                #expect(otherBase.frames("error").first?["code"] as? String == "push.forked")
                let half = try await device.send(
                    device.push([mutation(1), mutation(2, chain: other)], after: LineDevice.hex(0)))
                #expect(half.frames("pushed").first?["acked_mid"] as? Int == 2)
                let later = try await device.send(
                    device.push([mutation(2), mutation(3)], after: LineDevice.hex(1)))
                #expect(later.frames("error").first?["code"] as? String == "push.forked")
                #expect(Counter.value(try await device.rows()["annotation/x"]) == 2)
                #expect(try await world.metric("tangrat_pushes_forked_total") == 3)
            }
        }

        @Test("whose body does not arrive whole has no effect")
        func cut() async throws {
            try await RealWorld.run { world in
                let device = try await world.lineDevice(of: try await world.person())
                let body = [UInt8](
                    device.push(
                        [
                            device.mutation(
                                1, LineDevice.create("annotation", "x"), LineDevice.increment("x"))
                        ], after: LineDevice.hex(0)))
                let head = Array(
                    ("POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                        + "Authorization: Bearer \(device.token)\r\n"
                        + "Content-Length: \(body.count)\r\n\r\n").utf8)
                for length in stride(from: 0, to: head.count + body.count, by: 7) {
                    let socket = try PlainSocket(port: world.port)
                    try socket.send(Array((head + body).prefix(length)))
                    socket.close()
                }
                let clean = try await device.send(
                    device.push([device.mutation(9)], after: LineDevice.hex(8)))
                #expect(clean.frames("error").first?["acked_mid"] as? Int == 0)
                #expect(try await device.rows().isEmpty)
            }
        }
    }

    @Suite("A pull in small pages")
    struct SmallPageTests {
        @Test("sees every row once it is at the end, though rows move meanwhile", arguments: 1...3)
        func pages(rowsMax: Int) async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                func lines(_ version: Int) -> [String] {
                    (0..<12).map {
                        BadInputTests.line(
                            "dlt-\($0)", subject, version: version, body: #"{"v":\#(version)}"#)
                    }
                }
                try await world.mustFeed(lines(1), key: key)
                let device = try await world.lineDevice(of: subject)
                var cursor = ""
                var versions: [String: Int] = [:]
                var pages = 0
                while true {
                    let answer = try await device.send(
                        Data(
                            #"{"frame":"sync","cursor":"\#(cursor)","rows_max":\#(rowsMax)}"#.utf8))
                    let rows = answer.frames("row")
                    #expect(rows.count <= rowsMax)
                    for row in rows {
                        let body = row["body"] as? [String: Any]
                        versions[row["id"] as? String ?? ""] = body?["v"] as? Int
                    }
                    let page = answer.frames("page").first
                    guard let end = page ?? answer.frames("checkpoint").first else {
                        throw WorldProblem(answer.text)
                    }
                    cursor = end["cursor"] as? String ?? ""
                    pages += 1
                    if page == nil { break }
                    if pages == 2 { try await world.mustFeed(lines(2), key: key) }
                    try #require(pages < 100)
                }
                #expect(versions.count == 12)
                #expect(versions.values.allSatisfy { $0 == 2 }, "\(versions)")
            }
        }
    }
}
