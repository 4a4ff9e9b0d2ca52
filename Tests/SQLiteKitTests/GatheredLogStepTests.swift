import CSQLite
import Testing

@testable import SQLiteKit

/// Goal: what a COMMIT that failed has left reaches the log neither before nor in the next one.
///
/// Method: a file below that takes note of what it gets, and the calls that SQLite makes.
@Suite("The log below a commit")
struct GatheredLogStepTests {
    private final class Notes {
        var writes: [String] = []
    }

    private struct Below {
        var base: sqlite3_file
        var notes: Unmanaged<Notes>
    }

    /// Calls `body` with a log, the number of its commit, and what the file below has got.
    private func withLog(
        _ body: (inout GatheredLog, UnsafeMutablePointer<UInt64>, Notes) -> Void
    ) {
        var methods = sqlite3_io_methods()
        methods.xWrite = { file, bytes, count, offset in
            let letters = UnsafeRawBufferPointer(start: bytes, count: Int(count))
            let text = String(decoding: letters.filter { $0 >= 97 }, as: UTF8.self)
            file?.withMemoryRebound(to: Below.self, capacity: 1) { below in
                below.pointee.notes.takeUnretainedValue().writes.append("\(offset):\(text)")
            }
            return SQLITE_OK
        }
        let notes = Notes()
        var commit: UInt64 = 0
        withUnsafePointer(to: methods) { methods in
            var below = Below(
                base: sqlite3_file(pMethods: methods), notes: Unmanaged.passUnretained(notes))
            withUnsafeMutablePointer(to: &below) { below in
                below.withMemoryRebound(to: sqlite3_file.self, capacity: 1) { file in
                    withUnsafeMutablePointer(to: &commit) { commit in
                        var log = GatheredLog(file, commit: commit)
                        body(&log, commit, notes)
                    }
                }
            }
        }
        withExtendedLifetime(notes) {}
    }

    /// Writes a frame: a header, and a page of one letter.
    private func frame(
        _ letter: Character, _ log: inout GatheredLog, at offset: Int64, isLast: Bool = false
    ) {
        var header = [UInt8](repeating: 0, count: 24)
        header[7] = isLast ? 1 : 0
        let page = [letter.asciiValue ?? 0]
        #expect(header.withUnsafeBytes { log.write($0, at: offset) } == SQLITE_OK)
        #expect(page.withUnsafeBytes { log.write($0, at: offset + 24) } == SQLITE_OK)
    }

    @Test("gets a commit at once, and everything else as it comes")
    func pieces() {
        withLog { log, commit, notes in
            frame("a", &log, at: 0)
            frame("b", &log, at: 25)
            #expect(notes.writes == ["0:", "24:a", "25:", "49:b"])
            commit.pointee = 1
            frame("c", &log, at: 50)
            frame("d", &log, at: 75)
            #expect(notes.writes.count == 4)
            frame("e", &log, at: 100, isLast: true)
            #expect(notes.writes.dropFirst(4) == ["50:cde"])
            // What follows fills a sector up.
            frame("e", &log, at: 125)
            #expect(notes.writes.dropFirst(5) == ["125:", "149:e"])
        }
    }

    @Test("never gets what a failed commit has left", arguments: [true, false])
    func leftovers(asksBetween: Bool) {
        withLog { log, commit, notes in
            frame("a", &log, at: 0)
            commit.pointee = 1
            frame("b", &log, at: 25)
            // It fails of itself; another process writes its own frames from 25 on.
            commit.pointee = 0
            if asksBetween { #expect(log.settle() == SQLITE_OK) }
            commit.pointee = 2
            frame("x", &log, at: 100)
            frame("y", &log, at: 125, isLast: true)
            #expect(notes.writes == ["0:", "24:a", "100:", "124:xy"])
        }
    }

    /// The next transaction begins where the last gathered byte ends.
    @Test("never gets it behind what follows it either")
    func following() {
        withLog { log, commit, notes in
            frame("a", &log, at: 0)
            commit.pointee = 1
            frame("b", &log, at: 25)
            commit.pointee = 2
            frame("x", &log, at: 50)
            frame("y", &log, at: 75, isLast: true)
            #expect(notes.writes == ["0:", "24:a", "50:", "74:xy"])
        }
    }
}
