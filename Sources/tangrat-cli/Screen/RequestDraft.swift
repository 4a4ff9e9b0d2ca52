internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

/// A draft of a request, read from its row.
struct RequestDraft: Sendable {
    let row: SyncRow
    let id: String
    let service: String
    let action: String
    let form: JSONObject
    /// The texts of the statement: two where two devices wrote apart.
    let statements: [String]
    let attachments: [RequestAttachment]
    /// The attachments of which only a name is known.
    let otherAttachments: [String]

    /// Reads the row of a draft.
    ///
    /// A form's members may stand in a group or with their prefix.
    init(_ row: SyncRow) {
        self.row = row
        id = row.id
        service = row.text("service") ?? ""
        action = row.text("action") ?? "new"
        var form = row.value["form"]?.fields ?? JSONObject()
        for member in row.value.fields?.members ?? [] where member.key.hasPrefix("form.") {
            form[String(member.key.dropFirst(5))] = member.value
        }
        self.form = form
        let single = row.text("statement").map { [$0] } ?? []
        statements = (row.texts("statement") + single).filter { !$0.isEmpty }
        var files: [RequestAttachment] = []
        var names: [String] = []
        for element in row.value["attachments"]?.items ?? [] {
            let described = element.text.flatMap { try? JSON.parse(Array($0.utf8)) } ?? element
            if let file = RequestAttachment(described) {
                files.append(file)
            } else if let name = element.text ?? element["name"]?.text {
                names.append(name)
            }
        }
        attachments = files
        otherAttachments = names
    }

    /// What stops it from being handed in; found without a network.
    var problems: [RuleProblem] {
        RequestForm.check(
            service: service, action: action, form: .object(form), attachments: attachments)
    }
}
