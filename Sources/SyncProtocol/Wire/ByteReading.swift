/// A place in bytes that moves forward and never past the end.
package struct ByteReader {
    /// The bytes.
    package let bytes: UnsafeRawBufferPointer

    /// The next byte to read.
    package private(set) var position = 0

    /// What to add to a position in errors.
    private let origin: Int

    /// Creates a reader over bytes that must outlive it.
    package init(_ bytes: UnsafeRawBufferPointer, origin: Int = 0) {
        self.bytes = bytes
        self.origin = origin
    }

    /// Whether everything has been read.
    package var isAtEnd: Bool { position == bytes.count }

    /// Makes an error at the present place.
    package func failure(_ code: String, _ message: String) -> WireError {
        WireError(code: code, position: origin + position, message: message)
    }

    /// Reads a varint of at most ten bytes, refusing a longer form than needed.
    package mutating func varint() throws(WireError) -> UInt64 {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard position < bytes.count else {
                throw failure("wire.truncated", "a number ends too soon")
            }
            let byte = bytes[position]
            position += 1
            guard shift < 63 || byte <= 1 else {
                throw failure("wire.number_too_large", "a number does not fit 64 bits")
            }
            result |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 {
                guard byte != 0 || shift == 0 else {
                    throw failure("wire.number_padded", "a number is longer than it needs to be")
                }
                return result
            }
            shift += 7
        }
    }

    /// Takes a run of bytes.
    package mutating func take(_ count: UInt64) throws(WireError) -> UnsafeRawBufferPointer {
        guard count <= UInt64(bytes.count - position) else {
            throw failure(
                "wire.truncated", "\(count) bytes promised, \(bytes.count - position) left")
        }
        let start = position
        position += Int(count)
        return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    }

    /// Reads the next field, or nil at the end.
    package mutating func field() throws(WireError) -> WireField? {
        guard !isAtEnd else { return nil }
        let tag = try varint()
        switch tag & 7 {
        case 0: return WireField(number: tag >> 3, value: try varint(), bytes: nil)
        case 2: return WireField(number: tag >> 3, value: 0, bytes: try take(try varint()))
        default: throw failure("wire.field_kind", "field kind \(tag & 7) does not exist")
        }
    }
}

/// One field as it was read.
package struct WireField {
    /// The field's number.
    package let number: UInt64

    /// The number it holds, if it holds one.
    package let value: UInt64

    /// The bytes it holds, if it holds bytes.
    package let bytes: UnsafeRawBufferPointer?

    /// The bytes, or an error where the field holds a number.
    package func payload(_ reader: borrowing ByteReader) throws(WireError) -> UnsafeRawBufferPointer
    {
        guard let bytes else {
            throw reader.failure("wire.field_kind", "field \(number) must hold bytes")
        }
        return bytes
    }

    /// The number, or an error where the field holds bytes.
    package func integer(_ reader: borrowing ByteReader) throws(WireError) -> UInt64 {
        guard bytes == nil else {
            throw reader.failure("wire.field_kind", "field \(number) must hold a number")
        }
        return value
    }

    /// The bytes as text, refusing invalid UTF-8.
    package func text(_ reader: borrowing ByteReader) throws(WireError) -> String {
        let raw = try payload(reader)
        guard let text = String(validating: raw, as: UTF8.self) else {
            throw reader.failure("wire.text", "field \(number) is not UTF-8")
        }
        return text
    }

    /// The bytes as an identifier, or the one given if it has the same bytes.
    func identifier(
        _ reader: borrowing ByteReader, orSame known: String?
    ) throws(WireError) -> String {
        if let known, let bytes, known.hasSameBytes(as: bytes) { return known }
        return try identifier(reader)
    }

    /// The bytes as an identifier.
    package func identifier(_ reader: borrowing ByteReader) throws(WireError) -> String {
        let raw = try payload(reader)
        guard Identifier.isValid(raw) else {
            throw reader.failure("wire.identifier", "field \(number) is not an identifier")
        }
        return String(decoding: raw, as: UTF8.self)
    }
}
