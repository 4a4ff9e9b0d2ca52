extension ThaiText {
    /// Returns bytes whose order is the order of a Thai dictionary.
    ///
    /// A leading vowel counts after the consonant it is written before; tones,
    /// maitaikhu and thanthakhat only break ties. The bytes can be stored and
    /// compared as a blob.
    package static func sortKey(_ text: String) -> [UInt8] {
        let scalars = leadingVowelsMoved(Array(asciiDigits(canonical(text)).unicodeScalars))
        var primary: [UInt32] = []
        var secondary: [UInt32] = []
        for scalar in scalars {
            if (0x0E47...0x0E4C).contains(scalar.value) || scalar.value == 0x0E4E {
                if secondary.isEmpty {
                    primary.append(0)
                    secondary.append(0)
                }
                // Two marks on one stack at most: a tone and thanthakhat.
                let earlier = secondary[secondary.count - 1]
                secondary[secondary.count - 1] = (earlier & 0xFF) << 8 | (scalar.value - 0x0E40)
            } else {
                primary.append(folded(scalar) + 2)
                secondary.append(0)
            }
        }
        var key: [UInt8] = []
        key.reserveCapacity(primary.count * 9)
        for weight in primary { append(weight, to: &key) }
        append(0, to: &key)
        for weight in secondary { append(weight, to: &key) }
        append(0, to: &key)
        for scalar in canonical(text).unicodeScalars { append(scalar.value, to: &key) }
        return key
    }

    /// Tells whether one text stands before another in a Thai dictionary.
    package static func precedes(_ first: String, _ second: String) -> Bool {
        sortKey(first).lexicographicallyPrecedes(sortKey(second))
    }

    private static func leadingVowelsMoved(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var output = scalars
        var index = 0
        while index + 1 < output.count {
            if isLeadingVowel(output[index]), isConsonant(output[index + 1]) {
                output.swapAt(index, index + 1)
                index += 2
            } else {
                index += 1
            }
        }
        return output
    }

    private static func folded(_ scalar: Unicode.Scalar) -> UInt32 {
        guard scalar.value < 0x0300 else { return scalar.value }
        return scalar.properties.lowercaseMapping.unicodeScalars.first?.value ?? scalar.value
    }

    private static func append(_ weight: UInt32, to key: inout [UInt8]) {
        key.append(UInt8(truncatingIfNeeded: weight >> 16))
        key.append(UInt8(truncatingIfNeeded: weight >> 8))
        key.append(UInt8(truncatingIfNeeded: weight))
    }
}
