/// How the store's file is opened; durability is not an option.
package struct StoreOptions: Sendable {
    /// The SQLite file system to use, for simulated disks; nothing for the real one.
    let vfs: String?

    /// How long the log may become.
    var checkpoints = CheckpointMachine.Policy()

    /// The options of the product.
    package init() {
        vfs = nil
    }

    /// The options of a simulation.
    ///
    /// - Parameters:
    ///   - vfs: The file system.
    ///   - logPages: How much the log grows between two checkpoints, in pages.
    package init(vfs: String, logPages: Int) {
        self.vfs = vfs
        checkpoints.passivePages = logPages
        checkpoints.restartPages = 4 * logPages
    }
}
