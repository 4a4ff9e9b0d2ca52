extension Connection {
    /// How a transaction begins.
    package enum TransactionKind: Sendable {
        /// Takes the write lock at once, so that it cannot fail half way.
        case immediate
        /// Reads one snapshot.
        case deferred
    }

    /// Runs `body` in a transaction: committed on return, rolled back on error.
    ///
    /// - Precondition: No transaction is open.
    package func transaction<T>(
        _ kind: TransactionKind, _ body: (Connection) throws -> T
    ) throws -> T {
        try begin(kind)
        do {
            let result = try body(self)
            try commit()
            return result
        } catch {
            rollback()
            throw error
        }
    }

    /// Begins a transaction for a caller that groups the work of many.
    ///
    /// - Precondition: No transaction is open.
    package func begin(_ kind: TransactionKind) throws(SQLiteError) {
        precondition(!isInTransaction, "a transaction is open already")
        switch kind {
        case .immediate: try runOnce("BEGIN IMMEDIATE")
        case .deferred: try runOnce("BEGIN DEFERRED")
        }
    }

    /// Commits; when this returns, the changes are on the disk.
    package func commit() throws(SQLiteError) {
        guard let gathering = core.gathering else { return try runOnce("COMMIT") }
        try gathering.committing { () throws(SQLiteError) in try runOnce("COMMIT") }
    }

    /// Undoes the open transaction; without one it does nothing.
    package func rollback() {
        // SQLite may have rolled back by itself, for instance on a full disk.
        guard isInTransaction else { return }
        try? runOnce("ROLLBACK")
    }

    /// Runs `body` as a part of the open transaction that can be undone alone.
    ///
    /// - Precondition: A transaction is open.
    package func savepoint<T>(_ body: (Connection) throws -> T) throws -> T {
        precondition(isInTransaction, "a savepoint needs a transaction")
        try runOnce("SAVEPOINT part")
        do {
            let result = try body(self)
            try runOnce("RELEASE part")
            return result
        } catch {
            if isInTransaction {
                try runOnce("ROLLBACK TO part")
                try runOnce("RELEASE part")
            }
            throw error
        }
    }

    private func runOnce(_ sql: StaticString) throws(SQLiteError) {
        let statement = try statement(sql)
        defer { statement.reset() }
        _ = try statement.step()
    }
}
