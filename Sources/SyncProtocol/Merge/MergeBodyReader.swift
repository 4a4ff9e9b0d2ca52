/// Reads the bodies that most merged rows have, without a tree of values in between.
///
/// Knows the canonical form of a row that is not deleted and has only fields of
/// the kind `latest`. Of anything else it says nothing; the general reading
/// decides then. What it accepts, the general reading accepts with one result.
struct MergeBodyReader {
    private var parser: JSONParser

    /// Reads a body, or gives nothing where it is of another form.
    static func read(_ body: [UInt8]) -> MergeDocument? {
        body.withUnsafeBytes { bytes in
            guard var reader = MergeBodyReader(bytes) else { return nil }
            return reader.document()
        }
    }

    private init?(_ bytes: UnsafeRawBufferPointer) {
        guard let parser = try? JSONParser(bytes, limits: .record) else { return nil }
        self.parser = parser
    }

    private mutating func document() -> MergeDocument? {
        guard skip(#"{"fields":{"#) else { return nil }
        // Few rows have more: the table of them does not grow while they are read.
        var fields = [String: FieldState](minimumCapacity: 8)
        var last = ""
        if !skip("}") {
            repeat {
                guard let (name, write) = field(), last.bytesPrecede(name) else { return nil }
                fields[name] = .latest(write)
                last = name
            } while skip(",")
            guard skip("}") else { return nil }
        }
        guard skip(#","touched":"#), let touched = time(), skip("}"),
            parser.bytes.index == parser.bytes.end
        else { return nil }
        return MergeDocument(touched: touched, deleted: nil, fields: fields)
    }

    private mutating func field() -> (name: String, write: LatestWrite)? {
        guard parser.bytes.current == UInt8(ascii: "\""), let name = value()?.text,
            Identifier.isValid(name), skip(#":["latest","#), let value = value(), skip(","),
            let time = time(), skip("]")
        else { return nil }
        return (name, LatestWrite(value, at: time))
    }

    private mutating func value() -> JSONValue? {
        // Three containers stand around the value of a field: row, fields, field.
        try? parser.value(depth: 3)
    }

    private mutating func time() -> HybridTime? {
        let bytes = parser.bytes
        guard bytes.end - bytes.index >= 35, bytes.base[bytes.index] == UInt8(ascii: "\""),
            bytes.base[bytes.index + 34] == UInt8(ascii: "\"")
        else { return nil }
        let text = UnsafeRawBufferPointer(start: bytes.base + bytes.index + 1, count: 33)
        parser.bytes.index += 35
        return HybridTime(bytes: text)
    }

    private mutating func skip(_ word: StaticString) -> Bool {
        parser.bytes.skip(word)
    }
}
