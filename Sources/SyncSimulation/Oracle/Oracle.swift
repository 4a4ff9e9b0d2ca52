internal import FaultVFS
internal import SyncClientCore
internal import SyncProtocol
internal import SyncServerCore

/// Knows what must be true, and looks whether it is.
///
/// It is told what reaches the server and what the server answers, makes the
/// server's state again by rules of its own (``ServerTruth``), and compares:
/// the store after each commit, each answer before it travels, and each
/// device's file when something has happened there.
final class Oracle {
    unowned let world: World
    /// What is true of the server, and where each row lies in its store.
    struct Moment {
        var truth = ServerTruth()
        var revs: [TrueKey: (bucket: String, rev: UInt64)] = [:]
    }

    var moment = Moment()
    /// How many commits were looked at.
    private(set) var commits = 0
    /// What was true before the last of them, by their numbers.
    private var earlier: [(number: Int, moment: Moment)] = []
    /// How many of them an answer may wait for.
    private static let earlierMax = 6
    var feed = FeedPool()
    var intentions = Intentions()
    var ledgers: [Int: DeviceLedger] = [:]
    var eyes: [Int: DeviceEye] = [:]
    var serverEye: ServerEye?
    /// The person that each device was signed in for.
    var subjects: [Int: String] = [:]

    /// What a device must hold that stands at a cursor: one of these.
    var views: [[UInt8]: [View]] = [:]

    /// A change of rights that was asked for and that the store may show at any commit.
    var pendingRight: RightChange?
    /// The age in milliseconds from which tombstones are to be purged.
    var pendingPurge: Int64?
    /// The buckets that a purge has changed whose rows were not looked at since.
    var purgedNow: Set<String> = []
    /// Whether the server's clock was set, so that its times are in no order.
    var serverClockWasSet = false
    /// The people whose right to write was ever in question.
    var doubtful: Set<String> = []

    /// The names of devices whose files are gone, which a copy may have still.
    var gone: Set<DeviceID> = []

    /// The devices whose files a device got as a copy, and theirs.
    var originals: [Int: Set<Int>] = [:]

    /// The names of devices whose files were put back: what they did since is a copy's doing.
    var rolledBack: Set<DeviceID> = []

    /// How often the server was restored.
    private(set) var history = 0

    /// The names of the buckets by their numbers in the store.
    var bucketNames: [UInt64: String] = [:]

    /// The pushes that have reached the server and are not answered.
    private(set) var pushes: [Push] = []
    /// The pushes whose commit failed: it can be in the log all the same, which a start shows.
    private var failedPushes: [Push] = []
    var tokens: [String: DeviceID] = [:]
    /// For new names, the server's history when it told what it had of the older one.
    var askedAt: [DeviceID: Int] = [:]
    /// The last body that each device sent to be synced.
    private(set) var bodies: [DeviceID: [UInt8]] = [:]
    /// The server's history, as its store names it.
    var lineage = ""
    /// What was read of the audit chain.
    var audit = Ledger()
    /// The keys of agencies that have ended, with the number of the commit then.
    private var endedKeys: [String: Int] = [:]
    /// Whether the chain was taken away with the file that held it.
    var auditIsNew = false
    /// Submissions taken, whose rows the store has not shown yet.
    var submitted: [String: (subject: String, payload: JSONValue)] = [:]
    private(set) var committingAt: Int64 = 0

    /// Writes on their way, as their request has them.
    struct Push {
        var exchange: Exchange
        var device: DeviceID
        /// The chain link before the first of them.
        var base: UInt64 = 0
        var mutations: [Mutation] = []
    }

    /// What one checkpoint shows.
    struct View: Equatable {
        /// How often the server had been restored.
        var history: Int
        var digest: UInt64
        var count: Int
        var subject: String
    }

    var truth: ServerTruth {
        get { moment.truth }
        _modify { yield &moment.truth }
    }

    init(_ world: World) {
        self.world = world
    }

    func fail(
        _ invariant: String, _ what: @autoclosure () -> String, file: StaticString = #fileID,
        line: UInt = #line
    ) {
        world.fail(invariant, what(), file: file, line: line)
    }

    // MARK: - The server's life

    func serverStarted(_ server: SteppedServer) {
        world.server.disk.unwatched {
            do {
                serverEye = try ServerEye(server.store)
                lineage = server.store.lineage.description
                // What was on its way when the server stopped has happened or has not.
                pushes = failedPushes + pushes
                try takePushes()
                pushes = []
                failedPushes = []
                try compareRights()
                pendingRight = nil
                try comparePurge(at: world.server.wallMilliseconds)
                pendingPurge = nil
                try compareDevices()
                try readBuckets()
                try readAudit(isWhole: true)
                try compareChangedRows(isWhole: true)
                checkAudit()
            } catch {
                fail("I1", "the store cannot be read after a start: \(error)")
            }
        }
    }

    /// The server goes back to what was true of a backup.
    ///
    /// What devices keep they bring back, under whatever names they wrote it.
    func restoring(_ old: ServerTruth) {
        history += 1
        auditIsNew = false
        endedKeys = [:]
        moment = Moment(truth: old)
        truth.historyBegan = ServerTruth.justNow
        truth.stateIsOf = 0
        pushes = []
        failedPushes = []
        pendingRight = nil
        pendingPurge = nil
        earlier = []
    }

    func serverStopped() {
        serverEye = nil
    }

    /// A commit is about to be made, at this time of the server's clock.
    func committing(now: Int64) { committingAt = now }

    /// A commit was made, or failed.
    func committed() {
        if earlier.count == Self.earlierMax { earlier.removeFirst() }
        earlier.append((commits, moment))
        commits += 1
        world.server.disk.unwatched {
            do {
                let before = audit.last
                try takePushes()
                if pendingRight != nil { try compareRights() }
                if pendingPurge != nil { try comparePurge(at: committingAt) }
                try readAudit(isWhole: false)
                // Who commits again has done away with what failed.
                if audit.last > before { failedPushes = [] }
                try compareChangedRows(isWhole: false)
                checkAudit()
            } catch {
                fail("I1", "the store cannot be read after a commit: \(error)")
            }
        }
    }

    /// An administrator was told that a device's rights have ended.
    func revoked(_ device: DeviceID) {
        truth.devices[device]?.revokedAfter = commits
    }

    /// An administrator was told that an agency's key has ended.
    func keyEnded(_ key: String) { endedKeys[key] = commits }

    // MARK: - Requests

    /// A request is about to reach the server whole.
    func arriving(_ exchange: Exchange) {
        world.trace("server.received", Int64(exchange.bytes.count), exchange.bytes)
        exchange.arrivedAt = commits
        exchange.arrivedMilliseconds = world.server.wallMilliseconds
        guard exchange.path == "/v1/sync", let bearer = exchange.bearer,
            let device = tokens[bearer]
        else { return }
        let endpoint = world.endpoint(of: exchange.sender)
        if exchange.number < endpoint.arrived { world.reached("network.overtaken") }
        endpoint.arrived = max(endpoint.arrived, exchange.number)
        if exchange.sender != .rogue { bodies[device] = exchange.body }
        var push = Push(exchange: exchange, device: device)
        _ = try? exchange.body.withUnsafeBytesTyped { (raw) throws(WireError) in
            try FrameSplitter.split(raw) { (payload, origin) throws(WireError) in
                switch try BinaryFrames.decode(payload, origin: origin) {
                case .push(let header): push.base = header.baseChain
                case .mutation(let mutation): push.mutations.append(mutation)
                default: break
                }
            }
        }
        if !push.mutations.isEmpty { pushes.append(push) }
    }

    /// The server has made an answer, which may or may not arrive.
    ///
    /// - Parameters:
    ///   - exchange: What it answers.
    ///   - response: The answer.
    ///   - moments: What was true from its arrival to the answer, the newest first.
    func answered(_ exchange: Exchange, _ response: Response, at moments: [Moment]) {
        if response.status >= 500 {
            failedPushes += pushes.filter { $0.exchange === exchange }
        }
        pushes.removeAll { $0.exchange === exchange }
        switch exchange.path {
        case "/v1/oauth/token": learnTokens(response)
        case "/v1/devices/replace": learnReplacement(exchange, response)
        case "/v1/agency/records":
            guard response.status == 200, let end = endedKeys[exchange.bearer ?? ""],
                let arrived = exchange.arrivedAt, arrived > end
            else { return }
            // The lines that came before the end count; the last one came after it.
            let told = String(decoding: response.body, as: UTF8.self)
            guard !told.contains("feed.key_ended"), told.contains(#""from":"#) else { return }
            fail("I11", "an agency fed with a key that had ended")
        case "/v1/sync", "/v1/reconcile":
            guard response.status == 200, let bearer = exchange.bearer else { return }
            guard let device = tokens[bearer], moments[0].truth.devices[device] != nil else {
                return fail("I11", "an answer for a token that nobody was given")
            }
            check(response, to: exchange, device, moments)
        default: break
        }
    }

    /// An answer is read at one moment, and leaves when the audit chain tells of it.
    private func check(
        _ response: Response, to exchange: Exchange, _ device: DeviceID, _ moments: [Moment]
    ) {
        let now = world.server.wallMilliseconds
        let checks = moments.flatMap { moment -> [AnswerCheck] in
            guard let facts = moment.truth.devices[device] else { return [] }
            // A right can have ended between the reading and the leaving.
            let times =
                moment.truth.rights[facts.subject] == nil
                ? [now] : [now, exchange.arrivedMilliseconds]
            return times.map { time in
                let check = AnswerCheck(
                    oracle: self, moment: moment, device: device, facts: facts, now: time)
                check.check(response, to: exchange)
                return check
            }
        }
        let sound = checks.filter { $0.problem == nil }
        guard let first = sound.first else {
            guard let problem = checks.first?.problem else { return }
            return fail(
                problem.invariant, problem.what, file: problem.file, line: problem.line)
        }
        for point in first.points { world.points.count(point) }
        checkDisclosed(first.disclosed, to: device)
        guard let cursor = first.view?.cursor else { return }
        var possible: [View] = []
        for check in sound {
            if let view = check.view?.view, !possible.contains(view) { possible.append(view) }
        }
        if let known = views[cursor] {
            possible.removeAll { !known.contains($0) }
            if possible.isEmpty { fail("I14", "one cursor stands for two states") }
        }
        views[cursor] = possible
    }

    /// The moments at which the answer to a request can have been read.
    func moments(of exchange: Exchange?) -> [Moment] {
        guard let arrived = exchange?.arrivedAt, let first = earlier.first?.number,
            arrived < commits
        else { return [moment] }
        return [moment] + earlier.suffix(commits - max(arrived, first)).reversed().map(\.moment)
    }

    /// A device's program has been told how a request ended.
    func received(_ outcome: TransportOutcome, by device: Device, _ request: Request) {
        switch outcome {
        case .response(let response):
            world.trace("device.answer", Int64(response.status), response.body)
            if request.path == "/v1/sync", AnswerCheck.isRestart(response) {
                ledgers[device.index]?.mayRepair = true
            }
            // With its older name it forgets the cursor, in the round that goes on then.
            if request.path == "/v1/devices/replace", response.status == 200 {
                ledgers[device.index]?.mayRepair = true
            }
        case .notSent: world.trace("device.notSent", Int64(device.index), [])
        case .unknown, .cut: world.trace("device.unknown", Int64(device.index), [])
        }
    }

    /// The names of all buckets, for those who look before the rows do.
    private func readBuckets() throws {
        for (number, name) in try serverEye?.bucketNames() ?? [:] { bucketNames[number] = name }
    }
}
