internal import SQLiteKit
internal import SyncProtocol

/// Heads of the chain in a file that should lie where the server's operators cannot write.
///
/// One JSON object a line: `{"at_ms":…,"entry":…,"lineage":"…","link":"…"}`.
struct AuditWitnessFile: Sendable {
    /// Where it lies.
    let path: String
    /// Whether somebody named it, and not only where heads lie if nobody does.
    var isNamed = false
    /// The most bytes of it that are read.
    var bytesMax = Self.bytesMax

    /// Years of heads every five minutes.
    static let bytesMax = 256 * 1_024 * 1_024

    /// Adds a head.
    ///
    /// - Throws: `FileError` if it cannot be written.
    func append(_ witness: AuditWitness) throws {
        try Files.appendLine(Array(witness.line.utf8), to: path)
    }

    /// What a file of heads says.
    struct Content {
        /// Whether there is a file.
        var isThere = false
        /// The heads, as they were written.
        var witnesses: [AuditWitness] = []
        /// How many lines are none: what a full disk has cut off, or another file.
        var unreadable = 0
        /// The first of them, counting from 1, without empty lines.
        var badLine: Int?
    }

    /// Reads all heads, also behind a line that is none.
    ///
    /// - Returns: The heads, and which lines are none.
    /// - Throws: `FileError` if the file cannot be read. One that is not there has no heads, unless
    ///   somebody named it: what was to be compared with is missing then.
    func read() throws -> Content {
        var content = Content()
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, bytesMax: bytesMax)
        } catch {
            guard error.isMissing, !isNamed else { throw error }
            return content
        }
        content.isThere = true
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            if let witness = AuditWitness(line: Array(line)) {
                content.witnesses.append(witness)
            } else {
                content.unreadable += 1
                content.badLine = content.badLine ?? index + 1
            }
        }
        return content
    }
}

extension AuditWitness {
    /// The witness as a JSON object.
    var json: JSONValue {
        .object(
            JSONObject([
                ("at_ms", .integer(at)), ("entry", .integer(head.number)),
                ("lineage", .string(lineage.description)), ("link", .string(head.link.hex)),
            ]))
    }

    fileprivate var line: String { String(decoding: JSON.canonical(json), as: UTF8.self) }

    fileprivate init?(line: [UInt8]) {
        guard let json = try? JSON.parse(line), let at = json["at_ms"]?.intValue,
            let number = json["entry"]?.intValue, number >= 0,
            let lineage = (json["lineage"]?.text).flatMap({ Hex.decode($0) }).flatMap({
                Lineage($0)
            }),
            let link = (json["link"]?.text).flatMap({ Digest32(hex: $0) })
        else { return nil }
        self.init(at: at, lineage: lineage, head: AuditHead(number: number, link: link))
    }
}
