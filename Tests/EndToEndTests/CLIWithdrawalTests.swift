import SyncClientCore
import SyncProtocol
import Testing

@testable import tangrat_cli

@Suite("A withdrawal on the screen")
struct CLIWithdrawalTests {
    private func request(
        _ state: String, _ more: JSONObject = [:], pending: [UInt64] = []
    ) -> SyncRow {
        var body = more
        body["service"] = "obec-2"
        body["state"] = .string(state)
        body["entered_at"] = "2026-11-19T09:00:00+07:00"
        return PersonaRows.row(
            table: "request", id: "r1", owner: "obec", pending: pending, body: .object(body))
    }

    @Test("is queued, said to be so, and not yet in force")
    func queue() async {
        let mirror = FakeMirror(rows: [request("received")])
        let run = await CLIRun.run(["request", "withdraw", "r1", "--lang", "en"], on: mirror)
        #expect(run.code == 0)
        #expect(run.output.contains("The withdrawal of r1 is queued."))
        #expect(run.output.contains("counts when it enters the system"))
        #expect(mirror.calls == ["withdraw request/r1"])
    }

    @Test("that waits stands in the list, on the request and for a script")
    func waiting() async {
        let row = request(
            "under_review", ["withdrawal_queued_at": "2026-11-20T08:30:00+07:00"], pending: [7])
        let mirror = FakeMirror(rows: [row])
        let list = await CLIRun.run(["request", "list", "--lang", "en"], on: mirror)
        #expect(list.output.contains("Withdrawal queued"))
        let show = await CLIRun.run(["request", "show", "r1", "--lang", "en"], on: mirror)
        #expect(show.output.contains("Withdrawal queued"))
        #expect(show.output.contains("20 November 2026 08:30 (device clock)"))
        #expect(show.output.contains("Under review"))
        let thai = await CLIRun.run(["request", "show", "r1"], on: mirror)
        #expect(thai.output.contains("รอส่งการถอนคำขอ"))
        let json = await CLIRun.run(["request", "show", "r1", "--json"], on: mirror)
        #expect(json.output.contains(#""withdrawal_queued_at":"2026-11-20T08:30:00+07:00""#))
    }

    @Test("that took effect is told with the time of the system")
    func withdrawn() async {
        let row = request("withdrawn", ["withdrawn_at": "2026-11-20T08:31:00+07:00"])
        let run = await CLIRun.run(
            ["request", "show", "r1", "--lang", "en"], on: FakeMirror(rows: [row]))
        #expect(run.output.contains("20 November 2026 08:31 (system clock, the lawful time)"))
        #expect(!run.output.contains("Withdrawal queued"))
    }

    @Test("of a draft says how a draft is thrown away")
    func draft() async {
        let mirror = FakeMirror(rows: [
            PersonaRows.row(
                table: "request_draft", id: "d1", body: ["service": "obec-2", "action": "new"])
        ])
        let run = await CLIRun.run(["request", "withdraw", "d1", "--lang", "en"], on: mirror)
        #expect(run.code == 4)
        #expect(run.error.contains("tangrat request delete d1"))
    }

    @Test("that was refused is told on the request, with the reason")
    func refused() async {
        let mirror = FakeMirror(rows: [request("approved")])
        mirror.change { state in
            state.standing.refused = [
                WriteOutcome(
                    mid: 7, status: .refused, code: "request_state", detail: "request/r1",
                    receivedAtMilliseconds: personaMoment)
            ]
        }
        let show = await CLIRun.run(["request", "show", "r1", "--lang", "en"], on: mirror)
        #expect(show.output.contains("Approved"))
        #expect(show.output.contains("past the point where this can be done"))
        let json = await CLIRun.run(["request", "show", "r1", "--json"], on: mirror)
        #expect(json.output.contains(#""code":"request_state""#))
    }
}
