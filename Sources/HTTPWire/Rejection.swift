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
        case .requestLine: "http.request-line"
        case .lineEnding: "http.line-ending"
        case .fieldName: "http.field-name"
        case .fieldValue: "http.field-value"
        case .fieldCount: "http.field-count"
        case .duplicateField: "http.duplicate-field"
        case .lineTooLong: "http.line-too-long"
        case .headTooLarge: "http.head-too-large"
        case .host: "http.host"
        case .connection: "http.connection"
        case .contentLength: "http.content-length"
        case .transferEncoding: "http.transfer-encoding"
        case .framingConflict: "http.framing-conflict"
        case .expectation: "http.expectation"
        case .authorization: "http.authorization"
        case .bodyNotAllowed: "http.body-not-allowed"
        case .bodyTooLarge: "http.body-too-large"
        case .chunk: "http.chunk"
        case .trailer: "http.trailer"
        case .truncated: "http.truncated"
        case .headTimeout: "http.head-timeout"
        case .bodyTimeout: "http.body-timeout"
        case .overloaded: "http.overloaded"
        case .streamingNeedsHTTP11: "http.streaming-needs-http11"
        case .internalError: "http.internal-error"
        }
    }
}
