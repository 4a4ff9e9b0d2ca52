/// Decides what is turned away before the server is too busy for what matters most.
///
/// Acknowledging a write and saying "nothing new" come first: they are short, and
/// who is refused them stands in doubt. A first sync, a repair and a feed are
/// long, can wait, and are turned away first; then pages for devices that hold
/// something already. Measures are what waits for the writer, how long the oldest
/// of it has waited, and how long the loop has been at work since it last looked
/// who is there.
struct Admission: Sendable {
    /// What is asked for.
    enum Work: Hashable, Sendable {
        /// A mirror from its beginning, a comparison of a whole one, or a feed.
        case long
        /// A page that goes on from a cursor.
        case page
    }

    /// How busy the server is.
    struct Pressure: Hashable, Sendable {
        /// The jobs that wait for the writer.
        var waiting = 0
        /// How long the oldest of them has waited, in milliseconds.
        var oldestMilliseconds: Int64 = 0
        /// How long the loop has been at work since its turn began, in milliseconds.
        var turnMilliseconds: Int64 = 0
    }

    let limits: Limits

    /// Whether some work is turned away.
    func sheds(_ work: Work, under pressure: Pressure) -> Bool {
        switch work {
        case .long:
            pressure.waiting > limits.shedLongQueueMax
                || pressure.oldestMilliseconds > limits.shedLongMillisecondsMax
                || pressure.turnMilliseconds > limits.shedTurnMillisecondsMax
        case .page:
            pressure.waiting > limits.shedPageQueueMax
                || pressure.oldestMilliseconds > limits.shedPageMillisecondsMax
        }
    }
}
