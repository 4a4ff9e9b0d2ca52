/// The checks that need no other row, run by the device before it records a
/// write and by the server before it takes one.
package enum WriteRules {
    /// The most operations in one mutation.
    package static let operationsMax = 64

    /// The largest body of a merged row, in bytes.
    package static let rowBytesMax = 128 * 1_024

    /// The most dots a removal or a text may name.
    package static let dotsMax = 1_024

    /// The largest submission, in bytes of canonical JSON: half a row, which must hold it.
    package static let submissionBytesMax = rowBytesMax / 2

    /// The most containers in a written value; a body puts three around it, and
    /// what one side writes the other must be able to read.
    package static let valueDepthMax = 16

    /// The most bytes of operations on the wire: three quarters of a frame.
    package static let mutationBytesMax = BinaryFrames.frameBytesMax / 4 * 3

    /// A refusal and where it is.
    package struct Problem: Error, Hashable, Sendable {
        /// Why.
        package let code: RefusalCode

        /// The row and the field, for a person who reads the outcome.
        package let detail: String

        /// Creates a problem.
        package init(code: RefusalCode, detail: String) {
            self.code = code
            self.detail = detail
        }
    }

    /// Checks a mutation on its own.
    ///
    /// - Throws: The first problem, if there is one.
    package static func check(_ operations: [RowOperation]) throws(Problem) {
        guard !operations.isEmpty else { throw Problem(code: .operationsNone, detail: "") }
        guard operations.count <= operationsMax else {
            throw Problem(code: .operationsTooMany, detail: "\(operations.count)")
        }
        var policy: TablePolicy?
        for (index, operation) in operations.enumerated() {
            // Most mutations are about one row, which is then looked at once.
            if index == 0 || operation.key != operations[index - 1].key {
                policy = try check(operation.key)
            }
            guard let policy else { break }
            try check(operation, policy)
            if let field = operation.operation.ownedField,
                operations[..<index].contains(where: {
                    $0.key == operation.key && $0.operation.ownedField == field
                })
            {
                throw Problem(code: .fieldTwice, detail: "\(operation.key).\(field)")
            }
        }
        try checkSize(operations)
    }

    /// A mutation that does not fit one frame could never be sent.
    private static func checkSize(_ operations: [RowOperation]) throws(Problem) {
        // One operation is at most a submission, so a few always fit.
        guard operations.count > 8 else { return }
        var bytes: [UInt8] = []
        for operation in operations {
            MutationCodec.append(operation, to: &bytes)
            guard bytes.count <= mutationBytesMax else {
                throw Problem(code: .valueTooLarge, detail: "")
            }
        }
    }

    private static func check(_ key: RowKey) throws(Problem) -> TablePolicy {
        guard Identifier.isValid(key.id), Identifier.isValid(key.table) else {
            throw Problem(code: .rowInvalid, detail: "")
        }
        guard let policy = TablePolicy.all[key.table] else {
            throw Problem(code: .tableUnknown, detail: key.table)
        }
        return policy
    }

    private static func check(
        _ operation: RowOperation, _ policy: TablePolicy
    ) throws(Problem) {
        let key = operation.key
        if case .submit(let payload) = operation.operation {
            guard policy.takesSubmissions else {
                throw Problem(code: .tableReadOnly, detail: key.table)
            }
            guard payload.fields != nil, payload.isStorable(depthMax: valueDepthMax) else {
                throw Problem(code: .submissionInvalid, detail: key.description)
            }
            guard JSON.canonical(payload).count <= submissionBytesMax else {
                throw Problem(code: .rowTooLarge, detail: key.description)
            }
            return
        }
        guard policy.writer == .citizen else {
            throw Problem(code: .tableReadOnly, detail: key.table)
        }
        guard !policy.isSingleton || key.id == "me" else {
            throw Problem(code: .rowInvalid, detail: key.description)
        }
        guard let target = operation.operation.target else {
            if policy.isSingleton, operation.operation == .delete {
                throw Problem(code: .tableReadOnly, detail: key.description)
            }
            return
        }
        guard Identifier.isValid(target.field), let field = policy.field(named: target.field) else {
            throw problem(.fieldNotWritable, operation)
        }
        guard field.kind == target.kind else { throw problem(.fieldKind, operation) }
        if let code = valueProblem(operation.operation, field) { throw problem(code, operation) }
    }

    /// Names the row and the field, which nobody needs where nothing is wrong.
    private static func problem(_ code: RefusalCode, _ operation: RowOperation) -> Problem {
        Problem(code: code, detail: "\(operation.key).\(operation.operation.target?.field ?? "")")
    }

    private static func valueProblem(
        _ operation: Operation, _ field: TablePolicy.Field
    ) -> RefusalCode? {
        switch operation {
        case .set(_, let value):
            guard value.isStorable(depthMax: valueDepthMax) else { return .valueInvalid }
            let size: Int
            switch value {
            case .string(let text): size = text.utf8.count
            case .integer: size = 8
            default: size = JSON.canonical(value).count
            }
            guard size <= field.bytesMax else { return .valueTooLarge }
            if !field.allowed.isEmpty {
                guard let text = value.text, field.allowed.contains(text) else {
                    return .valueInvalid
                }
            }
        case .add(_, let element):
            guard !element.isEmpty, element.isStorable else { return .valueInvalid }
            guard element.utf8.count <= field.bytesMax else { return .valueTooLarge }
        case .remove(_, let element, let dots):
            guard element.isStorable else { return .valueInvalid }
            guard element.utf8.count <= field.bytesMax, dots.count <= dotsMax else {
                return .valueTooLarge
            }
        case .write(_, let text, let dots):
            guard text.isStorable else { return .valueInvalid }
            guard text.utf8.count <= field.bytesMax, dots.count <= dotsMax else {
                return .valueTooLarge
            }
        case .increment(_, let step):
            guard step.magnitude <= 1_000_000_000 else { return .valueInvalid }
        default: break
        }
        return nil
    }
}

extension Operation {
    /// The field of which a mutation may hold only one such operation.
    ///
    /// Two values under one time, or two texts under one dot, would leave only one.
    fileprivate var ownedField: String? {
        switch self {
        case .set(let field, _), .write(let field, _, _): field
        case .create, .delete, .raise, .mark, .add, .remove, .increment, .submit: nil
        }
    }
}

extension String {
    /// Whether JSON and SQL can hold the text: it has no U+0000.
    fileprivate var isStorable: Bool { !hasZero }
}

extension JSONValue {
    /// Whether the value can be written into a body and read back from it.
    fileprivate func isStorable(depthMax: Int) -> Bool {
        switch self {
        case .null, .bool, .integer: true
        case .string(let text): text.isStorable
        case .array(let items):
            depthMax > 0 && items.allSatisfy { $0.isStorable(depthMax: depthMax - 1) }
        case .object(let object):
            depthMax > 0
                && object.members.allSatisfy {
                    $0.key.isStorable && $0.value.isStorable(depthMax: depthMax - 1)
                }
        }
    }
}
