internal import CSQLite

extension Statement {
    /// Binds one value to each parameter, in order, copying text and bytes.
    ///
    /// - Precondition: There is one value for each parameter.
    package func bind(_ values: [SQLiteValue]) throws(SQLiteError) {
        precondition(values.count == parameterCount, "\(sql): \(values.count) values bound")
        for (index, value) in values.enumerated() {
            switch value {
            case .null: try bindNull(index + 1)
            case .integer(let number): try bind(index + 1, number)
            case .text(let text): try bind(index + 1, text)
            case .blob(let bytes): try bind(index + 1, bytes)
            }
        }
    }

    /// Binds a number.
    package func bind(_ index: Int, _ value: Int64) throws(SQLiteError) {
        guard !core.isClosed else { throw .closed }
        try check(sqlite3_bind_int64(handle, Int32(truncatingIfNeeded: index), value))
    }

    /// Binds a number, or `NULL` where there is none.
    package func bind(_ index: Int, _ value: Int64?) throws(SQLiteError) {
        guard let value else { return try bindNull(index) }
        try bind(index, value)
    }

    /// Binds `NULL`.
    package func bindNull(_ index: Int) throws(SQLiteError) {
        guard !core.isClosed else { throw .closed }
        try check(sqlite3_bind_null(handle, Int32(truncatingIfNeeded: index)))
    }

    /// Binds a copy of a string, or `NULL` where there is none.
    package func bind(_ index: Int, _ value: String?) throws(SQLiteError) {
        guard !core.isClosed else { throw .closed }
        guard var value else { return try bindNull(index) }
        let result = value.withUTF8 { text in
            bindText(index, UnsafeRawBufferPointer(text), Self.copying)
        }
        try check(result)
    }

    /// Binds a copy of an array of bytes, or `NULL` where there is none.
    package func bind(_ index: Int, _ value: [UInt8]?) throws(SQLiteError) {
        guard !core.isClosed else { throw .closed }
        guard let value else { return try bindNull(index) }
        try check(value.withUnsafeBytes { bindBytes(index, $0, Self.copying) })
    }

    /// Binds text in place; the bytes must stay valid until the reset.
    ///
    /// - Precondition: The bytes are valid UTF-8.
    package func bind(_ index: Int, text: UnsafeRawBufferPointer) throws(SQLiteError) {
        guard !core.isClosed else { throw .closed }
        try check(bindText(index, text, nil))
    }

    /// Binds bytes in place; they must stay valid until the reset.
    package func bindBlob(_ index: Int, _ bytes: UnsafeRawBufferPointer) throws(SQLiteError) {
        guard !core.isClosed else { throw .closed }
        try check(bindBytes(index, bytes, nil))
    }

    /// Tells SQLite to copy the bytes before the call returns.
    private static var copying: sqlite3_destructor_type {
        // unsafeBitCast: C defines SQLITE_TRANSIENT as the function at address -1, never called.
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    private func bindText(
        _ index: Int, _ text: UnsafeRawBufferPointer, _ destructor: sqlite3_destructor_type?
    ) -> Int32 {
        let index = Int32(truncatingIfNeeded: index)
        // Empty text may have no address, and a null pointer would bind NULL.
        guard let start = text.baseAddress, !text.isEmpty else {
            return sqlite3_bind_text(handle, index, "", 0, Self.copying)
        }
        return sqlite3_bind_text64(
            handle, index, start.assumingMemoryBound(to: CChar.self), UInt64(text.count),
            destructor, UInt8(SQLITE_UTF8))
    }

    private func bindBytes(
        _ index: Int, _ bytes: UnsafeRawBufferPointer, _ destructor: sqlite3_destructor_type?
    ) -> Int32 {
        let index = Int32(truncatingIfNeeded: index)
        guard let start = bytes.baseAddress, !bytes.isEmpty else {
            return sqlite3_bind_zeroblob(handle, index, 0)
        }
        return sqlite3_bind_blob64(handle, index, start, UInt64(bytes.count), destructor)
    }

    private func check(_ result: Int32) throws(SQLiteError) {
        guard result != SQLITE_OK else { return }
        throw SQLiteError(code: result, sql: sql)
    }
}
