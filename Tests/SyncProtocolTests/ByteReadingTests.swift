import SyncProtocol
import TestSupport
import Testing

/// Reads one varint and tells the code of the error, if there is one.
private func varint(_ bytes: [UInt8]) -> Result<UInt64, WireError> {
    bytes.withUnsafeBytes { raw in
        var reader = ByteReader(raw)
        do throws(WireError) {
            return .success(try reader.varint())
        } catch {
            return .failure(error)
        }
    }
}

@Suite("A number on the wire")
struct VarintTests {
    @Test(
        "has one form, as short as it can be",
        arguments: [
            (0, [0]), (1, [1]), (127, [0x7f]), (128, [0x80, 1]), (300, [0xac, 2]),
            (16_383, [0xff, 0x7f]), (16_384, [0x80, 0x80, 1]),
            (UInt64(Int64.max), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
            (1 << 63, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]),
            (UInt64.max, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
        ] as [(UInt64, [UInt8])])
    func forms(number: UInt64, bytes: [UInt8]) throws {
        var written: [UInt8] = []
        written.appendVarint(number)
        #expect(written == bytes)
        #expect(varintSize(number) == bytes.count)
        #expect(try varint(bytes).get() == number)
    }

    @Test(
        "is refused in every other form",
        arguments: [
            ([], "wire.truncated"), ([0x80], "wire.truncated"), ([0xff, 0xff], "wire.truncated"),
            ([0x80, 0], "wire.number_padded"), ([0xff, 0x80, 0], "wire.number_padded"),
            ([UInt8](repeating: 0x80, count: 9) + [0], "wire.number_padded"),
            ([UInt8](repeating: 0xff, count: 9) + [2], "wire.number_too_large"),
            ([UInt8](repeating: 0xff, count: 9) + [0x81, 0], "wire.number_too_large"),
            ([UInt8](repeating: 0x80, count: 9) + [0x80, 1], "wire.number_too_large"),
            ([UInt8](repeating: 0xff, count: 10), "wire.number_too_large"),
            ([UInt8](repeating: 0xff, count: 11), "wire.number_too_large"),
            ([UInt8](repeating: 0x80, count: 9), "wire.truncated"),
        ] as [([UInt8], String)])
    func refusals(bytes: [UInt8], code: String) {
        guard case .failure(let error) = varint(bytes) else {
            Issue.record("\(bytes) was read")
            return
        }
        #expect(error.code == code)
    }

    @Test("comes back for any value", arguments: 0..<200 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let number = random.next() >> random.next(in: 0...63)
        var bytes: [UInt8] = []
        bytes.appendVarint(number)
        #expect(try varint(bytes).get() == number)
        #expect(varintSize(number) == bytes.count)
        let signed = Int64(bitPattern: number)
        #expect(ZigZag.decode(ZigZag.encode(signed)) == signed)
        #expect(ZigZag.decode(ZigZag.encode(-1 - signed)) == -1 - signed)
    }

    @Test(
        "keeps small signed values small",
        arguments: [(0, 0), (-1, 1), (1, 2), (-2, 3), (Int64.max, .max - 1), (Int64.min, .max)]
            as [(Int64, UInt64)])
    func zigzag(value: Int64, expected: UInt64) {
        #expect(ZigZag.encode(value) == expected)
        #expect(ZigZag.decode(expected) == value)
    }
}

@Suite("A field on the wire")
struct FieldTests {
    private func code(_ bytes: [UInt8]) -> String? {
        bytes.withUnsafeBytes { raw in
            var reader = ByteReader(raw)
            do throws(WireError) {
                while try reader.field() != nil {}
                return nil
            } catch {
                return error.code
            }
        }
    }

    @Test(
        "is a number or bytes and nothing else",
        arguments: [
            ([0x08, 5], nil), ([0x0a, 1, 0x61], nil), ([0x0a, 0], nil), ([], nil),
            ([0x09, 5], "wire.field_kind"), ([0x0b], "wire.field_kind"),
            ([0x0c], "wire.field_kind"), ([0x0d, 1, 2, 3, 4], "wire.field_kind"),
            ([0x0e], "wire.field_kind"), ([0x0f], "wire.field_kind"), ([0x08], "wire.truncated"),
            ([0x0a, 2, 0x61], "wire.truncated"), ([0x0a], "wire.truncated"),
            ([0x0a] + [UInt8](repeating: 0xff, count: 9) + [1], "wire.truncated"),
        ] as [([UInt8], String?)])
    func kinds(bytes: [UInt8], expected: String?) {
        #expect(code(bytes) == expected)
    }

    @Test("insists on its kind, on UTF-8 and on identifiers")
    func values() throws {
        let bytes: [UInt8] = [0x08, 5, 0x12, 2, 0xc3, 0x28, 0x1a, 0]
        try bytes.withUnsafeBytes { raw in
            var reader = ByteReader(raw, origin: 100)
            let number = try #require(try reader.field())
            let text = try #require(try reader.field())
            let empty = try #require(try reader.field())
            #expect(try number.integer(reader) == 5)
            #expect(throws: WireError.self) { try number.payload(reader) }
            #expect(throws: WireError.self) { try text.integer(reader) }
            #expect(throws: WireError.self) { try text.text(reader) }
            #expect(throws: WireError.self) { try text.identifier(reader) }
            #expect(try empty.text(reader) == "")
            #expect(throws: WireError.self) { try empty.identifier(reader) }
            #expect(reader.isAtEnd)
            #expect(reader.failure("wire.test", "x").description == "wire.test at byte 108: x")
        }
    }
}
