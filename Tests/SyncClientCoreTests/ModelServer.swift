import CitizenData
import Synchronization
import SyncProtocol

@testable import SyncClientCore

/// A sync server in a few lines, which speaks frames and can misbehave.
///
/// It holds one person and one device, and decides as the protocol says: pushes
/// advance mutation by mutation, outcomes are stored, a page follows a cursor.
final class ModelServer: Transport {
    /// What happens to the next request.
    enum Fault {
        /// It does not leave the device.
        case notSent
        /// It takes effect and its answer is lost.
        case answerLost
        /// It neither takes effect nor is answered.
        case requestLost
        /// Its answer is cut after so many bytes from the end.
        case cut(Int)
        /// It is answered with a status.
        case status(Int, retryAfter: Int64?)
        /// The answer is changed before it arrives.
        case change(@Sendable ([UInt8]) -> [UInt8])
        /// The answer is these frames.
        case frames([Frame])
        /// The answer is a page of a proxy.
        case page
        /// It is not answered before the gate opens, or its sender gives up.
        case held(Gate)
    }

    struct StoredRow {
        var owner: String
        var asOf: Int64
        var sourceVersion: Int64
        var body: [UInt8]
        var rev: UInt64
        var isGone = false
    }

    struct Bucket {
        var number: UInt64
        var head: UInt64 = 0
        var epoch: UInt64 = 1
        var rows: [RowKey: StoredRow] = [:]
        var leaseUntil: UInt64 = 0
        var priority: UInt64 = 1
    }

    struct State {
        var buckets: [String: Bucket] = [:]
        var goneBuckets: Set<String> = []
        /// How many mutations of one push are taken.
        var takesMax = Int.max
        var lastMid: UInt64 = 0
        var lastChain: UInt64 = 0
        var chains: [UInt64: UInt64] = [:]
        var outcomes: [UInt64: OutcomeRange] = [:]
        var applied: [UInt64] = []
        /// The first names of the writes that took effect, under whatever name.
        var names: Set<MutationOrigin> = []
        var refuses: [UInt64: String] = [:]
        /// Whether the next sync is that of another device.
        var forgetsDevice = false
        var pageRows = 1_000
        var milliseconds: Int64 = 1_800_000_000_000
        var faults: [Fault] = []
        var requests: [Request] = []
        var lineage: UInt8 = 1
        var sumError = false
        /// Whether it knows `/v1/reconcile`.
        var repairs = true
        /// What the requests to it said about why they came.
        var mismatches: [Bool] = []
        /// The most rows in one answer to it.
        var repairRows = 1_000
        /// The name that the next sign-in gives.
        var device = ModelServer.device
        var accessToken = "access-1"
        var refreshToken = "refresh-1"
        /// The one before it, which gives the same pair again.
        var usedRefreshToken = ""
        /// Who confirms the next sign-in.
        var subject = ModelServer.subject
        var signals: [LiveSignal] = []
        var listeners: [AsyncStream<LiveSignal>.Continuation] = []
    }

    let state = Mutex(State())
    static let device = DeviceID(0x0123_4567_89ab_cdef)
    static let subject = "wanna"
    static let core = "person/wanna/core"

    func with<T: Sendable>(_ body: (inout State) -> sending T) -> T {
        state.withLock { body(&$0) }
    }

    /// Puts or replaces a row.
    func put(
        _ table: String, _ id: String, body: String, bucket: String = core, owner: String = "dlt",
        asOf: Int64 = 1_700_000_000_000, version: Int64 = 1
    ) {
        with { state in
            Self.put(
                &state, RowKey(table: table, id: id), bucket: bucket,
                StoredRow(
                    owner: owner, asOf: asOf, sourceVersion: version, body: Array(body.utf8),
                    rev: 0))
        }
    }

    func remove(_ table: String, _ id: String, bucket: String = core) {
        with { state in
            guard var row = state.buckets[bucket]?.rows[RowKey(table: table, id: id)] else {
                return
            }
            row.isGone = true
            Self.put(&state, RowKey(table: table, id: id), bucket: bucket, row)
        }
    }

    /// The device that syncs next starts at its first write; it may ask after the old one before.
    func changesDevice() {
        with { $0.forgetsDevice = true }
    }

    /// After which writes an old device was asked about, in order.
    var questions: [UInt64] {
        with { state in
            state.requests.filter { $0.path == "/v1/devices/replace" }.compactMap {
                String(decoding: $0.body, as: UTF8.self).split(separator: "=").last
                    .flatMap { UInt64($0) }
            }
        }
    }

    func fail(_ faults: Fault...) {
        with { $0.faults += faults }
    }

    /// What a device's dump must say, where nothing waits.
    func confirmed() -> [String] {
        with { state in
            var lines: [(key: RowKey, line: String)] = []
            var seen: Set<RowKey> = []
            for (_, bucket) in state.buckets.sorted(by: { $0.key > $1.key }) {
                for (key, row) in bucket.rows where !row.isGone && seen.insert(key).inserted {
                    let body = String(decoding: row.body, as: UTF8.self)
                    lines.append(
                        (
                            key,
                            #"{"agency":"\#(row.owner)","as_of":\#(row.asOf),"body":\#(body),"#
                                + #""id":"\#(key.id)","source_version":\#(row.sourceVersion),"#
                                + #""table":"\#(key.table)"}"#
                        ))
                }
            }
            return lines.sorted { ($0.key.table, $0.key.id) < ($1.key.table, $1.key.id) }
                .map(\.line)
        }
    }

    private static func put(
        _ state: inout State, _ key: RowKey, bucket: String, _ row: StoredRow
    ) {
        let number = UInt64(state.buckets.count + 1)
        var held = state.buckets[bucket] ?? Bucket(number: number)
        held.head += 1
        var row = row
        row.rev = held.head
        held.rows[key] = row
        state.buckets[bucket] = held
    }

    // MARK: - Transport

    func listen(_ request: Request) -> AsyncStream<LiveSignal> {
        let (stream, continuation) = AsyncStream.makeStream(of: LiveSignal.self)
        let signals = with { state in
            state.listeners.append(continuation)
            defer { state.signals = [] }
            return state.signals
        }
        for signal in signals { continuation.yield(signal) }
        return stream
    }

    /// Says something to everyone who listens.
    func signal(_ signal: LiveSignal) {
        let listeners = with { $0.listeners }
        for listener in listeners { listener.yield(signal) }
    }

    func send(_ request: Request) async -> TransportOutcome {
        if case .held(let gate) = with({ $0.faults.first }) {
            with { _ = $0.faults.removeFirst() }
            guard await gate.pass() else { return .unknown(reason: "cancelled") }
        }
        return with { state in
            state.requests.append(request)
            if request.path.hasPrefix("/v1/oauth") { return Self.oauth(request, &state) }
            let fault = state.faults.isEmpty ? nil : state.faults.removeFirst()
            switch fault {
            case .notSent: return .notSent(reason: "test")
            case .requestLost: return .unknown(reason: "test")
            case .status(let status, let retryAfter):
                return .response(
                    Response(
                        status: status, contentType: "application/json",
                        retryAfterMilliseconds: retryAfter))
            case .frames(let frames): return Self.response(Self.bytes(frames))
            case .page:
                return .response(
                    Response(status: 200, contentType: "text/html", body: Array("<html>".utf8)))
            case .answerLost, .cut, .change, .held, nil: break
            }
            guard request.bearer == state.accessToken else {
                return .response(Response(status: 401, contentType: "application/json"))
            }
            if request.path == "/v1/devices/replace" { return Self.history(request, &state) }
            if state.forgetsDevice { Self.forgetDevice(&state) }
            if request.path == "/v1/reconcile", !state.repairs {
                return .response(Response(status: 404, contentType: "application/json"))
            }
            let answer = Self.bytes(
                request.path == "/v1/reconcile"
                    ? Self.reconcile(request.body, &state) : Self.answer(request.body, &state))
            switch fault {
            case .answerLost: return .unknown(reason: "test")
            case .cut(let count): return Self.response(Array(answer.dropLast(count)))
            case .change(let change): return Self.response(change(answer))
            default: return Self.response(answer)
            }
        }
    }

    private static func response(_ body: [UInt8]) -> TransportOutcome {
        .response(Response(status: 200, contentType: BinaryFrames.mediaType, body: body))
    }

    static func bytes(_ frames: [Frame]) -> [UInt8] {
        var bytes: [UInt8] = []
        for frame in frames { BinaryFrames.append(frame, to: &bytes) }
        return bytes
    }

    static func frames(_ bytes: [UInt8]) -> [Frame] {
        var frames: [Frame] = []
        bytes.withUnsafeBytes { raw in
            _ = try? FrameSplitter.split(raw) { (payload, origin) throws(WireError) in
                frames.append(try BinaryFrames.decode(payload, origin: origin))
            }
        }
        return frames
    }

    private static func oauth(_ request: Request, _ state: inout State) -> TransportOutcome {
        func json(_ text: String, _ status: Int = 200) -> TransportOutcome {
            .response(
                Response(
                    status: status, contentType: "application/json", body: Array(text.utf8)))
        }
        let form = String(decoding: request.body, as: UTF8.self)
        switch request.path {
        case "/v1/oauth/device_authorization":
            return json(
                #"{"device_code":"secret","expires_in":600,"interval":5,"user_code":"ABCD-EFGH","#
                    + #""verification_uri":"https://example.test/device"}"#)
        case "/v1/oauth/token":
            if form.contains("refresh_token=") {
                let isRepeated =
                    !state.usedRefreshToken.isEmpty
                    && form.contains("refresh_token=\(state.usedRefreshToken)&")
                guard isRepeated || form.contains("refresh_token=\(state.refreshToken)&") else {
                    return json(#"{"error":"invalid_grant"}"#, 400)
                }
                if !isRepeated {
                    state.usedRefreshToken = state.refreshToken
                    state.accessToken += "+"
                    state.refreshToken += "1"
                }
            }
            return json(
                """
                {"access_token":"\(state.accessToken)","device_id":"\(state.device)","expires_in":3600,\
                "refresh_token":"\(state.refreshToken)","subject":"\(state.subject)",\
                "token_type":"Bearer"}
                """)
        default: return json("{}")
        }
    }

    /// A device takes another one's place: what that one did, and a clean page for the new one.
    private static func history(_ request: Request, _ state: inout State) -> TransportOutcome {
        let form = String(decoding: request.body, as: UTF8.self)
        guard let after = form.split(separator: "=").last.flatMap({ UInt64($0) }) else {
            return .response(Response(status: 400))
        }
        let mids = after < state.lastMid ? Array(after + 1...state.lastMid) : []
        let chains = mids.map { hex(state.chains[$0] ?? 0) }.joined()
        let flags = mids.map { state.outcomes[$0]?.status == .refused ? "0" : "1" }.joined()
        let body = #"{"chains":"\#(chains)","last":\#(state.lastMid),"took_effect":"\#(flags)"}"#
        return .response(
            Response(status: 200, contentType: "application/json", body: Array(body.utf8)))
    }

    private static func forgetDevice(_ state: inout State) {
        state.forgetsDevice = false
        state.lastMid = 0
        state.lastChain = 0
        state.chains = [:]
        state.outcomes = [:]
        state.applied = []
    }

    private static func hex(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    // MARK: - The protocol

    private static func answer(_ body: [UInt8], _ state: inout State) -> [Frame] {
        var answer: [Frame] = [.hello(Hello(serverMilliseconds: state.milliseconds))]
        var sync = SyncRequest()
        var outcomes: [OutcomeRange] = []
        var base: UInt64 = 0
        var isPush = false
        var taken = 0
        for frame in frames(body) {
            switch frame {
            case .sync(let request): sync = request
            case .push(let header):
                base = header.baseChain
                isPush = true
            case .mutation(let mutation):
                if mutation.mid <= state.lastMid {
                    guard state.chains[mutation.mid].map({ $0 != mutation.chain }) == true else {
                        continue
                    }
                    answer.append(.error(ErrorFrame(code: "push.forked", message: "")))
                    return answer
                }
                guard taken < state.takesMax else { continue }
                guard mutation.mid == state.lastMid + 1 else {
                    answer += outcomes.map { .outcomes($0) }
                    answer.append(
                        .error(
                            ErrorFrame(code: "push.gap", message: "", ackedMid: state.lastMid)))
                    return answer
                }
                let previous = state.lastMid == 0 ? base : state.lastChain
                guard MutationChain.isLinked(mutation, after: previous) else {
                    answer.append(.error(ErrorFrame(code: "push.forked", message: "")))
                    return answer
                }
                take(mutation, &state)
                taken += 1
            default: break
            }
        }
        let seen = sync.outcomesSeen
        outcomes = state.outcomes.values.filter { $0.last > seen }.sorted { $0.first < $1.first }
        answer += outcomes.map { .outcomes($0) }
        if sync.rowsMax == 0, isPush { return answer + [.pushed(ackedMid: state.lastMid)] }
        return answer + page(sync, &state, hasOutcomes: !outcomes.isEmpty)
    }

    private static func take(_ mutation: Mutation, _ state: inout State) {
        state.lastMid = mutation.mid
        state.lastChain = mutation.chain
        state.chains[mutation.mid] = mutation.chain
        guard !state.names.contains(mutation.firstName) else {
            state.outcomes[mutation.mid] = OutcomeRange(
                first: mutation.mid, last: mutation.mid, status: .merged, code: "taken_before")
            return
        }
        if let code = state.refuses[mutation.mid] ?? refusal(of: mutation, state) {
            state.outcomes[mutation.mid] = OutcomeRange(
                first: mutation.mid, last: mutation.mid, status: .refused, code: code)
            return
        }
        state.applied.append(mutation.mid)
        state.names.insert(mutation.firstName)
        state.outcomes[mutation.mid] = OutcomeRange(
            first: mutation.mid, last: mutation.mid, status: .accepted)
        for operation in mutation.operations {
            let key = operation.key
            if case .submit(let payload) = operation.operation {
                var object = payload.fields ?? JSONObject()
                object["state"] = "received"
                if payload["command"]?.text == "withdraw" {
                    object = request(key, state)?.fields ?? JSONObject()
                    object["state"] = "withdrawn"
                }
                put(
                    &state, key, bucket: core,
                    StoredRow(
                        owner: "dga", asOf: state.milliseconds, sourceVersion: 0,
                        body: JSON.canonical(.object(object)), rev: 0))
                continue
            }
            let stored = state.buckets[core]?.rows[key]
            var document =
                stored.flatMap { MergeDocument(bytes: $0.body) }
                ?? MergeDocument(touched: mutation.time)
            document.apply(operation.operation, time: mutation.time, dot: mutation.dot)
            put(
                &state, key, bucket: core,
                StoredRow(
                    owner: "citizen", asOf: Int64(document.touched.milliseconds), sourceVersion: 0,
                    body: document.body, rev: 0, isGone: !document.isAlive))
        }
    }

    /// Why a withdrawal cannot be taken, or nil.
    private static func refusal(of mutation: Mutation, _ state: State) -> String? {
        for operation in mutation.operations {
            guard case .submit(let payload) = operation.operation,
                payload["command"]?.text == "withdraw"
            else { continue }
            guard let found = request(operation.key, state) else { return "row_absent" }
            let stands = found["state"]?.text.flatMap(RequestState.init)
            guard stands?.mayBecome(.withdrawn) == true else { return "request_state" }
        }
        return nil
    }

    private static func request(_ key: RowKey, _ state: State) -> JSONValue? {
        state.buckets[core]?.rows[key].flatMap { $0.isGone ? nil : try? JSON.parse($0.body) }
    }

    /// A cursor is `lineage;bucket=rev;…` in text.
    private static func page(
        _ sync: SyncRequest, _ state: inout State, hasOutcomes: Bool
    ) -> [Frame] {
        var positions: [String: UInt64] = [:]
        let parts = String(decoding: sync.cursor, as: UTF8.self).split(separator: ";")
        if let first = parts.first, first != "\(state.lineage)" {
            return [.restart(reason: "lineage")]
        }
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=")
            positions[String(pair[0])] = UInt64(pair[1])
        }
        // An older file was put in place of this one, and nobody told it.
        if state.buckets.contains(where: { positions[$0.key] ?? 0 > $0.value.head }) {
            return [.restart(reason: "cursor.future")]
        }
        var frames: [Frame] = []
        for name in state.goneBuckets.sorted() where positions[name] != nil {
            frames.append(.bucketGone(name: name))
            positions[name] = nil
        }
        var names: [String: UInt64] = [:]
        var nameFrames: [Frame] = []
        func index(_ text: String) -> UInt64 {
            if let known = names[text] { return known }
            let index = UInt64(names.count)
            names[text] = index
            nameFrames.append(.name(index: index, text: text))
            return index
        }
        var rowFrames: [Frame] = []
        var sum = HashSum.zero
        var isCut = false
        for (name, bucket) in state.buckets.sorted(by: {
            ($0.value.priority, $0.key) < ($1.value.priority, $1.key)
        })
        where !state.goneBuckets.contains(name) {
            let from = positions[name] ?? 0
            guard bucket.head > from || positions[name] == nil else { continue }
            let isFirst = positions[name] == nil
            let waiting = bucket.rows.filter {
                $0.value.rev > from && !(isFirst && $0.value.isGone)
            }
            .sorted { $0.value.rev < $1.value.rev }
            let live = bucket.rows.filter { !$0.value.isGone }
            var total = HashSum.zero
            for (key, row) in live { total += hash(key, row) }
            if state.sumError {
                total += hash(
                    RowKey(table: "x", id: "y"),
                    live.first?.value
                        ?? StoredRow(owner: "", asOf: 0, sourceVersion: 0, body: [], rev: 0))
            }
            let announced = BucketState(
                index: bucket.number, name: name, epoch: bucket.epoch, head: bucket.head,
                count: UInt64(live.count), sum: total, priority: bucket.priority,
                leaseUntil: bucket.leaseUntil, ahead: UInt64(waiting.count))
            frames.append(.bucket(isFirst ? announced : announced.forHolder))
            // Only announced, or behind the end of the page.
            guard !isCut, bucket.priority <= sync.priorityMax else { continue }
            positions[name] = bucket.head
            for (key, row) in waiting {
                guard rowFrames.count < state.pageRows else {
                    isCut = true
                    break
                }
                positions[name] = row.rev
                if row.isGone {
                    rowFrames.append(
                        .tombstone(
                            Tombstone(
                                bucket: bucket.number, table: index(key.table), id: key.id,
                                rev: row.rev)))
                } else {
                    sum += hash(key, row)
                    rowFrames.append(
                        .row(
                            RowFrame(
                                bucket: bucket.number, table: index(key.table),
                                owner: index(row.owner), id: key.id, rev: row.rev, asOf: row.asOf,
                                sourceVersion: row.sourceVersion, body: row.body)))
                }
            }
            if !isCut { positions[name] = bucket.head }
        }
        if frames.isEmpty, !sync.cursor.isEmpty, !sync.wantsCheckpoint {
            return [.unchanged(ackedMid: state.lastMid)]
        }
        let cursor = Array(
            (["\(state.lineage)"]
                + positions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
                .joined(separator: ";").utf8)
        let count = UInt64(rowFrames.count)
        frames += nameFrames + rowFrames
        if isCut {
            frames.append(.page(PageEnd(cursor: cursor, rows: count, sum: sum)))
        } else {
            frames.append(
                .checkpoint(
                    Checkpoint(
                        cursor: cursor, rows: count, sum: sum, ackedMid: state.lastMid,
                        ackedChain: state.lastChain,
                        lineage: [UInt8](repeating: state.lineage, count: 16))))
        }
        return frames
    }

    static func hash(_ key: RowKey, _ row: StoredRow) -> HashSum {
        RowHash.hash(
            key: key, owner: row.owner, asOf: row.asOf, sourceVersion: row.sourceVersion,
            body: row.body)
    }
}
