internal import FaultVFS

/// Copies of devices.
extension SwarmMaker {
    /// Copies of a device on which something waits, and often new names for both.
    mutating func addCopies(_ owners: [Int], until end: Int) {
        guard draws("copies", perMille: 150) else { return }
        guard let (first, second) = pair(owners) else { return }
        now = Int64(random.next(in: 0...end))
        let row = random.next(in: 0...rows)
        for _ in 0..<random.next(in: 1...3) {
            let step = random.next(in: -9...20)
            let verb: Verb = random.pick([.count, .append, .note, .label])
            add(.device(first), verb, row, step)
            now += 100
        }
        add(.device(second), .cloneDisk, first)
        now += Int64(random.next(in: 0...gap))
        if random.chance(perMille: 700) { add(.admin, .revoke, first) }
        for device in [first, second] where random.chance(perMille: 600) {
            now += Int64(random.next(in: 0...gap * 4))
            add(.device(device), random.pick([.signIn, .sync, .sync]))
        }
    }

    /// Devices on which nothing is left, as when a person has a new telephone.
    ///
    /// Drawn last, and seldom: what is gone with a device can show no mistake any more.
    mutating func addNewTelephones(until end: Int) {
        guard draws("new telephones", perMille: 80) else { return }
        for _ in 0..<random.next(in: 1...3) {
            now = Int64(random.next(in: 0...end))
            add(.device(anyDevice()), .newDisk)
        }
    }

    /// Copies of a device that do the same, with clocks behind what they stamped before.
    ///
    /// What waited in both is taken off by one of them, and often both come with new
    /// names, around a backup that gives the first name back.
    mutating func addTwins(_ owners: [Int], until end: Int) {
        guard draws("twins", perMille: 150) else { return }
        guard let (first, second) = pair(owners) else { return }
        now = Int64(random.next(in: 0...end))
        let row = random.next(in: 0...rows)
        let label = random.next(in: 0...5)
        let isRestored = random.chance(perMille: 500)
        if isRestored { add(.admin, .backup) }
        add(.device(first), .label, row, label)
        now += 100
        add(.device(second), .cloneDisk, first)
        // Until the copy is up.
        now += 1_000
        let step = random.next(in: 1...20)
        for device in [first, second] {
            add(.device(device), .clockSet, Self.clockOf1970)
            add(.device(device), .count, row, step)
        }
        now += 100
        if random.chance(perMille: 400) { add(.device(first), .unlabel, row, label) }
        if random.chance(perMille: 600) { add(.device(second), .unlabel, row, label) }
        // The copy must have a new name, and the restored server the old one.
        if random.chance(perMille: isRestored ? 800 : 300) { add(.admin, .revoke, first) }
        let order = random.chance(perMille: 500) ? [first, second] : [second, first]
        for device in order {
            now += Int64(random.next(in: 0...gap * 4))
            add(.device(device), random.pick([.signIn, .signIn, .sync]))
        }
        guard isRestored else { return }
        now += Int64(random.next(in: 500...5_000))
        add(.device(second), .sync)
        now += Int64(random.next(in: 500...5_000))
        add(.admin, .restore, random.next(in: 0...1))
        for device in [first, second] {
            now += Int64(random.next(in: 500...5_000))
            add(.device(device), .sync)
        }
    }

    /// Two devices of one person.
    private mutating func pair(_ owners: [Int]) -> (Int, Int)? {
        let first = anyDevice()
        let others = owners.indices.filter { $0 != first && owners[$0] == owners[first] }
        return others.isEmpty ? nil : (first, random.pick(others))
    }

    /// What sets a clock to 1970, in milliseconds.
    static let clockOf1970 = -1_795_000_000_000
}
