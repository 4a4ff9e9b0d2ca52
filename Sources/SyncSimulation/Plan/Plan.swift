/// Everything that is decided before a world begins.
///
/// A seed makes a plan, and a plan makes a run. What is not in the plan is drawn
/// from streams that are named for what they decide, so that taking an action
/// away does not change what happens to the others.
package struct Plan: Hashable, Sendable {
    /// The seed of all that is not written here.
    package var seed: UInt64
    /// How many people there are.
    package var people: Int
    /// Whose each device is.
    package var owners: [Int]
    /// How the world is made.
    package var options = PlanOptions()
    /// What happens, in order of time.
    package var actions: [Action]
    /// The faults of single requests.
    package var exchangeFaults: [ExchangeKey: ExchangeFault]
    /// The devices that come back when everything heals.
    package var core: [Int]
    /// What the shrunk plan of a failure is expected to show; empty otherwise.
    package var expects = ""

    /// Creates a plan.
    package init(
        seed: UInt64, people: Int, owners: [Int], actions: [Action] = [],
        exchangeFaults: [ExchangeKey: ExchangeFault] = [:], core: [Int]
    ) {
        self.seed = seed
        self.people = people
        self.owners = owners
        self.actions = actions
        self.exchangeFaults = exchangeFaults
        self.core = core
    }

    /// When the last action happens.
    package var end: Int64 { actions.map(\.at).max() ?? 0 }
}

/// How a world is made.
package struct PlanOptions: Hashable, Sendable {
    /// The chances of each fault of a request, in a thousand; drawn as they come.
    package var rates: [ExchangeFault.Kind: Int] = [:]
    /// The shortest way between device and server, in milliseconds.
    package var latencyMin: Int64 = 5
    /// How much longer it can be.
    package var latencySpread: Int64 = 40
    /// Into how many pieces bytes can be split on their way.
    package var pieces = 3
    /// The most bytes a connection takes from the server at once.
    package var window = 1 << 20
    /// How long a commit can take, in milliseconds.
    package var commitMax: Int64 = 4
    /// Rows in a page at most.
    package var pageRows = 10_000
    /// Pages in the server's log before a checkpoint.
    package var serverLogPages = 200
    /// Pages in a device's log before a checkpoint.
    package var deviceLogPages = 100
    /// Feed lines in one batch.
    package var feedBatch = 256
    /// How long an access token lives, in milliseconds.
    package var tokenLife: Int64 = 3_600_000
    /// Whether databases begin with their tables laid out: 1, or 0 if they do that themselves.
    package var isPrepared = 0
    /// How many rows people write about.
    package var rows = 5
    /// Whether devices listen at the end, and are not told to sync: 1, or 0.
    package var listens = 0

    /// A world without faults.
    package init() {}
}
