/// One record as a screen shows it.
struct Card: Sendable {
    /// The name of a detail: one of ours, or a member of a body as it is written.
    enum Label: Hashable, Sendable {
        case message(FieldMessage)
        case member(String)
    }

    /// One detail.
    struct Detail: Sendable {
        let label: Label
        let value: String
        let role: Page.Role
    }

    var title: String
    /// What a picture below the details says to another device, such as how to pay; or nil.
    var scan: String?
    /// The state in words, shown beside the title.
    var badge = ""
    var badgeRole = Page.Role.plain
    var details: [Detail] = []
    /// Sentences below the details.
    var notes: [String] = []

    /// Adds a detail; one without a value is left out.
    mutating func add(_ label: FieldMessage, _ value: String?, role: Page.Role = .plain) {
        guard let value, !value.isEmpty else { return }
        details.append(Detail(label: .message(label), value: value, role: role))
    }
}
