internal import Foundation
internal import SyncClientCore
internal import SyncProtocol

/// From the start of a process to the first row of a full cache, without a network.
enum ColdStart {
    /// With this option and a directory the program is the process that is measured.
    static let childOption = "--first-row"

    static func run(_ bench: Bench) async throws {
        let directory = try await LocalCache.make(bench)
        var process = Samples()
        var opening = Samples()
        for _ in 0..<(bench.rounds * 2) {
            let start = Stopwatch.now()
            let printed = try Command.output(Command.own, [childOption, directory])
            process.add((Stopwatch.now() - start) * 1e3)
            opening.add(Double(printed.trimmingCharacters(in: .whitespacesAndNewlines)) ?? .nan)
        }
        bench.report.figure("cold start, process to first local row", process, unit: "ms")
        bench.report.figure("cold start, open to first local row", opening, unit: "ms")
    }

    static func child(directory: String) async throws {
        let start = Stopwatch.now()
        let client = try await SyncClient.open(SyncConfiguration(dataDirectory: directory))
        let row = try await client.row(SampleRecords.table, SampleRecords.id(0))
        guard row != nil else { throw BenchmarkError("the row is not there") }
        print((Stopwatch.now() - start) * 1e3)
        await client.close()
    }
}

/// Looking for a word in every row of a full cache.
enum SearchMeasure {
    static func run(_ bench: Bench) async throws {
        let directory = try await LocalCache.make(bench)
        let client = try await LocalCache.maker(bench).open(directory)
        var reading = Samples()
        var searching = Samples()
        for _ in 0..<bench.rounds {
            let start = Stopwatch.now()
            let rows = try await client.rows(SampleRecords.table)
            reading.add((Stopwatch.now() - start) * 1e3)
            let found = rows.count { $0.text("title")?.contains("ใบขับขี่") == true }
            searching.add((Stopwatch.now() - start) * 1e3)
            guard rows.count == ApplyMeasure.rows, found > 0 else {
                throw BenchmarkError("\(found) of \(rows.count) rows found")
            }
        }
        await client.close()
        bench.report.figure("reading 10,000 rows", reading, unit: "ms")
        bench.report.figure("search over 10,000 rows, reading included", searching, unit: "ms")
    }
}

/// A cache with 10,000 rows.
enum LocalCache {
    static func maker(_ bench: Bench) -> ClientMaker {
        let answer = SampleRecords.answer(rows: ApplyMeasure.rows)
        return ClientMaker(scratch: bench.scratch, transport: CannedTransport { _ in answer })
    }

    static func make(_ bench: Bench) async throws -> String {
        let maker = maker(bench)
        let directory = try await maker.signedIn()
        let client = try await maker.open(directory)
        _ = try await client.sync()
        await client.close()
        return directory
    }
}
