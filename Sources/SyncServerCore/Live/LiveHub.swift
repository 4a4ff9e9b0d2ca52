internal import HTTPWire

/// The watchers of one event loop: connections that wait for "something moved".
///
/// An event carries no data: data come by pull, so there is one path and no
/// race. A watcher holds at most one event that it has not taken.
final class LiveHub {
    private final class Watcher {
        let stream: StreamWriter
        let session: Session
        /// Whether an event is on its way that the watcher has not taken.
        var holdsEvent = false
        /// Whether it stands in ``LiveHub/waiting``.
        var isWaiting = false

        init(stream: StreamWriter, session: Session) {
            self.stream = stream
            self.session = session
        }
    }

    /// A bucket of a person that has changed.
    struct Moved: Hashable, Sendable {
        let bucket: BucketNumber
        let person: PersonNumber
    }

    private var watchers: [PersonNumber: [ExchangeID: Watcher]] = [:]
    /// The rights of people who watch that are not as usual; hardly anybody has one.
    private var grants = GrantBook()
    /// The rights of a person who watches that are not as usual.
    private let granted: (PersonNumber) -> [RightRecord]
    /// The server's clock, in milliseconds since 1970: rights end by a date.
    private let now: () -> Int64
    /// Those that a shared bucket will wake, each once however often it changes.
    private var waiting: [Watcher] = []
    private var isSpreading = false
    private let metrics: Metrics
    private let context: LoopContext
    private let registry: WatcherRegistry
    private let spreadAtOnce: Int

    init(
        metrics: Metrics, context: LoopContext, registry: WatcherRegistry, spreadAtOnce: Int,
        now: @escaping () -> Int64, granted: @escaping (PersonNumber) -> [RightRecord]
    ) {
        self.granted = granted
        self.now = now
        self.metrics = metrics
        self.context = context
        self.registry = registry
        self.spreadAtOnce = spreadAtOnce
        context.schedule(afterMilliseconds: 25_000, repeating: true) { [weak self] in
            self?.keepAlive()
        }
    }

    /// Begins an endless answer.
    ///
    /// - Returns: False, and nothing is begun, if there are too many already.
    func watch(_ exchange: Exchange, session: Session) -> Bool {
        let id = exchange.id
        switch registry.enter(session.device, .init(loop: context.handle, exchange: id)) {
        case .full: return false
        case .entered: break
        case .enteredFor(let oldest):
            oldest.loop.execute { context in
                (context.handler as? SyncService)?.live.end(oldest.exchange, of: session.person)
            }
        }
        let stream = exchange.beginStream(Heads.events, isLive: true)
        guard !stream.isClosed else {
            // A client of HTTP/1.0: it has been told that it cannot have one.
            registry.leave(session.device, id)
            return true
        }
        let isFirst = watchers[session.person] == nil
        watchers[session.person, default: [:]][id] = Watcher(stream: stream, session: session)
        if isFirst { grants.learn(granted(session.person), of: session.person) }
        metrics.watchers(1)
        exchange.onClose { [weak self] _ in self?.forget(id, session) }
        stream.write("retry: 2000\n\n")
        return true
    }

    /// Ends one stream, because its device has opened another.
    func end(_ id: ExchangeID, of person: PersonNumber) {
        guard let watcher = watchers[person]?[id] else { return }
        watcher.stream.finish()
        forget(id, watcher.session)
    }

    /// Wakes those whose rights changed, and learns which buckets they may read now.
    func rightsChanged(of people: [PersonNumber]) {
        for person in people {
            guard let mine = watchers[person] else { continue }
            grants.learn(granted(person), of: person)
            poke(mine.values)
        }
    }

    /// Wakes those who may read the buckets that changed.
    func moved(_ buckets: [Moved], everyone: Bool) {
        if everyone {
            for watcher in watchers.values.flatMap(\.values) where !watcher.isWaiting {
                watcher.isWaiting = true
                waiting.append(watcher)
            }
            if !isSpreading { spread() }
            return
        }
        let now = self.now()
        for person in grants.readers(of: buckets, now: now) {
            if let mine = watchers[person] { poke(mine.values) }
        }
    }

    /// Ends the streams of devices whose rights have ended.
    func endSessions(of devices: Set<DeviceNumber>) {
        guard !devices.isEmpty else { return }
        for watcher in watchers.values.flatMap(\.values)
        where devices.contains(watcher.session.device) {
            watcher.stream.write("event: revoked\ndata: {}\n\n")
            watcher.stream.finish()
            forget(watcher.stream.id, watcher.session)
        }
    }

    private func poke(_ list: some Sequence<Watcher>) {
        var count = 0
        for watcher in list {
            if watcher.stream.pendingBytes == 0 { watcher.holdsEvent = false }
            guard !watcher.holdsEvent, !watcher.stream.isClosed else { continue }
            watcher.stream.write("event: moved\ndata: {}\n\n")
            watcher.holdsEvent = true
            count += 1
        }
        metrics.poked(count)
    }

    /// Wakes the first of those that wait, and the next ones at the next tick.
    private func spread() {
        let next = waiting.prefix(spreadAtOnce)
        for watcher in next { watcher.isWaiting = false }
        poke(next)
        waiting.removeFirst(next.count)
        isSpreading = !waiting.isEmpty
        guard isSpreading else { return }
        context.schedule(afterMilliseconds: 100) { [weak self] in self?.spread() }
    }

    private func keepAlive() {
        for watcher in watchers.values.flatMap(\.values) where watcher.stream.pendingBytes == 0 {
            watcher.stream.write(":\n\n")
        }
    }

    private func forget(_ id: ExchangeID, _ session: Session) {
        let person = session.person
        guard watchers[person]?.removeValue(forKey: id) != nil else { return }
        if watchers[person]?.isEmpty == true {
            watchers[person] = nil
            grants.forget(person)
        }
        registry.leave(session.device, id)
        metrics.watchers(-1)
    }
}
