internal import CSQLite

/// The SQLite library this process runs with.
package enum SQLiteLibrary {
    /// Its version, such as `3.40.1`.
    package static var version: String { String(cString: sqlite3_libversion()) }

    /// Its version as one number, such as 3040001.
    package static var versionNumber: Int { Int(sqlite3_libversion_number()) }

    /// Whether two writers or checkpointers can damage the log in this version.
    package static var hasWALResetBug: Bool { hasWALResetBug(versionNumber) }

    /// Whether a version has the fault that was repaired in 3.51.3.
    ///
    /// It came with the log in 3.7.0; 3.44.6 and 3.50.7 have the repair too.
    package static func hasWALResetBug(_ number: Int) -> Bool {
        // WORKAROUND(docs/workarounds.md#1)
        switch number {
        case ..<3_007_000: false
        case 3_044_006..<3_045_000: false
        case 3_050_007..<3_051_000: false
        default: number < 3_051_003
        }
    }

    /// What to say at start about this version, if anything.
    package static var notice: String? {
        guard hasWALResetBug else { return nil }
        return "SQLite \(version) can lose transactions when two connections write or "
            + "checkpoint one file (repaired in 3.51.3). This program keeps to one writer "
            + "for each file; do not write to its files with other programs while it runs."
    }
}
