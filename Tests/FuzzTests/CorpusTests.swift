import TestSupport
import Testing

/// Goal: what the fuzzer once found stays found, without the fuzzer.
///
/// Method: every input of the corpus goes through its target, as it is and with
/// seeded changes. A target that is not content stops the process.
@Suite("The fuzzer's corpus")
struct CorpusTests {
    @Test("is taken by every target", arguments: FuzzTarget.allCases)
    func replay(target: FuzzTarget) throws {
        let inputs = try Corpus.inputs(target)
        #expect(inputs.count >= 15)
        for input in inputs { target.check(input) }
    }

    @Test("is taken also when it is altered", arguments: FuzzTarget.allCases)
    func altered(target: FuzzTarget) throws {
        let inputs = try Corpus.inputs(target)
        var random = SeededRandom(seed: 20)
        for _ in 0..<3_000 {
            guard var input = inputs.randomElement(using: &random), input.count < 2_000 else {
                continue
            }
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<input.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: input[place] = UInt8.random(in: 0...255, using: &random)
                case 1: input.insert(UInt8.random(in: 0...255, using: &random), at: place)
                default: input.remove(at: place)
                }
                if input.isEmpty { break }
            }
            target.check(input)
        }
    }
}

/// The inputs of one target: `Tests/Corpus/NAME.txt`, one in hexadecimal a line.
enum Corpus {
    static func inputs(_ target: FuzzTarget) throws -> [[UInt8]] {
        let text = try Repository.bytes(of: "Tests/Corpus/\(target.rawValue).txt")
        return text.split(separator: UInt8(ascii: "\n")).map(bytes)
    }

    private static func bytes(_ line: ArraySlice<UInt8>) -> [UInt8] {
        func digit(_ byte: UInt8) -> UInt8 {
            byte <= UInt8(ascii: "9") ? byte - UInt8(ascii: "0") : byte - UInt8(ascii: "a") + 10
        }
        let digits = Array(line)
        return stride(from: 0, to: digits.count - 1, by: 2).map {
            digit(digits[$0]) << 4 | digit(digits[$0 + 1])
        }
    }
}
