extension Connection {
    /// Overwrites every page that is free, so that nothing removed can be read there.
    ///
    /// Pages that were freed with ``ConnectionOptions/SecureDelete/fast`` keep what
    /// was on them until they are used again. So all are used once, for zeros, and
    /// given back as zeros.
    ///
    /// - Throws: ``SQLiteError``; nothing has changed then.
    /// - Precondition: This is the writing connection, outside of a transaction.
    /// - Complexity: Writes every free page to the log.
    package func scrubFreePages() throws {
        precondition(isWriter, "only the writing connection changes the file")
        let before = ConnectionOptions.SecureDelete(rawValue: try pragma("secure_delete"))
        // Written as words: any number but 0 is taken as "on".
        _ = try pragma("secure_delete=\(ConnectionOptions.SecureDelete.on)")
        defer { _ = try? pragma("secure_delete=\(before ?? .fast)") }
        try transaction(.immediate) { connection in
            try connection.execute("CREATE TABLE scrub(zeros BLOB NOT NULL) STRICT")
            while let free = Int64(try connection.pragma("freelist_count")), free > 0 {
                // A page of a long value holds 4 bytes less than a page has.
                let pages = min(free, Self.scrubbedPages)
                try connection.run(
                    "INSERT INTO scrub(zeros) VALUES (zeroblob(?1))", .integer(pages * 4_092))
            }
            try connection.execute("DROP TABLE scrub")
        }
    }

    /// Overwrites, from now on, also pages that become free, or goes back to the usual.
    ///
    /// - Parameter isOn: Whether to; otherwise what is removed is overwritten inside
    ///   pages that stay in use alone.
    /// - Throws: ``SQLiteError``.
    package func overwriteFreedPages(_ isOn: Bool) throws(SQLiteError) {
        _ = try pragma("secure_delete=\(isOn ? ConnectionOptions.SecureDelete.on : .fast)")
    }

    /// Pages filled by one row: 1 MiB.
    private static let scrubbedPages: Int64 = 256
}
