/// The product's one entry point for JSON.
///
/// Every parser disagrees with every other about repeated names, trailing commas
/// and large numbers, and an attacker lives in the difference. So all bytes pass
/// here: RFC 8259 without its options, and one canonical form for hashing.
///
/// ## The canonical form
///
/// - Names ascend by their UTF-8 bytes; no space stands between tokens.
/// - Text is raw UTF-8 with the shortest escapes: `\"`, `\\`, `\b`, `\t`, `\n`,
///   `\f`, `\r`, and `\u00xx` in lower case for the other control characters.
/// - Numbers are whole, within 64 bits, without leading zeros and never `-0`.
package enum JSON {
    /// Reads one value and refuses everything that is not exactly one value.
    package static func parse(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .record
    ) throws(JSONError) -> JSONValue {
        var parser = try JSONParser(bytes, limits: limits)
        return try parser.document()
    }

    /// Reads one value from an array of bytes.
    package static func parse(
        _ bytes: [UInt8], limits: JSONLimits = .record
    ) throws(JSONError) -> JSONValue {
        let result = bytes.withUnsafeBytes { buffer -> Result<JSONValue, JSONError> in
            do throws(JSONError) {
                return .success(try parse(buffer, limits: limits))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// The canonical bytes of a value.
    ///
    /// Text with U+0000 is written as `\u0000`, which ``parse(_:limits:)``
    /// refuses: such a value cannot come from parsing.
    package static func canonical(_ value: JSONValue) -> [UInt8] {
        var output: [UInt8] = []
        appendCanonical(value, to: &output)
        return output
    }

    /// Appends the canonical bytes of a value.
    package static func appendCanonical(_ value: JSONValue, to output: inout [UInt8]) {
        switch value {
        case .null: output.appendLiteral("null")
        case .bool(true): output.appendLiteral("true")
        case .bool(false): output.appendLiteral("false")
        case .integer(let number): output.appendDecimal(number)
        case .string(let text): output.appendJSONString(text)
        case .array(let items):
            output.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                appendCanonical(item, to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let object):
            output.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                output.appendJSONString(member.key)
                output.append(UInt8(ascii: ":"))
                appendCanonical(member.value, to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    /// Whether the bytes are valid, within the limits, and already canonical.
    ///
    /// One pass over the bytes that builds nothing. A `false` may also mean
    /// that the bytes are invalid; ``canonicalize(_:limits:)`` tells which.
    package static func isCanonical(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .record
    ) -> Bool {
        JSONCanonicalCheck.passes(bytes, limits: limits)
    }

    /// The canonical form of valid bytes; costs one copy where they already are.
    package static func canonicalize(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .record
    ) throws(JSONError) -> [UInt8] {
        if isCanonical(bytes, limits: limits) { return [UInt8](bytes) }
        return canonical(try parse(bytes, limits: limits))
    }

    /// The canonical form of an array of valid bytes.
    package static func canonicalize(
        _ bytes: [UInt8], limits: JSONLimits = .record
    ) throws(JSONError) -> [UInt8] {
        // Returning the argument shares its storage, so nothing is copied.
        if bytes.withUnsafeBytes({ isCanonical($0, limits: limits) }) { return bytes }
        return canonical(try parse(bytes, limits: limits))
    }
}

/// How much JSON one call accepts.
package struct JSONLimits: Hashable, Sendable {
    /// The longest accepted text.
    package let bytesMax: Int

    /// The most containers around any value.
    package let depthMax: Int

    /// Limits of one's own.
    ///
    /// - Precondition: Both are positive, and the depth is at most 512, because
    ///   reading descends on the stack.
    package init(bytesMax: Int, depthMax: Int) {
        precondition(bytesMax > 0 && depthMax > 0 && depthMax <= 512, "\(bytesMax), \(depthMax)")
        self.bytesMax = bytesMax
        self.depthMax = depthMax
    }

    /// One record or one change: 128 KiB, 32 deep.
    package static let record = JSONLimits(bytesMax: 128 << 10, depthMax: 32)

    /// A whole request, page or feed: 16 MiB, 64 deep.
    package static let document = JSONLimits(bytesMax: 16 << 20, depthMax: 64)
}
