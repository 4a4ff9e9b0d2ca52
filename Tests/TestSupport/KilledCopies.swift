internal import CSQLite
internal import Foundation

/// What a kill would leave of a database at many moments of some work.
///
/// SQLite calls back after so many steps of its virtual machine, in the middle of
/// statements. The files are copied then, as the kernel would keep them for a
/// process that is killed.
package final class KilledCopies {
    private let path: String
    private let folder: TemporaryDirectory
    /// The copies, in the order in which they were made.
    package private(set) var copies: [String] = []

    /// Begins with no copies.
    ///
    /// - Parameter path: The database.
    /// - Throws: What making a directory throws.
    package init(of path: String) throws {
        self.path = path
        folder = try TemporaryDirectory()
    }

    /// Runs work, copying at each so many steps.
    ///
    /// - Parameters:
    ///   - steps: Steps of SQLite's machine between two copies.
    ///   - handle: The connection that works.
    ///   - work: What it does.
    /// - Throws: What the work throws.
    package func run(
        every steps: Int32, _ handle: OpaquePointer?, _ work: () throws -> Void
    ) throws {
        sqlite3_progress_handler(
            handle, steps,
            { context in
                guard let context else { return 0 }
                Unmanaged<KilledCopies>.fromOpaque(context).takeUnretainedValue().copy()
                return 0
            }, Unmanaged.passUnretained(self).toOpaque())
        defer { sqlite3_progress_handler(handle, 0, nil, nil) }
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
