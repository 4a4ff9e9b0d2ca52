internal import Foundation
internal import SyncProtocol

/// Our JSON against Foundation's on the same record; context for goal 27.
enum JSONMeasure {
    static func run(_ bench: Bench) async throws {
        let bytes = SampleRecords.body(1)
        let data = Data(bytes)
        let value = try JSON.parse(bytes)
        let decoder = JSONDecoder()
        let encoder = JSONEncoder()
        let typed = try decoder.decode(SampleBody.self, from: data)
        let megabytes = Double(bytes.count) / 1e6
        var decoding = Comparison()
        var encoding = Comparison()
        for _ in 0..<bench.rounds {
            let parse = try Stopwatch.rate { _ = try JSON.parse(bytes) }
            let decode = try Stopwatch.rate {
                _ = try decoder.decode(SampleBody.self, from: data)
            }
            decoding.add(ours: parse * megabytes, peer: decode * megabytes)
            let write = Stopwatch.rate { _ = JSON.canonical(value) }
            let encode = try Stopwatch.rate { _ = try encoder.encode(typed) }
            encoding.add(ours: write * megabytes, peer: encode * megabytes)
        }
        bench.report.comparison(
            "JSON to values", decoding, unit: "MB/s", against: "JSONDecoder, typed")
        bench.report.comparison(
            "values to canonical JSON", encoding, unit: "MB/s", against: "JSONEncoder, typed")
    }
}

/// Goal 29: SHA-256 at the size of a record.
enum DigestMeasure {
    private static let size = 600

    static func run(_ bench: Bench) async throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let openssl = Command.find(["/usr/bin/openssl", "/usr/local/bin/openssl"])
        var alone = Samples()
        var found = Comparison()
        for _ in 0..<bench.rounds {
            var seen: UInt8 = 0
            let rate = Stopwatch.rate { seen ^= SHA256.hash(bytes).bytes[0] }
            precondition(seen < 255 || rate > 0)
            let ours = rate * Double(size) / 1e6
            alone.add(ours)
            guard let openssl else { continue }
            let printed = try Command.output(
                openssl, ["speed", "-bytes", "\(size)", "-seconds", "1", "-evp", "sha256"])
            let last = printed.split(whereSeparator: \.isWhitespace).last ?? ""
            guard last.hasSuffix("k"), let thousands = Double(last.dropLast()) else { continue }
            found.add(ours: ours, peer: thousands / 1e3)
        }
        if found.ours.values.isEmpty {
            bench.report.figure("SHA-256 of 600 bytes", alone, unit: "MB/s")
        } else {
            bench.report.comparison(
                "SHA-256 of 600 bytes", found, unit: "MB/s", against: "openssl", goal: 29)
        }
    }
}
