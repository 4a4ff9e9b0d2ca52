import SyncProtocol

/// A cursor is read only as it was sealed, for the device it was sealed for.
enum CursorFuzz {
    private static let key = HMACKey([UInt8](repeating: 7, count: 32))
    private static let device = DeviceID(42)

    /// The input is the body of a cursor; it gets a true signature, then a false one.
    static func check(_ input: [UInt8], _ steering: FuzzTarget.Steering) {
        precondition(Cursor(input, for: device, key: key) == nil, "a signature was guessed")
        var message: [UInt8] = []
        message.appendBigEndian(device.number)
        var sealed = input
        HashSum(firstHalfOf: key.code(for: message + input)).append(to: &sealed)
        guard let cursor = Cursor(sealed, for: device, key: key) else { return }
        precondition(cursor.entries.count <= Cursor.entriesMax)
        precondition(cursor.sealed(for: device, key: key) == sealed, "sealed otherwise")
        precondition(Cursor(sealed, for: DeviceID(43), key: key) == nil, "another device's")
        sealed[steering.split % sealed.count] ^= 1 << (steering.flags & 7)
        precondition(Cursor(sealed, for: device, key: key) == nil, "an altered one")
    }
}
