import CSQLite
import Foundation
import TestSupport

@testable import SQLiteKit

/// What a kill would leave of a database at many moments of some work.
///
/// SQLite calls back after so many steps of its virtual machine, in the middle of
/// statements. The files are copied then, as the kernel would keep them for a
/// process that is killed.
final class KilledCopies {
    private let path: String
    private let folder: TemporaryDirectory
    private(set) var copies: [String] = []

    init(of path: String) throws {
        self.path = path
        folder = try TemporaryDirectory()
    }

    /// Runs work, copying at each so many steps.
    func run(every steps: Int32, _ connection: Connection, _ work: () throws -> Void) throws {
        sqlite3_progress_handler(
            connection.core.handle, steps,
            { context in
                guard let context else { return 0 }
                Unmanaged<KilledCopies>.fromOpaque(context).takeUnretainedValue().copy()
                return 0
            }, Unmanaged.passUnretained(self).toOpaque())
        defer { sqlite3_progress_handler(connection.core.handle, 0, nil, nil) }
        try work()
        copy()
    }

    private func copy() {
        let target = folder.file("copy-\(copies.count)")
        for end in ["", "-wal"] {
            // A log that does not exist yet is none to copy.
            try? FileManager.default.copyItem(atPath: path + end, toPath: target + end)
        }
        copies.append(target)
    }
}
