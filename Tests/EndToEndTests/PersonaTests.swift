import Foundation
import TestSupport
import Testing

extension WorldTests {
    /// Goal: what agencies feed is what people's devices hold, byte for byte in
    /// meaning, nothing more and nothing less.
    ///
    /// Method: each agency feeds its rows with a key of its own; half of the people
    /// are named by subject and half by national number; the dump of each device is
    /// compared with the files through Foundation's JSON, not through ours.
    @Suite("Thirty-six people")
    struct PersonaTests {
        @Test("see exactly the rows that were fed for them, and the catalogue")
        func roundTrip() async throws {
            try await RealWorld.run { world in
                let people = try Persona.load()
                #expect(people.count == 36)
                let catalogue = try Catalogue.load()
                var subjects: [String: String] = [:]
                for person in people {
                    subjects[person.slug] = try await world.person(person.pid)
                }
                try await Self.feed(people, catalogue, subjects, world)
                let shared = try catalogue.map { try PlainJSON.canonical(line: $0) }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (index, person) in people.enumerated() {
                        if index >= 6 { try await group.next() }
                        let subject = subjects[person.slug] ?? ""
                        group.addTask {
                            let expected = try Set(
                                shared + person.rows.map { try PlainJSON.canonical(line: $0) })
                            try await Self.check(person, subject, expected, world)
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }

        private static func feed(
            _ people: [Persona], _ catalogue: [String], _ subjects: [String: String],
            _ world: RealWorld
        ) async throws {
            var byAgency: [String: (tables: Set<String>, lines: [String])] = [
                "dga": (Catalogue.tables, catalogue)
            ]
            for (index, person) in people.enumerated() {
                let whose =
                    index.isMultiple(of: 2)
                    ? #"{"pid":"\#(person.pid)","#
                    : #"{"subject":"\#(subjects[person.slug] ?? "")","#
                for row in person.rows {
                    let value = PlainJSON.object(row)
                    let agency = value["agency"] as? String ?? ""
                    byAgency[agency, default: ([], [])].tables
                        .insert(value["table"] as? String ?? "")
                    byAgency[agency]?.lines.append(whose + row.dropFirst())
                }
            }
            for (agency, work) in byAgency {
                let key = try await world.agency(agency, tables: work.tables.sorted())
                try await world.mustFeed(work.lines, key: key)
            }
        }

        private static func check(
            _ person: Persona, _ subject: String, _ expected: Set<String>, _ world: RealWorld
        ) async throws {
            let device = try await world.device(person.slug, of: subject)
            try await device.must("sync")
            let dumped = try await device.dump().map { try PlainJSON.canonical(line: $0) }
            let shown = Set(dumped)
            #expect(dumped.count == expected.count, "\(person.slug)")
            #expect(
                shown == expected,
                """
                \(person.slug): missing \(expected.subtracting(shown).prefix(2)), \
                invented \(shown.subtracting(expected).prefix(2))
                """)
            guard person.slug == "wang-no-rows" else { return }
            #expect(person.rows.isEmpty)
            for command in ["home", "licence", "bills", "notifications", "requests"] {
                let run = try await device.run(command, "--json")
                #expect(run.code == 0, "\(command): \(run.error)")
                #expect(command == "home" || run.output.isEmpty, "\(command): \(run.output)")
            }
        }
    }
}

/// A person of the data and the rows that belong to them.
struct Persona: Sendable {
    let slug: String
    let pid: String
    let rows: [String]

    static func load() throws -> [Persona] {
        try DataLines.read("Data/personas/people.ndjson").map { line in
            let value = PlainJSON.object(line)
            let slug = value["slug"] as? String ?? ""
            return Persona(
                slug: slug, pid: value["pid"] as? String ?? "",
                rows: try DataLines.read("Data/personas/rows/\(slug).ndjson"))
        }
    }
}

/// The rows that everyone sees, as lines of a feed.
enum Catalogue {
    private static let files = [
        ("service", "catalogue/services", "id"), ("agency", "catalogue/agencies", "code"),
        ("rule", "catalogue/rules", "id"), ("province", "reference/provinces", "code"),
        ("biller", "reference/billers", "id"),
        ("open_data_group", "reference/open-data-groups", "id"),
    ]

    static let tables = Set(files.map(\.0))

    static func load() throws -> [String] {
        try files.flatMap { table, file, key in
            try DataLines.read("Data/\(file).ndjson").map { body in
                let id = PlainJSON.object(body)[key] as? String ?? ""
                return #"{"agency":"dga","as_of":1795140000000,"body":\#(body),"id":"\#(id)","#
                    + #""source_version":1,"table":"\#(table)"}"#
            }
        }
    }
}

/// Lines of a file of the repository.
enum DataLines {
    static func read(_ path: String) throws -> [String] {
        String(decoding: try Repository.bytes(of: path), as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }
}
