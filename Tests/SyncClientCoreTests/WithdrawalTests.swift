import CitizenData
import SyncProtocol
import Testing

@testable import SyncClientCore

@Suite("A withdrawal of a request")
struct WithdrawalTests {
    private static let refusal = SyncFailure.writeRefused(
        code: "request_state", detail: "request/r1")

    private func put(_ world: TestWorld, state: String, version: Int64 = 1) {
        world.server.put(
            "request", "r1",
            body:
                #"{"entered_at":"2027-01-01T09:00:00+07:00","service":"obec-2","state":"\#(state)"}"#,
            owner: "obec", version: version)
    }

    @Test("waits beside the state that the server last told, then ends in the server's state")
    func accepted() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            put(world, state: "received")
            _ = try await client.sync()
            let write = try await client.withdraw("r1")
            let waiting = try #require(try await client.row("request", "r1"))
            #expect(waiting.text("state") == "received")
            #expect(waiting.text("withdrawal_queued_at") != nil)
            #expect(waiting.isConfirmed)
            #expect(waiting.pendingMutations == [write.mid])
            let report = try await client.sync()
            #expect(report.outcomes.map(\.status) == [.accepted])
            let ended = try #require(try await client.row("request", "r1"))
            #expect(ended.text("state") == "withdrawn")
            #expect(ended.text("withdrawal_queued_at") == nil)
            #expect(!ended.isPending)
            await client.close()
        }
    }

    @Test("that comes too late is refused, and the request shows what the agency decided")
    func refused() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            put(world, state: "under_review")
            _ = try await client.sync()
            let write = try await client.withdraw("r1")
            put(world, state: "approved", version: 2)
            let report = try await client.sync()
            #expect(report.outcomes.map(\.code) == ["request_state"])
            let row = try #require(try await client.row("request", "r1"))
            #expect(row.text("state") == "approved")
            #expect(row.text("withdrawal_queued_at") == nil)
            #expect(!row.isPending)
            let refused = try await client.status().refused
            #expect(refused.map(\.mid) == [write.mid])
            #expect(
                refused.first?.messageEnglish
                    == "The request is past the point where this can be done.")
            await client.close()
        }
    }

    @Test("is stored only where the states of a request allow it", arguments: RequestState.allCases)
    func rules(state: RequestState) async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            put(world, state: state.rawValue)
            _ = try await client.sync()
            if state.mayBecome(.withdrawn) {
                #expect(try await client.withdraw("r1").mid == 1)
            } else {
                await #expect(throws: Self.refusal) { try await client.withdraw("r1") }
                #expect(try await client.status().queuedCount == 0)
            }
            await client.close()
        }
    }

    @Test("is left to the server in a state that only a later version knows")
    func unknownState() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            put(world, state: "on_the_moon")
            _ = try await client.sync()
            try await client.withdraw("r1")
            #expect(try await client.sync().outcomes.map(\.code) == ["request_state"])
            await client.close()
        }
    }

    @Test("is not stored twice, and again after it was refused")
    func twice() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            put(world, state: "received")
            _ = try await client.sync()
            let first = try await client.withdraw("r1")
            await #expect(throws: Self.refusal) { try await client.withdraw("r1") }
            #expect(try await client.status().queuedCount == 1)
            world.server.with { $0.refuses[first.mid] = "request_state" }
            _ = try await client.sync()
            #expect(try await client.withdraw("r1").mid == first.mid + 1)
            await client.close()
        }
    }

    @Test("of a request that is queued itself follows it, and both take effect")
    func queued() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            let draft = try await client.createDraft(
                service: "one-stop-complaint-centre", action: "new", form: ["topic_th": "ถนนชำรุด"])
            try await client.submit(draft)
            try await client.withdraw(draft)
            let waiting = try #require(try await client.row("request", draft))
            #expect(waiting.text("state") == "queued")
            #expect(waiting.text("withdrawal_queued_at") != nil)
            let report = try await client.sync()
            #expect(report.outcomes.allSatisfy { $0.status == .accepted })
            #expect(try await client.row("request", draft)?.text("state") == "withdrawn")
            #expect(try await client.row("request_draft", draft) == nil)
            await client.close()
        }
    }

    @Test("of a request that is refused is refused with it, and the draft is back")
    func refusedTogether() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            let draft = try await client.createDraft(
                service: "one-stop-complaint-centre", action: "new", form: ["topic_th": "ถนนชำรุด"])
            let submission = try await client.submit(draft)
            try await client.withdraw(draft)
            world.server.with { $0.refuses[submission.mid] = "rule.unknown_service" }
            let report = try await client.sync()
            #expect(report.outcomes.map(\.code) == ["", "rule.unknown_service", "row_absent"])
            #expect(try await client.row("request", draft) == nil)
            #expect(try await client.row("request_draft", draft)?.text("form.topic_th") != nil)
            await client.close()
        }
    }

    @Test("of a draft, or of what is not there, is refused")
    func absent() async throws {
        try await inWorld { world in
            let client = try await world.signedIn()
            let draft = try await client.createDraft(service: "obec-2", action: "new")
            for id in [draft, "nothing"] {
                await #expect(throws: SyncFailure.rowAbsent(table: "request", id: id)) {
                    try await client.withdraw(id)
                }
            }
            await client.close()
        }
    }
}
