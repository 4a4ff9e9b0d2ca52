/// What `Scripts/fuzz` throws bytes at, and the corpus is replayed through.
///
/// Each target takes any bytes and stops the process if a promise is broken. The
/// first three bytes steer the run, so that the fuzzer also chooses where the
/// input is split; the rest is the input.
enum FuzzTarget: String, CaseIterable, Sendable {
    /// HTTP requests: `ConnectionMachine` and what it is made of.
    case request
    /// Binary frames: `FrameSplitter` and `BinaryFrames`.
    case frames
    /// The same frames as JSON lines: `JSONFrameReader`.
    case lines
    /// JSON text and its canonical form.
    case json
    /// The cursor behind its signature.
    case cursor
    /// Mutations, the rules for them, and the merging of what they do.
    case mutation
    /// What an identity provider says, and its signature: `SignedAssertion`.
    case assertion

    /// How a run is varied.
    struct Steering {
        /// Where the input is cut in two.
        let split: Int
        /// Bits that a target uses as it likes.
        let flags: UInt8
    }

    /// The bytes that steer.
    static let steeringBytes = 3

    /// Runs the target once.
    func check(_ bytes: [UInt8]) {
        guard bytes.count >= Self.steeringBytes else { return }
        let input = Array(bytes[Self.steeringBytes...])
        let place = Int(bytes[0]) << 8 | Int(bytes[1])
        let steering = Steering(split: place % (input.count + 1), flags: bytes[2])
        switch self {
        case .request: RequestFuzz.check(input, steering)
        case .frames: FrameFuzz.check(input, steering)
        case .lines: LineFuzz.check(input, steering)
        case .json: JSONFuzz.check(input)
        case .cursor: CursorFuzz.check(input, steering)
        case .mutation: MutationFuzz.check(input)
        case .assertion: AssertionFuzz.check(input, steering)
        }
    }
}
