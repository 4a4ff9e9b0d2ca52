import SyncProtocol

/// A mutation survives being written again, and what it does can be stored.
enum MutationFuzz {
    static func check(_ input: [UInt8]) {
        guard let mutation = decode(input) else { return }
        var bytes: [UInt8] = []
        MutationCodec.append(mutation, to: &bytes)
        precondition(decode(bytes) == mutation, "\(mutation) is not read back")
        guard (try? WriteRules.check(mutation.operations)) != nil else { return }
        var document = MergeDocument(touched: mutation.time)
        let dot = Dot(device: mutation.time.device, mid: mutation.mid)
        for operation in mutation.operations {
            document.apply(operation.operation, time: mutation.time, dot: dot)
        }
        var twice = document
        twice.merge(document)
        precondition(twice == document, "merging is not idempotent")
        let body = document.body
        precondition(MergeDocument(bytes: body) == document, "the stored row is not read back")
        precondition(body.withUnsafeBytes { JSON.isCanonical($0) }, "the row is not canonical")
    }

    private static func decode(_ bytes: [UInt8]) -> Mutation? {
        try? bytes.withUnsafeBytesTyped { (raw) throws(WireError) in try MutationCodec.decode(raw) }
    }
}
