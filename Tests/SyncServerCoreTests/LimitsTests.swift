import HTTPWire
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// The table of limits in the specification, word for word from the values.
@Suite("The server's limits")
struct LimitsTests {
    private static let limits = Limits()
    private static let http = HTTPLimits()

    /// `12000` as `12,000`.
    private static func grouped(_ number: some BinaryInteger) -> String {
        var digits = Array("\(number)")
        for place in stride(from: digits.count - 3, to: 0, by: -3) {
            digits.insert(",", at: place)
        }
        return String(digits)
    }

    private static func size(_ bytes: Int) -> String {
        bytes % (1 << 20) == 0 ? "\(bytes >> 20) MiB" : "\(bytes >> 10) KiB"
    }

    private static let rows: [String: String] = [
        "body of `/v1/sync`": size(limits.syncBodyBytesMax),
        "mutations in a request": "\(limits.mutationsMax) (",
        "outcomes in a page":
            "\(grouped(OutcomeRecord.answerMax)), each with a detail of "
            + "\(PushMachine.detailBytesMax) bytes",
        "operations in a mutation":
            "\(WriteRules.operationsMax); dots in an operation \(grouped(WriteRules.dotsMax)); "
            + "value depth \(WriteRules.valueDepthMax)",
        "frame":
            "\(size(BinaryFrames.frameBytesMax)); a JSON line \(size(JSONFrameReader.lineBytesMax))",
        "page": "\(grouped(limits.pageRowsMax)) rows, \(size(limits.pageBytesMax)) of rows",
        "cursor": "\(Cursor.entriesMax) buckets, \(grouped(Cursor.bytesMax)) bytes",
        "claims in a request for repair":
            "\(grouped(limits.claimsMax)); rows in a bucket that can be repaired "
            + "\(grouped(limits.reconcileRowsMax))",
        "body of a row":
            "\(size(limits.recordBytesMax)); of a submission "
            + "\(size(WriteRules.submissionBytesMax))",
        "rows and tombstones of a citizen's bucket, to add to it":
            "\(grouped(limits.citizenRowsMax)); `rows_too_many`",
        "feed line": "\(size(limits.feedLineBytesMax)); the feed itself has no limit",
        "bodies of forms": size(limits.smallBodyBytesMax),
        "mutations in an answer of `/v1/devices/replace`": grouped(OutcomeRecord.answerMax),
        "request head":
            "\(size(http.wire.headBytesMax)), \(http.wire.fieldsMax) fields, "
            + "\(size(http.wire.lineBytesMax)) a line",
        "time for a head":
            "\(http.headMillisecondsMax / 1_000) s; a body slower than "
            + "\(http.bodyBytesPerSecondMin) bytes/s after "
            + "\(http.bodyGraceMilliseconds / 1_000) s is ended",
        "connections":
            "\(grouped(http.connectionsMax)), and \(http.connectionsPerAddressMax) from one address "
            + "that is not local",
        "idle connection": "\(http.idleMillisecondsMax / 1_000) s",
        "live streams of a device":
            "\(limits.watchersPerDeviceMax); one more ends the oldest",
        "sign-ins that wait":
            "\(grouped(limits.pendingSignInsMax)), of one network "
            + "\(limits.pendingSignInsPerNetworkMax)",
        "jobs that wait for the writer": grouped(limits.writerQueueMax),
    ]

    /// The rows of the section, by what they limit.
    private func specified() throws -> [String: String] {
        let text = String(decoding: try Repository.bytes(of: "docs/protocol.md"), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasSuffix(". Limits") })
        var rows: [String: String] = [:]
        for line in lines[(start + 1)...].prefix(while: { !$0.hasPrefix("## ") }) {
            let cells = line.split(separator: "|").map { $0.drop { $0 == " " } }
            guard cells.count == 2, cells[0] != "What ", !cells[0].hasPrefix("---") else {
                continue
            }
            rows[String(cells[0].dropLast())] = String(cells[1].dropLast())
        }
        return rows
    }

    @Test("are those that the specification tells")
    func specification() throws {
        let specified = try specified()
        #expect(Set(specified.keys) == Set(Self.rows.keys))
        for (what, limit) in Self.rows {
            let says = specified[what] ?? ""
            // What stands in brackets is the client's.
            #expect(
                limit.hasSuffix("(") ? says.hasPrefix(limit) : says == limit, "\(what): \(says)")
        }
        #expect(limitsAgree)
    }

    /// A row that a feed or a write may hold fits into what carries it.
    private var limitsAgree: Bool {
        Self.limits.recordBytesMax == WriteRules.rowBytesMax
            && Self.limits.recordBytesMax < Self.limits.feedLineBytesMax
            && Self.limits.recordBytesMax < BinaryFrames.frameBytesMax
    }
}
