import SyncProtocol

@testable import SyncClientCore

extension ModelServer {
    /// Answers a request for repair from what each bucket holds.
    static func reconcile(_ body: [UInt8], _ state: inout State) -> [Frame] {
        var answer: [Frame] = [.hello(Hello(serverMilliseconds: state.milliseconds))]
        var request = ReconcileRequest()
        var claims: [Frame] = []
        for frame in frames(body) {
            switch frame {
            case .reconcile(let found): request = found
            case .sums, .items: claims.append(frame)
            default: break
            }
        }
        state.mismatches.append(request.isMismatch)
        var sender = RepairSender(left: state.repairRows)
        var names: [String] = []
        for claim in claims where !names.contains(bucket(of: claim)) {
            names.append(bucket(of: claim))
        }
        for name in names {
            guard let held = state.buckets[name], !state.goneBuckets.contains(name) else {
                answer.append(.bucketGone(name: name))
                continue
            }
            var total = sender.view(held).index.total
            if state.sumError { total.count += 1 }
            answer.append(
                .bucket(
                    BucketState(
                        index: held.number, name: name, epoch: held.epoch, head: held.head,
                        count: total.count, sum: total.sum, priority: 1,
                        leaseUntil: held.leaseUntil, ahead: 0)))
        }
        var answered: UInt64 = 0
        for claim in claims {
            if let held = state.buckets[bucket(of: claim)],
                !state.goneBuckets.contains(bucket(of: claim))
            {
                guard sender.answer(claim, held) else { break }
            }
            answered += 1
        }
        let positions = names.compactMap { name in
            state.buckets[name].map { "\(name)=\($0.head)" }
        }
        let cursor = (["\(state.lineage)"] + positions.sorted()).joined(separator: ";")
        answer += sender.frames
        answer.append(
            .reconciled(
                ReconcileEnd(
                    cursor: request.goesOn ? [] : Array(cursor.utf8), rows: sender.rows,
                    sum: sender.sum, answered: answered)))
        return answer
    }

    private static func bucket(of claim: Frame) -> String {
        switch claim {
        case .sums(let claim): claim.bucket
        case .items(let claim): claim.bucket
        default: ""
        }
    }
}

/// The live rows of a bucket in order of their hashes.
private struct RepairView {
    var index: RangeIndex
    var rows: [(key: RowKey, row: ModelServer.StoredRow)]

    init(_ bucket: ModelServer.Bucket) {
        rows = bucket.rows.filter { !$0.value.isGone }.map { (key: $0.key, row: $0.value) }
        index = RangeIndex(
            rows.enumerated().map { position, item in
                RangeIndex.Entry(
                    hash: ModelServer.hash(item.key, item.row), reference: Int64(position))
            })
    }
}

private struct RepairSender {
    var frames: [Frame] = []
    var rows: UInt64 = 0
    var sum = HashSum.zero
    private var left: Int
    private var views: [UInt64: RepairView] = [:]
    private var names: [String: UInt64] = [:]

    init(left: Int) { self.left = left }

    mutating func view(_ bucket: ModelServer.Bucket) -> RepairView {
        if let known = views[bucket.number] { return known }
        let made = RepairView(bucket)
        views[bucket.number] = made
        return made
    }

    mutating func answer(_ claim: Frame, _ bucket: ModelServer.Bucket) -> Bool {
        let view = view(bucket)
        switch claim {
        case .sums(let claim):
            for (position, part) in claim.parts.enumerated() {
                let range = claim.range.part(position, of: claim.split)
                let held = view.index.sum(of: range)
                guard held != part else { continue }
                let split = held.count <= 32 ? 0 : 4
                frames.append(
                    .parts(
                        PartsAnswer(
                            bucket: bucket.number, range: range, split: split,
                            parts: view.index.sums(of: range, split: split))))
            }
        case .items(let claim):
            let (missing, surplus) = view.index.differences(from: claim.hashes, in: claim.range)
            for entry in missing {
                guard left > 0 else { return false }
                left -= 1
                send(view.rows[Int(entry.reference)], bucket)
            }
            if !surplus.isEmpty {
                frames.append(.surplus(SurplusRows(bucket: bucket.number, hashes: surplus)))
            }
        default: break
        }
        return true
    }

    private mutating func send(
        _ item: (key: RowKey, row: ModelServer.StoredRow), _ bucket: ModelServer.Bucket
    ) {
        let (key, row) = item
        sum += ModelServer.hash(key, row)
        rows += 1
        let (table, owner) = (index(key.table), index(row.owner))
        frames.append(
            .row(
                RowFrame(
                    bucket: bucket.number, table: table, owner: owner, id: key.id, rev: row.rev,
                    asOf: row.asOf, sourceVersion: row.sourceVersion, body: row.body)))
    }

    private mutating func index(_ text: String) -> UInt64 {
        if let known = names[text] { return known }
        let index = UInt64(names.count)
        names[text] = index
        frames.append(.name(index: index, text: text))
        return index
    }
}
