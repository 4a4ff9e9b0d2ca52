/// What a request turned out to be, for the times that answers take.
enum RequestKind: UInt8, CaseIterable, Sendable {
    /// Pages, a sign-in's refusals, whatever has no kind of its own.
    case other
    /// A pull where nothing was new.
    case unchanged
    /// A pull that was answered with a page.
    case pull
    /// A push, up to its commit, with the page behind it if one was asked for.
    case push
    /// A comparison.
    case repair
    /// A feed, from its first line to its last.
    case feed
    /// A sign-in, a renewal of tokens, a device that takes another's place.
    case identity

    /// The value of the label in metrics.
    var label: String {
        switch self {
        case .other: "other"
        case .unchanged: "unchanged"
        case .pull: "pull"
        case .push: "push"
        case .repair: "repair"
        case .feed: "feed"
        case .identity: "identity"
        }
    }

    /// The upper ends of the buckets, in milliseconds.
    static let bounds: [Int64] = [
        1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 60_000,
    ]
}
