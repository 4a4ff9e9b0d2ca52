import SyncProtocol

/// Compares values with the schemas of an OpenAPI document: as much of JSON Schema as it uses.
///
/// A schema that names members names all of them, unless `additionalProperties` allows others:
/// what the server answers and the document does not tell is a problem here. So is a keyword
/// that is not known, for it would be checked by nobody.
struct SchemaCheck {
    /// The whole document, for what `$ref` names.
    let document: JSONValue

    /// Keywords that are checked.
    private static let checked: Set<String> = [
        "$ref", "additionalProperties", "const", "enum", "items", "maxItems", "maxProperties",
        "maximum", "minimum", "oneOf", "pattern", "properties", "required", "type",
    ]

    /// Keywords that say nothing that could be checked.
    private static let words: Set<String> = ["default", "description", "examples", "format"]

    /// The schema of an answer.
    ///
    /// A method that an address does not take is told of with one that it takes.
    ///
    /// - Returns: Its media type and schema; nil if the document does not tell of it.
    func answer(
        _ method: String, _ path: String, _ status: Int
    ) -> (type: String, schema: JSONValue)? {
        let operations = document["paths"]?[path]
        let operation =
            operations?[method.lowercased()] ?? operations?.fields?.members.first?.value
        guard let told = operation?["responses"]?["\(status)"],
            let content = resolved(told)?["content"]?.fields?.members.first
        else { return nil }
        return (content.key, content.value["schema"] ?? [:])
    }

    /// What is wrong with a value, each with its place; nothing if it is what the schema tells.
    func problems(_ value: JSONValue, _ schema: JSONValue, at place: String = "$") -> [String] {
        guard let keywords = schema.fields?.members else { return ["\(place): no schema"] }
        var found: [String] = []
        for (keyword, told) in keywords {
            guard Self.checked.contains(keyword) else {
                if !Self.words.contains(keyword) { found.append("\(place): keyword \(keyword)") }
                continue
            }
            switch keyword {
            case "$ref":
                guard let named = resolved(schema) else {
                    found.append("\(place): \(told) is nowhere")
                    continue
                }
                found += problems(value, named, at: place)
            case "oneOf":
                let fitting = (told.items ?? []).map { problems(value, $0, at: place) }
                if fitting.count(where: \.isEmpty) != 1 {
                    found.append("\(place): not one of \(fitting)")
                }
            default:
                if !holds(keyword, told, for: value) {
                    found.append("\(place): \(keyword) \(told) of \(value)")
                }
            }
        }
        return found + parts(of: value, schema, at: place)
    }

    /// What a `$ref` names; a value without one is itself.
    private func resolved(_ value: JSONValue) -> JSONValue? {
        guard let reference = value["$ref"]?.text else { return value }
        guard reference.hasPrefix("#/") else { return nil }
        return reference.dropFirst(2).split(separator: "/").reduce(document as JSONValue?) {
            $0?[String($1)]
        }
    }

    /// Whether a keyword that looks at the value alone is satisfied.
    private func holds(_ keyword: String, _ told: JSONValue, for value: JSONValue) -> Bool {
        switch keyword {
        case "type": Self.type(of: value) == told.text
        case "const": value == told
        case "enum": told.items?.contains(value) == true
        case "required": (told.items ?? []).allSatisfy { value[$0.text ?? ""] != nil }
        case "maxItems": Int64(value.items?.count ?? 0) <= told.intValue ?? -1
        case "maxProperties": Int64(value.fields?.count ?? 0) <= told.intValue ?? -1
        case "minimum": value.intValue.map { $0 >= told.intValue ?? .max } ?? true
        case "maximum": value.intValue.map { $0 <= told.intValue ?? .min } ?? true
        case "pattern":
            value.text.map { text in
                (try? Regex(told.text ?? "(")).map { text.contains($0) } ?? false
            } ?? true
        default: true
        }
    }

    /// The problems of members and elements.
    private func parts(of value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
        var found: [String] = []
        if let items = schema["items"] {
            for (index, element) in (value.items ?? []).enumerated() {
                found += problems(element, items, at: "\(place)[\(index)]")
            }
        }
        let named = schema["properties"]?.fields
        let others = schema["additionalProperties"]
        guard named != nil || others != nil else { return found }
        for (name, member) in value.fields?.members ?? [] {
            let inside = "\(place).\(name)"
            if let told = named?[name] {
                found += problems(member, told, at: inside)
            } else if others?.fields != nil, let others {
                found += problems(member, others, at: inside)
            } else if others?.boolValue != true {
                found.append("\(inside): is not told of")
            }
        }
        return found
    }

    private static func type(of value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
