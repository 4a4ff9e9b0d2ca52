internal import SyncProtocol

// Written from docs/protocol.md, section 12, like the rest of the naive row.

extension NaiveRow {
    /// Reads a body back as writes that would have led to it.
    init?(body bytes: [UInt8]) {
        guard let body = try? JSON.parse(bytes), let touched = Self.stamp(body["touched"]),
            let fields = body["fields"]?.fields
        else { return nil }
        self.init()
        let nobody = Naive.nobody
        taken.append(TakenOperation(stamp: touched, name: nobody, operation: .create))
        if let deleted = Self.stamp(body["deleted"]) {
            taken.append(TakenOperation(stamp: deleted, name: nobody, operation: .delete))
        }
        let old = Stamp(packed: 0, device: 0)
        for (field, value) in fields.members {
            guard let items = value.items, let kind = items.first?.text else { return nil }
            switch kind {
            case "latest":
                guard items.count == 3, let stamp = Self.stamp(items[2]) else { return nil }
                taken.append(
                    TakenOperation(
                        stamp: stamp, name: nobody, operation: .set(field: field, value: items[1])))
            case "maximum":
                add(.raise(field: field, to: items.last?.intValue ?? 0), nobody, old)
            case "flag": add(.mark(field: field), nobody, old)
            case "set":
                for (name, element) in Self.pairs(items, 1) {
                    add(.add(field: field, element: element), name, old)
                }
                for (name, element) in Self.pairs(items, 2) {
                    let dot = Dot(device: DeviceID(name.device), mid: name.number)
                    add(.remove(field: field, element: element, dots: [dot]), nobody, old)
                }
            case "text":
                for (name, text) in Self.pairs(items, 1) {
                    add(.write(field: field, text: text, replacing: []), name, old)
                }
                let replaced = (items.last?.items ?? []).compactMap { Self.name($0) }
                let dots = replaced.map { Dot(device: DeviceID($0.device), mid: $0.number) }
                add(.write(field: field, text: "", replacing: dots), nobody, old)
            case "counter":
                for total in items.last?.items ?? [] {
                    guard let parts = total.items, parts.count == 3,
                        let device = parts[0].text.flatMap({ UInt64($0, radix: 16) }),
                        let added = parts[1].intValue, let gone = parts[2].intValue
                    else { return nil }
                    let name = WriteName(device: device, number: 0)
                    add(.increment(field: field, by: added), name, old)
                    add(.increment(field: field, by: -gone), name, old)
                }
            default: return nil
            }
        }
    }

    private mutating func add(_ operation: Operation, _ name: WriteName, _ stamp: Stamp) {
        // Old stamps: what has no stamp of its own must not touch the row.
        taken.append(TakenOperation(stamp: stamp, name: name, operation: operation))
    }

    private static func pairs(_ items: [JSONValue], _ index: Int) -> [(WriteName, String)] {
        guard index < items.count else { return [] }
        return (items[index].items ?? []).compactMap { pair in
            guard let parts = pair.items, parts.count == 2, let name = name(parts[0]),
                let text = parts[1].text
            else { return nil }
            return (name, text)
        }
    }

    private static func name(_ value: JSONValue) -> WriteName? {
        let parts = (value.text ?? "").split(separator: ".")
        guard parts.count == 2, let device = UInt64(parts[0], radix: 16),
            let number = UInt64(parts[1])
        else { return nil }
        return WriteName(device: device, number: number)
    }

    private static func stamp(_ value: JSONValue?) -> Stamp? {
        let parts = (value?.text ?? "").split(separator: "-")
        guard parts.count == 2, let packed = UInt64(parts[0], radix: 16),
            let device = UInt64(parts[1], radix: 16)
        else { return nil }
        return Stamp(packed: packed, device: device)
    }
}
