internal import FaultVFS
internal import SQLiteKit
internal import SyncProtocol

/// A country in one process: a server, devices, an agency, virtual time.
///
/// Everything happens on the thread that calls ``run(_:records:)``, in an order
/// that follows from the plan alone. So a run can be repeated, and a failure
/// found by chance stays found.
///
/// `@unchecked Sendable`: tasks of the client carry it in their closures, and
/// ``RunQueue`` stops the program should one of them run on another thread.
package final class World: @unchecked Sendable {
    /// When the world begins, in milliseconds since 1970: in November 2026.
    static let epoch: Int64 = 1_795_000_000_000

    let plan: Plan
    let timeline = Timeline()
    let jobs: RunQueue
    var points = Points()
    private(set) var devices: [Device] = []
    /// The subject ids of the people.
    var subjects: [String] = []
    /// The keys of the agencies, by code.
    var agencyKeys: [String: String] = [:]
    let agencyEndpoint = Endpoint()
    let rogueEndpoint = Endpoint()
    /// Whether requests meet faults.
    var requestsMeetFaults = false
    /// When the plan's actions began.
    var startedAt: Int64 = 0
    var syncs = 0
    /// A copy of the server's database, with what was true of it, when, and agencies' keys.
    var backup: (bytes: [UInt8], truth: ServerTruth, keys: [String: String])?

    private(set) var violation: Violation?
    private var hash = TraceHash()
    private var log: [String]?
    private var requests = 0
    private var drawn: [ExchangeKey: ExchangeFault] = [:]

    // Each of them needs the world to be there first.
    private(set) lazy var network = Network(self)
    private(set) lazy var server = ServerMachine(self)
    private(set) lazy var oracle = Oracle(self)

    private init(_ plan: Plan, records: Bool) {
        self.plan = plan
        jobs = RunQueue(seed: plan.seed)
        log = records ? [] : nil
        // A disk is a file system of SQLite, which is in use from then on.
        Connection.prepareProcess()
        devices = plan.owners.enumerated().map { Device(self, index: $0, person: $1) }
    }

    /// Runs a plan from beginning to end.
    ///
    /// - Parameters:
    ///   - plan: What is to happen.
    ///   - records: Whether to write down what happens, line by line.
    /// - Returns: What it came to.
    package static func run(_ plan: Plan, records: Bool = false) -> RunResult {
        let world = World(plan, records: records)
        world.runPhases()
        world.end()
        return world.result
    }

    private var result: RunResult {
        var result = RunResult(violation: violation, trace: hash)
        result.syncs = syncs
        result.requests = requests
        result.milliseconds = timeline.now
        result.points = points
        for (kind, number) in server.disk.counts.faults {
            result.points.count(named: "fault.server.disk.\(kind.rawValue)", number)
        }
        for device in devices {
            for (kind, number) in device.disk.counts.faults {
                result.points.count(named: "fault.device.disk.\(kind.rawValue)", number)
            }
            result.points.count(named: "fault.device.powerCut", device.disk.counts.powerCuts)
        }
        result.points.count(named: "fault.server.powerCut", server.disk.counts.powerCuts)
        result.log = log ?? []
        result.exchangeFaults = drawn
        return result
    }

    // MARK: - Time

    /// Runs events until a moment, or until something is true.
    ///
    /// - Returns: Whether it became true; without a condition, true.
    @discardableResult
    func run(until end: Int64, or isDone: () -> Bool = { false }) -> Bool {
        drain()
        while violation == nil {
            if isDone() { return true }
            guard timeline.runNext(until: end) else { break }
            drain()
        }
        timeline.advance(to: end)
        return violation == nil && isDone()
    }

    private func drain() {
        jobs.drain { [self] in
            for device in devices where device.disk.isDown && device.hasPrograms {
                device.crashed()
            }
        }
    }

    /// Lets every program unwind, so that nothing is left behind, and none of it in memory.
    private func end() {
        for device in devices { device.retire() }
        server.disk.kill()
        jobs.drain {}
        server.end()
        timeline.clear()
    }

    // MARK: - What is noted

    /// Notes a violation; only the first one counts.
    func fail(
        _ invariant: String, _ what: String, file: StaticString = #fileID, line: UInt = #line
    ) {
        guard violation == nil else { return }
        violation = Violation(
            invariant: invariant, what: what, site: "\(file):\(line)", at: timeline.now)
        note("oracle", "\(invariant): \(what)")
    }

    /// Takes something into the hash of the run.
    func trace(_ label: StaticString, _ number: Int64, _ bytes: [UInt8]) {
        hash.add(timeline.now)
        hash.add(label)
        hash.add(number)
        hash.add(bytes)
    }

    /// Writes a line down, if anybody wants to read it.
    func note(_ who: String, _ what: @autoclosure () -> String) {
        guard log != nil else { return }
        log?.append("\(timeline.now) \(who): \(what())")
    }

    /// Counts a place of interest.
    func reached(_ name: StaticString) {
        points.count(name)
        trace(name, 0, [])
    }

    // MARK: - Requests

    /// The fault of a request: from the plan, or drawn by the plan's rates.
    func fault(of exchange: Exchange, _ random: inout SeededRandom) -> ExchangeFault? {
        requests += 1
        guard requestsMeetFaults, exchange.key.action > 0, exchange.sender != .rogue else {
            return nil
        }
        var fault = plan.exchangeFaults[exchange.key]
        for kind in ExchangeFault.Kind.allCases {
            let isHit = random.chance(perMille: plan.options.rates[kind, default: 0])
            let amount = Int64(random.next(in: 0...(kind.amountMax)))
            if isHit, fault == nil { fault = ExchangeFault(kind, amount) }
        }
        guard let fault else { return nil }
        drawn[exchange.key] = fault
        points.count(named: "fault.network.\(fault.kind.rawValue)")
        note(
            "network", "\(exchange.sender) \(exchange.path): \(fault.kind.rawValue) \(fault.amount)"
        )
        return fault
    }

    func endpoint(of sender: Exchange.Sender) -> Endpoint {
        switch sender {
        case .device(let index): devices[index].endpoint
        case .second(let index): devices[index].secondEndpoint
        case .agency: agencyEndpoint
        case .rogue: rogueEndpoint
        }
    }
}

extension ExchangeFault.Kind {
    /// The largest amount that is drawn.
    var amountMax: Int {
        switch self {
        case .cutRequest, .cutReply: 100_000
        case .late, .duplicated: 300_000
        default: 1_000
        }
    }
}
