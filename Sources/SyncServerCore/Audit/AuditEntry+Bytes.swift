package import SyncProtocol

/// The form of an entry that is hashed and stored.
///
/// Fields in the order of their numbers, numbers as varints, nothing that is
/// empty: one entry has one form.
extension AuditEntry {
    private enum Field: UInt64 {
        case kind = 1
        case at = 2
        case actor = 3
        case person = 4
        case device = 5
        case mutations = 6
        case range = 7
        case text = 8
    }

    /// The bytes of the entry.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(48 + ranges.count * 12)
        bytes.appendField(Field.kind.rawValue, kind.rawValue)
        bytes.appendField(Field.at.rawValue, signed: at)
        bytes.appendField(Field.actor.rawValue, actor.bytes)
        if person != 0 { bytes.appendField(Field.person.rawValue, UInt64(bitPattern: person)) }
        if let device { bytes.appendField(Field.device.rawValue, fixed: device.number) }
        if mutations != .none {
            var run: [UInt8] = []
            run.appendVarint(mutations.first)
            run.appendVarint(mutations.count)
            bytes.appendField(Field.mutations.rawValue, run)
        }
        for range in ranges {
            var part: [UInt8] = []
            part.appendVarint(UInt64(bitPattern: range.bucket))
            part.appendVarint(range.first)
            part.appendVarint(range.last - range.first)
            part.appendVarint(range.rows)
            bytes.appendField(Field.range.rawValue, part)
        }
        if !text.isEmpty { bytes.appendField(Field.text.rawValue, Array(text.utf8)) }
        return bytes
    }

    /// Reads an entry.
    ///
    /// - Throws: `WireError` if the bytes are not those of an entry that this program knows,
    ///   or its time is none of ``times``.
    package init(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
        var reader = ByteReader(bytes)
        var kind: Kind?
        var at: Int64?
        var actor: Actor?
        self.init(.historyBegan, at: 0, by: .server)
        while let field = try reader.field() {
            switch Field(rawValue: field.number) {
            case .kind: kind = Kind(rawValue: try field.integer(reader))
            case .at: at = ZigZag.decode(try field.integer(reader))
            case .actor:
                actor = Actor(try field.payload(reader))
            case .person: person = PersonNumber(bitPattern: try field.integer(reader))
            case .device:
                guard let id = DeviceID(bytes: try field.payload(reader)) else {
                    throw reader.failure("audit.device", "this is no device")
                }
                device = id
            case .mutations:
                var part = ByteReader(try field.payload(reader))
                mutations = MutationRun(first: try part.varint(), count: try part.varint())
            case .range:
                var part = ByteReader(try field.payload(reader))
                let bucket = BucketNumber(bitPattern: try part.varint())
                let first = try part.varint()
                let (last, isTooLarge) = first.addingReportingOverflow(try part.varint())
                guard !isTooLarge else {
                    throw reader.failure("audit.range", "a range is too long")
                }
                ranges.append(
                    AuditRange(bucket: bucket, first: first, last: last, rows: try part.varint()))
            case .text: text = try field.text(reader)
            case nil: throw reader.failure("audit.field", "there is no field \(field.number)")
            }
        }
        guard let kind, let at, let actor else {
            throw reader.failure("audit.entry", "what, when or who is missing or not known")
        }
        guard Self.times.contains(at) else {
            throw reader.failure("audit.time", "there is no such time")
        }
        self.kind = kind
        self.at = at
        self.actor = actor
    }
}

extension AuditEntry.Actor: CustomStringConvertible {
    package var description: String {
        switch self {
        case .server: "server"
        case .operator: "operator"
        case .device(let id): "device:\(id)"
        case .agency(let code): "agency:\(code)"
        case .provider(let name): "provider:\(name)"
        }
    }

    /// A letter and an id.
    fileprivate var bytes: [UInt8] {
        switch self {
        case .server: return [UInt8(ascii: "S")]
        case .operator: return [UInt8(ascii: "O")]
        case .device(let id):
            var bytes = [UInt8(ascii: "D")]
            bytes.appendBigEndian(id.number)
            return bytes
        case .agency(let code): return [UInt8(ascii: "A")] + Array(code.utf8)
        case .provider(let name): return [UInt8(ascii: "P")] + Array(name.utf8)
        }
    }

    fileprivate init?(_ bytes: UnsafeRawBufferPointer) {
        let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
        switch bytes.first {
        case UInt8(ascii: "S") where rest.isEmpty: self = .server
        case UInt8(ascii: "O") where rest.isEmpty: self = .operator
        case UInt8(ascii: "D"):
            guard let id = DeviceID(bytes: rest) else { return nil }
            self = .device(id)
        case UInt8(ascii: "A"):
            guard let code = String(validating: rest, as: UTF8.self) else { return nil }
            self = .agency(code)
        case UInt8(ascii: "P"):
            guard let name = String(validating: rest, as: UTF8.self) else { return nil }
            self = .provider(name)
        default: return nil
        }
    }
}

extension DeviceID {
    /// The id in eight bytes, the most significant first.
    fileprivate init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 8 else { return nil }
        self.init(UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)))
    }
}
