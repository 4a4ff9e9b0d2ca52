/// Something that must never be.
package struct Violation: Hashable, Sendable, CustomStringConvertible {
    /// The invariant, `I1` to `I20`, or `HTTP`.
    package var invariant: String
    /// What was found, in a sentence.
    package var what: String
    /// Which check found it.
    package var site: String
    /// When, in milliseconds since the world began.
    package var at: Int64

    package var description: String { "\(invariant) at \(at) ms: \(what)" }
}

/// What a run came to.
package struct RunResult: Sendable {
    /// The first violation, if there was one.
    package var violation: Violation?
    /// The hash of everything that happened.
    package var trace: TraceHash
    /// The rounds that devices ran.
    package var syncs = 0
    /// The requests that were sent.
    package var requests = 0
    /// The virtual time that passed, in milliseconds.
    package var milliseconds: Int64 = 0
    /// The places that were reached.
    package var points = Points()
    /// What happened, line by line, if it was asked for.
    package var log: [String] = []
    /// The faults of single requests that were drawn.
    package var exchangeFaults: [ExchangeKey: ExchangeFault] = [:]
}
