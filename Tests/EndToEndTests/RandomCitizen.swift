import SyncClientCore
import SyncProtocol
import Synchronization
import TestSupport

/// A person who writes at random on one device, from a seed.
///
/// Each kind of write is dealt like a card, so that a hundred writes hit every
/// way of merging a sure number of times. A card that the device itself refuses,
/// because there is nothing to take away or to change, does not count.
final class RandomCitizen {
    /// What was dealt: one write of the library each.
    private enum Card: CaseIterable {
        case language, bills, read, seen, archived, pin, unpin, label, unlabel, note, nickname
        case shown, shownAgain, draft, edit, throwAway
    }

    let client: SyncClient
    /// How many operations of each word the device has taken.
    private(set) var operations: [String: Int] = [:]
    /// How many writes the device has taken.
    private(set) var writes = 0
    /// What was added to each counter.
    private(set) var added: [String: Int] = [:]
    /// The highest number that was raised to.
    private(set) var highest = 0
    private var random: SeededRandom
    private var deck: [Card] = []
    private let drafts: Drafts
    private let name: String

    /// The drafts that any device of the person has made.
    final class Drafts {
        var ids: [String] = []
    }

    private init(_ client: SyncClient, name: String, drafts: Drafts, seed: UInt64) {
        self.client = client
        self.name = name
        self.drafts = drafts
        random = SeededRandom(seed: seed)
    }

    /// Signs a device of this process in.
    static func signedIn(
        _ name: String, _ subject: String, _ world: RealWorld, drafts: Drafts, seed: UInt64
    ) async throws -> RandomCitizen {
        let client = try await SyncClient.open(
            SyncConfiguration(dataDirectory: world.path("citizen-" + name)))
        let prompt = try await client.beginSignIn(server: world.address, deviceName: name)
        try await world.admin("approve", prompt.userCode, "--person", subject)
        _ = try await client.completeSignIn(prompt)
        return RandomCitizen(client, name: name, drafts: drafts, seed: seed)
    }

    /// Writes until so many more writes have been taken by the device.
    func write(_ count: Int) async throws {
        let end = writes + count
        while writes < end {
            if deck.isEmpty { deck = Card.allCases.shuffled(using: &random) }
            let card = deck.removeLast()
            do throws(SyncFailure) {
                took(try await play(card))
            } catch .rowAbsent {
                // Nothing to take away or to change here: the next card will do.
            }
        }
    }

    private func took(_ written: QueuedWrite?) {
        writes += 1
        guard let written else { return }
        for word in written.operations { operations[word, default: 0] += 1 }
    }

    private func play(_ card: Card) async throws(SyncFailure) -> QueuedWrite? {
        let row = random.pick(["x-1", "x-2", "x-3"])
        let word = "\(random.pick(["ก", "ข", "ค", "d"]))\(name)\(writes)"
        let service = random.pick(["obec-1", "obec-2", "obec-3"])
        let label = random.pick(["red", "blue"])
        let notice = RowKey(table: "notification_state", id: random.pick(["n-1", "n-2"]))
        switch card {
        case .language:
            return try await client.setPreference(
                "language", to: .text(random.pick(["th", "en"])))
        case .bills: return try await client.setPreference("notify.bills", to: .text(word))
        case .read: return try await client.markRead([notice.id])
        case .seen: return try await raise()
        case .archived:
            let value = JSONValue.string(random.pick(["yes", "no"]))
            return try await client.write([
                RowOperation(notice, .create),
                RowOperation(notice, .set(field: "archived", value: value)),
            ])
        case .pin: return try await client.pin(service)
        case .unpin: return try await client.unpin(service)
        case .label: return try await client.annotate(row, addLabels: [label])
        case .unlabel: return try await client.annotate(row, removeLabels: [label])
        case .note: return try await client.annotate(row, note: word)
        case .nickname:
            return try await client.annotate(row, nickname: word, reminderDays: writes)
        case .shown, .shownAgain: return try await increment(row)
        case .draft:
            drafts.ids.append(
                try await client.createDraft(
                    service: service, action: "new", form: ["reason": .text(word)]))
            return nil
        case .edit:
            return try await client.editDraft(
                anyDraft(), form: ["reason": .text(word)], statement: word)
        case .throwAway: return try await client.deleteDraft(anyDraft())
        }
    }

    /// Any device's draft, which this one may not know yet or not know any more.
    private func anyDraft() -> String {
        drafts.ids.isEmpty ? "none" : random.pick(drafts.ids)
    }

    private func raise() async throws(SyncFailure) -> QueuedWrite {
        let number = random.next(in: 0...9_999)
        let written = try await client.write([
            RowOperation(.inbox, .create),
            RowOperation(.inbox, .raise(field: "seen_up_to", to: Int64(number))),
        ])
        highest = max(highest, number)
        return written
    }

    private func increment(_ row: String) async throws(SyncFailure) -> QueuedWrite {
        let key = RowKey(table: "annotation", id: row)
        let step = random.next(in: -3...9)
        let written = try await client.write([
            RowOperation(key, .create),
            RowOperation(key, .increment(field: "shown", by: Int64(step))),
        ])
        added[row, default: 0] += step
        return written
    }

    /// The device's mirror, line by line.
    func dump() async throws -> [String] {
        let lines = Mutex<[String]>([])
        try await client.dumpCanonical { line in
            lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
        }
        return lines.withLock { $0 }
    }

    /// How the server took the writes of this device.
    func outcomes() async throws -> [WriteOutcome] {
        try await client.outcomes(limit: 20_000)
    }
}
