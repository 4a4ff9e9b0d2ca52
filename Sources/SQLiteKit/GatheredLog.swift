internal import CSQLite

/// The log file of one writing connection, which gets what a `COMMIT` writes in one piece.
///
/// SQLite writes each page of a transaction with two calls, its frame's header and the page, one
/// behind the other. Forty pages are eighty calls before the one sync that counts. Here they are
/// gathered and handed on in one call when the page that ends the transaction has come, or
/// before anything else is done with the file.
///
/// Only what `COMMIT` writes is gathered: the connection tells when one runs. Pages that leave
/// the cache before, and statements that commit by themselves, are written as they come. So
/// nothing is gathered that a read could miss, that a rollback could leave behind, or that could
/// come over the work of another process, which may write when the transaction is over. What a
/// `COMMIT` that failed has left is dropped, also in the next one: it is of a transaction that
/// did not end.
struct GatheredLog: ~Copyable {
    /// The bytes of a frame's header, which tells in its second number whether a transaction
    /// ends: <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>.
    private static let headerBytes = 24

    /// The most bytes that are gathered: SQLite's file system for Unix passes no more than these
    /// to one `pwrite`, and takes a longer write for a full disk (`seekAndWriteFd`, 3.40.1).
    static let bytesMax = 128 * 1_024 - 1

    /// The file below.
    let file: UnsafeMutablePointer<sqlite3_file>
    /// The number of the `COMMIT` that the connection runs; zero if it runs none.
    private let commit: UnsafeMutablePointer<UInt64>

    private var buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: 32 * 1_024, alignment: 16)
    private var count = 0
    /// The `COMMIT` that what is gathered is of, and the last one whose transaction has ended.
    private var gatheredIn: UInt64 = 0
    private var endedIn: UInt64 = 0
    /// Where the first gathered byte belongs.
    private var start: Int64 = 0
    /// Where what was written last ends; nothing if that is not known.
    private var end: Int64?
    /// Whether the page that comes next ends a transaction.
    private var isLast = false

    init(_ file: UnsafeMutablePointer<sqlite3_file>, commit: UnsafeMutablePointer<UInt64>) {
        self.file = file
        self.commit = commit
    }

    deinit {
        buffer.deallocate()
    }

    /// Takes bytes that follow the last ones, and hands on any others.
    ///
    /// - Returns: A result code of SQLite.
    mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) -> Int32 {
        let number = commit.pointee
        // Where a disk may tear what stands beside a write, frames follow the last one, up to
        // the end of a sector: nothing tells where those end.
        let gathers = number != 0 && number != endedIn
        let endsTransaction = isLast
        isLast = Self.isLastHeader(bytes)
        if endsTransaction { endedIn = number }
        guard gathers, offset == end, bytes.count <= Self.bytesMax else {
            return writeAlone(bytes, at: offset)
        }
        if number != gatheredIn || count + bytes.count > Self.bytesMax {
            let result = settle()
            guard result == SQLITE_OK else { return result }
        }
        guard offset == end else { return writeAlone(bytes, at: offset) }
        gatheredIn = number
        if count == 0 { start = offset }
        makeRoom(for: bytes.count)
        buffer[count...].copyBytes(from: bytes)
        count += bytes.count
        end = offset + Int64(bytes.count)
        return endsTransaction ? settle() : SQLITE_OK
    }

    /// Hands on what was gathered, or drops it if its `COMMIT` is over.
    ///
    /// - Returns: A result code of SQLite. After a failure nothing is gathered.
    mutating func settle() -> Int32 {
        guard count > 0 else { return SQLITE_OK }
        defer { count = 0 }
        guard gatheredIn == commit.pointee else {
            end = nil
            return SQLITE_OK
        }
        let result = file.pointee.pMethods.pointee.xWrite(
            file, buffer.baseAddress, Int32(count), start)
        if result != SQLITE_OK { end = nil }
        return result
    }

    /// Whether these bytes are the header of the frame that ends a transaction.
    private static func isLastHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count == headerBytes && bytes[4..<8].contains { $0 != 0 }
    }

    private mutating func writeAlone(_ bytes: UnsafeRawBufferPointer, at offset: Int64) -> Int32 {
        var result = settle()
        guard result == SQLITE_OK else { return result }
        result = file.pointee.pMethods.pointee.xWrite(
            file, bytes.baseAddress, Int32(bytes.count), offset)
        end = result == SQLITE_OK ? offset + Int64(bytes.count) : nil
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
