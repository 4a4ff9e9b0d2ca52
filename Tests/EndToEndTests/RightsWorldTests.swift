import Foundation
import Testing

extension WorldTests {
    /// Real processes: an operator gives and takes rights while devices come and go.
    @Suite("Rights to a part of the data")
    struct RightsWorldTests {
        private static let canary = "canary-90c1-canary"

        private func files(_ device: Device, _ subject: String) throws -> [String] {
            let folder = device.folder + "/accounts/\(subject)"
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
                let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
                return bytes.range(of: Data(Self.canary.utf8)) != nil
            }
        }

        private func hasRow(_ device: Device) async throws -> Bool {
            try await device.dump().contains { $0.contains(Self.canary) }
        }

        @Test("are given, taken, and leave no byte behind")
        func grants() async throws {
            try await RealWorld.run { world in
                let owner = try await world.person()
                let helper = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed(
                    [BadInputTests.line("r-1", owner, body: #"{"a":"\#(Self.canary)"}"#)], key: key)
                let device = try await world.device("helper", of: helper)
                try await device.must("sync")
                #expect(try await !hasRow(device))
                let bucket = "person/\(owner)/transport"
                try await world.admin("grant", bucket, "--person", helper)
                try await device.must("sync")
                #expect(try await hasRow(device))
                let listed = try await world.admin("grants", "--person", helper)
                #expect(listed["bucket"] as? String == bucket)
                // The end comes while the device is away, and is told with the next word.
                try await world.admin("revoke", bucket, "--person", helper)
                try await device.must("sync")
                #expect(try await !hasRow(device))
                #expect(try files(device, helper) == [])
                let notice = try await device.must("salvage", "--json")
                #expect(PlainJSON.object(notice.lines.first ?? "")["detail"] as? String == bucket)
                let refused = try await world.run(
                    RealWorld.serverProgram,
                    [
                        "grant", "person/\(owner)/core", "--person", helper, "--data", world.data,
                    ])
                #expect(refused.code == 1)
                #expect(refused.error.contains("admin.bucket_own"))
            }
        }

        @Test("with an end close offline when it comes, and open when it is moved")
        func lease() async throws {
            try await RealWorld.run { world in
                let owner = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed(
                    [BadInputTests.line("r-1", owner, body: #"{"a":"\#(Self.canary)"}"#)], key: key)
                let device = try await world.device("owner", of: owner)
                let bucket = "person/\(owner)/transport"
                let end = Int64(Date().timeIntervalSince1970 * 1_000) + 4_000
                try await world.admin(
                    "grant", bucket, "--person", owner, "--until", RealWorld.iso(end))
                try await device.must("sync")
                let status = try await device.must("status", "--json")
                #expect(status.output.contains("lease_until"))
                _ = try await world.stop(SIGTERM)
                try await eventually("the lease ends") { try await !hasRow(device) }
                #expect(Int64(Date().timeIntervalSince1970 * 1_000) >= end)
                #expect(try await device.run("show", "driving_licence", "r-1").code != 0)
                #expect(try await device.must("status", "--json").output.contains("false"))
                try await world.start()
                try await world.admin("grant", bucket, "--person", owner)
                try await device.must("sync")
                #expect(try await hasRow(device))
                #expect(try await world.admin("verify")["sound"] as? Int == 1)
            }
        }
    }
}

extension RealWorld {
    static var serverProgram: String { Programs.server }

    /// A moment in UTC as the options take it.
    static func iso(_ milliseconds: Int64) -> String {
        let format = ISO8601DateFormatter()
        format.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        return format.string(from: Date(timeIntervalSince1970: Double(milliseconds) / 1_000))
    }
}
