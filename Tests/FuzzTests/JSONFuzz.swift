import SyncProtocol

/// JSON has one canonical form, and the fast check agrees with the parser.
enum JSONFuzz {
    static func check(_ input: [UInt8]) {
        let isCanonical = input.withUnsafeBytes { JSON.isCanonical($0) }
        guard let value = try? JSON.parse(input) else {
            precondition(!isCanonical, "the check takes what the parser refuses")
            precondition((try? JSON.canonicalize(input)) == nil)
            return
        }
        let canonical = JSON.canonical(value)
        precondition(canonical.count <= input.count, "the canonical form is longer")
        precondition((try? JSON.parse(canonical)) == value, "the canonical form says otherwise")
        precondition(canonical.withUnsafeBytes { JSON.isCanonical($0) })
        precondition(isCanonical == (canonical == input), "the check is wrong")
        precondition((try? JSON.canonicalize(input)) == canonical)
    }
}
