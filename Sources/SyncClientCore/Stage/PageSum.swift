internal import SyncProtocol

/// Checks that the rows of a page are those its end promises.
///
/// Done before a page is kept for later: a page that was damaged on the way is
/// asked for again at once, not when the round ends.
enum PageSum {
    static func verify(_ bytes: [UInt8], promised: HashSum) throws(WireError) {
        _ = try walk(bytes, promised: promised, collects: false)
    }

    /// The hashes of the rows by the index of their bucket.
    ///
    /// - Throws: ``WireError`` where they are not those that the end promises.
    static func hashes(
        _ bytes: [UInt8], promised: HashSum
    ) throws(WireError) -> [UInt64: [HashSum]] {
        try walk(bytes, promised: promised, collects: true)
    }

    private static func walk(
        _ bytes: [UInt8], promised: HashSum, collects: Bool
    ) throws(WireError) -> [UInt64: [HashSum]] {
        var hashes: [UInt64: [HashSum]] = [:]
        let sum = try bytes.withUnsafeBytesTyped { (raw) throws(WireError) in
            var names: [UInt64: UnsafeRawBufferPointer] = [:]
            var sum = HashSum.zero
            var row = RowView()
            _ = try FrameSplitter.split(raw) { (payload, origin) throws(WireError) in
                var reader = ByteReader(payload, origin: origin)
                switch try reader.varint() {
                case 20:
                    var index: UInt64 = 0
                    while let field = try reader.field() {
                        if field.number == 1 { index = try field.integer(reader) }
                        if field.number == 2 { names[index] = try field.payload(reader) }
                    }
                case 21:
                    row = RowView()
                    try row.read(&reader)
                    guard let table = names[row.table], let owner = names[row.owner] else {
                        throw reader.failure("wire.index", "a row's name is not known")
                    }
                    let hash = RowHash.hash(
                        table: table, id: row.id, owner: owner, asOf: row.asOf,
                        sourceVersion: row.sourceVersion, body: row.body)
                    sum += hash
                    if collects { hashes[row.bucket, default: []].append(hash) }
                default: break
                }
            }
            return sum
        }
        guard sum == promised else {
            throw WireError(code: "wire.sum", position: 0, message: "the rows were changed")
        }
        return hashes
    }
}
