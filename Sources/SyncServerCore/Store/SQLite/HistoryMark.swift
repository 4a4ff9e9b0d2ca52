internal import CrashPoints
internal import SQLiteKit
internal import SyncProtocol
internal import Synchronization

/// Tells the store's file from an older copy of it.
///
/// A random mark stands in the store and in a small file beside it. It is drawn
/// anew when the store is opened, when the server stops and when a backup begins,
/// and now and then while it is written to: for copies that nobody told the server of.
/// An older copy that is put in place holds a mark that the small file does not
/// name: history has split, and devices must be told by a new lineage.
///
/// ```text
///   small file: old, new ─▶ store: new ─▶ small file: new
/// ```
///
/// So a crash between two steps leaves a mark that the small file names.
///
/// A disk that takes nothing leaves the older mark. It is drawn before the next
/// commit then, so no state that an older copy lacks ever stands under it.
final class HistoryMark: Sendable {
    private let path: String
    private let files: SmallFiles
    /// Whether the mark is older than the last moment that asked for a new one.
    private let isDue = Atomic(false)

    /// Looks at the marks of a data directory.
    init(_ directory: String, _ files: SmallFiles) {
        path = "\(directory)/server.history"
        self.files = files
    }

    /// Whether the store is not the one that ran in this directory last.
    ///
    /// A store without a mark in a directory without one is from before there
    /// were marks, or new.
    func isForeign(to connection: Connection) throws -> Bool {
        let named = try self.named()
        guard let mark = try mark(connection) else { return !named.isEmpty }
        return !named.contains(mark)
    }

    /// Draws a new mark if the last try failed; called before anything is committed.
    func renewIfDue(_ connection: Connection) throws {
        if isDue.load(ordering: .acquiring) { try renew(connection) }
    }

    /// Draws a new mark.
    ///
    /// - Throws: `StoreFailure.storage` if the small file cannot be written, or `SQLiteError`.
    func renew(_ connection: Connection) throws {
        isDue.store(true, ordering: .releasing)
        try draw(connection)
    }

    /// Draws a new mark at a moment that asks for none: if it cannot be, the older one stays
    /// good for what is committed next.
    ///
    /// - Throws: `StoreFailure.storage` if the small file cannot be written, or `SQLiteError`.
    func draw(_ connection: Connection) throws {
        let old = try mark(connection)
        var new = ""
        try connection.run("SELECT lower(hex(randomblob(16)))") { new = $0.text(0) }
        try write([old, new])
        CrashPoint.serverHistoryNamed.reach()
        try connection.transaction(.immediate) {
            try $0.run(
                "INSERT OR REPLACE INTO value(name, value) VALUES ('history', ?1)",
                .blob(Array(new.utf8)))
        }
        CrashPoint.serverHistoryMarked.reach()
        try write([new])
        isDue.store(false, ordering: .releasing)
    }

    private func mark(_ connection: Connection) throws -> String? {
        var found: String?
        try connection.run("SELECT value FROM value WHERE name = 'history'") {
            found = String(decoding: $0.blob(0), as: UTF8.self)
        }
        return found
    }

    private func named() throws -> [String] {
        String(decoding: try files.read(path) ?? [], as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }

    private func write(_ marks: [String?]) throws {
        let text = marks.compactMap { $0.map { "\($0)\n" } }.joined()
        do {
            try files.write(Array(text.utf8), path)
        } catch {
            throw StoreFailure.storage("\(error)")
        }
    }
}
