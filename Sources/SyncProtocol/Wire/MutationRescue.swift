/// Reads the head of a mutation whose operations cannot be read.
///
/// A newer client must not be stuck for ever with an older server: where the
/// frame can be told from its neighbours, and number, time, device, schema and
/// chain stand in it once, the mutation ends in a refusal of its own. Anything
/// else is damage, and the request is refused whole.
enum MutationRescue {
    private typealias Problem = WriteRules.Problem

    /// The head and what is wrong, from a frame's payload; nil if there is no head.
    static func mutation(_ payload: UnsafeRawBufferPointer) -> Mutation? {
        try? read(payload)
    }

    private static func read(_ payload: UnsafeRawBufferPointer) throws(WireError) -> Mutation? {
        var reader = ByteReader(payload)
        guard try reader.varint() == 3 else { return nil }
        var head = Head()
        var count = 0
        var problem: Problem?
        walk: while true {
            let field: WireField
            do throws(WireError) {
                guard let next = try reader.field() else { break walk }
                field = next
            } catch {
                // What lies behind a kind of field that is not known cannot be found.
                guard error.code == "wire.field_kind" else { throw error }
                problem =
                    problem ?? Problem(code: .operationUnknown, detail: "mutation: \(error.code)")
                break walk
            }
            if field.number == 6 {
                count += 1
                if problem == nil, count <= WriteRules.operationsMax {
                    problem = self.problem(with: try field.payload(reader), count)
                }
            } else {
                try head.take(field, reader)
            }
        }
        if count > WriteRules.operationsMax {
            problem = Problem(code: .operationsTooMany, detail: "\(count)")
        }
        guard let problem, head.isComplete else { return nil }
        return Mutation(
            mid: head.mid, time: HybridTime(packed: head.packed, device: DeviceID(head.device)),
            schema: head.schema, chain: head.chain, unreadable: problem)
    }

    /// What is wrong with one operation, or nil.
    private static func problem(with payload: UnsafeRawBufferPointer, _ count: Int) -> Problem? {
        do throws(WireError) {
            _ = try MutationCodec.operation(payload, origin: 0)
            return nil
        } catch {
            let place = "operation \(count)"
            if error.code == "wire.field_kind" {
                return Problem(code: .operationUnknown, detail: "\(place): \(error.code)")
            }
            if let number = number(of: payload), !MutationCodec.numbers.contains(number) {
                return Problem(code: .operationUnknown, detail: "\(place): number \(number)")
            }
            return Problem(code: .operationInvalid, detail: "\(place): \(error.code)")
        }
    }

    /// The number of an operation as far as it can be read; 0 if it has none.
    private static func number(of payload: UnsafeRawBufferPointer) -> UInt64? {
        var reader = ByteReader(payload)
        do throws(WireError) {
            while let field = try reader.field() {
                if field.number == 1 { return try field.integer(reader) }
            }
            return 0
        } catch {
            return nil
        }
    }

    /// The fields of a mutation that are not operations.
    private struct Head {
        var mid: UInt64 = 0
        var packed: UInt64 = 0
        var device: UInt64 = 0
        var schema: UInt64 = 0
        var chain: UInt64 = 0
        private var seen: UInt64 = 0

        var isComplete: Bool { seen == 0x3e && mid > 0 && mid < 1 << 62 }

        mutating func take(_ field: WireField, _ reader: borrowing ByteReader) throws(WireError) {
            guard (1...5).contains(field.number) else { return }
            let bit = UInt64(1) << field.number
            guard seen & bit == 0 else {
                throw reader.failure("wire.field", "field \(field.number) stands twice")
            }
            seen |= bit
            switch field.number {
            case 1: mid = try field.integer(reader)
            case 2: packed = try field.integer(reader)
            case 3: device = try MutationCodec.fixed(field, reader)
            case 4: schema = try field.integer(reader)
            default: chain = try MutationCodec.fixed(field, reader)
            }
        }
    }
}
