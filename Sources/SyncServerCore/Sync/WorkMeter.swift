/// What a push has cost so far, in bytes of rows that were read, made or written for it.
///
/// Counted also for what is refused: a refusal costs the writer as much.
final class WorkMeter {
    /// The bytes so far.
    private(set) var bytes = 0

    /// Counts more.
    func add(_ bytes: Int) { self.bytes += bytes }
}
