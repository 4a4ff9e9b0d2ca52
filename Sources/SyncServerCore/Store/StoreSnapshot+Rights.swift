extension StoreSnapshot {
    /// The buckets that a device may see, with the ends of its person's rights.
    ///
    /// The rights are read in the moment of the rows, so no row is shown after
    /// its right has ended.
    ///
    /// - Parameters:
    ///   - device: The device, as of this moment.
    ///   - now: The server's clock, in milliseconds since 1970.
    /// - Returns: The buckets, in any order.
    /// - Throws: What the store throws.
    package func visibleBuckets(to device: DeviceRecord, now: Int64) throws -> [BucketRecord] {
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
