/// The checks that need no other row, run by the device before it records a
/// write and by the server before it takes one.
package enum WriteRules {
    /// The most operations in one mutation.
    package static let operationsMax = 64

    /// The largest body of a merged row, in bytes.
    package static let rowBytesMax = 128 * 1_024

    /// The most dots a removal or a text may name.
    package static let dotsMax = 1_024

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
        for (index, operation) in operations.enumerated() {
            try check(operation)
            if let target = operation.operation.target, operation.operation.standsAlone,
                operations[..<index].contains(where: {
                    $0.key == operation.key && $0.operation.target?.field == target.field
                        && $0.operation.standsAlone
                })
            {
                throw Problem(code: .fieldTwice, detail: "\(operation.key).\(target.field)")
            }
        }
    }

    private static func check(_ operation: RowOperation) throws(Problem) {
        let key = operation.key
        guard Identifier.isValid(key.id), Identifier.isValid(key.table) else {
            throw Problem(code: .rowInvalid, detail: "")
        }
        guard let policy = TablePolicy.all[key.table] else {
            throw Problem(code: .tableUnknown, detail: key.table)
        }
        if case .submit(let payload) = operation.operation {
            guard policy.takesSubmissions else {
                throw Problem(code: .tableReadOnly, detail: key.table)
            }
            guard payload.fields != nil else {
                throw Problem(code: .submissionInvalid, detail: key.description)
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
        let place = "\(key).\(target.field)"
        guard Identifier.isValid(target.field), let field = policy.field(named: target.field) else {
            throw Problem(code: .fieldNotWritable, detail: place)
        }
        guard field.kind == target.kind else { throw Problem(code: .fieldKind, detail: place) }
        try checkValue(operation.operation, field, place)
    }

    private static func checkValue(
        _ operation: Operation, _ field: TablePolicy.Field, _ place: String
    ) throws(Problem) {
        switch operation {
        case .set(_, let value):
            let size: Int
            switch value {
            case .string(let text): size = text.utf8.count
            case .integer: size = 8
            default: size = JSON.canonical(value).count
            }
            guard size <= field.bytesMax else { throw Problem(code: .valueTooLarge, detail: place) }
            if !field.allowed.isEmpty {
                guard let text = value.text, field.allowed.contains(text) else {
                    throw Problem(code: .valueInvalid, detail: place)
                }
            }
        case .add(_, let element):
            guard !element.isEmpty else { throw Problem(code: .valueInvalid, detail: place) }
            guard element.utf8.count <= field.bytesMax else {
                throw Problem(code: .valueTooLarge, detail: place)
            }
        case .remove(_, let element, let dots):
            guard element.utf8.count <= field.bytesMax, dots.count <= dotsMax else {
                throw Problem(code: .valueTooLarge, detail: place)
            }
        case .write(_, let text, let dots):
            guard text.utf8.count <= field.bytesMax, dots.count <= dotsMax else {
                throw Problem(code: .valueTooLarge, detail: place)
            }
        case .increment(_, let step):
            guard step.magnitude <= 1_000_000_000 else {
                throw Problem(code: .valueInvalid, detail: place)
            }
        default: break
        }
    }
}

extension Operation {
    /// Whether one mutation may hold only one such operation for a field.
    ///
    /// Values of sets and texts are known by the mutation's dot, so a second one
    /// under the same dot would take the place of the first without a word.
    fileprivate var standsAlone: Bool {
        switch self {
        case .set, .add, .write: true
        case .create, .delete, .raise, .mark, .remove, .increment, .submit: false
        }
    }
}
