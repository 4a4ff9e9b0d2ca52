internal import CrashPoints

/// One numbered step from a schema to the next.
package struct Migration: Sendable {
    /// What it does, for a log.
    package let name: String

    let body: @Sendable (Connection) throws -> Void

    /// A step made of SQL.
    package init(_ name: String, sql: String) {
        self.name = name
        self.body = { try $0.execute(sql) }
    }

    /// A step made of code, which must not begin or end transactions.
    package init(_ name: String, body: @escaping @Sendable (Connection) throws -> Void) {
        self.name = name
        self.body = body
    }
}

/// All steps to the newest schema, the first taking an empty file to version one.
///
/// Each step and its number are one transaction, so a process that dies between
/// steps, or in one, goes on from there the next time. A file that a newer
/// program wrote, or another program, is refused before anything changes.
package struct Migrations: Sendable {
    /// What marks the files of this program.
    package let identity: DatabaseIdentity

    private let steps: [Migration]

    /// The steps in order; the position of each is its number.
    ///
    /// - Parameters:
    ///   - applicationID: The mark of the program's files, which is not zero.
    ///   - steps: Never changed once released, only added to.
    package init(applicationID: Int32, _ steps: [Migration]) {
        precondition(applicationID != 0, "zero marks no program")
        identity = DatabaseIdentity(applicationID: applicationID, versionMax: Int64(steps.count))
        self.steps = steps
    }

    /// The steps up to a version, as an earlier version of the program had them.
    package func upTo(_ version: Int64) -> Migrations {
        Migrations(applicationID: identity.applicationID, Array(steps.prefix(Int(version))))
    }

    /// Takes the file to the newest schema.
    ///
    /// - Returns: The names of the steps taken, none where it was up to date.
    @discardableResult
    package func apply(to connection: Connection) throws -> [String] {
        try connection.check(identity)
        var taken: [String] = []
        while try version(of: connection) < identity.versionMax {
            let name = try connection.transaction(.immediate) { connection -> String? in
                // Read again under the lock: another process may have been faster.
                try connection.check(identity)
                let version = try version(of: connection)
                guard version < identity.versionMax else { return nil }
                let step = steps[Int(version)]
                try step.body(connection)
                _ = try connection.pragma("user_version=\(version + 1)")
                if version == 0 {
                    _ = try connection.pragma("application_id=\(identity.applicationID)")
                }
                CrashPoint.migrationBeforeCommit.reach()
                return step.name
            }
            CrashPoint.migrationAfter.reach()
            if let name { taken.append(name) }
        }
        return taken
    }

    private func version(of connection: Connection) throws -> Int64 {
        Int64(try connection.pragma("user_version")) ?? 0
    }
}
