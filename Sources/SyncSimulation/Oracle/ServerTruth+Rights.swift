internal import SyncProtocol

// Written from docs/protocol.md, "Rights", and not from the code that shows buckets.

/// A part of a person's data, as an administrator names it.
struct BucketPart: Hashable, Comparable {
    /// Whose it is.
    var owner: String
    /// The last part of its name, for instance `core`.
    var domain: String

    /// The bucket's name.
    var name: String { "person/\(owner)/\(domain)" }

    /// Reads a name; nil for everyone's buckets.
    init?(name: String) {
        let parts = name.split(separator: "/")
        guard parts.count == 3, parts[0] == "person" else { return nil }
        self.init(owner: String(parts[1]), domain: String(parts[2]))
    }

    init(owner: String, domain: String) {
        self.owner = owner
        self.domain = domain
    }

    static func < (left: Self, right: Self) -> Bool { left.name < right.name }
}

/// What an administrator has said of one person's right to one bucket.
enum SpecialRight: Hashable {
    /// The person's own bucket was taken away.
    case withdrawn
    /// It is theirs; another person's bucket may be seen.
    case given
    /// It may be seen before a moment of the server's clock, in milliseconds since 1970.
    case leased(Int64)

    func isOpen(at now: Int64) -> Bool {
        switch self {
        case .withdrawn: false
        case .given: true
        case .leased(let end): now < end
        }
    }
}

/// Something that an administrator wants, and the store may not show yet.
struct RightChange: Hashable {
    var person: String
    var part: BucketPart
    /// Nil takes it away.
    var right: SpecialRight?
}

extension ServerTruth {
    /// What a person may see of what belongs to somebody.
    struct Sight {
        var digest: UInt64 = 0
        var count = 0

        mutating func add(_ other: Sight) {
            digest &+= other.digest
            count += other.count
        }
    }

    /// Whether a person may see a bucket at a moment of the server's clock.
    func mayRead(_ person: String, _ part: BucketPart, at now: Int64) -> Bool {
        rights[person]?[part]?.isOpen(at: now) ?? (part.owner == person)
    }

    /// The rows that a person may see, but everyone's.
    func ownSight(of person: String, at now: Int64) -> Sight {
        var sight = Sight()
        let special = rights[person] ?? [:]
        for (domain, part) in sights[person] ?? [:]
        where special.isEmpty
            || mayRead(person, BucketPart(owner: person, domain: domain), at: now)
        {
            sight.add(part)
        }
        for (part, right) in special where part.owner != person && right.isOpen(at: now) {
            sight.add(sights[part.owner]?[part.domain] ?? Sight())
        }
        return sight
    }

    /// The rows that a device of a person must hold.
    func sight(of person: String, at now: Int64) -> Sight {
        var sight = ownSight(of: person, at: now)
        for part in (sights[""] ?? [:]).values { sight.add(part) }
        return sight
    }

    /// Takes a change as the server must.
    mutating func take(_ change: RightChange) {
        let isOwn = change.part.owner == change.person
        let isUsual = isOwn ? change.right == .given : change.right == nil
        rights[change.person, default: [:]][change.part] =
            isUsual ? nil : change.right ?? .withdrawn
        if rights[change.person]?.isEmpty == true { rights[change.person] = nil }
    }

    /// Whether a write touches a bucket that is closed to its person.
    func isClosed(_ mutation: Mutation, of person: String, at now: Int64) -> Bool {
        guard rights[person] != nil else { return false }
        return mutation.operations.contains { operation in
            guard let policy = TablePolicy.all[operation.key.table], !policy.isPublic else {
                return false
            }
            return !mayRead(person, BucketPart(owner: person, domain: policy.domain), at: now)
        }
    }
}
