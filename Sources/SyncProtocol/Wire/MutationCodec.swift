/// Mutations as bytes.
///
/// ```text
/// mutation:  1 mid  2 packed time  3 device (8 bytes)  4 schema  5 chain (8 bytes)  6 operation…
///            7 origin, if it has one
/// origin:    8 bytes device, 8 bytes chain, varint mid
/// operation: 1 number  2 table  3 id  4 field  5 JSON value  6 text  7 integer (zigzag)  8 dot…
/// dot:       8 bytes device, varint mid
/// ```
package enum MutationCodec {
    /// Appends the fields of a mutation.
    package static func append(_ mutation: Mutation, to bytes: inout [UInt8]) {
        bytes.appendField(1, mutation.mid)
        bytes.appendField(2, mutation.time.packed)
        bytes.appendField(3, number(mutation.time.device.number))
        bytes.appendField(4, mutation.schema)
        bytes.appendField(5, number(mutation.chain))
        var inner: [UInt8] = []
        for operation in mutation.operations {
            inner.removeAll(keepingCapacity: true)
            append(operation, to: &inner)
            bytes.appendField(6, inner)
        }
        if let origin = mutation.origin {
            inner.removeAll(keepingCapacity: true)
            inner.appendBigEndian(origin.device.number)
            inner.appendBigEndian(origin.chain)
            inner.appendVarint(origin.mid)
            bytes.appendField(7, inner)
        }
    }

    /// Appends the fields of one operation.
    package static func append(_ operation: RowOperation, to bytes: inout [UInt8]) {
        bytes.appendField(1, operation.operation.number)
        bytes.appendField(2, operation.key.table)
        bytes.appendField(3, operation.key.id)
        if let target = operation.operation.target { bytes.appendField(4, target.field) }
        switch operation.operation {
        case .create, .delete, .mark: break
        case .set(_, let value), .submit(let value): bytes.appendField(5, JSON.canonical(value))
        case .raise(_, let number), .increment(_, let number):
            bytes.appendField(7, signed: number)
        case .add(_, let element): bytes.appendField(6, element)
        case .remove(_, let text, let dots), .write(_, let text, let dots):
            bytes.appendField(6, text)
            for dot in dots {
                var inner = number(dot.device.number)
                inner.appendVarint(dot.mid)
                bytes.appendField(8, inner)
            }
        }
    }

    private static func number(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendBigEndian(value)
        return bytes
    }

    /// Reads a mutation from its fields.
    package static func decode(
        _ payload: UnsafeRawBufferPointer, origin: Int = 0
    ) throws(WireError) -> Mutation {
        var reader = ByteReader(payload, origin: origin)
        var mid: UInt64 = 0
        var packed: UInt64 = 0
        var device: UInt64 = 0
        var schema: UInt64 = 0
        var chain: UInt64 = 0
        var first: MutationOrigin?
        var operations: [RowOperation] = []
        operations.reserveCapacity(4)
        var seen: UInt64 = 0
        while let field = try reader.field() {
            if field.number != 6 { try once(field, reader, &seen) }
            switch field.number {
            case 1: mid = try field.integer(reader)
            case 2: packed = try field.integer(reader)
            case 3: device = try fixed(field, reader)
            case 4: schema = try field.integer(reader)
            case 5: chain = try fixed(field, reader)
            case 6:
                guard operations.count <= WriteRules.operationsMax else {
                    throw reader.failure("wire.operations_too_many", "too many operations")
                }
                operations.append(
                    try operation(
                        field.payload(reader), origin: origin + reader.position,
                        after: operations.last?.key))
            case 7: first = try mutationOrigin(field.payload(reader), reader)
            default: break
            }
        }
        guard mid > 0, mid < 1 << 62 else {
            throw reader.failure("wire.mutation", "a mutation has no number")
        }
        guard seen & 0x3e == 0x3e else {
            throw reader.failure("wire.field", "a mutation is not complete")
        }
        return Mutation(
            mid: mid, time: HybridTime(packed: packed, device: DeviceID(device)), schema: schema,
            operations: operations, chain: chain, origin: first)
    }

    /// Reads one operation from its fields.
    ///
    /// - Parameters:
    ///   - payload: The fields.
    ///   - origin: Where they stand, for errors.
    ///   - previous: The row of the operation before, which often is the same.
    /// - Returns: The operation.
    /// - Throws: ``WireError`` at the first field that is not as it must be.
    package static func operation(
        _ payload: UnsafeRawBufferPointer, origin: Int, after previous: RowKey? = nil
    ) throws(WireError) -> RowOperation {
        var reader = ByteReader(payload, origin: origin)
        var number: UInt64 = 0
        var table = ""
        var id = ""
        var name = ""
        var json: JSONValue?
        var text: String?
        var integer: Int64?
        var dots: [Dot] = []
        var seen: UInt64 = 0
        while let field = try reader.field() {
            if field.number != 8 { try once(field, reader, &seen) }
            switch field.number {
            case 1: number = try field.integer(reader)
            case 2: table = try field.identifier(reader, orSame: previous?.table)
            case 3: id = try field.identifier(reader, orSame: previous?.id)
            case 4: name = try field.identifier(reader)
            case 5:
                do throws(JSONError) {
                    json = try JSON.parse(field.payload(orEmpty: ()), limits: .record)
                } catch {
                    throw reader.failure("wire.\(error.code)", error.message)
                }
            case 6: text = try field.text(reader)
            case 7: integer = ZigZag.decode(try field.integer(reader))
            case 8:
                guard dots.count < WriteRules.dotsMax else {
                    throw reader.failure("wire.dots_too_many", "too many dots")
                }
                dots.append(try dot(field.payload(reader), reader))
            default: break
            }
        }
        let operation = make(number, name, json, text, integer, dots)
        guard let operation, !table.isEmpty, !id.isEmpty else {
            throw reader.failure("wire.operation", "operation \(number) is not complete")
        }
        return RowOperation(RowKey(table: table, id: id), operation)
    }

    /// The numbers of the operations there are.
    static let numbers: ClosedRange<UInt64> = 1...10

    static func make(
        _ number: UInt64, _ field: String, _ json: JSONValue?, _ text: String?, _ integer: Int64?,
        _ dots: [Dot]
    ) -> Operation? {
        switch number {
        case 1: return .create
        case 2: return .delete
        case 10: return json.map { .submit($0) }
        default: break
        }
        guard !field.isEmpty else { return nil }
        switch number {
        case 3: return json.map { .set(field: field, value: $0) }
        case 4: return integer.map { .raise(field: field, to: $0) }
        case 5: return .mark(field: field)
        case 6: return text.map { .add(field: field, element: $0) }
        case 7: return text.map { .remove(field: field, element: $0, dots: dots) }
        case 8: return integer.map { .increment(field: field, by: $0) }
        case 9: return text.map { .write(field: field, text: $0, replacing: dots) }
        default: return nil
        }
    }

    /// Refuses a second field of one number: readers disagree on which one counts.
    private static func once(
        _ field: WireField, _ reader: borrowing ByteReader, _ seen: inout UInt64
    ) throws(WireError) {
        guard field.number < 8 else { return }
        guard seen & 1 << field.number == 0 else {
            throw reader.failure("wire.field", "field \(field.number) stands twice")
        }
        seen |= 1 << field.number
    }

    static func fixed(
        _ field: WireField, _ reader: borrowing ByteReader
    ) throws(WireError) -> UInt64 {
        let raw = try field.payload(reader)
        guard raw.count == 8 else {
            throw reader.failure("wire.fixed", "field \(field.number) must have 8 bytes")
        }
        return UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self))
    }

    private static func mutationOrigin(
        _ payload: UnsafeRawBufferPointer, _ outer: borrowing ByteReader
    ) throws(WireError) -> MutationOrigin {
        var reader = ByteReader(payload)
        let device = UInt64(bigEndian: try reader.take(8).loadUnaligned(as: UInt64.self))
        let chain = UInt64(bigEndian: try reader.take(8).loadUnaligned(as: UInt64.self))
        let mid = try reader.varint()
        guard reader.isAtEnd, mid > 0, mid < 1 << 62 else {
            throw outer.failure("wire.origin", "an origin is not valid")
        }
        return MutationOrigin(device: DeviceID(device), mid: mid, chain: chain)
    }

    private static func dot(
        _ payload: UnsafeRawBufferPointer, _ outer: borrowing ByteReader
    ) throws(WireError) -> Dot {
        var reader = ByteReader(payload)
        let device = try reader.take(8)
        let mid = try reader.varint()
        guard reader.isAtEnd else { throw outer.failure("wire.dot", "a dot is too long") }
        return Dot(
            device: DeviceID(UInt64(bigEndian: device.loadUnaligned(as: UInt64.self))), mid: mid)
    }
}

extension WireField {
    fileprivate func payload(orEmpty: Void) -> UnsafeRawBufferPointer {
        bytes ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }
}
