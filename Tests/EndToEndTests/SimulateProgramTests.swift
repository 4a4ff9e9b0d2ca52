import Foundation
import Testing
import TestSupport

extension WorldTests {
    /// The simulator as testers run it: the program, its exit codes and its JSON.
    @Suite("The simulator's program")
    struct SimulateProgramTests {
        @Test("runs a seed and a plan, and tells the result as JSON")
        func runs() async throws {
            try await RealWorld.run(serving: false) { world in
                let plan =
                    "\(Repository.root)/Tests/SimulationTests/Regressions/rolled-back-device.json"
                for (words, worlds) in [
                    (["--seed", "3", "--size", "12"], 1), (["--seeds", "1..3", "--size", "8"], 3),
                    (["--plan", plan], 1), (["--seeds", "1..2", "--size", "8", "--jobs", "2"], 2),
                ] {
                    let run = try await world.run(Programs.qa, ["simulate", "--json"] + words)
                    #expect(run.code == 0, "\(words): \(run.error)")
                    let told = PlainJSON.object(run.output)
                    #expect(told["worlds"] as? Int == worlds, "\(words): \(run.output)")
                    #expect((told["failures"] as? [Any])?.isEmpty == true, "\(run.output)")
                }
            }
        }

        @Test("ends with 2 where nothing can be run, and tells why as JSON")
        func usage() async throws {
            try await RealWorld.run(serving: false) { world in
                let notPlan = world.path("not-a-plan.json")
                try Data("{}".utf8).write(to: URL(fileURLWithPath: notPlan))
                for words in [
                    ["--seed", "1", "--seeds", "1..2"], ["--plan", "x", "--seed", "1"],
                    ["--from", "7"], ["--jobs", "0"], ["--jobs", "65"], ["--size", "0"],
                    ["--minutes", "0"], ["--shrink-seconds", "0"],
                    ["--shrink-seconds", "1000001"], ["--seeds", "1-5"], ["--small-scope", "2,x"],
                    ["--plan", world.path("none.json")], ["--plan", notPlan], ["--nothing"],
                ] {
                    let run = try await world.run(Programs.qa, ["simulate", "--json"] + words)
                    #expect(run.code == 2, "\(words): \(run.code)")
                    #expect(run.output.isEmpty, "\(words): \(run.output)")
                    let told = PlainJSON.object(run.error)["error"] as? [String: Any] ?? [:]
                    #expect(told["code"] is String, "\(words): \(run.error)")
                }
            }
        }
    }
}
