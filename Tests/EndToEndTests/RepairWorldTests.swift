import Foundation
import SQLiteKit
import Testing

extension WorldTests {
    /// Goal: a repair costs what differs and not what is held, over real sockets.
    ///
    /// Method: a row of a mirror of 10,000 is changed in the file, behind the
    /// client's back; a proxy keeps every byte of what is then said, heads included.
    @Suite("A repair costs")
    struct RepairWorldTests {
        static let rows = 10_000

        /// One bad row, in the ways in which one can be bad.
        static let damages = [
            ("a row is gone", "DELETE FROM row WHERE id = 'r-4711'"),
            (
                "a row is another",
                "UPDATE row SET body = CAST('{\"a\":2}' AS BLOB) WHERE id = 'r-4711'"
            ),
            (
                "a row too many",
                """
                INSERT INTO row SELECT table_id, 'invented', bucket_id, owner_id, 1, as_of, 1, hash,
                    body FROM row WHERE id = 'r-4711'
                """
            ),
            ("a hash is none", "UPDATE row SET hash = x'00' WHERE id = 'r-4711'"),
        ]

        private func spoil(_ device: Device, of subject: String, _ sql: String) throws {
            let connection = try Connection(
                path: device.folder + "/accounts/\(subject)/cache.sqlite",
                options: ConnectionOptions(.readWriteCreate))
            defer { connection.close() }
            try connection.execute(sql)
            #expect(connection.changes == 1)
        }

        private func requests(_ up: [UInt8]) -> Int {
            String(decoding: up, as: UTF8.self).components(separatedBy: "POST /v1/").count - 1
        }

        @Test("three round trips and 8 KiB for one bad row among 10,000")
        func oneBadRow() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed(
                    (0..<Self.rows).map { BadInputTests.line("r-\($0)", subject) }, key: key)
                let proxy = try RecordingProxy(target: world.port)
                defer { proxy.close() }
                let device = try await world.device("a", of: subject, at: proxy.address)
                try await device.must("sync")
                let sound = try await device.dump()
                #expect(sound.count >= Self.rows)
                _ = try await proxy.take()
                for (kind, sql) in Self.damages {
                    try spoil(device, of: subject, sql)
                    #expect(try await device.run("doctor").code == 1, "\(kind)")
                    let run = try await device.must("doctor", "--deep", "--json")
                    let answer = PlainJSON.object(run.lines.first ?? "")
                    #expect(answer["sound"] as? Bool == true, "\(kind): \(run.output)")
                    let (up, down) = try await proxy.take()
                    #expect(requests(up) <= 3, "\(kind)")
                    #expect(up.count + down.count <= 8 * 1_024, "\(kind)")
                    #expect(try await device.dump() == sound, "\(kind)")
                    print("bytes: \(kind), \(requests(up)) requests, \(up.count + down.count)")
                }
                #expect(try await world.metric("tangrat_repairs_total") == 4)

                // What a checkpoint shows costs the same, after the sync that showed it.
                let bucket = "UPDATE bucket SET count = count + 1 WHERE name LIKE '%/transport'"
                try spoil(device, of: subject, bucket)
                try spoil(device, of: subject, "DELETE FROM row WHERE id = 'r-4711'")
                try await world.mustFeed([BadInputTests.line("another", subject)], key: key)
                let synced = try await device.must("sync", "--json")
                let report = PlainJSON.object(synced.lines.last ?? "")
                #expect(report["repairs"] as? Int == 1)
                let (up, down) = try await proxy.take()
                #expect(requests(up) <= 1 + 3)
                #expect(up.count + down.count <= 8 * 1_024)
                #expect(try await device.dump().count == sound.count + 1)
                #expect(try await device.run("doctor").code == 0)
            }
        }

        @Test("one round where the number of a bucket is another, by which alone it is named")
        func bucketNumber() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed(
                    (0..<20).map { BadInputTests.line("r-\($0)", subject) }, key: key)
                let device = try await world.device("a", of: subject)
                try await device.must("sync")
                let held = try await device.dump().count
                let bucket = "UPDATE bucket SET number = number + 99 WHERE name LIKE '%/transport'"
                try spoil(device, of: subject, bucket)
                for (number, repairs) in [(1, 1), (2, 0)] {
                    try await world.mustFeed(
                        [BadInputTests.line("new-\(number)", subject)], key: key)
                    let synced = try await device.must("sync", "--json")
                    let report = PlainJSON.object(synced.lines.last ?? "")
                    #expect(report["repairs"] as? Int == repairs)
                    #expect(try await device.dump().count == held + number)
                    #expect(try await device.run("doctor").code == 0)
                }
                let deep = try await device.must("doctor", "--deep", "--json")
                #expect(PlainJSON.object(deep.lines.first ?? "")["sound"] as? Bool == true)
            }
        }
    }
}
