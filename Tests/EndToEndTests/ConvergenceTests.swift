import Foundation
import SyncClientCore
import TestSupport
import Testing

extension WorldTests {
    /// Goal: the devices of one citizen agree to the byte, whatever each wrote offline
    /// and in whatever order they met the server.
    ///
    /// Method: the client library in this process against a real server, which is shut
    /// down while anybody writes; 200 writes that each device took, from a seed, over
    /// every kind of field that merges. What must come out of counters, the
    /// maximum and the flags is also reckoned from what was written.
    @Suite("The devices of one citizen")
    struct ConvergenceTests {
        static let writesOfEach = 200

        @Test("hold the same bytes after all have synced", arguments: Scenario.all)
        func convergence(scenario: Scenario) async throws {
            print("convergence: \(scenario) (\(FreshSeed.variable)=\(scenario.seed))")
            try await RealWorld.run { world in
                let subject = try await world.person()
                let drafts = RandomCitizen.Drafts()
                var citizens: [RandomCitizen] = []
                for number in 0..<scenario.devices {
                    citizens.append(
                        try await RandomCitizen.signedIn(
                            "d\(number)", subject, world, drafts: drafts,
                            seed: scenario.seed &+ UInt64(number)))
                }
                try await walk(scenario, citizens, world)
                let dumps = try await dumps(of: citizens)
                let left = try #require(dumps.first)
                #expect(!left.contains { $0.contains("\"pending\":{") }, "\(scenario)")
                #expect(dumps.allSatisfy { $0 == left }, "\(scenario)")
                let new = try await world.device("new", of: subject)
                try await new.must("sync")
                #expect(try await new.dump() == left, "a new device, \(scenario)")
                try await checkCounts(citizens, scenario)
                checkValues(left, citizens, scenario)
                for citizen in citizens { await citizen.client.close() }
            }
        }

        /// Takes the steps; the server runs only while somebody syncs.
        private func walk(
            _ scenario: Scenario, _ citizens: [RandomCitizen], _ world: RealWorld
        ) async throws {
            var isServing = true
            for step in scenario.steps(writesOfEach: Self.writesOfEach) {
                switch step {
                case .write(let device, let count):
                    if isServing { #expect(try await world.stop(SIGTERM) == 0) }
                    isServing = false
                    try await citizens[device].write(count)
                case .sync(let device):
                    if !isServing { try await world.start() }
                    isServing = true
                    _ = try await citizens[device].client.sync()
                }
            }
        }

        private func dumps(of citizens: [RandomCitizen]) async throws -> [[String]] {
            var dumps: [[String]] = []
            for citizen in citizens { dumps.append(try await citizen.dump()) }
            return dumps
        }

        /// Every device wrote what it should have, and the server took all of it.
        private func checkCounts(
            _ citizens: [RandomCitizen], _ scenario: Scenario
        ) async throws {
            var overtaken = 0
            for citizen in citizens {
                let outcomes = try await citizen.outcomes()
                let refused = outcomes.filter { $0.status == .refused }
                #expect(citizen.writes == Self.writesOfEach)
                #expect(outcomes.count >= Self.writesOfEach, "\(scenario)")
                #expect(refused.isEmpty, "\(scenario): \(refused)")
                overtaken += outcomes.count { $0.status == .merged }
                // Each way of merging: latest write, maximum, flag, set, counter, text.
                for word in ["set", "raise", "mark", "add", "remove", "increment", "write"] {
                    let count = citizen.operations[word, default: 0]
                    #expect(count >= (word == "remove" ? 3 : 10), "\(word), \(scenario)")
                }
            }
            #expect(overtaken > 0, "no two writes met, \(scenario)")
        }

        /// Counters, the maximum and the flags are what was written, taken together.
        private func checkValues(
            _ dump: [String], _ citizens: [RandomCitizen], _ scenario: Scenario
        ) {
            var rows: [String: [String: Any]] = [:]
            for line in dump.map(PlainJSON.object) {
                rows["\(line["table"] ?? "")/\(line["id"] ?? "")"] = line["body"] as? [String: Any]
            }
            for row in ["x-1", "x-2", "x-3"] {
                let written = citizens.map { $0.added[row, default: 0] }.reduce(0, +)
                #expect(Counter.value(rows["annotation/\(row)"]) == written, "\(row), \(scenario)")
            }
            func field(_ row: String, _ name: String) -> [Any]? {
                (rows[row]?["fields"] as? [String: Any])?[name] as? [Any]
            }
            let highest = citizens.map(\.highest).max()
            #expect(field("inbox/me", "seen_up_to")?.last as? Int == highest, "\(scenario)")
            for notice in ["n-1", "n-2"] {
                #expect(field("notification_state/\(notice)", "read") != nil, "\(scenario)")
            }
        }
    }
}
