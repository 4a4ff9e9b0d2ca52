internal import SyncProtocol
internal import SyncServerCore

/// Looks at the server's store beside the server, and disturbs nothing.
final class ServerEye {
    /// A row or tombstone as it lies in the store.
    struct SeenRow {
        var bucket: String
        var rev: UInt64
        var table: String
        var id: String
        var owner: String
        var asOf: Int64
        var sourceVersion: Int64
        var isAlive: Bool
        var body: [UInt8]
    }

    private let reader: any StoreReader
    private var seen: [Int64: UInt64] = [:]

    init(_ store: any ReplicaStore) throws {
        reader = try store.makeReader()
    }

    deinit {
        reader.close()
    }

    /// The rows that changed since the last look, by bucket and revision.
    ///
    /// - Parameter named: Is told the name of each bucket that has changed.
    /// - Returns: The rows in the order of buckets and revisions.
    /// - Throws: What the store throws.
    func changedRows(_ named: (UInt64, String) -> Void) throws -> [SeenRow] {
        var found: [SeenRow] = []
        try reader.snapshot { snapshot in
            var number: Int64 = 1
            while let bucket = try snapshot.bucket(number) {
                let last = seen[number, default: 0]
                if bucket.head > last || last == 0 { named(UInt64(number), bucket.name) }
                if bucket.head > last { found += try rows(of: bucket, after: last, snapshot) }
                seen[number] = bucket.head
                number += 1
            }
        }
        return found
    }

    /// Whether a service lives now, where that was written since the last look; nil if not.
    func changedService(_ id: String) throws -> Bool? {
        let catalogue = TablePolicy.all["service"]?.bucket(subject: "") ?? ""
        var found: Bool?
        try reader.snapshot { snapshot in
            var number: Int64 = 1
            while let bucket = try snapshot.bucket(number) {
                if bucket.name == catalogue {
                    found = try rows(of: bucket, after: seen[number, default: 0], snapshot)
                        .last { $0.table == "service" && $0.id == id }?.isAlive
                }
                number += 1
            }
        }
        return found
    }

    private func rows(
        of bucket: BucketRecord, after rev: UInt64, _ snapshot: any StoreSnapshot
    ) throws -> [SeenRow] {
        var found: [SeenRow] = []
        try snapshot.rows(in: bucket.number, after: rev) { row in
            found.append(
                SeenRow(
                    bucket: bucket.name, rev: row.rev, table: try reader.name(row.table),
                    id: String(decoding: row.id, as: UTF8.self),
                    owner: try reader.name(row.owner), asOf: row.asOf,
                    sourceVersion: row.sourceVersion, isAlive: row.isAlive, body: Array(row.body)))
            return true
        }
        return found
    }

    /// How many live rows all buckets hold.
    func bucketCounts() throws -> [String: UInt64] {
        var counts: [String: UInt64] = [:]
        try reader.snapshot { snapshot in
            var number: Int64 = 1
            while let bucket = try snapshot.bucket(number) {
                counts[bucket.name] = bucket.count
                number += 1
            }
        }
        return counts
    }

    /// The names of all buckets, by their numbers.
    func bucketNames() throws -> [UInt64: String] {
        var names: [UInt64: String] = [:]
        try reader.snapshot { snapshot in
            var number: Int64 = 1
            while let bucket = try snapshot.bucket(number) {
                names[UInt64(number)] = bucket.name
                number += 1
            }
        }
        return names
    }

    /// The entries of the audit chain above a number, in order.
    func auditEntries(after number: Int64) throws -> [(Int64, AuditEntry)] {
        var found: [(Int64, AuditEntry)] = []
        try reader.snapshot { snapshot in
            try snapshot.auditRecords(after: number) { record in
                found.append(
                    (record.number, try record.entry.withUnsafeBytes { try AuditEntry($0) }))
                return true
            }
        }
        return found
    }

    /// How far tombstones of each bucket are purged, and how young the youngest of them was.
    func purges() throws -> [String: Purged] {
        var found: [String: Purged] = [:]
        try reader.snapshot { snapshot in
            var number: Int64 = 1
            while let bucket = try snapshot.bucket(number) {
                if bucket.floor > 0 || bucket.purgedBefore > 0 {
                    found[bucket.name] = Purged(floor: bucket.floor, before: bucket.purgedBefore)
                }
                number += 1
            }
        }
        return found
    }

    /// The keys of all rows and tombstones of some buckets, as `table/id`.
    func keys(in buckets: Set<String>) throws -> [String: Set<String>] {
        var found: [String: Set<String>] = [:]
        try reader.snapshot { snapshot in
            var number: Int64 = 1
            while let bucket = try snapshot.bucket(number) {
                if buckets.contains(bucket.name) {
                    found[bucket.name] = Set(
                        try rows(of: bucket, after: 0, snapshot).map { "\($0.table)/\($0.id)" })
                }
                number += 1
            }
        }
        return found
    }

    /// The rights that are not as usual, by person and the bucket's name.
    func rights() throws -> [String: [String: Int64]] {
        var found: [String: [String: Int64]] = [:]
        try reader.snapshot { snapshot in
            var number: Int64 = 1
            while let person = try snapshot.person(number) {
                for right in try snapshot.rights(of: number) {
                    let name = try snapshot.bucket(right.bucket)?.name ?? "\(right.bucket)"
                    found[person.subject, default: [:]][name] = right.until
                }
                number += 1
            }
        }
        return found
    }

    /// A device as the store holds it.
    func device(_ number: Int64) throws -> DeviceRecord? {
        try reader.snapshot { try $0.device(number) }
    }

    /// The device that holds a token.
    func device(token: String) throws -> DeviceRecord? {
        try reader.snapshot { try $0.token(SHA256.hash(Array(token.utf8)))?.device }
    }

    /// The outcomes of a device's mutations above one.
    func outcomes(of number: Int64, after mid: UInt64) throws -> [Outcome] {
        try reader.snapshot { try $0.outcomes(of: number, after: mid) }
    }
}
