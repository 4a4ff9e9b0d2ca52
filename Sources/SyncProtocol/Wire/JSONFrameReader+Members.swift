extension JSONFrameReader {
    /// The members of one line's object, with errors that name line and member.
    struct Members {
        let value: JSONValue
        let line: Int

        func fail(_ code: String, _ key: String) -> WireError {
            WireError(code: code, position: line, message: "line \(line): \(key)")
        }

        func has(_ key: String) -> Bool { value[key] != nil }

        func optional(_ key: String) -> JSONValue? { value[key] }

        func value(_ key: String) throws(WireError) -> JSONValue {
            guard let found = value[key] else { throw fail("wire.member_missing", key) }
            return found
        }

        func text(_ key: String) throws(WireError) -> String {
            guard let text = try value(key).text else { throw fail("wire.member_kind", key) }
            return text
        }

        func identifier(_ key: String) throws(WireError) -> String {
            let text = try text(key)
            guard Identifier.isValid(text) else { throw fail("wire.identifier", key) }
            return text
        }

        func signed(_ key: String) throws(WireError) -> Int64 {
            guard let number = try value(key).intValue else { throw fail("wire.member_kind", key) }
            return number
        }

        func number(_ key: String) throws(WireError) -> UInt64 {
            let number = try signed(key)
            guard number >= 0 else { throw fail("wire.member_kind", key) }
            return UInt64(number)
        }

        func hex(_ key: String) throws(WireError) -> UInt64 {
            guard let number = FixedHex.parse(try text(key).utf8, digits: 16) else {
                throw fail("wire.hex", key)
            }
            return number
        }

        func base64(_ key: String) throws(WireError) -> [UInt8] {
            guard let bytes = Base64URL.decode(try text(key)) else {
                throw fail("wire.base64", key)
            }
            return bytes
        }

        /// The objects of a list.
        func list(_ key: String) throws(WireError) -> [Members] {
            guard let items = try value(key).items else { throw fail("wire.member_kind", key) }
            return items.map { Members(value: $0, line: line) }
        }

        /// The sums of a list.
        func sums(_ key: String) throws(WireError) -> [HashSum] {
            guard let items = try value(key).items else { throw fail("wire.member_kind", key) }
            var sums: [HashSum] = []
            for item in items {
                guard let text = item.text else { throw fail("wire.member_kind", key) }
                sums.append(try sum(Array(text.utf8), key))
            }
            return sums
        }

        func sum(_ key: String) throws(WireError) -> HashSum {
            try sum(Array(try text(key).utf8), key)
        }

        private func sum(_ text: [UInt8], _ key: String) throws(WireError) -> HashSum {
            guard text.count == 32, let high = FixedHex.parse(text[..<16], digits: 16),
                let low = FixedHex.parse(text[16...], digits: 16)
            else { throw fail("wire.sum", key) }
            var bytes: [UInt8] = []
            bytes.appendBigEndian(high)
            bytes.appendBigEndian(low)
            guard let sum = HashSum(bytes) else { throw fail("wire.sum", key) }
            return sum
        }
    }
}
