import SyncProtocol
import Testing

@testable import CitizenData

@Suite("QR matrices")
struct QRMatrixTests {
    struct Golden: Sendable, CustomTestStringConvertible {
        let text: String
        let level: QRMatrix.Level
        let mask: Int
        let version: Int
        let rows: [String]

        var testDescription: String { "version \(version), \(level), mask \(mask)" }

        static func all() throws -> [Golden] {
            let items = try #require(Project.json("Tests/Vectors/qr-matrix.json").items)
            return try items.map { item in
                Golden(
                    text: try #require(item["text"]?.text),
                    level: item["level"]?.text == "L" ? .low : .medium,
                    mask: Int(try #require(item["mask"]?.intValue)),
                    version: Int(try #require(item["version"]?.intValue)),
                    rows: (item["rows"]?.items ?? []).compactMap(\.text))
            }
        }
    }

    /// A row as in the golden file: a one in front, then its modules, in hex.
    private func row(_ matrix: QRMatrix, _ index: Int) -> String {
        var digits: [Int] = [1]
        for column in 0..<matrix.size { digits.append(matrix[index, column] ? 1 : 0) }
        while digits.count % 4 != 0 { digits.insert(0, at: 0) }
        return stride(from: 0, to: digits.count, by: 4).map { start in
            String(digits[start..<start + 4].reduce(0) { $0 * 2 + $1 }, radix: 16)
        }.joined()
    }

    @Test("are those of another program, module for module", arguments: try Golden.all())
    func golden(golden: Golden) throws {
        let matrix = try #require(
            QRMatrix(bytes: Array(golden.text.utf8), level: golden.level, mask: golden.mask))
        #expect(matrix.version == golden.version)
        #expect((0..<matrix.size).map { row(matrix, $0) } == golden.rows)
    }

    @Test("take the mask with the least penalty", arguments: try Golden.all())
    func mask(golden: Golden) throws {
        let bytes = Array(golden.text.utf8)
        let best = try #require(QRMatrix(bytes: bytes, level: golden.level))
        let penalties = (0..<8).compactMap {
            QRMatrix(bytes: bytes, level: golden.level, mask: $0)?.penalty
        }
        #expect(penalties.count == 8)
        #expect(best.penalty == penalties.min())
    }

    @Test("say nothing rather than cut what does not fit")
    func tooLong() {
        #expect(QRMatrix(bytes: Array(repeating: 0x41, count: 858), level: .low)?.version == 20)
        #expect(QRMatrix(bytes: Array(repeating: 0x41, count: 859), level: .low) == nil)
        #expect(QRMatrix(bytes: [], level: .medium)?.version == 1)
    }
}
