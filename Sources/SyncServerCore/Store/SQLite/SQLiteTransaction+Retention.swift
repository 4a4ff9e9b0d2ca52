internal import SQLiteKit

/// What has been kept for long enough.
extension SQLiteTransaction {
    func rowAges(after number: Int64, max: Int, _ body: (RowAge) throws -> Void) throws {
        try connection.statement(HotStatements.rowAges).use { statement in
            try statement.bind(1, number)
            try statement.bind(2, Int64(max))
            while try statement.step() {
                try body(
                    RowAge(
                        number: statement.int64(0), table: try knownName(statement.int64(1)),
                        asOf: statement.int64(2), isAlive: statement.int64(3) != 0))
            }
        }
    }

    /// The text of a name, or nil where it is missing.
    private func knownName(_ number: Int64) throws -> String? {
        do {
            return try name(number)
        } catch StoreFailure.inconsistent {
            return nil
        }
    }

    func deviceNumbers(after number: DeviceNumber, max: Int) throws -> [DeviceNumber] {
        var numbers: [DeviceNumber] = []
        try connection.statement("SELECT no FROM device WHERE no > ?1 ORDER BY no LIMIT ?2")
            .run(.integer(number), .integer(Int64(max))) { numbers.append($0.int64(0)) }
        return numbers
    }

    func heldPeople() throws -> Set<PersonNumber> {
        var people: Set<PersonNumber> = []
        try connection.statement(HotStatements.heldPeople).run { people.insert($0.int64(0)) }
        return people
    }

    func hold(_ person: PersonNumber, since milliseconds: Int64) throws {
        try connection.statement("UPDATE person SET held = ?2 WHERE no = ?1")
            .run(.integer(person), .integer(milliseconds))
    }

    func removeAudit(through number: Int64, max: Int) throws -> Int {
        try connection.statement(HotStatements.removeAudit)
            .run(.integer(number), .integer(Int64(max)))
        return connection.changes
    }

    func overwriteRemoved() throws {
        guard !overwritesRemoved else { return }
        overwritesRemoved = true
        try connection.overwriteFreedPages(true)
    }
}
