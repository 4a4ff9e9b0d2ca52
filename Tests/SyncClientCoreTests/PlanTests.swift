import SQLiteKit
import SyncProtocol
import Testing

@testable import SyncClientCore

/// Goal: what a write and a sync cost does not grow with what is held.
///
/// Method: the connections tell which statements they have prepared while all of
/// that was done, and SQLite tells how it runs each; so a new one cannot be missed.
@Suite("The plans of the cache's statements")
struct PlanTests {
    /// Tables that are read whole because all of it is wanted, or because they are tiny.
    private static let wholeTables = ["state", "bucket", "name", "staged_page", "sqlite_schema"]

    /// Reads in the order of the table itself that stop after so many rows.
    private static let bounded = [
        "SELECT mid, queued_at, mutation FROM outbox ORDER BY mid LIMIT ?",
        "SELECT EXISTS (SELECT 1 FROM row)",
        """
        SELECT 1 FROM outbox WHERE mid > 0 UNION ALL SELECT 1 FROM acknowledged WHERE mid > 0
        LIMIT 1
        """,
    ]

    private func scans(_ connection: Connection) throws -> [String] {
        var found: [String] = []
        for text in connection.preparedTexts where !Self.bounded.contains(text) {
            for step in try connection.explainQueryPlan(text) where step.hasPrefix("SCAN ") {
                let words = step.split(separator: " ")
                let isWhole = words.count > 1 && Self.wholeTables.contains(String(words[1]))
                if !isWhole { found.append("\(step): \(text)") }
            }
        }
        return found
    }

    @Test("scan no table for a write, a sync, an acknowledgement and a repeated one")
    func writing() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            for number in 0..<5 { world.server.put("vehicle", "v\(number)", body: "{}") }
            _ = try await client.sync()
            try await client.pin("obec-1")
            try await client.setPreference("notify.bills", to: "daily")
            world.server.put("vehicle", "v1", body: #"{"a":1}"#, version: 2)
            world.server.remove("vehicle", "v2")
            world.server.fail(.answerLost)
            _ = try? await client.sync()
            try await client.pin("obec-2")
            _ = try await client.sync()
            _ = try await client.sync()
            let found = try await client.signedIn().store.withWriter { connection in
                #expect(connection.preparedTexts.count > 20)
                return try scans(connection)
            }
            #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
            await client.close()
        }
    }
}
