internal import CitizenData
internal import Foundation
internal import SyncProtocol

/// The synthetic world as files: people, their rows, the catalogue.
struct WorldFiles: Sendable {
    /// The folder `Data` of the repository, or one like it.
    let folder: String

    /// Opens the folder that was named, or finds the repository's.
    ///
    /// - Parameter named: The folder, or nil to look above the program and above
    ///   the working directory.
    /// - Throws: `Trouble` if there is no world.
    init(_ named: String?) throws(Trouble) {
        let people = "/personas/people.ndjson"
        if let named {
            guard access(named + people, R_OK) == 0 else {
                throw Trouble(
                    "world.absent", "there is no world in \(named)",
                    advice: "It must hold personas\(people.dropFirst(9)), as the folder Data does.")
            }
            folder = named
            return
        }
        let program = Bundle.main.executablePath ?? ""
        for start in [URL(fileURLWithPath: program), URL(fileURLWithPath: ".")] {
            var place = start.standardizedFileURL.resolvingSymlinksInPath()
            while place.path != "/" {
                if access(place.path + "/Data" + people, R_OK) == 0 {
                    folder = place.path + "/Data"
                    return
                }
                place.deleteLastPathComponent()
            }
        }
        throw Trouble(
            "world.absent", "the folder Data was not found",
            advice: "Name the folder of the world: --world DIR")
    }

    /// The people, in the order of the file.
    func people() throws(Trouble) -> [Persona] {
        try lines("personas/people.ndjson", Persona.init)
    }

    /// The rows of a person, which belong to nobody yet.
    func rows(of person: Persona) throws(Trouble) -> [WorldRow] {
        try lines("personas/rows/\(person.slug).ndjson") { value in
            guard let table = value["table"]?.text, let id = value["id"]?.text,
                let agency = value["agency"]?.text, let asOf = value["as_of"]?.intValue,
                let version = value["source_version"]?.intValue, let body = value["body"]
            else { return nil }
            return WorldRow(
                table: table, id: id, agency: agency, asOf: asOf, version: version, body: body)
        }
    }

    /// The rows that everyone sees; the agency that runs the platform owns them.
    func catalogue(asOf: Int64) throws(Trouble) -> [WorldRow] {
        var rows: [WorldRow] = []
        for (table, file, key) in Self.catalogueFiles {
            rows += try lines(file) { body in
                body[key]?.text.map { id in
                    WorldRow(
                        table: table, id: id, agency: "dga", asOf: asOf, version: 1, body: body)
                }
            }
        }
        return rows
    }

    private static let catalogueFiles = [
        ("service", "catalogue/services.ndjson", "id"),
        ("agency", "catalogue/agencies.ndjson", "code"),
        ("rule", "catalogue/rules.ndjson", "id"),
        ("province", "reference/provinces.ndjson", "code"),
        ("biller", "reference/billers.ndjson", "id"),
        ("open_data_group", "reference/open-data-groups.ndjson", "id"),
    ]

    /// The moment at which the world was recorded, in milliseconds since 1970.
    func moment() throws(Trouble) -> Int64 {
        let path = "personas/world.json"
        guard let text = try? JSON.parse(try bytes(path))["now"]?.text,
            let moment = BangkokTime.read(text)
        else { throw Self.unusable(path, "it does not say when \"now\" is") }
        return moment.milliseconds
    }

    // MARK: - Files

    private func lines<Item>(
        _ path: String, _ read: (JSONValue) -> Item?
    ) throws(Trouble) -> [Item] {
        var items: [Item] = []
        let pieces = try bytes(path).split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, piece) in pieces.enumerated() where !piece.isEmpty {
            let value: JSONValue
            do throws(JSONError) {
                value = try JSON.parse(Array(piece), limits: .document)
            } catch {
                throw Self.unusable(
                    path, "line \(index + 1), byte \(error.offset): \(error.message)")
            }
            guard let item = read(value) else {
                throw Self.unusable(path, "line \(index + 1) lacks a member")
            }
            items.append(item)
        }
        return items
    }

    private func bytes(_ path: String) throws(Trouble) -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)")))
        } catch {
            throw Self.unusable(path, "it cannot be read")
        }
    }

    private static func unusable(_ path: String, _ why: String) -> Trouble {
        Trouble(
            "world.file", "\(path) cannot be used: \(why)",
            advice: "A world is laid out as the folder Data of the project.")
    }
}
