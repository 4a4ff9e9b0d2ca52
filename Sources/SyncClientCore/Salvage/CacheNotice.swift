/// What happened to the data on this device that the person must be told.
public struct CacheNotice: Hashable, Sendable {
    /// The kinds of events.
    public enum Kind: String, Hashable, Sendable {
        /// The cache was damaged, and a new one made from what could be read.
        case damaged
        /// Another file stood in the place of the cache.
        case foreign
        /// The cache was gone or empty.
        case missing
        /// The right to a part of the data has ended, and writes on it with it.
        case withdrawn
        /// Copies of writes that the server has taken were damaged, and are not kept any more.
        ///
        /// Nothing of them is lost, unless the server is put back to a time before them.
        case unkept
    }

    /// What happened.
    public let kind: Kind

    /// When, in milliseconds since 1970 by this device's clock.
    public let atMilliseconds: Int64

    /// Writes that were kept and are sent.
    public internal(set) var kept: Int

    /// Writes that are lost or were given up, or copies of them; nil where it cannot be known.
    public internal(set) var lost: Int?

    /// A file with the kept writes as JSON lines, or empty.
    public internal(set) var export = ""

    /// The file that was there before, or empty where it is not kept.
    public internal(set) var file = ""

    /// The part of the data that is meant, or empty.
    public internal(set) var detail = ""

    /// Creates a notice.
    package init(kind: Kind, atMilliseconds: Int64, kept: Int, lost: Int?) {
        self.kind = kind
        self.atMilliseconds = atMilliseconds
        self.kept = kept
        self.lost = lost
    }

    /// Names the file with the kept writes.
    package mutating func keep(export path: String) {
        export = path
    }
}
