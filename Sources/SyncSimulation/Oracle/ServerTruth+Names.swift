internal import SyncProtocol

// Written from docs/protocol.md, section 10, and not from the server's code.

/// A write that copies of a device know by two names.
extension ServerTruth {
    /// The operation with the names by which the row holds the writes that it names.
    mutating func naming(
        _ operation: Operation, in row: NaiveRow, of subject: String
    ) -> Operation {
        switch operation {
        case .remove(let field, let element, let dots):
            let more = others(of: dots, in: row, subject) {
                guard case .add(field, let added) = $0 else { return false }
                return added.utf8.elementsEqual(element.utf8)
            }
            return .remove(field: field, element: element, dots: dots + more)
        case .write(let field, let text, let dots):
            let more = others(of: dots, in: row, subject) {
                guard case .write(field, _, _) = $0 else { return false }
                return true
            }
            return .write(field: field, text: text, replacing: dots + more)
        default: return operation
        }
    }

    private mutating func others(
        of dots: [Dot], in row: NaiveRow, _ subject: String, _ wrote: (Operation) -> Bool
    ) -> [Dot] {
        var found: [Dot] = []
        for one in row.taken where wrote(one.operation) {
            let held = Dot(device: DeviceID(one.name.device), mid: one.name.number)
            let isNamed = dots.contains { dot in
                dot.mid == held.mid
                    && (link(of: held, subject) == dot.device.number
                        || link(of: dot, subject) == held.device.number
                        || isOrigin(dot, of: held, subject))
            }
            if isNamed, !found.contains(held), !dots.contains(held) { found.append(held) }
        }
        namedOtherwise += found.count
        return found
    }

    /// Whether a write that is held under a later name came with a dot as its first one.
    private func isOrigin(_ dot: Dot, of held: Dot, _ subject: String) -> Bool {
        let origin = MutationOrigin(device: dot.device, mid: dot.mid, chain: held.device.number)
        return origins[subject]?.contains(origin.description) ?? false
    }

    private func link(of dot: Dot, _ subject: String) -> UInt64? {
        devices[dot.device]?.subject == subject ? chains[dot.device]?[dot.mid] : nil
    }
}
