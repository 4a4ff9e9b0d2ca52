internal import CSQLite

/// The log file of one writing connection, which gets a transaction in one piece.
///
/// SQLite writes each page of a transaction with two calls, its frame's header and the page, one
/// behind the other. Forty pages are eighty calls before the one sync that counts. Here they are
/// gathered and handed on in one call when the page that ends the transaction has come, or
/// before anything else is done with the file.
///
/// Nobody can miss what is gathered. Others read the log only up to where its index says that a
/// transaction has ended, and SQLite says so behind its sync (`synchronous` is always `FULL`
/// here); the connection itself reads through this type, which hands on first. A program that
/// dies with pages gathered dies inside a transaction.
struct GatheredLog: ~Copyable {
    /// The bytes of a frame's header, which tells in its second number whether a transaction
    /// ends: <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>.
    private static let headerBytes = 24

    /// The most bytes that are gathered: SQLite's file system for Unix passes no more than these
    /// to one `pwrite`, and takes a longer write for a full disk (`seekAndWriteFd`, 3.40.1).
    static let bytesMax = 128 * 1_024 - 1

    /// The file below.
    let file: UnsafeMutablePointer<sqlite3_file>

    private var buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: 32 * 1_024, alignment: 16)
    private var count = 0
    /// Where the first gathered byte belongs.
    private var start: Int64 = 0
    /// Where what was written last ends; nothing if that is not known.
    private var end: Int64?
    /// Whether the page that comes next ends a transaction.
    private var isLast = false

    init(_ file: UnsafeMutablePointer<sqlite3_file>) {
        self.file = file
    }

    deinit {
        buffer.deallocate()
    }

    /// Takes bytes that follow the last ones, and hands on any others.
    ///
    /// - Returns: A result code of SQLite.
    mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) -> Int32 {
        guard offset == end, bytes.count <= Self.bytesMax else {
            return writeAlone(bytes, at: offset)
        }
        if count + bytes.count > Self.bytesMax {
            let result = handOn()
            guard result == SQLITE_OK else { return result }
        }
        if count == 0 { start = offset }
        makeRoom(for: bytes.count)
        buffer[count...].copyBytes(from: bytes)
        count += bytes.count
        end = offset + Int64(bytes.count)
        if isLast { return handOn() }
        isLast = Self.isLastHeader(bytes)
        return SQLITE_OK
    }

    /// Whether these bytes are the header of the frame that ends a transaction.
    private static func isLastHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count == headerBytes && bytes[4..<8].contains { $0 != 0 }
    }

    /// Hands on what was gathered.
    ///
    /// - Returns: A result code of SQLite. After a failure nothing is gathered, and what comes
    ///   next is written where it belongs.
    mutating func handOn() -> Int32 {
        isLast = false
        guard count > 0 else { return SQLITE_OK }
        let result = file.pointee.pMethods.pointee.xWrite(
            file, buffer.baseAddress, Int32(count), start)
        count = 0
        if result != SQLITE_OK { end = nil }
        return result
    }

    /// Forgets where the log ends: it was cut, or its beginning is due.
    mutating func forgetEnd() {
        end = nil
    }

    private mutating func writeAlone(_ bytes: UnsafeRawBufferPointer, at offset: Int64) -> Int32 {
        var result = handOn()
        guard result == SQLITE_OK else { return result }
        result = file.pointee.pMethods.pointee.xWrite(
            file, bytes.baseAddress, Int32(bytes.count), offset)
        end = result == SQLITE_OK ? offset + Int64(bytes.count) : nil
        isLast = Self.isLastHeader(bytes)
        return result
    }

    private mutating func makeRoom(for more: Int) {
        guard count + more > buffer.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(max(buffer.count * 2, count + more), Self.bytesMax), alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        buffer.deallocate()
        buffer = larger
    }
}
