/// One thing a mutation does to a row.
package enum Operation: Hashable, Sendable {
    /// Makes the row exist. A row that exists already is kept as it is.
    case create
    /// Removes the row, for all writes it has seen.
    case delete
    /// Writes a field of kind ``FieldKind/latest``.
    case set(field: String, value: JSONValue)
    /// Raises a field of kind ``FieldKind/maximum``.
    case raise(field: String, to: Int64)
    /// Sets a field of kind ``FieldKind/flag``.
    case mark(field: String)
    /// Adds an element to a set.
    case add(field: String, element: String)
    /// Removes an element from a set, as far as this device has seen it.
    case remove(field: String, element: String, dots: [Dot])
    /// Adds to a counter.
    case increment(field: String, by: Int64)
    /// Writes a text in place of the versions this device has seen.
    case write(field: String, text: String, replacing: [Dot])
    /// Hands a command to the server, for instance a request to an agency.
    case submit(JSONValue)

    /// The number of the operation on the wire.
    package var number: UInt64 {
        switch self {
        case .create: 1
        case .delete: 2
        case .set: 3
        case .raise: 4
        case .mark: 5
        case .add: 6
        case .remove: 7
        case .increment: 8
        case .write: 9
        case .submit: 10
        }
    }

    /// The field it touches and how that field must merge, if it names one.
    package var target: (field: String, kind: FieldKind)? {
        switch self {
        case .create, .delete, .submit: nil
        case .set(let field, _): (field, .latest)
        case .raise(let field, _): (field, .maximum)
        case .mark(let field): (field, .flag)
        case .add(let field, _), .remove(let field, _, _): (field, .set)
        case .increment(let field, _): (field, .counter)
        case .write(let field, _, _): (field, .text)
        }
    }
}

/// An operation and the row it is for.
package struct RowOperation: Hashable, Sendable {
    /// The row.
    package let key: RowKey

    /// What to do to it.
    package let operation: Operation

    /// Creates an operation on a row.
    package init(_ key: RowKey, _ operation: Operation) {
        self.key = key
        self.operation = operation
    }
}

/// A write as a device recorded it: all of it takes effect, or none.
///
/// ``mid`` counts up by one for each device. ``chain`` ties the mutation to all
/// that the device wrote before, which is how a copied device is found out.
package struct Mutation: Hashable, Sendable {
    /// The device's number for this mutation, from one, with no gap.
    package let mid: UInt64

    /// When the device made it.
    package let time: HybridTime

    /// The version of the tables that the device knew.
    package let schema: UInt64

    /// What to do, in order.
    package let operations: [RowOperation]

    /// The link to the device's history: see ``MutationChain``.
    package let chain: UInt64

    /// The name it was stored under first, if it had another one.
    package let origin: MutationOrigin?

    /// Why the operations could not be read, on a server that is asked to go on.
    ///
    /// The mutation holds no operations then, and ends in this refusal.
    package let unreadable: WriteRules.Problem?

    /// Creates a mutation.
    package init(
        mid: UInt64, time: HybridTime, schema: UInt64, operations: [RowOperation], chain: UInt64,
        origin: MutationOrigin? = nil
    ) {
        self.mid = mid
        self.time = time
        self.schema = schema
        self.operations = operations
        self.chain = chain
        self.origin = origin
        self.unreadable = nil
    }

    /// Creates a mutation of which only the head could be read.
    package init(
        mid: UInt64, time: HybridTime, schema: UInt64, chain: UInt64,
        unreadable: WriteRules.Problem
    ) {
        self.mid = mid
        self.time = time
        self.schema = schema
        self.operations = []
        self.chain = chain
        self.origin = nil
        self.unreadable = unreadable
    }

    /// The identity of the write for sets and texts.
    package var dot: Dot { origin?.dot ?? Dot(device: time.device, mid: mid) }

    /// The name that it was stored under first, which is its own where it had no other.
    package var firstName: MutationOrigin {
        origin ?? MutationOrigin(device: time.device, mid: mid, chain: chain)
    }
}

/// The running hash over a device's mutations.
///
/// Link n is the first eight bytes of SHA-256 over link n-1 and the mutation's
/// operations as they go on the wire, with its origin before them if it has one.
/// Link 0 is the installation's nonce. Two installations that share a device id part
/// ways at their first own write.
package enum MutationChain {
    /// Gives the link of a mutation that follows `previous`.
    package static func link(
        after previous: UInt64, mid: UInt64, time: HybridTime, operations: [RowOperation],
        origin: MutationOrigin? = nil
    ) -> UInt64 {
        var bytes: [UInt8] = []
        bytes.appendBigEndian(previous)
        bytes.appendBigEndian(mid)
        bytes.appendBigEndian(time.packed)
        if let origin {
            bytes.appendBigEndian(origin.device.number)
            bytes.appendBigEndian(origin.mid)
            bytes.appendBigEndian(origin.chain)
        }
        for operation in operations {
            MutationCodec.append(operation, to: &bytes)
        }
        return SHA256.hash(bytes).words.0
    }

    /// Whether a mutation has the link that follows from `previous` and what it does.
    package static func isLinked(_ mutation: Mutation, after previous: UInt64) -> Bool {
        mutation.chain
            == link(
                after: previous, mid: mutation.mid, time: mutation.time,
                operations: mutation.operations, origin: mutation.origin)
    }
}
