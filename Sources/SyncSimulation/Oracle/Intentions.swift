internal import SyncProtocol

/// What people meant, summed up by hand: a second judge beside the model.
///
/// The model believes that what the server took is what was sent. Here the sums
/// are over what people did, whatever names their writes were sent under: a
/// write that counts twice under two names shows here alone.
struct Intentions {
    /// A total that people have added to.
    struct Total {
        /// The sum of the steps that were certainly stored.
        var certain: Int64 = 0
        /// The least and the most that steps of unknown fate can add.
        var least: Int64 = 0
        var most: Int64 = 0
    }

    /// An element that a device has certainly stored.
    struct Element {
        var subject: String
        var text: String
        /// The moments at which its write was begun, and told to be stored.
        var began: Int
        var ended: Int
    }

    /// The rows that were purged once.
    private(set) var forgotten: Set<TrueKey> = []
    private(set) var totals: [TrueKey: Total] = [:]
    /// The elements appended, with whether they were certainly stored.
    private(set) var appended: [String: [String: Bool]] = [:]
    /// Steps and elements by device, for when its disk is lost.
    private var steps: [Int: [(key: TrueKey, step: Int64)]] = [:]
    private(set) var elements: [Int: [Element]] = [:]
    private var moments = 0

    /// A step was stored, or perhaps stored.
    mutating func count(_ step: Int64, on key: TrueKey, by device: Int, isCertain: Bool) {
        if isCertain {
            totals[key, default: Total()].certain += step
            steps[device, default: []].append((key, step))
        } else {
            add(doubtful: step, on: key)
        }
    }

    /// The next moment; each is later than the one before.
    mutating func moment() -> Int {
        moments += 1
        return moments
    }

    /// An element was appended, or perhaps appended, by a write that began at a moment.
    mutating func append(
        _ element: String, of subject: String, by device: Int, began: Int, isCertain: Bool
    ) {
        appended[subject, default: [:]][element] = isCertain
        guard isCertain else { return }
        elements[device, default: []].append(
            Element(subject: subject, text: element, began: began, ended: moment()))
    }

    /// A device's writes may be lost with it.
    mutating func doubt(_ device: Int) {
        for (key, step) in steps[device] ?? [] {
            totals[key, default: Total()].certain -= step
            add(doubtful: step, on: key)
        }
        for element in elements[device] ?? [] {
            appended[element.subject]?[element.text] = false
        }
        steps[device] = nil
        elements[device] = nil
    }

    /// A row is gone with all that was counted on it; what still comes is not told apart.
    mutating func forget(_ key: TrueKey) { forgotten.insert(key) }

    private mutating func add(doubtful step: Int64, on key: TrueKey) {
        totals[key, default: Total()].least += min(0, step)
        totals[key, default: Total()].most += max(0, step)
    }
}

extension Oracle {
    /// Takes note of what a person meant by a write that began at a moment.
    func intended(_ action: Action, on device: Device, began: Int, isCertain: Bool) {
        guard let subject = subjects[device.index] else { return }
        let isCertain = isCertain && !doubtful.contains(subject)
        switch action.verb {
        case .count:
            intentions.count(
                action.argument(1),
                on: TrueKey(
                    table: "annotation", id: Workload.row(action.argument(0)).id, scope: subject),
                by: device.index, isCertain: isCertain)
        case .append:
            intentions.append(
                Workload.element(action, device.index), of: subject, by: device.index,
                began: began, isCertain: isCertain)
        default: break
        }
    }

    /// The sums over what people meant are what everybody sees.
    func checkIntentions() {
        for key in intentions.totals.keys.sorted() {
            guard let total = intentions.totals[key], !intentions.forgotten.contains(key) else {
                continue
            }
            let shown = truth.citizenRows[key]?.shown["shown"]?.intValue ?? 0
            let range = total.certain + total.least...total.certain + total.most
            if !range.contains(shown) {
                fail("I2", "\(key) counts \(shown), people counted \(range)")
            }
        }
        for subject in intentions.appended.keys.sorted() { checkAppended(subject) }
        checkAccounts()
    }

    private func checkAppended(_ subject: String) {
        let key = TrueKey(table: "annotation", id: "list", scope: subject)
        let taken = truth.citizenRows[key]?.taken ?? []
        var times: [String: Int] = [:]
        for case .add(_, let element) in taken.map(\.operation) { times[element, default: 0] += 1 }
        for (element, isCertain) in (intentions.appended[subject] ?? [:]).sorted(by: {
            $0.key < $1.key
        }) {
            let count = times[element, default: 0]
            if count > 1 || isCertain && count == 0 {
                fail("I2", "\(element) was appended once and taken \(count) times")
            }
        }
        checkOrder(of: taken, subject, key)
    }

    /// What a device appended takes effect in the order in which it was appended.
    ///
    /// Of two writes that were on their way into the file at one time nobody knows the first
    /// one. A set shows no order, so this looks at the order in which the server took them.
    private func checkOrder(of taken: [TakenOperation], _ subject: String, _ key: TrueKey) {
        // What a person used after all, or brought back after a restore, may come behind
        // what was written later. Devices that may have lost something have no elements here.
        guard history == 0, !doubtful.contains(subject), !intentions.forgotten.contains(key)
        else { return }
        var places: [String: Int] = [:]
        for (place, one) in taken.enumerated() {
            if case .add(_, let element) = one.operation { places[element] = place }
        }
        for device in intentions.elements.keys.sorted() {
            let mine = (intentions.elements[device] ?? []).filter { $0.subject == subject }
            for later in mine {
                guard let place = places[later.text] else { continue }
                for earlier in mine where earlier.ended < later.began {
                    guard let before = places[earlier.text], before > place else { continue }
                    fail("I4", "\(later.text) was appended after \(earlier.text), and taken before")
                }
                world.points.count("list.ordered")
            }
        }
    }

    /// What is moved between accounts is never made or lost.
    private func checkAccounts() {
        var sums: [String: Int64] = [:]
        for (key, row) in truth.citizenRows
        where key.id.utf8.starts(with: "account-".utf8) {
            sums[key.scope, default: 0] += row.shown["shown"]?.intValue ?? 0
        }
        for subject in sums.keys.sorted() where sums[subject] != 0 {
            fail("I3", "the accounts of \(subject) sum up to \(sums[subject] ?? 0)")
        }
    }
}
