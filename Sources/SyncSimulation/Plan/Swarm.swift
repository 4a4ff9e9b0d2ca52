internal import FaultVFS
internal import SyncClientCore

/// Makes a plan from a seed.
///
/// Each seed first draws which kinds of writes and faults there are at all, and
/// how many: worlds with a few faults of one kind reach other places than worlds
/// with a little of everything (swarm testing).
package enum Swarm {
    /// The plan of a seed.
    ///
    /// - Parameters:
    ///   - seed: The seed.
    ///   - size: How many actions there are at most.
    /// - Returns: The same plan for the same arguments.
    package static func plan(seed: UInt64, size: Int = 250) -> Plan {
        var maker = SwarmMaker(seed: seed, size: size)
        return maker.plan()
    }
}

/// Draws one plan.
struct SwarmMaker {
    var random: SeededRandom
    private let seed: UInt64
    private let size: Int
    private var actions: [Action] = []
    /// When the next action is, in milliseconds.
    var now: Int64 = 0
    private var devices = 0
    /// The longest pause between two actions, in milliseconds.
    private(set) var gap = 1_000

    init(seed: UInt64, size: Int) {
        self.seed = seed
        self.size = size
        random = SeededRandom(seed: seed, stream: "swarm")
    }

    mutating func plan() -> Plan {
        let people = random.next(in: 1...4)
        devices = random.next(in: 2...8)
        let owners = (0..<devices).map { $0 < people ? $0 : random.next(in: 0...(people - 1)) }
        var plan = Plan(seed: seed, people: max(1, min(people, devices)), owners: owners, core: [])
        plan.options = options()
        gap = random.pick([300, 3_000, 30_000, 600_000])
        let writes = verbs(of: Self.writes, atLeast: 3)
        let faults = random.chance(perMille: 100) ? [] : verbs(of: Self.faults, atLeast: 0)
        let feeds = random.chance(perMille: 750)
        let faultsPerMille = random.pick([20, 60, 150])
        for _ in 0..<random.next(in: size / 4...size) {
            now += Int64(random.next(in: 0...gap))
            if !faults.isEmpty, random.chance(perMille: faultsPerMille) {
                addFault(random.pick(faults))
            } else if feeds, random.chance(perMille: 60) {
                addFeed()
            } else if random.chance(perMille: 380) {
                add(.device(anyDevice()), .sync)
            } else {
                addWrite(random.pick(writes))
            }
        }
        plan.core = core()
        let end = Int(now)
        addOperations(people: plan.people, owners)
        addVersions(until: end)
        addSeconds(until: end)
        addListeners(until: end, &plan.options)
        addMisdeeds(until: end)
        addDoubleFailures(until: end)
        addCopies(owners, until: end)
        addTwins(owners, until: end)
        addNewTelephones(until: end)
        plan.actions = actions
        return plan
    }

    // MARK: - Operations

    /// A row that one device deletes, while another one of the person still writes it.
    private mutating func addForgotten(_ owners: [Int]) {
        let first = anyDevice()
        let others = owners.indices.filter { $0 != first && owners[$0] == owners[first] }
        let second = others.isEmpty ? first : random.pick(others)
        let row = random.next(in: 0...rows)
        func pause() -> Int64 { Int64(random.next(in: 500...max(2_000, gap))) }
        add(.device(first), .note, row, random.next(in: 0...200))
        now += pause()
        add(.device(first), .sync)
        now += pause()
        add(.device(first), .delete, row)
        now += pause()
        add(.device(first), .sync)
        add(.device(second), random.pick([.note, .count, .recreate, .label]), row, 3)
        now += pause()
    }

    /// Purging and changes of rights, in some worlds each.
    ///
    /// Drawn apart, so that the worlds that have none are as they were before.
    private mutating func addOperations(people: Int, _ owners: [Int]) {
        let end = Int(now)
        random = SeededRandom(seed: seed, stream: "purging")
        if random.chance(perMille: 200) {
            for _ in 0..<random.next(in: 1...4) {
                now = Int64(random.next(in: 0...end))
                if random.chance(perMille: 700) { addForgotten(owners) }
                add(.admin, .compact, random.pick([0, 0, 0, 1]))
            }
        }
        random = SeededRandom(seed: seed, stream: "operations")
        guard random.chance(perMille: 200), end > 0 else { return }
        for _ in 0..<random.next(in: 1...6) {
            now = Int64(random.next(in: 0...end))
            let person = random.next(in: 0...(people - 1))
            let domain = random.next(in: 0...1)
            let owner = random.chance(perMille: 700) ? 0 : random.next(in: 0...3)
            let isForEver = random.chance(perMille: 500)
            let duration = isForEver ? 0 : random.next(in: 1...max(1, end))
            if random.chance(perMille: 600) {
                add(.admin, .withdrawRight, person, domain, owner)
                now += Int64(random.next(in: 0...gap * 20))
            }
            if random.chance(perMille: 800) {
                add(.admin, .giveRight, person, domain, owner, duration)
            }
        }
    }

    /// Begins the chance of one more kind of thing; gives whether this world has it.
    ///
    /// Each has a stream of its own, so that worlds without it stay as they were.
    mutating func draws(_ stream: StaticString, perMille: Int) -> Bool {
        random = SeededRandom(seed: seed, stream: stream)
        return random.chance(perMille: perMille)
    }

    /// New versions of the app, the server and the catalogue, and new keys.
    private mutating func addVersions(until end: Int) {
        guard draws("versions", perMille: 250) else { return }
        for _ in 0..<random.next(in: 1...4) {
            now = Int64(random.next(in: 0...end))
            let version = random.next(in: 0...20)
            let kill = random.chance(perMille: 600) ? random.next(in: 1...60) : 0
            switch random.next(in: 0...4) {
            case 0, 1:
                add(.device(anyDevice()), .updateApp, version, kill, random.next(in: 0...1))
            case 2: add(.server, .updateServer, version, kill, random.next(in: 0...1))
            case 3: add(.admin, .rotate)
            default: add(.agency, .catalogue, random.next(in: 2...9))
            }
        }
    }

    /// Second programs beside the first, on the same files.
    private mutating func addSeconds(until end: Int) {
        guard draws("seconds", perMille: 250) else { return }
        for _ in 0..<random.next(in: 1...4) {
            now = Int64(random.next(in: 0...end))
            let device = Actor.device(anyDevice())
            add(device, .openSecond)
            guard random.chance(perMille: 500) else { continue }
            now += Int64(random.next(in: 0...gap * 40))
            add(device, .closeSecond, random.next(in: 0...1))
        }
    }

    /// Screens that stay open; not for hours, for each second costs.
    private mutating func addListeners(until end: Int, _ options: inout PlanOptions) {
        guard draws("listeners", perMille: 200) else { return }
        options.listens = random.next(in: 0...1)
        for _ in 0..<random.next(in: 1...4) {
            now = Int64(random.next(in: 0...end))
            let device = Actor.device(anyDevice())
            add(device, .listen)
            now += Int64(random.next(in: 0...60_000))
            add(device, .stopListening)
        }
    }

    /// A server that is killed in a commit, starts, answers, and then loses its power.
    private mutating func addDoubleFailures(until end: Int) {
        guard draws("doubleFailures", perMille: 150) else { return }
        for _ in 0..<random.next(in: 1...3) {
            now = Int64(random.next(in: 0...end))
            add(.server, .serverKill, changes(30), random.pick([0, 10, 500]))
            for _ in 0..<random.next(in: 1...4) { add(.device(anyDevice()), .sync) }
            now += Int64(random.next(in: 600...3_000))
            for _ in 0..<random.next(in: 1...4) { add(.device(anyDevice()), .sync) }
            now += Int64(random.next(in: 0...500))
            add(.server, .serverPowerCut, 0, 10)
        }
    }

    private mutating func addMisdeeds(until end: Int) {
        guard draws("misdeeds", perMille: 250) else { return }
        for _ in 0..<random.next(in: 1...8) {
            now = Int64(random.next(in: 0...end))
            add(.device(anyDevice()), .rogue, random.next(in: 0...8), random.next(in: 0...20))
        }
    }

    /// The devices that come back; the others stay where the faults left them.
    private mutating func core() -> [Int] {
        let kept = (0..<devices).filter { _ in random.chance(perMille: 850) }
        return kept.isEmpty ? [0] : kept
    }

    mutating func anyDevice() -> Int { random.next(in: 0...(devices - 1)) }

    mutating func add(_ actor: Actor, _ verb: Verb, _ arguments: Int...) {
        actions.append(
            Action(
                id: actions.count + 1, at: now, actor: actor, verb: verb,
                arguments: arguments.map { Int64($0) }))
    }

    // MARK: - The world

    private mutating func options() -> PlanOptions {
        var options = PlanOptions()
        if !random.chance(perMille: 150) {
            for kind in ExchangeFault.Kind.allCases where random.chance(perMille: 350) {
                options.rates[kind] = random.pick([5, 20, 60, 150])
            }
        }
        options.latencyMin = Int64(random.pick([0, 1, 5, 50]))
        options.latencySpread = Int64(random.pick([0, 5, 40, 400]))
        options.pieces = random.pick([1, 1, 2, 3, 8, 40])
        options.window = random.pick([1 << 20, 1 << 20, 4_096, 300])
        options.commitMax = Int64(random.pick([0, 2, 5, 60]))
        options.pageRows = random.pick([10_000, 10_000, 20, 5, 3, 2, 1])
        options.serverLogPages = random.pick([1_000, 100, 20, 4])
        options.deviceLogPages = random.pick([1_000, 100, 20, 4])
        options.feedBatch = random.pick([256, 16, 3, 1])
        options.tokenLife = Int64(random.pick([3_600_000, 3_600_000, 120_000, 20_000]))
        options.rows = random.pick([1, 2, 4, 10])
        rows = options.rows
        options.isPrepared = random.chance(perMille: 900) ? 1 : 0
        return options
    }

    /// The highest number of a row.
    private(set) var rows = 4

    private mutating func verbs(of all: [Verb], atLeast least: Int) -> [Verb] {
        let share = random.pick([150, 400, 800])
        var drawn = all.filter { _ in random.chance(perMille: share) }
        while drawn.count < least { drawn.append(random.pick(all)) }
        return drawn
    }

    // MARK: - Writes

    private static let writes: [Verb] = [
        .note, .nickname, .label, .unlabel, .count, .remind, .delete, .recreate, .read, .pin,
        .unpin,
        .prefer, .seen, .transfer, .append, .submit, .half, .poison,
    ]

    private mutating func addWrite(_ verb: Verb) {
        let actor = Actor.device(anyDevice())
        let row = random.next(in: 0...rows)
        switch verb {
        case .count: add(actor, verb, row, random.next(in: -9...20))
        case .transfer:
            add(
                actor, verb, random.next(in: 0...3), random.next(in: 0...3), random.next(in: 1...50)
            )
        case .label, .unlabel: add(actor, verb, row, random.next(in: 0...5))
        case .pin, .unpin: add(actor, verb, random.next(in: 0...5))
        case .seen: add(actor, verb, random.next(in: 0...100))
        case .prefer: add(actor, verb, random.next(in: 0...3), random.next(in: 0...30))
        case .poison: add(actor, verb, random.next(in: 0...6), row)
        default: add(actor, verb, row, random.next(in: 0...200))
        }
    }

    // MARK: - Feeds

    private var feedEnd = 0

    private mutating func addFeed() {
        let lines = random.next(in: 1...30)
        // Mostly what is new; now and then what was sent before, once more.
        let isRepeat = random.chance(perMille: 300)
        let first = isRepeat ? random.next(in: 0...feedEnd) : feedEnd
        let order = random.chance(perMille: 400) ? random.next(in: 1...1_000) : 0
        add(.agency, .feed, first, lines, order, random.chance(perMille: 100) ? 1 : 0)
        feedEnd = max(feedEnd, first + lines)
    }

    // MARK: - Faults

    private static let faults: [Verb] = [
        .kill, .powerCut, .stopAt, .diskFault, .diskFull, .clockSet, .clockDrift, .offline, .signIn,
        .close, .serverKill, .serverPowerCut, .serverDiskFault, .serverDiskFull, .serverClock,
        .revoke, .restore, .verify, .keepDisk, .cloneDisk,
    ]

    private mutating func addFault(_ verb: Verb) {
        let actor = Actor.device(anyDevice())
        switch verb {
        case .kill, .powerCut: add(actor, verb, changes(60), downtime())
        case .serverKill, .serverPowerCut: add(.server, verb, changes(120), downtime())
        case .stopAt:
            add(
                actor, verb, random.next(in: 0...FaultPoint.allCases.count - 1),
                random.next(in: 0...2), random.next(in: 0...1))
        case .diskFault:
            add(actor, verb, random.next(in: 0...17), random.next(in: 0...80), times())
            mend(actor, .diskMend)
        case .serverDiskFault:
            add(.server, verb, random.next(in: 0...17), random.next(in: 0...150), times())
            mend(.server, .serverDiskMend)
        case .diskFull:
            add(actor, verb, random.next(in: 0...60_000))
            mend(actor, .diskMend)
        case .serverDiskFull:
            add(.server, verb, random.next(in: 0...100_000))
            mend(.server, .serverDiskMend)
        case .clockSet: add(actor, verb, offset())
        case .serverClock: add(.server, verb, random.next(in: -90_000...90_000))
        case .clockDrift: add(actor, verb, random.next(in: -10_000...10_000))
        case .offline: add(actor, verb, random.next(in: 0...gap * 20), random.next(in: 0...1))
        case .close:
            add(actor, verb)
            now += Int64(random.next(in: 0...gap))
            add(actor, .open)
        case .revoke: add(.admin, verb, anyDevice())
        case .cloneDisk: add(actor, verb, anyDevice())
        case .keepDisk:
            // A backup of the phone, and later the phone as it was then.
            add(actor, verb)
            mend(actor, .rollDiskBack)
        case .verify: add(.admin, verb)
        case .restore:
            // Yesterday's backup, put in place later on, with or without a word.
            add(.admin, .backup)
            let before = now
            now += Int64(random.next(in: 0...gap * 40))
            add(.admin, .restore, random.next(in: 0...1))
            now = before
        default: add(actor, verb)
        }
    }

    private mutating func changes(_ most: Int) -> Int {
        random.chance(perMille: 200) ? 0 : random.next(in: 1...most)
    }

    private mutating func downtime() -> Int { random.pick([0, 10, 500, 20_000]) }

    private mutating func times() -> Int { random.chance(perMille: 600) ? 1 : 1_000 }

    private mutating func mend(_ actor: Actor, _ verb: Verb) {
        let before = now
        now += Int64(random.next(in: 0...gap * 10))
        add(actor, verb)
        now = before
    }

    /// How wrong a clock is set, in milliseconds.
    private mutating func offset() -> Int {
        let day = 86_400_000
        switch random.next(in: 0...6) {
        case 0: return 0
        case 1: return random.next(in: -90_000...90_000)
        case 2: return random.next(in: -3 * day...3 * day)
        case 3: return Self.clockOf1970
        case 4: return 3_650 * day
        case 5: return 2_500_000_000_000  // In 2106.
        default: return random.next(in: -5...5)
        }
    }
}
