internal import Foundation

/// Which of the session's errors prove that nothing was sent.
enum TransportErrors {
    /// Errors that happen before the first byte of a request can leave:
    /// unsupported URL, host not found, cannot connect, not connected, DNS.
    private static let beforeSending: Set<Int> = [-1000, -1002, -1003, -1004, -1006, -1009]

    /// The failures of the secure connection, from its making to the certificates.
    private static let secureConnection = -1206 ... -1200

    /// How the texts begin or what they hold that libcurl gives for the same failures.
    ///
    /// Each belongs to the handshake.
    private static let handshakeTexts = [
        "SSL certificate problem", "SSL: no alternative certificate", "SSL: certificate subject",
        "SSL: unable to obtain", "SSL peer certificate", "SSL connect error", "SSL_connect:",
        "SSL routines::",
    ]

    /// What comes after the handshake, when a request may have left.
    private static let laterTexts = ["SSL_read", "SSL_write"]

    /// What an error of the session means for the request.
    static func outcome(of error: any Error) -> TransportOutcome {
        outcome(code: code(of: error), text: (error as NSError).localizedDescription)
    }

    /// What an error means for the request.
    ///
    /// - Parameters:
    ///   - code: The `NSURLError` code; on Linux -1 for whatever it has no code for.
    ///   - text: The error's own words.
    /// - Returns: That nothing was sent where that is certain, else unknown.
    static func outcome(code: Int, text: String = "") -> TransportOutcome {
        // WORKAROUND(docs/workarounds.md#15)
        let isHandshake =
            code == -1 && handshakeTexts.contains { text.contains($0) }
            && !laterTexts.contains { text.contains($0) }
        if isHandshake || secureConnection.contains(code) {
            return .notSent(reason: "tls.\(code)")
        }
        return beforeSending.contains(code)
            ? .notSent(reason: "url.\(code)") : .unknown(reason: "url.\(code)")
    }

    /// The error's code as a reason.
    static func reason(_ error: any Error) -> String { "url.\(code(of: error))" }

    private static func code(of error: any Error) -> Int {
        (error as? URLError)?.code.rawValue ?? (error as NSError).code
    }
}

extension SyncFailure {
    /// What it means that a request did not leave: no network, or one that is not to be trusted.
    static func notSent(_ reason: String) -> SyncFailure {
        reason.hasPrefix("tls.") ? .connectionUntrusted(reason: reason) : .offline(reason: reason)
    }
}
