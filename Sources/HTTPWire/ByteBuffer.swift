/// A growing run of bytes that is filled at the end and consumed at the front.
///
/// It is a class so that event loops can lend buffers to connections from a
/// pool: a connection with nothing to say or to remember holds none at all.
/// It is not `Sendable`; a buffer belongs to the loop that lent it.
///
/// No property is lent to a closure or passed `inout`, so no two accesses can
/// overlap; looking for that at run time took a twelfth of a short pull.
package final class ByteBuffer {
    /// The address of the storage, including bytes that are already consumed.
    @exclusivity(unchecked) private var storage: UnsafeMutableRawPointer

    /// The number of bytes the storage can hold before it must grow.
    @exclusivity(unchecked) package private(set) var capacity: Int

    /// Where the unconsumed bytes start.
    @exclusivity(unchecked) package private(set) var start = 0

    /// Where the unconsumed bytes end; at least `start`, at most `capacity`.
    @exclusivity(unchecked) package private(set) var end = 0

    /// Creates an empty buffer.
    ///
    /// - Parameter capacity: The bytes to allocate at once.
    package init(capacity: Int) {
        self.capacity = max(capacity, 64)
        self.storage = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit {
        storage.deallocate()
    }

    /// The number of unconsumed bytes.
    package var count: Int { end - start }

    /// Whether nothing is left to consume.
    package var isEmpty: Bool { end == start }

    /// The unconsumed bytes, valid until the buffer is changed next.
    package var readable: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: storage + start, count: end - start)
    }

    /// The unconsumed bytes for changing in place, valid until the next call.
    package var writable: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: storage + start, count: end - start)
    }

    /// The room after the last byte, valid until the buffer is changed next.
    package var spare: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: storage + end, count: capacity - end)
    }

    /// Makes room for more bytes after the last one.
    ///
    /// - Parameter additional: The bytes that must fit without growing again.
    @inline(__always)
    package func reserve(_ additional: Int) {
        if capacity - end < additional { grow(additional) }
    }

    /// Makes room like ``reserve(_:)``, without growing further than so many bytes in all
    /// if they are enough.
    ///
    /// - Parameters:
    ///   - additional: The bytes that must fit without growing again.
    ///   - bytesMax: How many unconsumed bytes there are ever going to be.
    package func reserve(_ additional: Int, upTo bytesMax: Int) {
        if capacity - end < additional { grow(additional, upTo: bytesMax) }
    }

    /// Takes over bytes that the caller has put into ``spare``.
    package func advanceEnd(by count: Int) {
        precondition(count >= 0 && count <= capacity - end, "advanced by \(count) beyond the room")
        end += count
    }

    /// Appends bytes that the closure writes in place.
    ///
    /// - Parameters:
    ///   - bytesMax: The room that the closure is given.
    ///   - write: Writes at the address and returns how many bytes.
    /// - Returns: The bytes written.
    @inline(__always)
    package func append(max bytesMax: Int, _ write: (UnsafeMutableRawPointer) -> Int) -> Int {
        reserve(bytesMax)
        let count = write(storage + end)
        advanceEnd(by: count)
        return count
    }

    /// Appends a run of bytes.
    @inline(__always)
    package func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        (storage + end).copyMemory(from: source, byteCount: bytes.count)
        end += bytes.count
    }

    /// Appends the bytes of an array.
    package func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// Appends the bytes of a literal.
    package func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends the UTF-8 bytes of a string.
    package func append(utf8 text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends one byte.
    @inline(__always)
    package func append(byte: UInt8) {
        reserve(1)
        storage.storeBytes(of: byte, toByteOffset: end, as: UInt8.self)
        end += 1
    }

    /// Appends an integer in decimal digits.
    package func append(decimal value: Int) {
        if value < 0 { append(byte: UInt8(ascii: "-")) }
        let magnitude = value.magnitude
        let digits = DecimalDigits.count(of: magnitude)
        reserve(digits)
        DecimalDigits.write(magnitude, endingAt: storage + end + digits)
        end += digits
    }

    /// Appends an integer in lower-case hexadecimal digits.
    package func append(hexadecimal value: Int) {
        precondition(value >= 0, "negative size \(value)")
        let digits = max(1, (Int.bitWidth - value.leadingZeroBitCount + 3) / 4)
        reserve(digits)
        for place in 0..<digits {
            let nibble = UInt8(truncatingIfNeeded: (value >> (4 * (digits - 1 - place))) & 15)
            let digit = nibble < 10 ? 48 + nibble : 87 + nibble
            storage.storeBytes(of: digit, toByteOffset: end + place, as: UInt8.self)
        }
        end += digits
    }

    /// Consumes bytes at the front.
    package func consume(_ count: Int) {
        precondition(count >= 0 && count <= end - start, "consumed \(count) of \(end - start)")
        start += count
        if start == end {
            start = 0
            end = 0
        }
    }

    /// Drops bytes at the end, down to a number of unconsumed ones.
    package func truncate(to count: Int) {
        precondition(count >= 0 && count <= end - start, "truncated to \(count) of \(end - start)")
        end = start + count
    }

    /// Removes bytes from the middle of the unconsumed ones, closing the gap.
    package func remove(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "removed \(range)")
        guard !range.isEmpty else { return }
        let tail = count - range.upperBound
        (storage + start + range.lowerBound).copyMemory(
            from: storage + start + range.upperBound, byteCount: tail)
        end -= range.count
    }

    /// Writes decimal digits over what lies before a place.
    ///
    /// - Returns: Where they begin.
    package func write(decimal value: Int, endingAt place: Int) -> Int {
        let digits = DecimalDigits.count(of: value.magnitude)
        precondition(place >= digits && place <= count, "no room before \(place)")
        DecimalDigits.write(value.magnitude, endingAt: storage + start + place)
        return place - digits
    }

    /// Writes a literal over what lies before a place.
    ///
    /// - Returns: Where it begins.
    package func write(_ text: StaticString, endingAt place: Int) -> Int {
        let first = place - text.utf8CodeUnitCount
        precondition(first >= 0 && place <= count, "no room before \(place)")
        (storage + start + first).copyMemory(
            from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
        return first
    }

    /// Writes a chunk size as eight hexadecimal digits.
    package func writeSize(_ size: Int, at place: Int) {
        precondition(place >= 0 && place + 8 <= count, "no room at \(place)")
        for digit in 0..<8 {
            let nibble = UInt8(truncatingIfNeeded: (size >> (28 - 4 * digit)) & 15)
            storage.storeBytes(
                of: nibble < 10 ? 48 + nibble : 87 + nibble, toByteOffset: start + place + digit,
                as: UInt8.self)
        }
    }

    /// Closes a gap behind some bytes by moving those bytes, not what follows.
    ///
    /// Only at the very front can the bytes before the gap move up for free;
    /// behind an earlier answer, what follows moves down instead.
    package func closeGap(of gap: Int, after headBytes: Int, at place: Int) {
        guard gap > 0 else { return }
        if place == 0 {
            (storage + start + gap).copyMemory(from: storage + start, byteCount: headBytes)
            start += gap
        } else {
            remove(place + headBytes..<place + headBytes + gap)
        }
    }

    /// Forgets everything, keeping the storage.
    package func removeAll() {
        start = 0
        end = 0
    }

    private func grow(_ additional: Int, upTo bytesMax: Int = .max) {
        let count = end - start
        if start > 0 && capacity - count >= additional && start >= capacity / 2 {
            storage.copyMemory(from: storage + start, byteCount: count)
        } else {
            let larger = max(min(capacity * 2, bytesMax), count + additional)
            let replacement = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
            replacement.copyMemory(from: storage + start, byteCount: count)
            storage.deallocate()
            storage = replacement
            capacity = larger
        }
        start = 0
        end = count
    }
}
