import HTTPWire

/// What a connection machine made of some bytes.
struct MachineRun: Equatable {
    /// One answer: "200 PATH" for a request that is taken, or the status of a rejection.
    var answers: [String] = []
    /// The body of each request that is taken.
    var bodies: [[UInt8]] = []
    var rejection: Rejection?
    var isClosed = false
    /// Whether a head came whose body is not complete.
    private var isInBody = false

    /// Feeds bytes to a machine the way a connection does.
    ///
    /// They come in one piece, in two cut at `split`, or byte by byte if it is -1.
    init(_ bytes: [UInt8], split: Int? = nil, limits: WireLimits = WireLimits(), ends: Bool = false)
    {
        var machine = ConnectionMachine(limits: limits)
        var buffer: [UInt8] = []
        let pieces: [ArraySlice<UInt8>] =
            switch split {
            case nil: [bytes[...]]
            case -1: bytes.indices.map { bytes[$0...$0] }
            case .some(let place): [bytes[..<place], bytes[place...]]
            }
        for piece in pieces where !isClosed {
            buffer += piece
            let used = buffer.withUnsafeBytes { feed(&machine, $0) }
            buffer.removeFirst(used)
        }
        if ends, !isClosed, let rejection = machine.inputEnded(pending: buffer.count) {
            refuse(rejection)
        }
        if machine.phase == .closed { isClosed = true }
    }

    private mutating func feed(
        _ machine: inout ConnectionMachine, _ input: UnsafeRawBufferPointer
    ) -> Int {
        var position = 0
        while true {
            let start = position
            switch machine.next(input, &position) {
            case .needsInput:
                return position
            case .head:
                var path = ""
                if let base = input.baseAddress {
                    let view = RequestView(head: machine.head, base: base + start)
                    path = String(decoding: view.path, as: UTF8.self)
                }
                answers.append("200 \(path)")
                bodies.append([])
                isInBody = true
            case .body(let range):
                bodies[bodies.count - 1] += input[range]
            case .bodyEnd:
                isInBody = false
                machine.answered()
            case .rejected(let rejection):
                refuse(rejection)
                return input.count
            }
        }
    }

    private mutating func refuse(_ rejection: Rejection) {
        // An answer promised at the head becomes the rejection.
        if isInBody {
            answers.removeLast()
            bodies.removeLast()
        }
        answers.append(String(rejection.status))
        self.rejection = rejection
        isClosed = true
    }
}

/// Bytes from text in which `\x..` escapes are already real scalars below 256.
func bytes(_ text: String) -> [UInt8] {
    text.unicodeScalars.flatMap { scalar in
        scalar.value < 256 ? [UInt8(scalar.value)] : Array(String(scalar).utf8)
    }
}
