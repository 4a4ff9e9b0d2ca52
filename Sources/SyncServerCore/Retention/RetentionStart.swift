/// When a pass of retention began, by both clocks.
///
/// What is over is decided by this moment for the whole pass: a clock that is set ahead
/// while it runs removes nothing. It ends the pass besides, as one that is set back does:
/// it may have been wrong when the pass began.
struct RetentionStart: Hashable, Sendable {
    /// The clock for dates, in milliseconds since 1970.
    let wall: Int64
    /// The clock that never steps, in milliseconds.
    let ticks: Int64

    /// How far the clock for dates has gone otherwise than the one that never steps.
    ///
    /// - Parameters:
    ///   - wall: The clock for dates now.
    ///   - ticks: The other one now.
    /// - Returns: Milliseconds; negative if it was set back.
    func leap(wall: Int64, ticks: Int64) -> Int64 {
        (wall - self.wall) - (ticks - self.ticks)
    }
}
