internal import SyncProtocol

/// Knows one write by both names that copies of a device can give it.
///
/// The first name's dot is (device, number). Under later names it is (link, number):
/// see ``MutationOrigin``. Whichever copy comes first, the row holds one of the two,
/// and another copy may name the other one in what it removes.
///
/// Dots come from devices and may be anything. So the store is asked for links of the
/// person's own devices alone, and for the origins of what a row holds in one statement
/// for an operation, for each write once in a push; all else is comparing.
final class WriteNames {
    /// What looking up one link costs, as bytes of rows that cost about as much.
    private static let lookupBytes = 1_024

    private let transaction: any StoreTransaction
    private let meter: WorkMeter
    /// Whose writes they are.
    private let person: PersonNumber
    /// Who pushes.
    private let device: DeviceID
    /// The number of the first mutation that was taken of this push; the others follow it.
    private var firstTaken: UInt64 = 0
    /// The links of those, which are not stored yet.
    private var taken: [UInt64] = []
    private var ownDevices: [DeviceID: DeviceNumber]?
    private var links: [Dot: UInt64?] = [:]
    /// The devices that first named what is held under a link.
    private var firstDevices: [Dot: [DeviceID]] = [:]

    init(
        _ transaction: any StoreTransaction, person: PersonNumber, device: DeviceID,
        mutations: Int, _ meter: WorkMeter
    ) {
        taken.reserveCapacity(mutations)
        self.meter = meter
        self.transaction = transaction
        self.person = person
        self.device = device
    }

    /// Takes note of a mutation that was taken.
    func take(_ mutation: Mutation) {
        if taken.isEmpty { firstTaken = mutation.mid }
        taken.append(mutation.chain)
    }

    /// The link of a mutation that was taken of this push.
    private func takenLink(_ mid: UInt64) -> UInt64? {
        guard mid >= firstTaken, mid - firstTaken < taken.count else { return nil }
        return taken[Int(mid - firstTaken)]
    }

    /// The operation, with the names by which the row holds the writes that it names.
    func naming(_ operation: Operation, in document: MergeDocument) throws -> Operation {
        switch operation {
        case .remove(let field, let element, let dots):
            guard case .set(let set)? = document.fields[field] else { return operation }
            let others = try held(set.dots(of: element), namedBy: dots)
            return others.isEmpty
                ? operation : .remove(field: field, element: element, dots: dots + others)
        case .write(let field, let text, let dots):
            guard case .text(let versions)? = document.fields[field],
                !Self.areNamed(versions, by: dots)
            else { return operation }
            let others = try held(versions.versions.map(\.dot), namedBy: dots)
            return others.isEmpty
                ? operation : .write(field: field, text: text, replacing: dots + others)
        default: return operation
        }
    }

    /// Whether few versions are all named by few dots, as in nearly every edit.
    private static func areNamed(_ text: MultiValueText, by dots: [Dot]) -> Bool {
        let held = text.store.values
        guard dots.count <= 4, held.count <= 4 else { return false }
        return held.allSatisfy { dots.contains($0.key) }
    }

    /// Those of some dots that a row holds which are other names of some that are named.
    private func held(_ held: [Dot], namedBy dots: [Dot]) throws -> [Dot] {
        let named = Set(dots)
        let others = held.filter { !named.contains($0) }
        guard !others.isEmpty, !dots.isEmpty else { return [] }
        // Both names have one number, which few others share.
        var devices: [UInt64: Set<UInt64>] = [:]
        for dot in named { devices[dot.mid, default: []].insert(dot.device.number) }
        let alike = others.filter { devices[$0.mid] != nil }
        try findFirstDevices(of: alike)
        var linksOfNamed: [UInt64: Set<UInt64>] = [:]
        return try alike.filter { dot in
            guard let namers = devices[dot.mid] else { return false }
            // A server that was put back may not know the device that named it first.
            if firstDevices[dot]?.contains(where: { namers.contains($0.number) }) ?? false {
                return true
            }
            if let link = try link(of: dot), namers.contains(link) { return true }
            if linksOfNamed[dot.mid] == nil {
                linksOfNamed[dot.mid] = Set(
                    try namers.compactMap { try link(of: Dot(device: DeviceID($0), mid: dot.mid)) })
            }
            return linksOfNamed[dot.mid]?.contains(dot.device.number) ?? false
        }
    }

    /// Asks for the origins of what is held, as far as that was not done in this push.
    private func findFirstDevices(of held: [Dot]) throws {
        let unknown = held.filter { firstDevices[$0] == nil }
        guard !unknown.isEmpty else { return }
        for dot in unknown { firstDevices[dot] = [] }
        for origin in try transaction.origins(
            linked: Set(unknown.map(\.device.number)), of: person)
        {
            let held = Dot(device: DeviceID(origin.chain), mid: origin.mid)
            if firstDevices[held] != nil { firstDevices[held]?.append(origin.device) }
        }
    }

    /// The link of the write of this person that has a dot as its first name.
    private func link(of dot: Dot) throws -> UInt64? {
        if dot.device == device, let link = takenLink(dot.mid) { return link }
        if let known = links[dot] { return known }
        let own = try ownDevices ?? devicesOfPerson()
        ownDevices = own
        // Of a device that is not this person's nothing is asked, nor remembered.
        guard let number = own[dot.device] else { return nil }
        meter.add(Self.lookupBytes)
        let link = try transaction.outcome(of: number, mid: dot.mid)?.chain
        links[dot] = .some(link)
        return link
    }

    private func devicesOfPerson() throws -> [DeviceID: DeviceNumber] {
        Dictionary(
            try transaction.devices(of: person).map { ($0.id, $0.number) },
            uniquingKeysWith: { first, _ in first })
    }
}
