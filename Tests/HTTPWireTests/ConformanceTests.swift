import HTTPWire
import TestSupport
import Testing

/// Goal: each message means one thing, however it arrives and whatever follows it.
///
/// Method: the table is `Tests/Vectors/http.json`. Each row is fed whole, cut in
/// two at every byte, byte by byte, and with another request behind it, which
/// must be answered behind a good message and never behind a bad one.
@Suite("HTTP conformance and attack table")
struct ConformanceTests {
    static let rows = HTTPVector.all

    @Test("has a row for each class")
    func classes() {
        let classes = Set(Self.rows.map { $0.id.prefix { $0 != "-" } })
        #expect(Self.rows.count > 400)
        #expect(classes.count > 85, "\(classes.count) classes")
        #expect(Set(Self.rows.map(\.id)).count == Self.rows.count)
    }

    @Test("takes and refuses what the table says", arguments: rows)
    func whole(row: HTTPVector) {
        let run = MachineRun(row.input, ends: row.ends)
        #expect(run.answers.count == row.accepted + (row.rejection == nil ? 0 : 1))
        #expect(run.answers.prefix(row.accepted).allSatisfy { $0.hasPrefix("200 ") })
        #expect(run.rejection.map { Int($0.status) } == row.rejection)
        #expect(run.rejection.map { "\($0.code)" } == row.code)
        if row.rejection == nil {
            #expect(run.isClosed == (row.closes || row.ends))
            if let path = row.path { #expect(run.answers.last == "200 \(path)") }
            if let body = row.body { #expect(run.bodies.last == body) }
        } else {
            #expect(run.isClosed)
        }
    }

    @Test("answers what follows a good message, and never what follows a bad one", arguments: rows)
    func followed(row: HTTPVector) {
        guard !row.ends else { return }
        let alone = MachineRun(row.input)
        let followed = MachineRun(row.input + HTTPVector.smuggled)
        if row.rejection == nil, !row.closes {
            #expect(followed.answers == alone.answers + ["200 /smuggled"])
        } else {
            #expect(followed == alone)
        }
    }

    @Test("means the same however it is split", arguments: rows)
    func split(row: HTTPVector) {
        let payload = row.ends ? row.input : row.input + HTTPVector.smuggled
        let expected = MachineRun(payload, ends: row.ends)
        for place in Self.places(payload.count) {
            #expect(
                MachineRun(payload, split: place, ends: row.ends) == expected, "split at \(place)")
        }
        if payload.count < 20_000 {
            #expect(MachineRun(payload, split: -1, ends: row.ends) == expected)
        }
    }

    @Test("is never taken for whole when it is cut short", arguments: rows)
    func cut(row: HTTPVector) {
        guard row.rejection == nil, row.accepted == 1, !row.input.starts(with: [13]) else { return }
        for place in Self.places(row.input.count) where place > 0 && place < row.input.count {
            let run = MachineRun(Array(row.input[..<place]), ends: true)
            #expect(run.isClosed)
            #expect(run.rejection?.status == 400, "cut at \(place)")
        }
    }

    /// Every place of a short message; the ends and some between of a long one.
    static func places(_ count: Int) -> [Int] {
        guard count > 1_500 else { return Array(0...count) }
        let step = max(1, count / 100)
        return Array(0...200) + Array(stride(from: 201, to: count - 200, by: step))
            + Array(count - 200...count)
    }
}
