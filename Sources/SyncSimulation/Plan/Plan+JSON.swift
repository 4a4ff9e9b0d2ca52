internal import SyncProtocol

/// Plans as files, so that a failure can be kept and run again for ever.
extension Plan {
    /// Why a file is not a plan.
    package struct Unreadable: Error, Hashable, CustomStringConvertible {
        /// What is wrong.
        package let description: String
    }

    /// The plan as JSON, one action a line.
    package var json: [UInt8] {
        var text: [UInt8] = []
        func line(_ value: JSONValue, _ end: String) {
            text.append(contentsOf: "    ".utf8)
            JSON.appendCanonical(value, to: &text)
            text.append(contentsOf: (end + "\n").utf8)
        }
        func member(_ name: String, _ value: JSONValue) {
            text.append(contentsOf: "  \"\(name)\": ".utf8)
            JSON.appendCanonical(value, to: &text)
            text.append(contentsOf: ",\n".utf8)
        }
        text.append(contentsOf: "{\n".utf8)
        member("seed", .string(String(seed)))
        member("people", .integer(Int64(people)))
        member("owners", .array(owners.map { .integer(Int64($0)) }))
        member("core", .array(core.map { .integer(Int64($0)) }))
        member("expects", .string(expects))
        member("options", options.json)
        text.append(contentsOf: "  \"faults\": [\n".utf8)
        let faults = exchangeFaults.sorted { $0.key < $1.key }
        for (index, fault) in faults.enumerated() {
            line(
                [
                    "action": .integer(Int64(fault.key.action)),
                    "request": .integer(Int64(fault.key.request)),
                    "kind": .string(fault.value.kind.rawValue),
                    "amount": .integer(fault.value.amount),
                ], index + 1 < faults.count ? "," : "")
        }
        text.append(contentsOf: "  ],\n  \"actions\": [\n".utf8)
        for (index, action) in actions.enumerated() {
            line(action.json, index + 1 < actions.count ? "," : "")
        }
        text.append(contentsOf: "  ]\n}\n".utf8)
        return text
    }

    /// Reads a plan.
    package init(json: [UInt8]) throws(Unreadable) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSON.parse(json, limits: .document)
        } catch {
            throw Unreadable(description: "\(error.message) (byte \(error.offset))")
        }
        guard let seed = value["seed"]?.text.flatMap({ UInt64($0) }),
            let people = value["people"]?.intValue,
            let owners = value["owners"]?.items?.compactMap(\.intValue),
            let core = value["core"]?.items?.compactMap(\.intValue),
            people > 0, people < 100, !owners.isEmpty, owners.count < 100,
            owners.allSatisfy({ $0 >= 0 && $0 < people }),
            core.allSatisfy({ $0 >= 0 && $0 < owners.count })
        else { throw Unreadable(description: "seed, people, owners or core") }
        self.init(
            seed: seed, people: Int(people), owners: owners.map { Int($0) },
            core: core.map { Int($0) })
        expects = value["expects"]?.text ?? ""
        options = try PlanOptions(json: value["options"] ?? [:])
        for item in value["actions"]?.items ?? [] { actions.append(try Action(json: item)) }
        for item in value["faults"]?.items ?? [] {
            guard let action = item["action"]?.intValue, let request = item["request"]?.intValue,
                let kind = item["kind"]?.text.flatMap(ExchangeFault.Kind.init(rawValue:))
            else { throw Unreadable(description: "a fault") }
            exchangeFaults[ExchangeKey(action: Int(action), request: Int(request))] =
                ExchangeFault(kind, item["amount"]?.intValue ?? 0)
        }
    }
}

extension Action {
    fileprivate var json: JSONValue {
        [
            "id": .integer(Int64(id)), "at": .integer(at), "who": .string(actor.text),
            "do": .string(verb.rawValue), "with": .array(arguments.map { .integer($0) }),
        ]
    }

    fileprivate init(json: JSONValue) throws(Plan.Unreadable) {
        guard let id = json["id"]?.intValue, let at = json["at"]?.intValue, at >= 0,
            let actor = json["who"]?.text.flatMap(Actor.init(text:)),
            let verb = json["do"]?.text.flatMap(Verb.init(rawValue:))
        else { throw Plan.Unreadable(description: "an action") }
        self.init(
            id: Int(id), at: at, actor: actor, verb: verb,
            arguments: json["with"]?.items?.compactMap(\.intValue) ?? [])
    }
}

extension PlanOptions {
    /// The numbers by their names in a file.
    private static let numbers:
        [(name: String, path: any WritableKeyPath<PlanOptions, Int> & Sendable)] = [
            ("pieces", \.pieces), ("window", \.window), ("page_rows", \.pageRows),
            ("server_log_pages", \.serverLogPages), ("device_log_pages", \.deviceLogPages),
            ("feed_batch", \.feedBatch), ("rows", \.rows), ("is_prepared", \.isPrepared),
            ("listens", \.listens),
        ]

    /// The times by their names in a file, in milliseconds.
    private static let times:
        [(name: String, path: any WritableKeyPath<PlanOptions, Int64> & Sendable)] = [
            ("latency_min", \.latencyMin), ("latency_spread", \.latencySpread),
            ("commit_max", \.commitMax), ("token_life", \.tokenLife),
        ]

    fileprivate var json: JSONValue {
        var members: [(String, JSONValue)] = []
        for (name, path) in Self.numbers {
            members.append((name, .integer(Int64(self[keyPath: path]))))
        }
        for (name, path) in Self.times { members.append((name, .integer(self[keyPath: path]))) }
        let rates = rates.map { ($0.key.rawValue, JSONValue.integer(Int64($0.value))) }
        members.append(("rates", .object(JSONObject(rates))))
        return .object(JSONObject(members))
    }

    fileprivate init(json: JSONValue) throws(Plan.Unreadable) {
        self.init()
        for (name, path) in Self.numbers {
            if let number = json[name]?.intValue { self[keyPath: path] = Int(number) }
        }
        for (name, path) in Self.times {
            if let number = json[name]?.intValue { self[keyPath: path] = number }
        }
        for (name, rate) in json["rates"]?.fields?.members ?? [] {
            guard let kind = ExchangeFault.Kind(rawValue: name), let rate = rate.intValue else {
                throw Plan.Unreadable(description: "the rate of \(name)")
            }
            rates[kind] = Int(rate)
        }
    }
}
