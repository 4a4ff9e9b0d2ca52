internal import SQLiteKit

/// How the store's file is opened; durability is not an option.
package struct StoreOptions: Sendable {
    /// The SQLite file system to use, for simulated disks; nothing for the real one.
    let vfs: String?

    /// Reads and replaces what stands beside it.
    var files: SmallFiles

    /// How long the log may become.
    var checkpoints = CheckpointMachine.Policy()

    /// Called before each part of a check or copy of the whole store, on its thread.
    var longReadPart: @Sendable () -> Void = {}

    /// The options of the product.
    package init() {
        vfs = nil
        files = .real
    }

    /// The options of a simulation.
    ///
    /// - Parameters:
    ///   - vfs: The file system.
    ///   - files: The files on the same disk.
    ///   - logPages: How much the log grows between two checkpoints, in pages.
    package init(vfs: String, files: SmallFiles, logPages: Int) {
        self.vfs = vfs
        self.files = files
        checkpoints.passivePages = logPages
        checkpoints.restartPages = 4 * logPages
    }
}

/// Small files beside the store, each read and replaced as a whole.
package struct SmallFiles: Sendable {
    /// Gives the bytes of a file, or nil where there is none.
    let read: @Sendable (String) throws -> [UInt8]?
    /// Replaces a file in one step, durably.
    let write: @Sendable ([UInt8], String) throws -> Void

    /// Creates files that are not the real ones.
    ///
    /// - Parameters:
    ///   - read: Gives the bytes of a file, or nil where there is none.
    ///   - write: Replaces a file in one step, durably.
    package init(
        read: @escaping @Sendable (String) throws -> [UInt8]?,
        write: @escaping @Sendable ([UInt8], String) throws -> Void
    ) {
        self.read = read
        self.write = write
    }

    /// The files of the data directory.
    static let real = SmallFiles(
        read: { path in
            do throws(FileError) {
                return try Files.read(path, bytesMax: 1_024)
            } catch {
                guard error.isAbsent else { throw error }
                return nil
            }
        },
        write: { bytes, path in try Files.write(bytes, to: path) })
}
