import Foundation
import Testing

extension WorldTests {
    @Suite("A sync costs")
    struct TrafficTests {
        @Test("400 bytes up and 100 down with nothing new, and 900 down with one new row")
        func bytes() async throws {
            try await RealWorld.run { world in
                // A person as they come: rows in every domain, ids and times of full length.
                let subject = try await world.person()
                let tables = [
                    "driving_licence", "profile", "entitlement", "civil_registration",
                    "credit_report", "bill", "consent", "service",
                ]
                let key = try await world.agency("dlt", tables: tables)
                let start = 1_790_000_000_000
                func row(_ version: Int) -> String {
                    let text = String(repeating: "\(version % 10)", count: 589)
                    return BadInputTests.line(
                        "driving-licence-0001", subject, version: start + version,
                        asOf: start + version, body: #"{"note":"\#(text)"}"#)
                }
                try await world.mustFeed(
                    [row(1)] + tables.dropFirst().map { Self.line($0, of: subject) }, key: key)
                let proxy = try RecordingProxy(target: world.port)
                defer { proxy.close() }
                let device = try await world.device("a", of: subject, at: proxy.address)
                try await device.must("sync")
                try await device.must("pin", "service-1")
                try await device.must("sync")
                try await device.must("sync")
                _ = try await proxy.take()
                try await device.must("sync")
                let nothing = try await proxy.take()
                #expect(!nothing.up.isEmpty)
                #expect(nothing.up.count <= 400, "\(Self.text(nothing.up))")
                #expect(nothing.down.count <= 100, "\(Self.text(nothing.down))")
                try await world.mustFeed([row(2)], key: key)
                try await device.must("sync")
                let one = try await proxy.take()
                #expect(one.down.count <= 900, "\(Self.text(one.down))")
                #expect(one.down.count > 600)
                print(
                    "bytes: nothing new \(nothing.up.count) up \(nothing.down.count) down,",
                    "one row \(one.up.count) up \(one.down.count) down")
                #expect(try await device.dump().contains { $0.contains("2222") })
            }
        }

        private static func line(_ table: String, of subject: String) -> String {
            let row = BadInputTests.line("\(table)-1", subject, table: table)
            return table == "service"
                ? row.replacingOccurrences(of: #""subject":"\#(subject)","#, with: "") : row
        }

        private static func text(_ bytes: [UInt8]) -> String {
            "\(bytes.count) bytes: " + String(decoding: bytes, as: UTF8.self)
        }
    }
}
