internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

/// Reads `--set`, `--attach` and `--detach`.
enum FormArguments {
    /// The fields of `--set field=value`; `true` and `false` are truths.
    static func fields(_ pairs: [String]) throws -> [String: FieldValue] {
        var fields: [String: FieldValue] = [:]
        for pair in pairs {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else { throw UsageProblem.pairInvalid(pair) }
            let value = String(parts[1])
            fields[String(parts[0])] =
                switch value {
                case "true": .flag(true)
                case "false": .flag(false)
                default: .text(value)
                }
        }
        return fields
    }

    /// Describes files by name, size and hash; a file never leaves the device by this.
    static func attachments(
        _ paths: [String], _ read: (String) -> [UInt8]?
    ) throws -> [String] {
        try paths.map { path in
            guard let bytes = read(path), bytes.count <= Int(FormLimits.attachmentBytesMax) else {
                throw Trouble(
                    "attachment.unreadable", RequestMessage.fileMissing.filled(path),
                    RequestMessage.fileAdvice.words)
            }
            let name = path.split(separator: "/").last.map(String.init) ?? path
            let file = RequestAttachment(
                name: name, mime: mime(name), bytes: Int64(bytes.count),
                sha256: SHA256.hash(bytes).hex)
            return String(decoding: JSON.canonical(file.json), as: UTF8.self)
        }
    }

    /// The elements of a draft that have some names.
    static func removed(_ names: [String], from draft: RequestDraft) throws -> [String] {
        try names.flatMap { name in
            let described = draft.attachments.filter { $0.name == name }
                .map { String(decoding: JSON.canonical($0.json), as: UTF8.self) }
            let plain = draft.otherAttachments.filter { $0 == name }
            guard !(described + plain).isEmpty else {
                let names = draft.attachments.map(\.name) + draft.otherAttachments
                throw Trouble(
                    "attachment.absent", RequestMessage.noAttachment.filled(name),
                    names.isEmpty
                        ? RequestMessage.noAttachments.words
                        : RequestMessage.attachments.filled(names.joined(separator: ", ")))
            }
            return described + plain
        }
    }

    private static func mime(_ name: String) -> String {
        switch name.split(separator: ".").last?.lowercased() {
        case "pdf": "application/pdf"
        case "jpg", "jpeg": "image/jpeg"
        case "png": "image/png"
        case "heic": "image/heic"
        case "txt": "text/plain"
        default: "application/octet-stream"
        }
    }
}
