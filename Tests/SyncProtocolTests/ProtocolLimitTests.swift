import SyncProtocol
import Testing

/// Each limit that both sides hold to, at the limit and one past it.
@Suite("Limits of a write")
struct ProtocolLimitTests {
    private func refusal(_ operations: [RowOperation]) -> RefusalCode? {
        do throws(WriteRules.Problem) {
            try WriteRules.check(operations)
            return nil
        } catch {
            return error.code
        }
    }

    /// A submission whose payload has so many bytes as canonical JSON.
    private func submission(_ bytes: Int, _ id: String = "r") -> RowOperation {
        let text = String(repeating: "x", count: bytes - #"{"a":""}"#.utf8.count)
        return RowOperation(RowKey(table: "request", id: id), .submit(["a": .string(text)]))
    }

    @Test("hold for a submission", arguments: [0, 1])
    func submissions(more: Int) {
        let operation = submission(WriteRules.submissionBytesMax + more)
        #expect(refusal([operation]) == (more == 0 ? nil : .rowTooLarge))
    }

    @Test("hold for the dots of an operation", arguments: [0, 1])
    func dots(more: Int) {
        let dots = (1...WriteRules.dotsMax + more).map { Dot(device: DeviceID(7), mid: UInt64($0)) }
        let key = RowKey(table: "annotation", id: "a")
        for operation in [
            Operation.remove(field: "labels", element: "x", dots: dots),
            .write(field: "note", text: "x", replacing: dots),
        ] {
            #expect(refusal([RowOperation(key, operation)]) == (more == 0 ? nil : .valueTooLarge))
        }
    }

    @Test("hold for the bytes of a whole mutation", arguments: [0, 1])
    func mutations(more: Int) {
        var operations = (0..<11).map { submission(WriteRules.submissionBytesMax, "r\($0)") }
        operations.append(submission(50_000, "last"))
        var bytes: [UInt8] = []
        for operation in operations { MutationCodec.append(operation, to: &bytes) }
        let room = WriteRules.mutationBytesMax - bytes.count
        operations[11] = submission(50_000 + room + more, "last")
        #expect(refusal(operations) == (more == 0 ? nil : .valueTooLarge))
    }
}
