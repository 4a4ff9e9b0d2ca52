/// The pauses after which those who were turned away are asked to come back.
///
/// A thousand clients that are turned away in one moment are asked to come at moments
/// that lie apart, whatever their own jitter. Who gets which follows from the number of
/// the connection, so that a run of the simulator is repeated with its pauses.
enum RetryPause {
    /// The pauses, in seconds.
    static let range = 5...20

    /// The pause for a request, in seconds.
    static func seconds(for id: ExchangeID) -> Int {
        // The lower half counts places of a loop, the upper one how often each was used.
        let place = id.connection ^ (id.connection >> 32)
        let turn = place &+ UInt64(id.loop) &+ UInt64(id.serial)
        return range.lowerBound + Int(turn % UInt64(range.count))
    }
}
