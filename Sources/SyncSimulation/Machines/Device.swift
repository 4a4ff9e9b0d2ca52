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
    /// The program that runs, or nil.
    private(set) var program: Program?
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
    /// How many writes were begun on it.
    var writes = 0
    /// Whether its owner has been told to sign in again.
    var needsSignIn = false
    /// What was known of it when its disk was copied.
    var keptLedger: DeviceLedger?
    /// A copy of the disk, as a backup program makes one.
    var keptDisk: [String: [UInt8]]?

    private unowned let world: World
    private var clockOffset: Int64 = 0
    private var clockSetAt: Int64 = 0
    private var driftPerMillion: Int64 = 0

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
        clockOffset = offset
        clockSetAt = world.timeline.now
    }

    /// Lets the clock go faster or slower from now on.
    func setDrift(perMillion: Int64) {
        clockOffset = wallMilliseconds - World.epoch - world.timeline.now
        clockSetAt = world.timeline.now
        driftPerMillion = perMillion
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

    /// Notices that a fault has stopped the program.
    func crashed() {
        guard disk.isDown else { return }
        let old = program
        program = nil
        isSigningIn = false
        old?.die()
        world.note(name, "is down")
        world.reached("device.crashed")
        let planned = starts
        world.timeline.schedule(after: downtime) { [self] in
            guard disk.isDown, planned == starts else { return }
            restartDisk()
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
