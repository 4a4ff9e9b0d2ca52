internal import SyncProtocol

/// What a device may see at one moment.
struct DeviceView {
    /// The device.
    let device: DeviceRecord
    /// The buckets, in any order, with the ends of its person's rights.
    let buckets: [BucketRecord]

    /// Whether a page can hold nothing but everyone's rows.
    func isPublic(since cursor: Cursor) -> Bool {
        buckets.allSatisfy {
            $0.person == 0 || $0.head <= cursor.entry(of: $0.index)?.rev ?? 0
        }
    }
}

/// Who may see and write which buckets: decided here, and nowhere else.
///
/// The rights are read in the moment of the rows, so no row is shown after its
/// right has ended.
extension StoreSnapshot {
    /// What a device may see, or nil if its own rights have ended.
    ///
    /// - Parameters:
    ///   - number: The device.
    ///   - now: The server's clock, in milliseconds since 1970.
    /// - Returns: The device as of this moment, and the buckets that are open to it.
    /// - Throws: What the store throws.
    func view(of number: DeviceNumber, now: Int64) throws -> DeviceView? {
        guard let device = try device(number) else {
            throw StoreFailure.inconsistent("device \(number) is missing")
        }
        guard device.revoked == 0 else { return nil }
        return DeviceView(device: device, buckets: try visibleBuckets(to: device, now: now))
    }

    private func visibleBuckets(to device: DeviceRecord, now: Int64) throws -> [BucketRecord] {
        var buckets = try buckets(of: device.person)
        guard device.rights != 0 else { return buckets }
        for right in try rights(of: device.person) {
            let index = buckets.firstIndex { $0.number == right.bucket }
            if !right.isOpen(at: now) {
                if let index { buckets.remove(at: index) }
            } else if let index {
                buckets[index].leaseUntil = UInt64(right.until)
            } else if var bucket = try bucket(right.bucket) {
                bucket.leaseUntil = UInt64(right.until)
                buckets.append(bucket)
            }
        }
        return buckets
    }

    /// The rights by which it is decided whether a change wakes a person who watches.
    ///
    /// - Parameters:
    ///   - person: The person.
    ///   - now: The server's clock, in milliseconds since 1970.
    /// - Returns: Those to buckets of others that are open, and those to the person's own that
    ///   are not as usual, open or not.
    /// - Throws: What the store throws.
    func wakingRights(of person: PersonNumber, now: Int64) throws -> [RightRecord] {
        try rights(of: person).filter {
            try $0.isOpen(at: now) || bucket($0.bucket)?.person == person
        }
    }

    /// The names of a person's own buckets that are closed to them now.
    func closedBuckets(of device: DeviceRecord, now: Int64) throws -> Set<String> {
        guard device.rights != 0 else { return [] }
        var names: Set<String> = []
        for right in try rights(of: device.person) where !right.isOpen(at: now) {
            if let bucket = try bucket(right.bucket) { names.insert(bucket.name) }
        }
        return names
    }
}
