import Foundation
import TestSupport
import Testing

/// The list of planted bugs, which `Scripts/hunt` puts into a copy of the tree.
@Suite("The list of planted bugs")
struct PlantedTests {
    private struct Block {
        var bug: Int
        var path: String
        var before: String
    }

    private static let bugs = "Tests/SimulationTests/Planted/bugs.txt"
    /// What `Scripts/bench --guards` takes away; the same form.
    private static let guards = "Benchmarks/guards.txt"

    private func text(_ path: String = bugs) throws -> String {
        String(decoding: try Repository.bytes(of: path), as: UTF8.self)
    }

    private func blocks(of path: String = bugs) throws -> [Block] {
        var found: [Block] = []
        for part in try text(path).components(separatedBy: "\n=== ").dropFirst() {
            let bug = try #require(Int(part.prefix { $0 != " " }), "\(part.prefix(40))")
            for block in part.components(separatedBy: "\nfile ").dropFirst() {
                let path = String(block.prefix { $0 != "\n" })
                let pieces = block.components(separatedBy: "\n--- ")
                try #require(
                    pieces.count == 4 && pieces[3].hasPrefix("end"), "bug \(bug) in \(path)")
                found.append(Block(bug: bug, path: path, before: String(pieces[1].dropFirst(3))))
            }
        }
        return found
    }

    @Test("has thirty and more of them, each with a number of its own")
    func count() throws {
        let numbers = try text().components(separatedBy: "\n=== ").dropFirst()
            .compactMap { Int($0.prefix { $0 != " " }) }
        #expect(numbers.count >= 30)
        #expect(Set(numbers).count == numbers.count)
        #expect(Set(try blocks().map(\.bug)) == Set(numbers))
    }

    @Test("names places that are in the tree, each of them once", arguments: [bugs, guards])
    func places(path: String) throws {
        for block in try blocks(of: path) {
            let source = String(decoding: try Repository.bytes(of: block.path), as: UTF8.self)
            let count = source.components(separatedBy: block.before + "\n").count - 1
            #expect(count == 1, "bug \(block.bug): its text stands \(count) times in \(block.path)")
        }
    }

    /// Goal: nobody reads of a bug that is not planted, or misses one that is.
    @Test("is the table of the document, row by row")
    func table() throws {
        let listed = try text().components(separatedBy: "\n=== ").dropFirst().map { part in
            let title = String(part.prefix { $0 != "\n" })
            return title.replacing(" ", with: " | ", maxReplacements: 1)
        }
        let lines = try text("docs/testing.md").components(separatedBy: "\n")
        let head = try #require(lines.firstIndex { $0.hasPrefix("| Bug | What |") })
        let rows = lines[(head + 2)...].prefix { $0.hasPrefix("| ") }
        let cells = rows.map { $0.components(separatedBy: " | ") }
        #expect(
            cells.map { $0.prefix(2).joined(separator: " | ").dropFirst(2) }
                == listed.map { $0[...] })
        for row in cells {
            #expect(row.count == 5, "\(row)")
            #expect(row.allSatisfy { !$0.isEmpty && $0 != "–" }, "\(row)")
            // Measured, and within what the hunt allows.
            let seconds = try #require(Double(row[3]), "\(row)")
            #expect(seconds <= 60, "\(row)")
        }
    }

    /// Goal: no build of the product can have a planted bug in it.
    ///
    /// The bugs are in no source file, behind no switch: there is nothing to turn on.
    @Test("is nowhere in the product's sources")
    func absent() throws {
        for path in Repository.files(under: "Sources") where path.hasSuffix(".swift") {
            let source = String(decoding: try Repository.bytes(of: path), as: UTF8.self)
            #expect(!source.contains("Planted."), "\(path)")
        }
    }
}
