internal import CitizenData
internal import SyncClientCore

/// The names of agencies by their codes.
struct AgencyDirectory: Hashable, Sendable {
    private var names: [String: Bilingual] = [:]

    /// Reads the agencies of the catalogue.
    init(_ rows: [SyncRow]) {
        for row in rows {
            let name = Bilingual(row.text("name_th") ?? "", row.text("name_en") ?? "")
            names[row.text("code") ?? row.id] = name
        }
    }

    /// The owner of what the person wrote on any of their devices.
    static let citizen = "citizen"

    /// The name of an agency; its code where the catalogue does not have it.
    func name(_ code: String) -> Bilingual {
        if code == Self.citizen { return RowMessage.yours.words }
        if let name = names[code], !(name.thai.isEmpty && name.english.isEmpty) { return name }
        return Bilingual(code, code)
    }
}
