internal import FaultVFS
internal import SyncClientCore

/// A person's device: a disk, a clock, a place in the network, and a program that
/// is started, killed and started again.
final class Device {
    let index: Int
    /// Whose it is.
    let person: Int
    let disk: SimulatedDisk
    let endpoint = Endpoint()
    /// Where its second program stands in the network.
    let secondEndpoint = Endpoint()
    /// The program that runs, or nil.
    private(set) var program: Program?
    /// A second program on the same files, or nil.
    private(set) var second: Program?
    /// What is done to the disk when it is up again, before a program starts.
    var whileDown: (() -> Void)?
    /// How often a program was started.
    private(set) var starts = 0
    /// How long the next crash keeps it down, in milliseconds.
    var downtime: Int64 = 500
    /// Whether it is left alone for the rest of the run.
    var isRetired = false
    /// Whether somebody is signing in on it.
    var isSigningIn = false
    /// What the last round came to, for messages.
    var lastFailure: String?
    /// How many requests its programs have sent.
    var requests = 0
    /// How many writes were begun on it.
    var writes = 0
    /// Whether its owner has been told to sign in again.
    var needsSignIn = false
    /// What was known of it when its disk was copied.
    var keptLedger: DeviceLedger?
    /// A copy of the disk, as a backup program makes one.
    var keptDisk: [String: [UInt8]]?

    /// When a round began that brought the server's time, if the clock went evenly since.
    var timeLearnedAt: Int64?

    /// How often its clock was set or made to drift.
    private(set) var clockChanges = 0

    private unowned let world: World
    private var clockOffset: Int64 = 0
    private var clockSetAt: Int64 = 0
    private var driftPerMillion: Int64 = 0
    /// The files that programs have locked, with the program's number.
    private var locks: [String: Int] = [:]

    init(_ world: World, index: Int, person: Int) {
        self.world = world
        self.index = index
        self.person = person
        disk = SimulatedDisk(seed: world.plan.seed ^ UInt64(index + 1))
    }

    var name: String { "device \(index)" }

    // MARK: - Clock

    /// The time of day here: wrong, drifting, and stepping when told to.
    var wallMilliseconds: Int64 {
        let passed = world.timeline.now - clockSetAt
        return World.epoch + world.timeline.now + clockOffset
            + passed * driftPerMillion / 1_000_000
    }

    /// Sets the clock to so much ahead of the world's.
    func setClock(offset: Int64) {
        timeLearnedAt = nil
        clockChanges += 1
        clockOffset = offset
        clockSetAt = world.timeline.now
    }

    /// Lets the clock go faster or slower from now on.
    func setDrift(perMillion: Int64) {
        timeLearnedAt = nil
        clockChanges += 1
        clockOffset = wallMilliseconds - World.epoch - world.timeline.now
        clockSetAt = world.timeline.now
        driftPerMillion = perMillion
    }

    /// Whether it must know that a moment of the server's clock has passed.
    ///
    /// Between two rounds a device reckons with its own clock: so with its drift, and
    /// without the time that the last answer was on its way.
    func mustKnowPassed(_ moment: Int64) -> Bool {
        guard let timeLearnedAt, !world.oracle.serverClockWasSet else { return false }
        let doubt = 10_000 + (world.timeline.now - timeLearnedAt) / 50
        return moment + doubt <= world.server.wallMilliseconds
    }

    // MARK: - The program's life

    /// Starts the program, if it does not run.
    func start() {
        guard program == nil, !disk.isDown else { return }
        starts += 1
        let started = Program(world, self, number: starts)
        program = started
        started.open()
    }

    /// Ends the program as a person does who closes an app.
    func close() {
        guard let ended = program else { return }
        ended.close { [self] in
            guard program === ended else { return }
            ended.die()
            program = nil
            isSigningIn = false
        }
    }

    /// Starts a second program on the same files.
    func startSecond() {
        guard second == nil, program?.client != nil, !isSigningIn, !disk.isDown else { return }
        starts += 1
        let started = Program(world, self, number: starts, isSecond: true)
        second = started
        started.open()
    }

    /// Ends the second program.
    ///
    /// - Parameter kills: Whether it has no time to close its files.
    func closeSecond(kills: Bool) {
        guard let ended = second else { return }
        if kills { return endSecond(ended) }
        ended.close { [self] in endSecond(ended) }
    }

    private func endSecond(_ ended: Program) {
        guard second === ended else { return }
        second = nil
        ended.die()
    }

    /// The program that carries an action out: mostly the first, where there are two.
    func program(for action: Int) -> Program? {
        guard action % 3 == 0, let second, second.client != nil else { return program }
        return second
    }

    /// Ends what runs, and starts nothing any more.
    func retire() {
        isRetired = true
        program?.die()
        second?.die()
        program = nil
        second = nil
    }

    /// Whether anything runs on it.
    var hasPrograms: Bool { program != nil || second != nil }

    /// Whether a round may run in one of its programs.
    var isSyncing: Bool {
        [program, second].contains { $0?.isSyncing == true || $0?.listening != nil }
    }

    /// Notices that a fault has stopped the program.
    func crashed() {
        guard disk.isDown else { return }
        let ended = [program, second].compactMap(\.self)
        program = nil
        second = nil
        isSigningIn = false
        for old in ended { old.die() }
        world.note(name, "is down")
        world.reached("device.crashed")
        let planned = starts
        world.timeline.schedule(after: downtime) { [self] in
            guard disk.isDown, planned == starts else { return }
            restartDisk()
            whileDown?()
            whileDown = nil
            if !isRetired { start() }
        }
    }

    /// Kills the program, and cuts its power perhaps.
    func crash(power: Bool) {
        guard !disk.isDown else { return }
        if power { disk.cutPower() } else { disk.kill() }
        crashed()
    }

    private func restartDisk() {
        var lottery = SeededRandom(
            seed: world.plan.seed, stream: "deviceDisk", UInt64(index), UInt64(starts))
        disk.restart(&lottery)
    }

    /// The opening failed: the person tries again a little later.
    func openFailed(_ failed: Program, _ reason: String) {
        if second === failed {
            world.note(name, "cannot open a second time: \(reason)")
            return endSecond(failed)
        }
        guard program === failed else { return }
        failed.die()
        program = nil
        lastFailure = reason
        world.note(name, "cannot open: \(reason)")
        world.reached("device.openFailed")
        world.timeline.schedule(after: 2_000) { [self] in
            if !isRetired { start() }
        }
    }

    // MARK: - Locks

    /// Locks a file for a program; gives whether it was free.
    func takeLock(_ path: String, for program: Program) -> Bool {
        guard locks[path] == nil else { return false }
        locks[path] = program.number
        return true
    }

    /// A program has to wait for another one.
    func lockWasHeld() {
        if second != nil { world.reached("device.waitedForOther") }
    }

    /// Gives a lock back, if the program still holds it.
    func giveBackLock(_ path: String, of program: Program) {
        if locks[path] == program.number { locks[path] = nil }
    }

    /// Gives back all that a program holds, as its end does.
    func giveBackLocks(of program: Program) {
        for path in locks.keys where locks[path] == program.number { locks[path] = nil }
    }

    // MARK: - The whole disk

    /// Copies the disk away, as a backup of the phone does.
    func keepDisk() {
        keptDisk = Dictionary(
            uniqueKeysWithValues: disk.paths.map { ($0, disk.durableBytes(of: $0) ?? []) })
    }

    /// Puts a copy of a disk in place of this one.
    func replaceDisk(with files: [String: [UInt8]]) {
        disk.kill()
        crashed()
        for path in disk.paths { disk.replace(path, with: nil) }
        for path in files.keys.sorted() { disk.replace(path, with: files[path]) }
    }
}
