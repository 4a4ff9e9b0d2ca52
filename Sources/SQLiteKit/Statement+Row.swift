internal import CSQLite

/// Reading of the current row, by the number of the column.
///
/// Everything lent is valid until the next step or reset.
extension Statement {
    /// Whether the column is `NULL`.
    package func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(open, Int32(truncatingIfNeeded: column)) == SQLITE_NULL
    }

    /// The number in a column, or zero where it is `NULL`.
    package func int64(_ column: Int) -> Int64 {
        sqlite3_column_int64(open, Int32(truncatingIfNeeded: column))
    }

    /// The number in a column, or nothing where it is `NULL`.
    package func optionalInt64(_ column: Int) -> Int64? {
        isNull(column) ? nil : int64(column)
    }

    /// The UTF-8 bytes of a column where they lie, none where it is `NULL`.
    package func textInPlace(_ column: Int) -> UnsafeRawBufferPointer {
        let column = Int32(truncatingIfNeeded: column)
        // SQLite converts in place, so the pointer comes before the length.
        let start = sqlite3_column_text(open, column)
        let count = Int(sqlite3_column_bytes(handle, column))
        return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
    }

    /// The bytes of a column where they lie, none where it is `NULL`.
    package func blobInPlace(_ column: Int) -> UnsafeRawBufferPointer {
        let column = Int32(truncatingIfNeeded: column)
        let start = sqlite3_column_blob(open, column)
        let count = Int(sqlite3_column_bytes(handle, column))
        return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
    }

    /// Lends the UTF-8 bytes of a column, none where it is `NULL`.
    package func withText<T>(
        _ column: Int, _ body: (UnsafeRawBufferPointer) throws -> T
    ) rethrows -> T {
        try body(textInPlace(column))
    }

    /// Lends the bytes of a column, none where it is `NULL`.
    package func withBlob<T>(
        _ column: Int, _ body: (UnsafeRawBufferPointer) throws -> T
    ) rethrows -> T {
        try body(blobInPlace(column))
    }

    /// The text of a column, or an empty string where it is `NULL`.
    package func text(_ column: Int) -> String {
        withText(column) { String(decoding: $0, as: UTF8.self) }
    }

    /// The text of a column, or nothing where it is `NULL`.
    package func optionalText(_ column: Int) -> String? {
        isNull(column) ? nil : text(column)
    }

    /// The bytes of a column, none where it is `NULL`.
    package func blob(_ column: Int) -> [UInt8] {
        withBlob(column) { [UInt8]($0) }
    }

    /// The bytes of a column, or nothing where it is `NULL`.
    package func optionalBlob(_ column: Int) -> [UInt8]? {
        isNull(column) ? nil : blob(column)
    }

    /// The handle, after making sure that it still exists.
    private var open: OpaquePointer {
        precondition(!core.isClosed, "a row was read after its connection was closed")
        return handle
    }
}
