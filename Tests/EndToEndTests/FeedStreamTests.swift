import Foundation
import Testing

extension WorldTests {
    /// Goal: the length of a feed costs the server no memory, and every line is answered.
    ///
    /// Method: the high-water mark of a real process, as the kernel keeps it. The longer
    /// feed brings more versions of the same rows, so that the pages which SQLite holds
    /// are the same and only what is kept for each line could grow.
    @Suite("A streamed feed")
    struct FeedStreamTests {
        private static let rows = 10_000
        private static let lines = 50_000
        /// The lines of the longer feed alone are three times as much.
        private static let growthMax = 4 << 20

        /// What the kernel keeps at most of an answer that is not read, in bytes.
        private static let sendBufferMax: Int = {
            let sizes = ProcessTable.read("/proc/sys/net/ipv4/tcp_wmem").split { $0.isWhitespace }
            return sizes.last.flatMap { Int($0) } ?? 4 << 20
        }()

        private static func highWater(_ world: RealWorld) throws -> Int {
            let pid = try #require(world.serverChild).pid
            let status = ProcessTable.read("/proc/\(pid)/status").split(separator: "\n")
            let line = try #require(status.first { $0.hasPrefix("VmHWM:") })
            return try #require(Int(line.split(separator: " ")[1])) * 1_024
        }

        private static func line(_ row: Int, _ version: Int, _ subject: String) -> String {
            let text = String(repeating: "\(version)", count: 100)
            return BadInputTests.line(
                "dlt-\(row)", subject, version: version, asOf: version,
                body: #"{"n":\#(row),"text":"\#(text)"}"#)
        }

        @Test("needs no more memory for 50,000 lines than for 10,000, and each is answered")
        func memory() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                func feed(
                    _ count: Int, _ line: @escaping @Sendable (Int) -> String
                ) async throws -> StreamedFeed.Answer {
                    let feed = try StreamedFeed(port: world.port)
                    feed.send(count, key: key, line: line)
                    let answer = await feed.answer()
                    #expect(answer.status == 200)
                    #expect(answer.oddities.isEmpty, "\(answer.oddities.prefix(3))")
                    #expect(answer.lines == count)
                    #expect(answer.done["lines"] == count)
                    return answer
                }
                let first = try await feed(Self.rows) { Self.line($0, 1, subject) }
                #expect(first.fates == ["applied": Self.rows])
                let before = try Self.highWater(world)
                let newer = { @Sendable (number: Int) in
                    Self.line(number % Self.rows, 2 + number / Self.rows, subject)
                }
                let second = try await feed(Self.lines, newer)
                #expect(second.fates == ["applied": Self.lines])
                let growth = try Self.highWater(world) - before
                #expect(growth < Self.growthMax, "\(growth) bytes more")
                // The same again, oldest last: nothing moves back.
                let again = try await feed(Self.lines) { newer(Self.lines - 1 - $0) }
                #expect(
                    again.fates == ["unchanged": Self.rows, "stale": Self.lines - Self.rows])
                print("feed: \(before) bytes at most, \(growth) more for \(Self.lines) lines")
            }
        }

        @Test("whose answer is not read waits for its reader, and is answered whole then")
        func slowReader() async throws {
            try await RealWorld.run { world in
                let key = try await world.agency("dlt", "driving_licence")
                // Each line is refused at length: more than the kernel holds for a reader.
                let lines = (Self.sendBufferMax + Self.growthMax) / 150
                let feed = try StreamedFeed(port: world.port)
                let before = try Self.highWater(world)
                feed.send(lines, key: key) { number in
                    Self.line(number, 1, "nobody-knows-this-one")
                }
                var (refused, looks) = (0, 0)
                try await eventually("the feed stands still", within: 120) {
                    let now = try await world.metric("tangrat_feed_refused_total")
                    looks = now == refused && now > 0 ? looks + 1 : 0
                    refused = now
                    return looks == 20
                }
                #expect(refused < lines, "nothing waited for the reader")
                let answer = await feed.answer()
                #expect(answer.oddities.isEmpty, "\(answer.oddities.prefix(3))")
                #expect(answer.lines == lines)
                #expect(answer.fates == ["refused": lines])
                #expect(answer.done["refused"] == lines)
                #expect(answer.bytes > lines * 150)
                let growth = try Self.highWater(world) - before
                #expect(growth < Self.growthMax, "\(growth) bytes more")
                print("feed: \(refused) lines ahead of the reader, \(growth) bytes more")
            }
        }
    }
}
