internal import CitizenData
internal import SyncProtocol

extension Command {
    /// `world list`: who lives in the synthetic world.
    static let worldList = Command(
        name: "world list", summary: "the synthetic people, and what each one shows",
        options: [.world],
        run: { options, console in
            let people = try WorldFiles(options["world"]).people()
            for person in people {
                console.give(WorldList.json(person))
                for line in WorldList.lines(person) { console.say(line) }
            }
            return .done
        })
}

/// How a person of the world is listed.
enum WorldList {
    private static let columns = 80
    private static let indent = "    "

    /// The lines for a person: name and size, then what they show.
    static func lines(_ person: Persona) -> [String] {
        let size = "\(person.rows) rows"
        let head = ThaiText.padded(
            "\(person.slug)  \(person.nameEnglish)", cells: columns - size.utf8.count - 2)
        return ["\(head)  \(size)"] + wrapped(person.why)
    }

    private static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            let longer = line.isEmpty ? String(word) : "\(line) \(word)"
            if ThaiText.cells(indent + longer) > columns, !line.isEmpty {
                lines.append(indent + line)
                line = String(word)
            } else {
                line = longer
            }
        }
        return lines + (line.isEmpty ? [] : [indent + line])
    }

    /// The person for a script.
    static func json(_ person: Persona) -> JSONValue {
        [
            "edge_cases": .array(person.edgeCases.map { .string($0) }),
            "name_en": .string(person.nameEnglish), "name_th": .string(person.nameThai),
            "pid": .string(person.pid), "rows": .integer(person.rows),
            "slug": .string(person.slug), "why_en": .string(person.why),
        ]
    }
}
