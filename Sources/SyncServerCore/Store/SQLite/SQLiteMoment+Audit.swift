internal import SQLiteKit
internal import SyncProtocol

/// The audit chain in the file: one row for each entry.
extension SQLiteMoment {
    func auditRecords(after number: Int64, _ body: (AuditRecord) throws -> Bool) throws {
        try connection.statement(HotStatements.auditAfter).use { statement in
            try statement.bind(1, number)
            while try statement.step() {
                let record = AuditRecord(
                    number: statement.int64(0), entry: statement.blob(1),
                    link: try Self.link(statement, 2))
                guard try body(record) else { return }
            }
        }
    }

    func auditHead() throws -> AuditHead {
        try connection.statement(HotStatements.auditHead).use { statement in
            guard try statement.step() else { return .start }
            return AuditHead(number: statement.int64(0), link: try Self.link(statement, 1))
        }
    }

    func auditCut() throws -> AuditCut? {
        let text = try connection.statement("SELECT value FROM value WHERE name = ?1")
            .first(.text(AuditCut.place)) { String(decoding: $0.blob(0), as: UTF8.self) }
        guard let text else { return nil }
        guard let cut = AuditCut(text: text) else {
            throw StoreFailure.inconsistent("where the audit chain was cut cannot be read")
        }
        return cut
    }

    private static func link(_ row: Statement, _ column: Int) throws -> Digest32 {
        guard let link = Digest32(row.blobInPlace(column)) else {
            throw StoreFailure.inconsistent("a link of the audit chain has a wrong length")
        }
        return link
    }
}

extension SQLiteTransaction {
    func append(_ record: AuditRecord) throws {
        try connection.statement(HotStatements.appendAudit).use { statement in
            try statement.bind(1, record.number)
            try record.link.withBytes { bytes in
                try statement.bindBlob(3, bytes)
                try record.entry.withUnsafeBytes { entry in
                    try statement.bindBlob(2, entry)
                    _ = try statement.step()
                }
            }
        }
    }
}
