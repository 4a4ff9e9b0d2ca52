/// Why a file is refused although SQLite itself would work with it.
package enum DatabaseFault: Error, Hashable, Sendable {
    /// A newer version of the program wrote the file.
    case schemaTooNew(found: Int64, known: Int64)
    /// The file belongs to another program.
    case foreignFile(applicationID: Int64)
    /// A setting that durability depends on did not take.
    case settingRefused(name: String, expected: String, found: String)
    /// More readers wait than the limit allows.
    case tooManyReaders

    /// The stable code, for logs and tests.
    package var code: String {
        switch self {
        case .schemaTooNew: "database.schema_too_new"
        case .foreignFile: "database.foreign_file"
        case .settingRefused: "database.setting_refused"
        case .tooManyReaders: "database.too_many_readers"
        }
    }

    /// What happened, for a person.
    package var message: String {
        switch self {
        case .schemaTooNew(let found, let known):
            "The data was written by a newer version (\(found); this one knows \(known))."
        case .foreignFile:
            "The file belongs to another program."
        case .settingRefused(let name, let expected, let found):
            "The database setting \(name) is \(found) instead of \(expected)."
        case .tooManyReaders:
            "Too many reads wait for the database."
        }
    }

    /// What the person can do.
    package var advice: String? {
        switch self {
        case .schemaTooNew: "Update this program; the data is unchanged."
        case .foreignFile: "Choose another file."
        case .settingRefused: "Use a local file system that supports shared memory."
        case .tooManyReaders: nil
        }
    }

    /// Whether waiting alone can put it right.
    package var isTransient: Bool { self == .tooManyReaders }
}
