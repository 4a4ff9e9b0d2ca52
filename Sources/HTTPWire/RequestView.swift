/// A request head together with its bytes, for the length of one call.
///
/// Nothing in it outlives the call it is handed to: copy what is needed later.
package struct RequestView: ~Copyable {
    /// Where everything is.
    package let head: RequestHead

    private let base: UnsafeRawPointer

    /// Creates a view.
    ///
    /// - Parameters:
    ///   - head: The parsed head.
    ///   - base: The address of its first byte.
    package init(head: RequestHead, base: UnsafeRawPointer) {
        self.head = head
        self.base = base
    }

    /// The request method.
    package var method: Method { head.method }

    /// The path's bytes, still percent-encoded; `/` if an absolute target has none.
    package var path: UnsafeRawBufferPointer {
        guard head.path.count > 0 else {
            let slash: StaticString = "/"
            return UnsafeRawBufferPointer(start: slash.utf8Start, count: 1)
        }
        return bytes(head.path)
    }

    /// The query's bytes without the question mark; empty if there is none.
    package var query: UnsafeRawBufferPointer { bytes(head.query) }

    /// The value of `Authorization`, empty if there is none.
    package var authorization: UnsafeRawBufferPointer { bytes(head.authorization) }

    /// The bytes of a part of the head, empty if the part is absent.
    @inline(__always)
    package func bytes(_ range: ByteRange) -> UnsafeRawBufferPointer {
        guard !range.isAbsent else { return UnsafeRawBufferPointer(start: base, count: 0) }
        return UnsafeRawBufferPointer(start: base + Int(range.lower), count: Int(range.count))
    }

    /// Whether the path is exactly this one.
    package func pathIs(_ path: StaticString) -> Bool {
        ASCII.equal(self.path, path)
    }

    /// The rest of the path if it starts with a prefix, or else `nil`.
    package func path(after prefix: StaticString) -> UnsafeRawBufferPointer? {
        let whole = path
        let count = prefix.utf8CodeUnitCount
        guard whole.count >= count else { return nil }
        guard ASCII.equal(UnsafeRawBufferPointer(rebasing: whole[..<count]), prefix) else {
            return nil
        }
        return UnsafeRawBufferPointer(rebasing: whole[count...])
    }

    /// The value of the first field with a name, or `nil` if there is none.
    ///
    /// - Parameter name: The name in lower case.
    /// - Returns: The value without the white space around it, or `nil`.
    /// - Complexity: Linear in the size of the head; the known fields are free.
    package func field(named name: StaticString) -> UnsafeRawBufferPointer? {
        let fields = bytes(head.fields)
        var position = 0
        while position < fields.count {
            var colon = position
            while fields[colon] != UInt8(ascii: ":") { colon += 1 }
            var end = colon
            while fields[end] != UInt8(ascii: "\n") { end += 1 }
            let label = UnsafeRawBufferPointer(rebasing: fields[position..<colon])
            if ASCII.equalFolded(label, name) {
                return ASCII.trimmed(UnsafeRawBufferPointer(rebasing: fields[colon + 1..<end - 1]))
            }
            position = end + 1
        }
        return nil
    }

    /// What a query says about one key.
    package enum QueryValue {
        /// The key does not occur.
        case absent
        /// The key occurs once, with this value, still percent-encoded.
        case value(UnsafeRawBufferPointer)
        /// The key occurs more than once, which callers must refuse.
        case duplicate
    }

    /// Looks for a key in the query.
    ///
    /// - Parameter key: The key as it is written, not percent-encoded.
    /// - Returns: The value if the key occurs exactly once.
    package func query(_ key: StaticString) -> QueryValue {
        let query = self.query
        var found: UnsafeRawBufferPointer?
        var position = 0
        while position < query.count {
            var end = position
            while end < query.count && query[end] != UInt8(ascii: "&") { end += 1 }
            var equals = position
            while equals < end && query[equals] != UInt8(ascii: "=") { equals += 1 }
            if ASCII.equal(UnsafeRawBufferPointer(rebasing: query[position..<equals]), key) {
                guard found == nil else { return .duplicate }
                found = UnsafeRawBufferPointer(rebasing: query[min(equals + 1, end)..<end])
            }
            position = end + 1
        }
        if let found { return .value(found) }
        return .absent
    }
}
