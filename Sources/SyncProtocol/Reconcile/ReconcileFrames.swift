/// What begins a request for repair.
package struct ReconcileRequest: Hashable, Sendable {
    /// About how many bytes of rows are wanted.
    package var bytesMax: UInt64 = 256 * 1_024

    /// The version of the tables the device knows.
    package var schema: UInt64 = TablePolicy.schemaVersion

    /// Whether the request goes on where another began, so that it needs no cursor.
    package var goesOn = false

    /// Whether it begins because a checkpoint did not add up: device and server differ.
    package var isMismatch = false

    /// Creates a request that begins a repair.
    package init() {}
}

/// What a device holds of a range: a number and a sum for each of its parts.
package struct SumsClaim: Hashable, Sendable {
    /// The bucket.
    package var bucket: String
    /// The range.
    package var range: HashRange
    /// The bits that split it.
    package var split: Int
    /// Its parts in order: two to the power of ``split``.
    package var parts: [RangeSum]

    /// Creates a claim.
    package init(bucket: String, range: HashRange, split: Int, parts: [RangeSum]) {
        self.bucket = bucket
        self.range = range
        self.split = split
        self.parts = parts
    }
}

/// What a device holds of a range: the hash of each row.
package struct ItemsClaim: Hashable, Sendable {
    /// The bucket.
    package var bucket: String
    /// The range.
    package var range: HashRange
    /// The hashes, ascending, all in the range.
    package var hashes: [HashSum]

    /// Creates a claim.
    package init(bucket: String, range: HashRange, hashes: [HashSum]) {
        self.bucket = bucket
        self.range = range
        self.hashes = hashes
    }
}

/// What the server holds of a range in which the device differs.
package struct PartsAnswer: Hashable, Sendable {
    /// The bucket's index in the response.
    package var bucket: UInt64
    /// The range.
    package var range: HashRange
    /// The bits that split it.
    package var split: Int
    /// Its parts in order.
    package var parts: [RangeSum]

    /// Creates an answer.
    package init(bucket: UInt64, range: HashRange, split: Int, parts: [RangeSum]) {
        self.bucket = bucket
        self.range = range
        self.split = split
        self.parts = parts
    }
}

/// Hashes of rows that the server does not have in a bucket.
package struct SurplusRows: Hashable, Sendable {
    /// The bucket's index in the response.
    package var bucket: UInt64
    /// The hashes, ascending.
    package var hashes: [HashSum]

    /// Creates a list.
    package init(bucket: UInt64, hashes: [HashSum]) {
        self.bucket = bucket
        self.hashes = hashes
    }
}

/// The end of an answer to a request for repair.
package struct ReconcileEnd: Hashable, Sendable {
    /// Where a pull goes on once the repair is done; empty in an answer that goes on.
    package var cursor: [UInt8]
    /// The number of `row` frames in this response.
    package var rows: UInt64
    /// The sum of their hashes.
    package var sum: HashSum
    /// How many claims, from the first, have been answered to their end.
    package var answered: UInt64

    /// Creates an end.
    package init(cursor: [UInt8], rows: UInt64, sum: HashSum, answered: UInt64) {
        self.cursor = cursor
        self.rows = rows
        self.sum = sum
        self.answered = answered
    }
}
