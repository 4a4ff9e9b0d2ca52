import SyncProtocol
import Testing

@testable import SyncClientCore

@Suite("What a screen shows")
struct ViewTests {
    @Test("is confirmed rows with waiting writes merged in, for each kind of field")
    func kinds() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            func check(_ isPending: Bool) async throws {
                let note = try #require(try await client.row("annotation", "v1"))
                #expect(note.text("nickname") == "รถแม่")
                #expect(note.texts("note") == ["second"])
                #expect(note.texts("labels") == ["home"])
                #expect(note.integer("shown") == 3)
                #expect(note.isPending == isPending)
                #expect(try await client.row("preference", "me")?.text("language") == "en")
                #expect(try await client.row("notification_state", "n1")?.flag("read") == true)
                #expect(try await client.row("inbox", "me")?.integer("seen_up_to") == 9)
            }
            try await client.annotate(
                "v1", nickname: "รถแม่", note: "first", addLabels: ["home", "work"])
            try await client.annotate("v1", note: "second", removeLabels: ["work"])
            let key = RowKey(table: "annotation", id: "v1")
            _ = try await client.write([RowOperation(key, .increment(field: "shown", by: 5))])
            _ = try await client.write([RowOperation(key, .increment(field: "shown", by: -2))])
            try await client.setPreference("language", to: "th")
            try await client.setPreference("language", to: "en")
            try await client.markRead(["n1", "n2"])
            _ = try await client.write([
                RowOperation(.inbox, .create),
                RowOperation(.inbox, .raise(field: "seen_up_to", to: 9)),
            ])
            _ = try await client.write([
                RowOperation(.inbox, .raise(field: "seen_up_to", to: 4))
            ])
            try await check(true)
            _ = try await client.sync()
            try await check(false)
            await client.close()
        }
    }

    @Test("has a submitted draft as a queued request, and the draft back on refusal")
    func submission() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            let draft = try await client.createDraft(
                service: "one-stop-complaint-centre", action: "new")
            let problems = try await client.checkDraft(draft)
            #expect(problems.map(\.field) == ["topic_th"])
            #expect(problems.map(\.adviceEnglish) == ["Fill it in"])
            #expect(problems.map(\.adviceThai) == ["กรอกช่องนี้"])
            await #expect(throws: SyncFailure.self) { try await client.submit(draft) }
            try await client.editDraft(draft, form: ["topic_th": "ถนนชำรุด"], statement: "หน้าบ้าน")
            let queued = try await client.submit(draft)
            let request = try #require(try await client.row("request", draft))
            #expect(request.text("state") == "queued")
            #expect(request.text("drafted_at") != nil)
            #expect(request.text("queued_at") != nil)
            #expect(request.text("entered_at") == nil)
            #expect(!request.isConfirmed)
            #expect(try await client.row("request_draft", draft) == nil)
            world.server.with { $0.refuses[queued.mid] = "rule.topic" }
            _ = try await client.sync()
            #expect(try await client.row("request", draft) == nil)
            #expect(try await client.row("request_draft", draft)?.text("form.topic_th") == "ถนนชำรุด")
            try await client.submit(draft)
            _ = try await client.sync()
            #expect(try await client.row("request", draft)?.text("state") == "received")
            #expect(try await client.row("request_draft", draft) == nil)
            await client.close()
        }
    }

    @Test("is dumped as sorted canonical lines, waiting writes apart")
    func dump() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            world.server.put("vehicle", "b", body: #"{"a":1}"#)
            world.server.put("vehicle", "B", body: #"{"a":2}"#)
            world.server.put("profile", "me", body: #"{"a":3}"#, owner: "dopa", version: 4)
            _ = try await client.sync()
            try await client.pin("x")
            let lines = try await client.dump()
            #expect(
                lines.dropLast() == [
                    #"{"agency":"dopa","as_of":1700000000000,"body":{"a":3},"id":"me","source_version":4,"table":"profile"}"#,
                    #"{"agency":"dlt","as_of":1700000000000,"body":{"a":2},"id":"B","source_version":1,"table":"vehicle"}"#,
                    #"{"agency":"dlt","as_of":1700000000000,"body":{"a":1},"id":"b","source_version":1,"table":"vehicle"}"#,
                ])
            #expect(lines.last?.hasPrefix(#"{"pending":{"mid":1,"operations":[{"#) == true)
            for line in lines { #expect(JSON.isCanonical(line)) }
            await client.close()
        }
    }

    @Test("is told again after each change")
    func observed() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            var snapshots = client.observe("pinned").makeAsyncIterator()
            #expect(try await snapshots.next()?.rows.isEmpty == true)
            try await client.pin("a")
            #expect(try await snapshots.next()?.rows.first?.texts("services") == ["a"])
            _ = try await client.sync()
            #expect(try await snapshots.next()?.rows.first?.isPending == false)
            await client.close()
            #expect(try await snapshots.next() == nil)
        }
    }

    @Test("is told of another process's commit")
    func observedElsewhere() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            let other = try await world.open()
            var snapshots = client.observe("pinned").makeAsyncIterator()
            _ = try await snapshots.next()
            try await other.pin("a")
            #expect(try await snapshots.next()?.rows.first?.texts("services") == ["a"])
            await client.close()
            await other.close()
        }
    }
}

extension JSON {
    static func isCanonical(_ line: String) -> Bool {
        Array(line.utf8).withUnsafeBytes { isCanonical($0, limits: .document) }
    }
}
