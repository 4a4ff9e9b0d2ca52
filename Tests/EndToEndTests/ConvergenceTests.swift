import Foundation
import SyncClientCore
import SyncProtocol
import Synchronization
import TestSupport
import Testing

extension WorldTests {
    /// Goal: two devices of one citizen agree to the byte, whatever each wrote and
    /// in whatever order they met the server.
    ///
    /// Method: the client library in this process against a real server; 200 random
    /// writes on each device from a seed, over every kind of field that merges.
    @Suite("Two devices of one citizen")
    struct ConvergenceTests {
        enum Order: String, CaseIterable, Sendable {
            case firstSecondFirst, secondFirstSecond, interleaved, rarely
        }

        @Test("hold the same bytes after all have synced", arguments: Order.allCases)
        func convergence(order: Order) async throws {
            let seed = UInt64(20_691_120 + order.rawValue.utf8.count)
            try await RealWorld.run { world in
                let subject = try await world.person()
                let first = try await Citizen.signedIn("a", subject, world, seed: seed)
                let second = try await Citizen.signedIn("b", subject, world, seed: seed &+ 1)
                switch order {
                case .firstSecondFirst:
                    try await first.write(200)
                    try await second.write(200)
                    for citizen in [first, second, first] { try await citizen.sync() }
                case .secondFirstSecond:
                    try await first.write(200)
                    try await second.write(200)
                    for citizen in [second, first, second] { try await citizen.sync() }
                case .interleaved:
                    for round in 0..<8 {
                        try await first.write(25)
                        if round.isMultiple(of: 2) { try await first.sync() }
                        try await second.write(25)
                        if !round.isMultiple(of: 3) { try await second.sync() }
                    }
                    for citizen in [first, second, first] { try await citizen.sync() }
                case .rarely:
                    try await first.write(100)
                    try await first.sync()
                    try await second.write(150)
                    try await first.write(100)
                    try await second.sync()
                    try await second.write(50)
                    for citizen in [second, first, second, first] { try await citizen.sync() }
                }
                let left = try await first.dump()
                let right = try await second.dump()
                #expect(!left.isEmpty)
                #expect(!left.contains { $0.contains("\"pending\":{") }, "seed \(seed)")
                #expect(left == right, "seed \(seed), order \(order)")
                let third = try await world.device("c", of: subject)
                try await third.must("sync")
                #expect(try await third.dump() == left, "a new device, seed \(seed)")
                let refused = try await first.refused() + second.refused()
                #expect(refused.allSatisfy { $0 == "row_absent" }, "\(refused)")
                await first.client.close()
                await second.client.close()
            }
        }
    }
}

/// A person who writes at random on one device, from a seed.
private final class Citizen {
    let client: SyncClient
    private var random: SeededRandom
    private var drafts: [String] = []
    private var step = 0

    private init(_ client: SyncClient, seed: UInt64) {
        self.client = client
        random = SeededRandom(seed: seed)
    }

    static func signedIn(
        _ name: String, _ subject: String, _ world: RealWorld, seed: UInt64
    ) async throws -> Citizen {
        let client = try await SyncClient.open(
            SyncConfiguration(dataDirectory: world.path("citizen-" + name)))
        let prompt = try await client.beginSignIn(server: world.address, deviceName: name)
        try await world.admin("approve", prompt.userCode, "--person", subject)
        _ = try await client.completeSignIn(prompt)
        return Citizen(client, seed: seed)
    }

    func sync() async throws { _ = try await client.sync() }

    func write(_ count: Int) async throws {
        for _ in 0..<count {
            step += 1
            do throws(SyncFailure) {
                try await writeOne()
            } catch .rowAbsent {
                // Nothing to take away or to change here: the next write will do.
            }
        }
    }

    private func pick<Element>(_ items: [Element]) -> Element {
        items[Int.random(in: 0..<items.count, using: &random)]
    }

    private func writeOne() async throws(SyncFailure) {
        let row = pick(["x-1", "x-2", "x-3"])
        let word = "\(pick(["ก", "ข", "ค", "d"]))\(step)"
        let service = pick(["obec-1", "obec-2", "obec-3"])
        let key = RowKey(table: "annotation", id: row)
        let notice = RowKey(table: "notification_state", id: pick(["n-1", "n-2"]))
        switch Int.random(in: 0..<15, using: &random) {
        case 0: try await client.setPreference("language", to: .text(pick(["th", "en"])))
        case 1: try await client.setPreference("notify.bills", to: .text(word))
        case 2: try await client.markRead([notice.id])
        case 3:
            _ = try await client.write([
                RowOperation(.inbox, .create),
                RowOperation(
                    .inbox,
                    .raise(field: "seen_up_to", to: Int64.random(in: 0...9_999, using: &random))),
            ])
        case 4:
            _ = try await client.write([
                RowOperation(notice, .create),
                RowOperation(notice, .set(field: "archived", value: .string(pick(["yes", "no"])))),
            ])
        case 5: try await client.pin(service)
        case 6: try await client.unpin(service)
        case 7: try await client.annotate(row, addLabels: [pick(["red", "blue"])])
        case 8: try await client.annotate(row, removeLabels: [pick(["red", "blue"])])
        case 9: try await client.annotate(row, note: word)
        case 10, 11:
            _ = try await client.write([
                RowOperation(key, .create),
                RowOperation(
                    key, .increment(field: "shown", by: Int64.random(in: -3...9, using: &random))),
            ])
        case 12:
            drafts.append(
                try await client.createDraft(
                    service: service, action: "new", form: ["reason": .text(word)]))
        case 13 where !drafts.isEmpty:
            try await client.editDraft(
                pick(drafts), form: ["reason": .text(word)], statement: word)
        case 14 where drafts.count > 4: try await client.deleteDraft(drafts.removeFirst())
        default: try await client.annotate(row, nickname: word, reminderDays: step)
        }
    }

    func dump() async throws -> [String] {
        let lines = Mutex<[String]>([])
        try await client.dumpCanonical { line in
            lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
        }
        return lines.withLock { $0 }
    }

    func refused() async throws -> [String] {
        try await client.outcomes(limit: 20_000).filter { $0.status == .refused }.map(\.code)
    }
}
