internal import SyncProtocol

/// A synthetic person of the world.
struct Persona: Hashable, Sendable {
    /// The name in file names and on command lines.
    let slug: String

    /// The invented national number, with office code 9999.
    let pid: String

    let nameThai: String
    let nameEnglish: String

    /// What the person is there to show.
    let why: String

    /// The edges the person stands on.
    let edgeCases: [String]

    /// How many rows belong to the person.
    let rows: Int64

    /// Reads a line of `people.ndjson`, or gives nil.
    init?(_ value: JSONValue) {
        guard let slug = value["slug"]?.text, let pid = value["pid"]?.text else { return nil }
        self.slug = slug
        self.pid = pid
        nameThai = value["name_th"]?.text ?? ""
        nameEnglish = value["name_en"]?.text ?? ""
        why = value["why_en"]?.text ?? ""
        edgeCases = value["edge_cases"]?.items?.compactMap(\.text) ?? []
        rows = value["rows"]?.intValue ?? 0
    }
}
