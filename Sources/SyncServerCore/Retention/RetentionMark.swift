internal import SyncProtocol

/// How far passes of retention have come, as the store keeps it.
struct RetentionMark: Hashable, Sendable {
    /// When a pass was last finished, in milliseconds since 1970; 0 for never.
    let done: Int64
    /// Where a pass goes on that is under way or was interrupted; nil if none is.
    let place: Retention.Place?
    /// When that pass came there, in milliseconds since 1970.
    private let at: Int64

    private static let doneName = "retention_done"
    private static let placeName = "retention_place"

    /// Reads it.
    ///
    /// - Throws: What the store throws.
    init(_ transaction: any StoreTransaction) throws {
        done = Self.number(try transaction.value(Self.doneName) ?? [])
        // A place that cannot be read is none: the pass begins anew, which does no harm.
        let stored = try transaction.value(Self.placeName) ?? []
        place = stored.count == 17 ? Self.place(stored[0], Self.number(stored[1..<9])) : nil
        at = place == nil ? 0 : Self.number(stored[9...])
    }

    /// The newest time that a pass has seen, in milliseconds since 1970; 0 for none.
    var lastSeen: Int64 { place == nil ? done : at }

    /// Writes down that a pass goes on at another place, or that it is finished.
    ///
    /// - Parameters:
    ///   - old: Where it stood.
    ///   - next: Where it goes on; nil if it is finished.
    ///   - now: The clock, in milliseconds since 1970.
    ///   - transaction: Takes it, with what the part has done.
    /// - Throws: What the store throws.
    static func move(
        from old: Retention.Place, to next: Retention.Place?, at now: Int64,
        in transaction: any StoreTransaction
    ) throws {
        guard let next else {
            try transaction.set(doneName, bytes(of: now))
            return try transaction.set(placeName, [])
        }
        let (kind, number) = stored(next)
        guard stored(old) != (kind, number) else { return }
        try transaction.set(placeName, [kind] + bytes(of: number) + bytes(of: now))
    }

    /// What comes behind the devices is short, and begins with the tokens again.
    private static func stored(_ place: Retention.Place) -> (UInt8, Int64) {
        switch place {
        case .rows(let after): (0, after)
        case .devices(let after): (1, after)
        case .tokens, .audit, .remains: (2, 0)
        }
    }

    private static func place(_ kind: UInt8, _ number: Int64) -> Retention.Place? {
        switch kind {
        case 0: .rows(after: number)
        case 1: .devices(after: number)
        case 2: .tokens
        default: nil
        }
    }

    private static func number(_ bytes: some Sequence<UInt8>) -> Int64 {
        bytes.reduce(0) { $0 << 8 | Int64($1) }
    }

    private static func bytes(of number: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendBigEndian(UInt64(bitPattern: number))
        return bytes
    }
}
