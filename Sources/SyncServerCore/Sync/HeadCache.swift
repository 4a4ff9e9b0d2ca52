package import SyncProtocol
internal import Synchronization

/// The newest revisions of the people who are syncing, in memory.
///
/// A device that has everything is answered from here, without a read of the
/// store: what costs most is what happens most. The writer updates it after a
/// commit and before any answer of that commit leaves. A loop that loads a
/// person from the store does so against ``commits``: if a commit came in
/// between, what it loaded may be old and is not kept.
package final class HeadCache: Sendable {
    private struct Head {
        var bucket: UInt64
        var epoch: UInt64
        var head: UInt64
    }

    private struct State {
        var commits: UInt64 = 0
        var everyone: [Head]?
        var people: [PersonNumber: [Head]] = [:]
        var devices: [DeviceNumber: UInt64] = [:]
    }

    private let state = Mutex(State())
    private let peopleMax: Int

    /// Creates an empty cache.
    package init(peopleMax: Int) {
        self.peopleMax = peopleMax
    }

    /// The answer to whether a device has everything.
    package enum Answer: Hashable, Sendable {
        /// It has; this is its last mutation taken.
        case unchanged(ackedMid: UInt64)
        /// It has not.
        case changed
        /// The person or the device is not in memory.
        case unknown
    }

    /// The number of commits seen, to be read before a snapshot is opened.
    package var commits: UInt64 { state.withLock { $0.commits } }

    /// Tells whether a device has everything.
    package func answer(
        _ cursor: Cursor, person: PersonNumber, device: DeviceNumber, outcomesSeen: UInt64
    ) -> Answer {
        state.withLock { state in
            guard let everyone = state.everyone, let own = state.people[person],
                let mid = state.devices[device]
            else { return .unknown }
            guard mid == outcomesSeen, cursor.entries.count == everyone.count + own.count else {
                return .changed
            }
            // Both lists and the cursor are ordered by bucket: one walk over all.
            var common = everyone[...]
            var personal = own[...]
            for entry in cursor.entries {
                let next: Head
                if let first = common.first, first.bucket == entry.bucket {
                    next = first
                    common.removeFirst()
                } else if let first = personal.first, first.bucket == entry.bucket {
                    next = first
                    personal.removeFirst()
                } else {
                    return .changed
                }
                guard next.epoch == entry.epoch, next.head == entry.rev else { return .changed }
            }
            return .unchanged(ackedMid: mid)
        }
    }

    /// Keeps what a snapshot showed, unless a commit came in between.
    package func load(
        _ buckets: [BucketRecord], person: PersonNumber, device: DeviceRecord, asOf commits: UInt64
    ) {
        func heads(_ owner: PersonNumber) -> [Head] {
            buckets.filter { $0.person == owner && $0.head > 0 }
                .sorted { $0.number < $1.number }
                .map { Head(bucket: UInt64($0.number), epoch: $0.epoch, head: $0.head) }
        }
        let everyone = heads(0)
        let own = heads(person)
        state.withLock { state in
            guard state.commits == commits else { return }
            if state.people.count >= peopleMax {
                state.people.removeAll()
                state.devices.removeAll()
            }
            state.everyone = everyone
            state.people[person] = own
            state.devices[device.number] = device.lastMid
        }
    }

    /// Takes over what a commit changed.
    package func publish(_ published: GroupCommit.Published) {
        state.withLock { state in
            state.commits += 1
            for person in published.rightsChanged { state.people[person] = nil }
            for bucket in published.buckets {
                let head = Head(
                    bucket: UInt64(bucket.number), epoch: bucket.epoch, head: bucket.head)
                if bucket.person == 0 {
                    if var everyone = state.everyone {
                        Self.put(head, in: &everyone)
                        state.everyone = everyone
                    }
                } else if state.people[bucket.person] != nil {
                    Self.put(head, in: &state.people[bucket.person, default: []])
                }
            }
            for (device, mid) in published.devices where state.devices[device] != nil {
                state.devices[device] = mid
            }
        }
    }

    private static func put(_ head: Head, in heads: inout [Head]) {
        if let index = heads.firstIndex(where: { $0.bucket >= head.bucket }) {
            if heads[index].bucket == head.bucket {
                heads[index] = head
            } else {
                heads.insert(head, at: index)
            }
        } else {
            heads.append(head)
        }
    }
}
