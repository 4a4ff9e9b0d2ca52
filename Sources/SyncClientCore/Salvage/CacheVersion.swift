internal import SyncProtocol

/// Tells which version of the program made a cache, from its bytes alone.
///
/// A cache that is noted to be damaged is not opened before it is salvaged, and opening it
/// changes files beside it.
enum CacheVersion {
    /// How far ahead a version can be: a number beyond is none, but damage.
    private static let aheadMax = 1_000

    /// Looks for the number that a newer program gives.
    ///
    /// - Parameters:
    ///   - known: The newest version that this program knows.
    ///   - database: The file.
    ///   - log: Its log, which may hold a newer first page.
    /// - Returns: The version, or nil where the bytes tell of no newer one.
    static func newer(than known: Int, database: [UInt8], log: [UInt8]) -> Int? {
        let frameBytes = RawWrites.pageBytes + 24
        let counts = LogFrames(log).counts
        let frames = counts.indices.filter { counts[$0] }.map { 32 + $0 * frameBytes }
            .filter { word(log, $0) == 1 }
        let versions = [version(database, 0)] + frames.map { version(log, $0 + 24) }
        // It only grows, and pages of an older log stand behind newer ones.
        return versions.compactMap { $0 }.filter { $0 > known && $0 - known <= aheadMax }.max()
    }

    /// What the first page says, if it is one of a cache.
    private static func version(_ bytes: [UInt8], _ start: Int) -> Int? {
        guard start + 100 <= bytes.count,
            word(bytes, start + 68) == UInt32(bitPattern: CacheSchema.applicationID)
        else { return nil }
        return Int(word(bytes, start + 60))
    }

    private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
