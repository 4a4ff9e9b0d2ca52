import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// Goal: an operator lists any number of people, and the writer is never long at it.
@Suite("The list of people")
struct PeopleListTests {
    /// Method: the parts are asked for as the program does, which goes on until one is empty.
    @Test("comes in parts, in the order in which they were added, also of who was erased")
    func parts() throws {
        let running = try RunningServer { $0.limits.peopleListedMax = 2 }
        let subjects = try (0..<5).map { _ in try running.addPerson() }
        _ = try running.admin([
            "command": "person.erase", "person": .string(subjects[1]), "reason": "request 12",
        ])
        var command = try ServerOptions(["person", "list", "--data", "/d"]) { _ in nil }
            .adminCommand()
        var sizes: [Int] = []
        var listed: [String] = []
        while sizes.last != 0, sizes.count < 10 {
            let rows = try #require(try running.admin(command)["rows"]?.items)
            sizes.append(rows.count)
            listed += rows.compactMap { $0["subject"]?.text }
            command = command.going(on: rows)
        }
        #expect(sizes == [2, 2, 1, 0])
        #expect(listed == subjects)
        let unknown = try running.admin(["command": "person.list", "after": "nobody"])
        #expect(unknown["error"]?["code"] == "admin.person_unknown")
    }
}
