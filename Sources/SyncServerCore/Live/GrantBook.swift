/// Which people who watch may read which buckets, where that is not as usual.
///
/// As usual a person reads their own buckets, and no other's. Kept both ways round, so that
/// forgetting a person costs what they were given, however many others watch: at the end of a
/// day all streams end at once. A right that ends by its date ends here without being told.
struct GrantBook {
    /// Whose right to a bucket is not as usual, with its end as in ``RightRecord/until``.
    private var people: [BucketNumber: [PersonNumber: Int64]] = [:]
    private var buckets: [PersonNumber: [BucketNumber]] = [:]

    /// Whether everything is as usual; mostly so.
    var isEmpty: Bool { people.isEmpty }

    /// Those who may read any of the buckets that changed, if they watch.
    ///
    /// - Parameters:
    ///   - moved: The buckets, each of a person.
    ///   - now: The server's clock, in milliseconds since 1970.
    /// - Returns: Their owners, but for those to whom they are closed, and who was given them.
    func readers(of moved: [LiveHub.Moved], now: Int64) -> Set<PersonNumber> {
        guard !isEmpty else { return Set(moved.map(\.person)) }
        var readers: Set<PersonNumber> = []
        for moved in moved {
            let known = people[moved.bucket] ?? [:]
            if known[moved.person] == nil { readers.insert(moved.person) }
            for (person, until) in known
            where RightRecord(bucket: moved.bucket, until: until).isOpen(at: now) {
                readers.insert(person)
            }
        }
        return readers
    }

    /// Takes note of a person's rights that are not as usual, in place of what was known.
    ///
    /// - Parameters:
    ///   - given: The rights, one for each bucket.
    ///   - person: Whose they are; nobody who has none is kept.
    mutating func learn(_ given: [RightRecord], of person: PersonNumber) {
        forget(person)
        guard !given.isEmpty else { return }
        buckets[person] = given.map(\.bucket)
        for right in given { people[right.bucket, default: [:]][person] = right.until }
    }

    /// Forgets a person.
    ///
    /// - Returns: How many buckets were looked at for it.
    @discardableResult
    mutating func forget(_ person: PersonNumber) -> Int {
        let given = buckets.removeValue(forKey: person) ?? []
        for bucket in given {
            people[bucket]?[person] = nil
            if people[bucket]?.isEmpty == true { people[bucket] = nil }
        }
        return given.count
    }
}
