/// The tags of a payload: two digits of tag, two of length, then the value.
struct TagList {
    private(set) var tags: [(tag: String, value: String)] = []

    /// Splits a payload of ASCII characters into its tags.
    init(_ payload: String) throws(PaymentCodeProblem) {
        let bytes = Array(payload.utf8)
        guard bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else { throw .characters }
        var position = 0
        repeat {
            guard position + 4 <= bytes.count else { throw .truncated }
            let head = bytes[position..<position + 4]
            guard head.allSatisfy(Digits.isDigit) else { throw .tagOrLength }
            let length = Int(head[position + 2] - 0x30) * 10 + Int(head[position + 3] - 0x30)
            let start = position + 4
            guard start + length <= bytes.count else { throw .lengthOverrun }
            tags.append(
                (
                    String(decoding: bytes[position..<position + 2], as: UTF8.self),
                    String(decoding: bytes[start..<start + length], as: UTF8.self)
                ))
            position = start + length
        } while position < bytes.count
        guard Set(tags.map(\.tag)).count == tags.count else { throw .duplicateTag }
    }

    subscript(tag: String) -> String? {
        tags.first { $0.tag == tag }?.value
    }

    /// Splits the value of a tag that is itself a list, if it is there.
    func list(_ tag: String) throws(PaymentCodeProblem) -> TagList? {
        guard let value = self[tag] else { return nil }
        return try TagList(value)
    }

    /// Writes one tag with its length.
    static func written(_ tag: String, _ value: String) -> String {
        precondition(value.utf8.count <= 99, "tag \(tag) has \(value.utf8.count) characters")
        return tag + Digits.padded(value.utf8.count, 2) + value
    }

    /// Checks the checksum that stands last, over all that stands before it.
    func checkCRC(tag: String, of payload: String) throws(PaymentCodeProblem) {
        guard let given = self[tag] else { throw .crcMissing }
        guard tags.last?.tag == tag else { throw .crcNotLast }
        let isHex = given.utf8.allSatisfy { Digits.isDigit($0) || (0x41...0x46).contains($0) }
        guard given.utf8.count == 4, isHex else { throw .crcFormat }
        let covered = String(decoding: payload.utf8.dropLast(4), as: UTF8.self)
        guard CRC16.text(covered) == given else { throw .crcMismatch }
    }
}
