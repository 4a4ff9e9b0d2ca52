import Foundation
import SyncProtocol
import TestSupport
import Testing

@testable import SyncClientCore

@Suite("Limits")
struct LimitsTests {
    /// The cells of a row of the table of limits in the specification.
    private func limit(_ what: String) throws -> String {
        let text = try String(
            contentsOfFile: Repository.root + "/docs/protocol.md", encoding: .utf8)
        let row = text.split(separator: "\n").first { $0.hasPrefix("| \(what) |") }
        return String(try #require(row, "\(what)"))
    }

    @Test("bound an answer by what it inflates to, as the specification tells")
    func answer() throws {
        let text = String(
            decoding: try Repository.bytes(of: "docs/protocol.md"), as: UTF8.self)
        let mebibytes = Limits.responseBytesMax / 1_024 / 1_024
        #expect(text.contains("Of an answer this client takes \(mebibytes) MiB,"))
        #expect(Limits.pageBytesMax * 2 < Limits.responseBytesMax)
    }

    @Test("are those that the specification tells, and within what a server takes")
    func specification() throws {
        let mutations = try limit("mutations in a request")
        #expect(
            mutations.contains(
                "500 (this client sends \(Limits.pushMutationsMax) and "
                    + "\(Limits.pushBytesMax / 1_024) KiB at most)"))
        #expect(Limits.pushMutationsMax <= 500)
        #expect(try limit("body of `/v1/sync`").contains("1 MiB"))
        // One write may be larger than the batch, and still goes alone with its cursor.
        #expect(Limits.pushBytesMax + 4_096 <= 1_024 * 1_024)
        #expect(WriteRules.mutationBytesMax + 4_096 <= 1_024 * 1_024)
        #expect(try limit("page").contains("10,000 rows, 1 MiB of rows"))
        #expect(Limits.pageRowsMax <= 10_000 && Limits.pageBytesMax <= 1_024 * 1_024)
    }
}
