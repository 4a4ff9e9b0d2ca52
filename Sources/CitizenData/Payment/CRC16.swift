/// CRC-16/CCITT-FALSE, the checksum of payment codes and slips.
///
/// Polynomial 0x1021, initial value 0xFFFF, nothing reflected. Other CRC-16s
/// are mistaken for it; `123456789` must give 29B1.
package enum CRC16 {
    /// Returns the checksum of bytes.
    package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt16 {
        var crc: UInt16 = 0xFFFF
        for byte in bytes {
            crc ^= UInt16(byte) << 8
            for _ in 0..<8 {
                crc = crc & 0x8000 == 0 ? crc << 1 : crc << 1 ^ 0x1021
            }
        }
        return crc
    }

    /// Returns the checksum of a text as four capital hexadecimal digits.
    package static func text(_ text: String) -> String {
        let hex = String(checksum(text.utf8), radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - hex.utf8.count) + hex
    }
}
