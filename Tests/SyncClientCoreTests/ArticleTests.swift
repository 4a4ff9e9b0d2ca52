import ArticleCode
import Foundation
import TestSupport
import Testing

@testable import SyncClientCore

@Suite("The article for app authors")
struct ArticleTests {
    private static let article =
        "Sources/SyncClientCore/SyncClientCore.docc/YourFirstOfflineFirstScreen.md"
    private static let imports = "import CitizenData\nimport SyncClientCore\n\n"
    private static let code = "Tests/ArticleCode/ArticleScreen.swift"

    /// The parts of a file between two lines, without their common indentation.
    private static func parts(
        of path: String, from start: String, to end: String
    ) throws -> [String] {
        let text = String(decoding: try Repository.bytes(of: path), as: UTF8.self)
        var parts: [String] = []
        var open: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let word = line.drop { $0 == " " }
            if word == start {
                open = []
            } else if word == end, let lines = open {
                let indent = lines.first.map { $0.prefix { $0 == " " }.count } ?? 0
                parts.append(lines.map { String($0.dropFirst(indent)) }.joined(separator: "\n"))
                open = nil
            } else {
                open?.append(line)
            }
        }
        return parts
    }

    @Test("holds the code that is compiled here, line by line")
    func text() throws {
        let blocks = try Self.parts(of: Self.article, from: "```swift", to: "```")
            .map { $0.replacingOccurrences(of: Self.imports, with: "") }
        let code = try Self.parts(of: Self.code, from: "// article", to: "// end")
        #expect(blocks.count > 5)
        #expect(blocks == code)
    }

    @Test("holds code that does what it says", .timeLimit(.minutes(1)))
    func run() async throws {
        try await inWorld { world in
            world.server.put(
                "driving_licence", "l1",
                body: #"{"expires":"2029-03","licence_no":"99991010","status":"active"}"#,
                asOf: 1_700_000_000_000)
            world.server.put(
                "bill", "b1",
                body: #"{"amount_satang":123450,"biller_th":"การประปา","status":"unpaid"}"#,
                asOf: 1_700_000_000_000)
            world.server.put(
                "bill", "b2",
                body: #"{"amount_satang":100,"biller_th":"การประปา","status":"paid"}"#,
                asOf: 1_700_000_000_000)
            let client = try await world.open()
            var screen = ArticleScreen()
            try await screen.signIn(client)
            world.server.fail(.notSent)
            world.server.with { $0.signals = [.event("revoked")] }
            await screen.live(client)
            #expect(screen.shown.count == 1)
            #expect(try await client.rows("driving_licence").count == 1)
            let write = try await screen.write(client)
            let draft = try await screen.request(client)
            #expect(try await client.row("request", draft)?.text("state") == "queued")
            try await screen.withdraw(draft, client)
            #expect(try await client.row("request", draft)?.text("withdrawal_queued_at") != nil)
            screen.shown = []
            try await screen.bills(client)
            #expect(screen.shown == ["การประปา 1,234.50 บาท dlt 15 พ.ย. 2566 05.13 น."])
            screen.shown = []
            try await screen.outcomes(of: write, client)
            #expect(screen.shown.isEmpty)
            let (told, continuation) = AsyncStream.makeStream(of: Void.self)
            screen.told = continuation
            let reading = Task { [screen] in
                var screen = screen
                try? await screen.observe(client)
                return screen.shown
            }
            for await _ in told { break }
            // Closing ends the observation.
            await client.close()
            let shown = await reading.value
            #expect(shown == ["99991010 ใช้งานได้ มีนาคม 2572 dlt 15 พ.ย. 2566 05.13 น."])
        }
    }
}
