import SyncProtocol
import Testing

@testable import tangrat_qa

@Suite("A moved world")
struct WorldMoveTests {
    /// 20 November 2026, 09.00 in Thailand.
    static let recorded: Int64 = 1_795_140_000_000
    static let hour: Int64 = 3_600_000

    /// Minutes after the recorded moment, and the hours and days that are moved.
    static let moments: [(minutes: Int64, hours: Int64, days: Int)] = [
        (0, 0, 0), (1, 0, 0), (59, 0, 0), (60, 1, 0), (1_439, 23, 0), (1_440, 24, 1),
        (2_940, 49, 2), (-1, -1, -1), (-1_440, -24, -1), (-1_500, -25, -2),
    ]

    @Test("moves by whole hours and days, never beyond the moment", arguments: moments)
    func steps(minutes: Int64, hours: Int64, days: Int) {
        let moment = Self.recorded + minutes * 60_000
        let move = WorldMove(from: Self.recorded, to: moment)
        #expect(move.hours == hours)
        #expect(move.days == days)
        #expect(move.moved(Self.recorded) <= moment)
        #expect(moment - move.moved(Self.recorded) < Self.hour)
    }

    @Test("gives the same rows within an hour, and greater versions after it")
    func repeats() {
        let row = WorldRow(
            table: "bill", id: "b", agency: "pea", asOf: Self.recorded - 5, version: 56,
            body: ["due": "2026-11-23"])
        let moves = [90, 119, 120].map {
            WorldMove(from: Self.recorded, to: Self.recorded + $0 * 60_000).moved(row)
        }
        #expect(moves[0] == moves[1])
        #expect(moves[1].version < moves[2].version)
        #expect(row.version < moves[0].version)
        #expect(moves[2].asOf == row.asOf + 2 * Self.hour)
        #expect(WorldMove.none.moved(row) == row)
    }

    @Test(
        "moves days, months and moments in rows",
        arguments: [
            ("2026-11-23", "2026-12-03"),
            ("2026-11-23T23:59:59+07:00", "2026-12-03T23:59:59+07:00"),
            ("2026-10-18T15:32:25.000+07:00", "2026-10-28T15:32:25.000+07:00"),
            ("2026-10", "2026-10"), ("2024-02-20", "2024-03-01"),
            ("ครบกำหนดวันที่ 23 พ.ย. 2569", "ครบกำหนดวันที่ 3 ธ.ค. 2569"),
            ("ครบกำหนดวันที่ 23 พฤศจิกายน 2569 นี้", "ครบกำหนดวันที่ 3 ธันวาคม 2569 นี้"),
            ("due on 28 December 2026. See", "due on 7 January 2027. See"),
            (
                "The bill for October 2026 is due on 23 November 2026.",
                "The bill for October 2026 is due on 3 December 2026."
            ),
        ])
    func bodies(text: String, expected: String) {
        let move = WorldMove(from: Self.recorded, to: Self.recorded + 10 * 24 * Self.hour)
        #expect(move.moved(text: text) == expected)
    }

    @Test("moves a month when the middle of it has moved on")
    func months() {
        let move = WorldMove(from: Self.recorded, to: Self.recorded + 40 * 24 * Self.hour)
        #expect(move.moved(text: "2026-12") == "2027-01")
        #expect(move.moved(text: "งวดเดือนธันวาคม 2569") == "งวดเดือนมกราคม 2570")
        #expect(move.moved(text: "for December 2026") == "for January 2027")
    }

    @Test(
        "leaves what is no date as it was",
        arguments: [
            "", "-", "1999900101791", "u-1256506b", "sha256:2569-11", "2026-13-01", "2026-11-23x",
            "in May agencies", "พ.ศ. ๒๕๖๒", "31 กุมภาพันธ์ 2569", "stimulus-2569/1.2",
            "  two  spaces ",
        ])
    func untouched(text: String) {
        let move = WorldMove(from: Self.recorded, to: Self.recorded + 10 * 24 * Self.hour)
        #expect(move.moved(text: text) == text)
    }

    @Test("keeps births, and moves what stands beside them")
    func births() {
        let row = WorldRow(
            table: "profile", id: "p", agency: "dopa", asOf: 0, version: 1,
            body: [
                "child_dob": "2022-04-18", "dob": "1990-06-12", "dob_latest": "1940-03-31",
                "issued": ["2026-11-01", 7, nil, true],
            ])
        let move = WorldMove(from: Self.recorded, to: Self.recorded + 24 * Self.hour)
        #expect(
            move.moved(row).body == [
                "child_dob": "2022-04-18", "dob": "1990-06-12", "dob_latest": "1940-03-31",
                "issued": ["2026-11-02", 7, nil, true],
            ])
    }
}
