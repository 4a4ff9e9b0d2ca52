internal import Foundation

/// A directory of its own for one test, removed when the test lets go of it.
///
/// Readable by its owner only, as the product's own directories are.
package final class TemporaryDirectory: Sendable {
    /// The absolute path.
    package let path: String

    /// Why a directory could not be made.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Makes a directory with a name nobody else has.
    package init() throws {
        let pattern = FileManager.default.temporaryDirectory
            .appendingPathComponent("tangrat-test-XXXXXX").path
        var bytes = Array(pattern.utf8CString)
        let made = bytes.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) } != nil
        }
        guard made else { throw Failure(description: "mkdtemp failed for \(pattern)") }
        path = String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file in the directory.
    package func file(_ name: String) -> String {
        "\(path)/\(name)"
    }
}
