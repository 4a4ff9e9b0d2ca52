internal import SyncProtocol

/// Knows one write by both names that copies of a device can give it.
///
/// The first name's dot is (device, number). Under later names it is (link, number):
/// see ``MutationOrigin``. Whichever copy comes first, the row holds one of the two,
/// and another copy may name the other one in what it removes.
struct WriteNames {
    let transaction: any StoreTransaction
    /// Whose writes they are.
    let person: PersonNumber
    /// Who pushes.
    let device: DeviceRecord
    /// What was taken of this push, and is not stored yet.
    let taken: [OutcomeRecord]

    /// The operation, with the names by which the row holds the writes that it names.
    func naming(_ operation: Operation, in document: MergeDocument) throws -> Operation {
        switch operation {
        case .remove(let field, let element, let dots):
            guard case .set(let set)? = document.fields[field] else { return operation }
            let others = try held(set.dots(of: element), namedBy: dots)
            return others.isEmpty
                ? operation : .remove(field: field, element: element, dots: dots + others)
        case .write(let field, let text, let dots):
            guard case .text(let versions)? = document.fields[field] else { return operation }
            let others = try held(versions.versions.map(\.dot), namedBy: dots)
            return others.isEmpty
                ? operation : .write(field: field, text: text, replacing: dots + others)
        default: return operation
        }
    }

    private func held(_ held: [Dot], namedBy dots: [Dot]) throws -> [Dot] {
        try held.filter { dot in
            guard !dots.contains(dot) else { return false }
            // Both names have one number, which few others share.
            return try dots.contains { named in
                try named.mid == dot.mid
                    && (link(of: dot) == named.device.number
                        || link(of: named) == dot.device.number)
            }
        }
    }

    /// The link of the write of this person that has a dot as its first name.
    private func link(of dot: Dot) throws -> UInt64? {
        if dot.device == device.id, let record = taken.first(where: { $0.outcome.mid == dot.mid }) {
            return record.chain
        }
        guard let first = try transaction.device(id: dot.device), first.person == person else {
            return nil
        }
        return try transaction.outcome(of: first.number, mid: dot.mid)?.chain
    }
}
