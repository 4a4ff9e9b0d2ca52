/// Why bytes were refused as JSON, and where.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The rule that was broken; its raw value is the stable code.
    package enum Rule: String, Sendable, CaseIterable {
        /// More bytes than the limits allow.
        case size = "json.size"
        /// Containers nested deeper than the limits allow.
        case depth = "json.depth"
        /// The text stops before the value is complete.
        case end = "json.end"
        /// A byte that no rule allows here, a trailing comma among them.
        case syntax = "json.syntax"
        /// Bytes after the value.
        case trailing = "json.trailing"
        /// A byte order mark at the start.
        case byteOrderMark = "json.bom"
        /// Bytes that are not UTF-8.
        case utf8 = "json.utf8"
        /// A control byte inside a string.
        case control = "json.control"
        /// The escape `\u0000`, which C and SQL text cannot hold.
        case nul = "json.nul"
        /// Half of a surrogate pair.
        case surrogate = "json.surrogate"
        /// An escape JSON does not have.
        case escape = "json.escape"
        /// A leading zero, a minus without digits, or `-0`.
        case number = "json.number"
        /// A fraction or an exponent; the product has whole numbers only.
        case fraction = "json.fraction"
        /// An integer outside 64 bits.
        case range = "json.range"
        /// A name that stands twice in one object.
        case duplicateKey = "json.duplicate_key"
    }

    /// The rule that was broken.
    package let rule: Rule

    /// The byte at which it was noticed; for a repeated name, the object's start.
    package let offset: Int

    init(_ rule: Rule, at offset: Int) {
        self.rule = rule
        self.offset = offset
    }

    /// The stable code, for logs, answers and tests.
    package var code: String { rule.rawValue }

    /// What is wrong, for a person.
    package var message: String {
        switch rule {
        case .size: "The JSON text is too long."
        case .depth: "The JSON text is nested too deeply."
        case .end: "The JSON text stops too early."
        case .syntax: "Byte \(offset) does not belong there."
        case .trailing: "Something follows the JSON value at byte \(offset)."
        case .byteOrderMark: "The JSON text starts with a byte order mark."
        case .utf8: "Byte \(offset) is not valid UTF-8."
        case .control: "A control byte stands inside a string at byte \(offset)."
        case .nul: "A string holds the character U+0000 at byte \(offset)."
        case .surrogate: "Half of a surrogate pair stands alone at byte \(offset)."
        case .escape: "An unknown escape stands at byte \(offset)."
        case .number: "The number at byte \(offset) is not written as JSON writes it."
        case .fraction: "The number at byte \(offset) has a fraction or an exponent."
        case .range: "The number at byte \(offset) does not fit in 64 bits."
        case .duplicateKey: "The object at byte \(offset) names a member twice."
        }
    }

    /// What the sender can do about it.
    package var advice: String {
        switch rule {
        case .size: "Send less at a time."
        case .depth: "Flatten the value."
        case .end: "Send the whole text again."
        case .syntax: "Check for a trailing comma, a comment or a missing quote."
        case .trailing: "Send one value only."
        case .byteOrderMark: "Remove the first three bytes."
        case .utf8: "Encode the text as UTF-8."
        case .control, .nul: "Remove the character or write it as an escape JSON allows."
        case .surrogate: "Write both halves of the pair, or the character itself."
        case .escape: "Use only the escapes of RFC 8259."
        case .number: "Write the digits without a leading zero and zero without a sign."
        case .fraction: "Send a whole number in a smaller unit, such as satang."
        case .range: "Send the number as a string."
        case .duplicateKey: "Name every member once."
        }
    }

    package var description: String { "\(code) at byte \(offset): \(message)" }
}
