/// Which people who watch may read which buckets of others.
///
/// Kept both ways round, so that forgetting a person costs what they were given, however
/// many others watch: at the end of a day all streams end at once.
struct GrantBook {
    private var people: [BucketNumber: Set<PersonNumber>] = [:]
    private var buckets: [PersonNumber: [BucketNumber]] = [:]

    /// Whether nobody was given anything; mostly so.
    var isEmpty: Bool { people.isEmpty }

    /// Those who may read a bucket of another.
    func readers(of bucket: BucketNumber) -> Set<PersonNumber> { people[bucket] ?? [] }

    /// Takes note of what a person may read, in place of what was known.
    ///
    /// - Parameters:
    ///   - given: The buckets of others, each once.
    ///   - person: Who may read them; nobody who has none is kept.
    mutating func learn(_ given: [BucketNumber], of person: PersonNumber) {
        forget(person)
        guard !given.isEmpty else { return }
        buckets[person] = given
        for bucket in given { people[bucket, default: []].insert(person) }
    }

    /// Forgets a person.
    ///
    /// - Returns: How many buckets were looked at for it.
    @discardableResult
    mutating func forget(_ person: PersonNumber) -> Int {
        let given = buckets.removeValue(forKey: person) ?? []
        for bucket in given {
            people[bucket]?.remove(person)
            if people[bucket]?.isEmpty == true { people[bucket] = nil }
        }
        return given.count
    }
}
