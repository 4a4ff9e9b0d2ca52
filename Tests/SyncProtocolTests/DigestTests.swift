import SyncProtocol
import Testing

@Suite("SHA-256")
struct DigestTests {
    @Test(
        "agrees with FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                    + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
            ),
        ])
    func standardVectors(text: String, expected: String) {
        #expect(SHA256.hash(Array(text.utf8)).hex == expected)
    }

    @Test("agrees with FIPS 180-4 on a million letters")
    func millionLetters() {
        #expect(
            SHA256.hash([UInt8](repeating: 0x61, count: 1_000_000)).hex
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test("is the same with and without the processor's instructions")
    func portable() {
        var random = TestRandom(seed: 2)
        for count in Array(0...200) + [4_095, 4_096, 4_097] {
            let message = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(SHA256.hash(message) == SHA256.hashPortably(message), "\(count) bytes")
        }
    }

    /// Goal: every length around the block and padding borders is right.
    ///
    /// Method: the digests of messages of 0 to 200 bytes are hashed together and
    /// compared with the same made by Python's `hashlib`:
    ///
    ///     for n in range(201):
    ///         h.update(sha256(bytes((i * 7 + n) & 255 for i in range(n))).digest())
    @Test("agrees with hashlib on every length, whole and in parts")
    func everyLength() {
        let golden = "e673d33f6940a6d3856d0d305fd88363ae0ba3b96e2411d8ddd5e0dd443f4525"
        var random = TestRandom(seed: 1)
        var whole = SHA256()
        var parts = SHA256()
        for count in 0...200 {
            let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + count) }
            whole.update(SHA256.hash(message).bytes)
            var part = SHA256()
            var rest = message[...]
            while !rest.isEmpty {
                let taken = Int.random(in: 0...min(70, rest.count), using: &random)
                part.update(Array(rest.prefix(taken)))
                rest = rest.dropFirst(taken)
            }
            parts.update(part.finalize().bytes)
        }
        #expect(whole.finalize().hex == golden)
        #expect(parts.finalize().hex == golden)
    }

    /// Goal: no content and no carry of a sum is wrong, however rare.
    ///
    /// Method: 100,000 messages of up to 231 bytes, each made of the digest before it, so that one
    /// wrong bit changes all that follow; the last is compared with Python's `hashlib`:
    ///
    ///     d, m = bytes(32), b""
    ///     for n in range(100000):
    ///         m = (d + m)[:n % 200]
    ///         d = sha256(d + m).digest()
    @Test("agrees with hashlib on 100,000 messages, each made of the digest before")
    func chain() {
        var digest = [UInt8](repeating: 0, count: 32)
        var message: [UInt8] = []
        for number in 0..<100_000 {
            message = Array((digest + message).prefix(number % 200))
            digest = SHA256.hash(digest + message).bytes
        }
        #expect(
            Hex.encode(digest) == "35eeb9ae1a29413f201aa615e6db64406df9fe62ccca349c989f48821ca20a1f"
        )
    }

    @Test("can go on after a digest was taken")
    func goesOn() {
        var hash = SHA256()
        hash.update(Array("ab".utf8))
        #expect(hash.finalize() == SHA256.hash(Array("ab".utf8)))
        hash.update(Array("c".utf8))
        #expect(hash.finalize() == SHA256.hash(Array("abc".utf8)))
    }

    @Test("digests keep their bytes")
    func digestBytes() throws {
        let bytes = (0..<32).map { UInt8($0 * 8) }
        let digest = try #require(Digest32(bytes))
        #expect(digest.bytes == bytes)
        #expect(Digest32(hex: digest.hex) == digest)
        #expect(Digest32([UInt8](bytes.dropLast())) == nil)
        #expect(Digest32(hex: digest.hex.uppercased()) == nil)
        #expect(digest.equalsInConstantTime(digest) && !digest.equalsInConstantTime(.zero))
    }
}

@Suite("HMAC-SHA-256")
struct HMACTests {
    @Test(
        "agrees with RFC 4231",
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                (1...25).map { UInt8($0) }, [UInt8](repeating: 0xcd, count: 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131),
                Array(
                    ("This is a test using a larger than block-size key and a larger than "
                        + "block-size data. The key needs to be hashed before being used by "
                        + "the HMAC algorithm.").utf8),
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
            ),
        ])
    func standardVectors(key: [UInt8], message: [UInt8], expected: String) throws {
        let hmac = HMACKey(key)
        #expect(hmac.code(for: message).hex == expected)
        let code = try #require(Digest32(hex: expected))
        #expect(message.withUnsafeBytes { hmac.isValid(code, for: $0) })
        #expect(!message.withUnsafeBytes { hmac.isValid(.zero, for: $0) })
    }

    /// Goal: as for SHA-256.
    ///
    /// Method: the same, with keys of up to 149 bytes, longer and shorter than a block:
    ///
    ///     d, m = bytes(32), b""
    ///     for n in range(10000):
    ///         m = (d + m)[:n % 200]
    ///         d = hmac.new((d * 7)[:n % 150], m + d, sha256).digest()
    @Test("agrees with Python's hmac on 10,000 keys and messages")
    func chain() {
        var code = [UInt8](repeating: 0, count: 32)
        var message: [UInt8] = []
        for number in 0..<10_000 {
            message = Array((code + message).prefix(number % 200))
            let key = Array([[UInt8]](repeating: code, count: 7).joined().prefix(number % 150))
            code = HMACKey(key).code(for: message + code).bytes
        }
        #expect(
            Hex.encode(code) == "583c35759919eee1e40b1496c0a2e9ef9ba467d79f2d2a03a6320b5cf2bac55c")
    }

    @Test("buffers compare in constant time by their bytes")
    func constantTime() {
        func equal(_ first: [UInt8], _ second: [UInt8]) -> Bool {
            first.withUnsafeBytes { ours in
                second.withUnsafeBytes { equalInConstantTime(ours, $0) }
            }
        }
        #expect(equal([], []) && equal([1, 2], [1, 2]))
        #expect(!equal([1, 2], [1, 3]) && !equal([1], [1, 2]))
    }
}

@Suite("Binary as text")
struct BinaryTextTests {
    @Test(
        "is base64url as in RFC 4648",
        arguments: zip(
            ["", "f", "fo", "foo", "foob", "fooba", "foobar"],
            ["", "Zg", "Zm8", "Zm9v", "Zm9vYg", "Zm9vYmE", "Zm9vYmFy"]))
    func base64(plain: String, encoded: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == encoded)
        #expect(Base64URL.decode(encoded) == Array(plain.utf8))
    }

    @Test(
        "refuses a second way to write the same bytes",
        arguments: ["Zg==", "Zh", "Zm9", "A", "+/+/", "Zm 8", "Zm8\n", "กกกก", "AAAAA"])
    func strictBase64(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test("comes back for any bytes", arguments: 0..<50 as Range<UInt64>)
    func roundTrip(seed: UInt64) {
        var random = TestRandom(seed: seed)
        let bytes = (0..<Int(seed)).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        #expect(Hex.decode(Hex.encode(bytes)) == bytes)
    }

    @Test("is hexadecimal in lower case only", arguments: ["0", "0G", "AB", "+1", "é", "0x"])
    func strictHex(text: String) {
        #expect(Hex.decode(text) == nil)
        #expect(Hex.encode([0, 255, 16]) == "00ff10")
    }
}
