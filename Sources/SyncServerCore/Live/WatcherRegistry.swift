internal import Synchronization

/// Knows the live streams of all loops, so that they can be bounded.
///
/// A phone that changes its network leaves a stream behind that nobody reads. A
/// device may therefore have a few; one more ends its oldest, and is not refused.
final class WatcherRegistry: Sendable {
    /// Where a live stream is.
    struct Place: Sendable {
        let loop: LoopHandle
        let exchange: ExchangeID
    }

    /// What became of a new stream.
    enum Entry {
        /// It may begin.
        case entered
        /// It may begin, and this one, the device's oldest, must end.
        case enteredFor(Place)
        /// There are too many in all.
        case full
    }

    private struct State {
        var places: [DeviceNumber: [Place]] = [:]
        var count = 0
    }

    private let watchersMax: Int
    private let perDeviceMax: Int
    private let state = Mutex(State())

    init(watchersMax: Int, perDeviceMax: Int) {
        self.watchersMax = watchersMax
        self.perDeviceMax = perDeviceMax
    }

    /// Enters a stream before it begins.
    func enter(_ device: DeviceNumber, _ place: Place) -> Entry {
        state.withLock { state in
            var mine = state.places[device, default: []]
            var oldest: Place?
            if mine.count >= perDeviceMax {
                oldest = mine.removeFirst()
                state.count -= 1
            }
            guard state.count < watchersMax else { return .full }
            mine.append(place)
            state.places[device] = mine
            state.count += 1
            return oldest.map { .enteredFor($0) } ?? .entered
        }
    }

    /// A stream has ended; nothing happens if another took its place.
    func leave(_ device: DeviceNumber, _ exchange: ExchangeID) {
        state.withLock { state in
            guard var mine = state.places[device],
                let index = mine.firstIndex(where: { $0.exchange == exchange })
            else { return }
            mine.remove(at: index)
            state.count -= 1
            state.places[device] = mine.isEmpty ? nil : mine
        }
    }
}
