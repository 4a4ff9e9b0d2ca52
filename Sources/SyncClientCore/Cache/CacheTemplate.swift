internal import SQLiteKit

/// Lays the tables of a cache out before any account has it.
package enum CacheTemplate {
    /// Makes a cache without an account.
    ///
    /// - Parameters:
    ///   - path: The file, which must not be there.
    ///   - vfs: The SQLite file system that it is made on.
    /// - Throws: What SQLite says.
    package static func layOut(_ path: String, vfs: String) throws {
        var options = ConnectionOptions(.readWriteCreate)
        options.secureDelete = .on
        options.vfs = vfs
        let connection = try Connection(path: path, options: options)
        defer { connection.close() }
        try CacheSchema.migrations.apply(to: connection)
        _ = try connection.checkpoint(.truncate)
    }
}
