import ArticleCode
import CitizenData
import SyncProtocol
import Testing

@testable import SyncClientCore

@Suite("Rows through their typed views")
struct TypedRowTests {
    private func row(_ table: String, _ value: JSONValue) -> SyncRow {
        SyncRow(
            table: table, id: "r", owner: "police", asOfMilliseconds: 1, sourceVersion: 1,
            isConfirmed: true, pendingMutations: [], value: value)
    }

    @Test("are read for every kind that has a view, with public names alone")
    func everyKind() async throws {
        try await inWorld { world in
            for view in KindsScreen.views {
                world.server.put(view.kind.rawValue, "one", body: #"{"note_th":"x"}"#)
            }
            let client = try await world.signedIn()
            _ = try await client.sync()
            let tables = KindsScreen.views.map { $0.kind.rawValue }
            var observed = client.observe(tables: tables).makeAsyncIterator()
            let snapshot = try #require(try await observed.next())
            #expect(snapshot.rows.count == 19)
            for view in KindsScreen.views {
                let lines = KindsScreen.lines(view, in: snapshot)
                #expect(lines == ["\(view.kind.label.english) one dlt in part"])
            }
            let two = client.observe(VehicleRecord.self, BillRecord.self)
            var pair = two.makeAsyncIterator()
            #expect(try await pair.next()?.rows.map(\.table) == ["vehicle", "bill"])
            let bill = try #require(try await client.row(of: BillRecord.self, "one"))
            #expect(bill.view.noteThai == "x" && bill.row.owner == "dlt")
            #expect(try await client.row(of: BillRecord.self, "two") == nil)
            #expect(try await client.rows(of: BillRecord.self) == [bill])
            await client.close()
        }
    }

    @Test("are not made of another table, nor of what is no object")
    func other() {
        let bill = row("bill", ["amount_satang": 5])
        #expect(bill.view(as: BillRecord.self)?.amountSatang == 5)
        #expect(bill.view(as: PaymentRecord.self) == nil)
        #expect(row("bill", .array([])).view(as: BillRecord.self) == nil)
        let snapshot = RowSnapshot(rows: [bill, row("payment", .object(JSONObject()))])
        #expect(snapshot.rows(of: BillRecord.self).map(\.row) == [bill])
        #expect(snapshot.rows(of: VehicleRecord.self).isEmpty)
    }

    @Test("give amounts, days, moments, states and words that an app can write")
    func card() throws {
        let ticket = row(
            "traffic_ticket",
            [
                "fine_satang": 50_050, "due": "2026-03", "offence_at": "2026-02-26T07:05:00+07:00",
                "status": "unpaid", "why_mine": ["basis": "unheard"], "new_member": "later",
                "dispute": ["evidence": [["name": "a.jpg"]]],
            ])
        let view = try #require(ticket.view(as: TrafficTicketRecord.self))
        #expect(
            KindsScreen.card(view) == [
                "500.50 บาท", "March 2026", "2026-02-26T07:05:00+07:00", "Unpaid", "unheard",
                "a.jpg", "later",
            ])
    }

    @Test("leave a missing amount, day or moment missing")
    func missing() throws {
        let ticket = row("traffic_ticket", .object(JSONObject()))
        let view = try #require(ticket.view(as: TrafficTicketRecord.self))
        #expect(KindsScreen.card(view) == ["-", "-", "-", "", "", "", ""])
    }
}
