internal import Foundation

/// The files of this repository, found from where this source file stands.
package enum Repository {
    /// The path of the repository, without a slash at the end.
    package static let root: String = {
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(3)
        return parts.joined(separator: "/")
    }()

    /// Why a file could not be read.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Reads a file by its path inside the repository.
    package static func bytes(of path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: "\(root)/\(path)") else {
            throw Failure(description: "\(path) cannot be read")
        }
        return [UInt8](data)
    }

    /// Lists the files under a folder, by their paths inside the repository.
    ///
    /// Hidden folders, among them those of builds, are left out.
    package static func files(under folder: String) -> [String] {
        let start = folder.isEmpty ? root : "\(root)/\(folder)"
        guard let walker = FileManager.default.enumerator(atPath: start) else { return [] }
        var found: [String] = []
        while let name = walker.nextObject() as? String {
            let last = name.split(separator: "/").last ?? ""
            let isDirectory = walker.fileAttributes?[.type] as? FileAttributeType == .typeDirectory
            if last.hasPrefix(".") {
                if isDirectory { walker.skipDescendants() }
                continue
            }
            guard !isDirectory else { continue }
            found.append(folder.isEmpty ? name : "\(folder)/\(name)")
        }
        return found.sorted()
    }
}
