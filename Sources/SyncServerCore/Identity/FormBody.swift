internal import SyncProtocol

/// The members of an `application/x-www-form-urlencoded` body, each at most once.
struct FormBody {
    private var members: [String: String] = [:]

    /// Reads a body; nil if it is not well formed or a name stands twice.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(parts[0]), members[name] == nil,
                let value = parts.count == 2 ? Self.decode(parts[1]) : ""
            else { return nil }
            members[name] = value
        }
    }

    subscript(name: String) -> String? { members[name] }

    private static func decode(_ bytes: some Collection<UInt8>) -> String? {
        var decoded: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.first {
            rest = rest.dropFirst()
            switch byte {
            case UInt8(ascii: "+"): decoded.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                let digits = String(decoding: rest.prefix(2), as: UTF8.self)
                guard let value = Hex.decode(digits.lowercased()), value.count == 1 else {
                    return nil
                }
                decoded.append(value[0])
                rest = rest.dropFirst(2)
            default: decoded.append(byte)
            }
        }
        return String(validating: decoded, as: UTF8.self)
    }
}
