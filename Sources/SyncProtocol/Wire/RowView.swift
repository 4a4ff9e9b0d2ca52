/// A row whose texts lie in memory elsewhere: the hot path of both sides.
///
/// The server writes a row from the store's memory into the answer, and the
/// client reads it from the answer into its store, with nothing copied between.
package struct RowView {
    /// The bucket's index.
    package var bucket: UInt64 = 0
    /// The table's name index.
    package var table: UInt64 = 0
    /// The owner's name index.
    package var owner: UInt64 = 0
    /// The bucket's revision.
    package var rev: UInt64 = 0
    /// When the owner says it was true.
    package var asOf: Int64 = 0
    /// The owner's version.
    package var sourceVersion: Int64 = 0
    /// The row's id, valid while the memory it lies in is.
    package var id = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The row's body, valid while the memory it lies in is.
    package var body = UnsafeRawBufferPointer(start: nil, count: 0)

    /// Creates an empty view.
    package init() {}

    /// Reads the fields of a row frame, after its type.
    package mutating func read(_ reader: inout ByteReader) throws(WireError) {
        var seen: UInt64 = 0
        while let field = try reader.field() {
            guard field.number > 0, field.number <= 8 else { continue }
            let bit = UInt64(1) << field.number
            guard seen & bit == 0 else {
                throw reader.failure("wire.field", "field \(field.number) stands twice")
            }
            seen |= bit
            switch field.number {
            case 1: bucket = try field.integer(reader)
            case 2: table = try field.integer(reader)
            case 3: id = try field.payload(reader)
            case 4: rev = try field.integer(reader)
            case 5: owner = try field.integer(reader)
            case 6: asOf = ZigZag.decode(try field.integer(reader))
            case 7: sourceVersion = ZigZag.decode(try field.integer(reader))
            default: body = try field.payload(reader)
            }
        }
        guard seen == 0x1fe else { throw reader.failure("wire.field", "a row is not complete") }
        guard Identifier.isValid(id) else {
            throw reader.failure("wire.identifier", "a row's id is not an identifier")
        }
    }
}
