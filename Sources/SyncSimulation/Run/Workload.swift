internal import SyncClientCore
internal import SyncProtocol

/// What people write, as calls of the client's own interface.
enum Workload {
    /// A call that stores something and gives its number.
    typealias Write = @Sendable (SyncClient) async throws -> UInt64

    /// Texts that look alike and differ in bytes, and some that do not.
    static let texts = [
        "\u{e9}", "e\u{301}", "ก", "กิ\u{0e4d}", "plain", "", "🧾", "two words", "x\u{200b}", "ÅÅ",
    ]

    /// A text for a number; the two forms of one letter have numbers next to each other.
    static func text(_ number: Int64) -> String {
        let text = texts[Int(number.magnitude % UInt64(texts.count))]
        let round = number.magnitude / UInt64(texts.count)
        return text.isEmpty ? "none" : text + (round == 0 ? "" : String(round))
    }

    static func row(_ number: Int64) -> RowKey {
        RowKey(table: "annotation", id: "row-\(number.magnitude)")
    }

    static func account(_ number: Int64) -> RowKey {
        RowKey(table: "annotation", id: "account-\(number.magnitude % 4)")
    }

    /// The write that a verb stands for, or nil where it stands for none.
    static func write(_ action: Action, device: Int) -> Write? {
        let first = action.argument(0)
        let second = action.argument(1)
        let key = row(first)
        switch action.verb {
        case .note: return { try await $0.annotate(key.id, note: text(second)).mid }
        case .nickname: return { try await $0.annotate(key.id, nickname: text(second)).mid }
        case .remind: return { try await $0.annotate(key.id, reminderDays: Int(second % 100)).mid }
        case .label: return { try await $0.annotate(key.id, addLabels: [text(second)]).mid }
        case .unlabel: return { try await $0.annotate(key.id, removeLabels: [text(second)]).mid }
        case .read: return { try await $0.markRead(["n-\(first)"]).mid }
        case .pin: return { try await $0.pin(text(first)).mid }
        case .unpin: return { try await $0.unpin(text(first)).mid }
        case .prefer: return prefer(first, second)
        default:
            guard let operations = raw(action, device: device) else { return nil }
            return { try await $0.write(operations).mid }
        }
    }

    private static func prefer(_ field: Int64, _ value: Int64) -> Write {
        switch field % 4 {
        case 0: { try await $0.setPreference("language", to: value % 2 == 0 ? "th" : "en").mid }
        case 1: { try await $0.setPreference("mobile", to: .text(String(value))).mid }
        case 2: { try await $0.setPreference("email", to: .text(text(value))).mid }
        default: { try await $0.setPreference("notify.bills", to: .integer(value % 10)).mid }
        }
    }

    /// The row that a write is about, if it is about one alone.
    static func key(_ action: Action) -> RowKey? {
        switch action.verb {
        case .note, .nickname, .label, .unlabel, .count, .remind, .delete, .recreate, .half:
            row(action.argument(0))
        case .pin, .unpin: .pinned
        case .prefer: .preference
        case .seen: .inbox
        case .read: RowKey(table: "notification_state", id: "n-\(action.argument(0))")
        case .append: RowKey(table: "annotation", id: "list")
        default: nil
        }
    }

    /// Writes that no method of the interface makes by itself.
    private static func raw(_ action: Action, device: Int) -> [RowOperation]? {
        let first = action.argument(0)
        let second = action.argument(1)
        let key = row(first)
        switch action.verb {
        case .count:
            return [
                RowOperation(key, .create),
                RowOperation(key, .increment(field: "shown", by: second)),
            ]
        case .delete: return [RowOperation(key, .delete)]
        case .recreate:
            // Now and then with two writes of one field, which have one time.
            guard second % 4 == 3 else { return [RowOperation(key, .create)] }
            return [
                RowOperation(key, .create),
                RowOperation(key, .set(field: "nickname", value: .string(text(second)))),
                RowOperation(key, .set(field: "nickname", value: .string(text(second / 4)))),
            ]
        case .seen:
            return [
                RowOperation(.inbox, .create),
                RowOperation(.inbox, .raise(field: "seen_up_to", to: first)),
            ]
        case .transfer:
            let from = account(first)
            let to = account(second)
            let amount = action.argument(2)
            guard from != to else { return nil }
            return [
                RowOperation(from, .create), RowOperation(to, .create),
                RowOperation(from, .increment(field: "shown", by: -amount)),
                RowOperation(to, .increment(field: "shown", by: amount)),
            ]
        case .append:
            let list = RowKey(table: "annotation", id: "list")
            return [
                RowOperation(list, .create),
                RowOperation(list, .add(field: "labels", element: element(action, device))),
            ]
        case .submit:
            return [RowOperation(request(action, device), .submit(payload(action, device)))]
        case .half:
            // Its second part is refused by the server: then the first must not be seen.
            let nothing = RowKey(table: "request", id: "half-\(action.id)")
            return [
                RowOperation(key, .create),
                RowOperation(key, .increment(field: "shown", by: 1_000)),
                RowOperation(nothing, .submit(.object(JSONObject([])))),
            ]
        case .poison: return poison(action)
        default: return nil
        }
    }

    /// The element that an action appends; no other action appends it.
    static func element(_ action: Action, _ device: Int) -> String { "\(device)-\(action.id)" }

    private static func request(_ action: Action, _ device: Int) -> RowKey {
        let high = Naive.hex(UInt64(bitPattern: action.argument(0)))
        return RowKey(
            table: "request", id: "\(high.prefix(8))-0000-4000-8000-00000000000\(device % 10)")
    }

    private static func payload(_ action: Action, _ device: Int) -> JSONValue {
        [
            "action": "new", "client_uuid": .string(request(action, device).id),
            "form": ["reason": "lost"], "service": "obec-2", "statement": "\u{e9} e\u{301}",
        ]
    }

    /// Writes that the device itself must refuse.
    private static func poison(_ action: Action) -> [RowOperation] {
        let key = row(action.argument(1))
        switch action.argument(0).magnitude % 7 {
        case 0: return [RowOperation(RowKey(table: "nothing", id: "a"), .create)]
        case 1: return [RowOperation(RowKey(table: "vehicle", id: "dlt-1"), .delete)]
        case 2:
            return [
                RowOperation(
                    key, .set(field: "nickname", value: .string(String(repeating: "x", count: 300)))
                )
            ]
        case 3: return [RowOperation(key, .set(field: "owner", value: "me"))]
        case 4: return [RowOperation(key, .increment(field: "labels", by: 1))]
        case 5: return []
        default: return [RowOperation(key, .write(field: "note", text: "a\u{0}b", replacing: []))]
        }
    }
}
