/// Why a message was refused: the status to answer and the rule it broke.
///
/// After a rejection nothing more is read from the connection. Whatever
/// follows the message may have been put there by somebody else, so it is
/// never answered.
package struct Rejection: Error, Hashable, Sendable {
    /// The rule that a message broke.
    package enum Rule: UInt8, Hashable, Sendable, CaseIterable {
        case method, target, version, requestLine, lineEnding
        case fieldName, fieldValue, fieldCount, duplicateField, lineTooLong, headTooLarge
        case host, connection, contentLength, transferEncoding, framingConflict, expectation
        case authorization, bodyNotAllowed, bodyTooLarge, chunk, trailer, truncated
        case headTimeout, bodyTimeout, overloaded, streamingNeedsHTTP11, internalError
    }

    /// The status code of the answer.
    package let status: Int

    /// The rule that was broken.
    package let rule: Rule

    /// The offset of the offending line or byte from the start of the message.
    package let position: Int

    /// Creates a rejection.
    package init(_ status: Int, _ rule: Rule, at position: Int = 0) {
        self.status = status
        self.rule = rule
        self.position = position
    }

    /// A stable name for logs, tests and error bodies.
    package var code: StaticString {
        switch rule {
        case .method: "http.method"
        case .target: "http.target"
        case .version: "http.version"
        case .requestLine: "http.request_line"
        case .lineEnding: "http.line_ending"
        case .fieldName: "http.field_name"
        case .fieldValue: "http.field_value"
        case .fieldCount: "http.field_count"
        case .duplicateField: "http.duplicate_field"
        case .lineTooLong: "http.line_too_long"
        case .headTooLarge: "http.head_too_large"
        case .host: "http.host"
        case .connection: "http.connection"
        case .contentLength: "http.content_length"
        case .transferEncoding: "http.transfer_encoding"
        case .framingConflict: "http.framing_conflict"
        case .expectation: "http.expectation"
        case .authorization: "http.authorization"
        case .bodyNotAllowed: "http.body_not_allowed"
        case .bodyTooLarge: "http.body_too_large"
        case .chunk: "http.chunk"
        case .trailer: "http.trailer"
        case .truncated: "http.truncated"
        case .headTimeout: "http.head_timeout"
        case .bodyTimeout: "http.body_timeout"
        case .overloaded: "http.overloaded"
        case .streamingNeedsHTTP11: "http.streaming_needs_http11"
        case .internalError: "http.internal_error"
        }
    }
}
