internal import Synchronization

/// What has happened since a live engine looked last, each kind at most once.
///
/// However much arrives during a round, it is one look afterwards, and neither
/// the end of the channel nor of the sign-in is ever pushed out by the rest.
final class LiveWakes: Sendable {
    /// What has happened, in no order.
    struct News: Hashable, Sendable {
        /// The channel is open.
        var hasOpened = false
        /// The server says that something moved.
        var hasMoved = false
        /// Something was committed to the cache, here or by another process.
        var hasChanged = false
        /// The server ended the rights of this device.
        var isRevoked = false
        /// How the channel ended, the first reason only.
        var end: LiveEnd?
    }

    /// A signal for each time that something has happened, at most one waiting.
    let stream: AsyncStream<Void>

    private let continuation: AsyncStream<Void>.Continuation
    private let news = Mutex(News())

    init() {
        (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Takes note of what the live channel says; unknown events are skipped.
    func note(_ signal: LiveSignal) {
        news.withLock { news in
            switch signal {
            case .opened: news.hasOpened = true
            case .event("moved"): news.hasMoved = true
            case .event("revoked"): news.isRevoked = true
            case .event: break
            case .ended(let end): news.end = news.end ?? end
            }
        }
        continuation.yield()
    }

    /// Takes note of a commit to the cache.
    func noteChange() {
        news.withLock { $0.hasChanged = true }
        continuation.yield()
    }

    /// Gives what has happened since the last call.
    func take() -> News {
        news.withLock { news in
            defer { news = News() }
            return news
        }
    }
}
