extension MergeDocument {
    /// The body of the row: this state in canonical JSON.
    package var body: [UInt8] { body(expectedBytes: 0) }

    /// The body of the row, made in one piece where it is about as long as expected.
    package func body(expectedBytes: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(max(expectedBytes, 96 + fields.count * 96))
        bytes.append(UInt8(ascii: "{"))
        if let deleted {
            bytes.appendLiteral(#""deleted":""#)
            deleted.append(to: &bytes)
            bytes.appendLiteral(#"","#)
        }
        bytes.appendLiteral(#""fields":{"#)
        var first = true
        func append(_ name: String, _ state: FieldState) {
            if !first { bytes.append(UInt8(ascii: ",")) }
            first = false
            bytes.appendJSONString(name)
            bytes.append(UInt8(ascii: ":"))
            state.append(to: &bytes)
        }
        if fields.count < 2 {
            for (name, state) in fields { append(name, state) }
        } else {
            for (name, state) in fields.sorted(by: { $0.key.bytesPrecede($1.key) }) {
                append(name, state)
            }
        }
        bytes.appendLiteral(#"},"touched":""#)
        touched.append(to: &bytes)
        bytes.appendLiteral(#""}"#)
        return bytes
    }

    /// Reads a body that ``body`` wrote.
    ///
    /// Anything this version would not write makes the result nil: members and
    /// kinds it does not know, entries that repeat or stand out of order. So
    /// nothing is lost by writing back less than was read.
    package init?(body: JSONValue) {
        guard let touched = body["touched"]?.text.flatMap(HybridTime.init(text:)),
            let members = body["fields"]?.fields?.members
        else { return nil }
        var deleted: HybridTime?
        if let value = body["deleted"] {
            guard let time = value.text.flatMap(HybridTime.init(text:)) else { return nil }
            deleted = time
        }
        guard body.fields?.count == (deleted == nil ? 2 : 3) else { return nil }
        var fields: [String: FieldState] = [:]
        for (name, stored) in members {
            // Only ASCII: other names can be equal to Swift and differ in bytes.
            guard Identifier.isValid(name), let state = FieldState(stored: stored) else {
                return nil
            }
            fields[name] = state
        }
        self.init(touched: touched, deleted: deleted, fields: fields)
    }

    /// Reads a body from its bytes.
    package init?(bytes: [UInt8]) {
        if let document = MergeBodyReader.read(bytes) {
            self = document
            return
        }
        guard let value = try? JSON.parse(bytes) else { return nil }
        self.init(body: value)
    }
}

extension FieldState {
    /// Appends the field as it stands in a body.
    func append(to bytes: inout [UInt8]) {
        // The kind that most fields have is written without a value in between.
        guard case .latest(let write) = self else {
            return JSON.appendCanonical(stored, to: &bytes)
        }
        bytes.appendLiteral(#"["latest","#)
        JSON.appendCanonical(write.value, to: &bytes)
        bytes.appendLiteral(#",""#)
        write.time.append(to: &bytes)
        bytes.appendLiteral(#""]"#)
    }

    /// The field as it stands in a body.
    package var stored: JSONValue {
        switch self {
        case .latest(let write):
            .array([.string("latest"), write.value, .string(write.time.description)])
        case .maximum(let number): .array([.string("maximum"), .integer(number)])
        case .flag: .array([.string("flag")])
        case .set(let set): .array([.string("set")] + set.stored)
        case .text(let text): .array([.string("text")] + text.store.stored)
        case .counter(let counter):
            .array([
                .string("counter"),
                .array(
                    counter.totals.sorted { $0.key < $1.key }.map { device, total in
                        .array([
                            .string(device.description), .integer(Int64(clamping: total.added)),
                            .integer(Int64(clamping: total.taken)),
                        ])
                    }),
            ])
        }
    }

    /// Reads what ``stored`` wrote.
    package init?(stored: JSONValue) {
        guard let items = stored.items, let kind = items.first?.text.flatMap(FieldKind.init) else {
            return nil
        }
        switch (kind, items.count) {
        case (.latest, 3):
            guard let time = items[2].text.flatMap(HybridTime.init(text:)) else { return nil }
            self = .latest(LatestWrite(items[1], at: time))
        case (.maximum, 2):
            guard let number = items[1].intValue else { return nil }
            self = .maximum(number)
        case (.flag, 1): self = .flag
        case (.set, 3):
            guard let set = AddWinsSet(stored: items[1], removed: items[2]) else { return nil }
            self = .set(set)
        case (.text, 3):
            guard let store = DottedValues(stored: items[1], removed: items[2]) else { return nil }
            self = .text(MultiValueText(store: store))
        case (.counter, 2):
            guard let rows = items[1].items else { return nil }
            var totals: [DeviceID: Counter.Totals] = [:]
            var last: DeviceID?
            for row in rows {
                guard let parts = row.items, parts.count == 3,
                    let device = parts[0].text.flatMap({ DeviceID(text: $0) }),
                    let added = parts[1].intValue, let taken = parts[2].intValue,
                    added >= 0, taken >= 0, last.map({ $0 < device }) ?? true
                else { return nil }
                last = device
                totals[device] = Counter.Totals(added: UInt64(added), taken: UInt64(taken))
            }
            self = .counter(Counter(totals: totals))
        default: return nil
        }
    }
}

extension AddWinsSet {
    /// The set as two items of a body: additions and removed additions.
    fileprivate var stored: [JSONValue] {
        [additions, removed].map { part in
            .array(
                part.sorted().map { .array([.string($0.dot.description), .string($0.element)]) })
        }
    }

    fileprivate init?(stored: JSONValue, removed: JSONValue) {
        guard let additions = Self.part(stored), let removed = Self.part(removed),
            additions.isDisjoint(with: removed)
        else { return nil }
        self.init(additions: additions, removed: removed)
    }

    private static func part(_ stored: JSONValue) -> Set<Addition>? {
        guard let pairs = stored.items else { return nil }
        var part: Set<Addition> = []
        var last: Addition?
        for pair in pairs {
            guard let parts = pair.items, parts.count == 2,
                let dot = parts[0].text.flatMap(Dot.init(text:)), let element = parts[1].text
            else { return nil }
            let addition = Addition(dot: dot, element: element)
            guard last.map({ $0 < addition }) ?? true else { return nil }
            part.insert(addition)
            last = addition
        }
        return part
    }
}

extension DottedValues {
    /// The store as two items of a body: live values and removed dots.
    fileprivate var stored: [JSONValue] {
        [
            .array(
                values.sorted { $0.key < $1.key }.map {
                    .array([.string($0.key.description), .string($0.value)])
                }),
            .array(removed.sorted().map { .string($0.description) }),
        ]
    }

    fileprivate init?(stored: JSONValue, removed: JSONValue) {
        guard let pairs = stored.items, let gone = removed.items else { return nil }
        var values: [Dot: String] = [:]
        var last: Dot?
        for pair in pairs {
            guard let parts = pair.items, parts.count == 2,
                let dot = parts[0].text.flatMap(Dot.init(text:)), let value = parts[1].text,
                last.map({ $0 < dot }) ?? true
            else { return nil }
            last = dot
            values[dot] = value
        }
        var dots: Set<Dot> = []
        last = nil
        for item in gone {
            guard let dot = item.text.flatMap(Dot.init(text:)), last.map({ $0 < dot }) ?? true,
                values[dot] == nil
            else { return nil }
            last = dot
            dots.insert(dot)
        }
        self.init(values: values, removed: dots)
    }
}
