internal import SyncProtocol

/// What a program must know to sign a device in (RFC 8414, section 2).
enum AuthorisationMetadata {
    /// The metadata of the server under an address.
    static func json(_ address: PublicURL) -> [UInt8] {
        func at(_ path: String) -> JSONValue { .string(address.description + path) }
        return JSON.canonical(
            .object(
                JSONObject([
                    ("device_authorization_endpoint", at("/v1/oauth/device_authorization")),
                    (
                        "grant_types_supported",
                        .array([
                            "refresh_token", "urn:ietf:params:oauth:grant-type:device_code",
                        ])
                    ),
                    ("issuer", at("")),
                    // There is no authorisation endpoint, so no kind of answer of one.
                    ("response_types_supported", .array([])),
                    ("revocation_endpoint", at("/v1/oauth/revoke")),
                    ("revocation_endpoint_auth_methods_supported", .array(["none"])),
                    ("service_documentation", at("/openapi.json")),
                    ("token_endpoint", at("/v1/oauth/token")),
                    ("token_endpoint_auth_methods_supported", .array(["none"])),
                ])))
    }
}
