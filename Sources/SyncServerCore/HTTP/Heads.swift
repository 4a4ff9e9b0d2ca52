internal import HTTPWire

/// The heads of all answers, rendered once.
enum Heads {
    /// An answer with rows of a person: never stored by anyone in between.
    ///
    /// Its first bytes tell it from any other. No browser ever shows one, so nothing
    /// is said about sniffing.
    static let frames = StaticHead(200, ["Cache-Control": "no-store"])

    /// What a long one says besides: a proxy compresses by the type, and that pays there.
    static let longFrames: StaticString = "Content-Type: application/vnd.tangrat.sync\r\n"

    /// A long one that is whole before it leaves.
    static let wholeLongFrames = StaticHead(
        200, ["Content-Type": "application/vnd.tangrat.sync", "Cache-Control": "no-store"])

    /// An answer without rows, which its first bytes tell from any other.
    static let framesWithoutRows = StaticHead(200)

    static let frameLines = StaticHead(
        200,
        [
            "Content-Type": "application/json", "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        ])

    static let ndjson = StaticHead(
        200,
        [
            "Content-Type": "application/x-ndjson", "Cache-Control": "no-store",
            "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff",
        ])

    static let events = StaticHead(
        200,
        [
            "Content-Type": "text/event-stream", "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        ])

    static let json = StaticHead(
        200,
        [
            "Content-Type": "application/json", "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        ])

    /// What is the same for everyone, and may be kept for a while.
    static let document = StaticHead(
        200,
        [
            "Content-Type": "application/json", "Cache-Control": "max-age=300",
            "X-Content-Type-Options": "nosniff",
        ])

    /// A page for people: nothing in it runs, loads, frames or is kept.
    static let page = StaticHead(
        200,
        [
            "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
            "Content-Security-Policy":
                "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        ])

    static let text = StaticHead(
        200,
        [
            "Content-Type": "text/plain; version=0.0.4", "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        ])

    static let badRequest = error(400)
    /// The token that came is refused (RFC 6750, section 3.1).
    static let unauthorised = unauthorised(asking: "Bearer error=\"invalid_token\"")
    /// None came, of which nothing is wrong: the scheme alone is told.
    static let tokenMissing = unauthorised(asking: "Bearer")
    static let forbidden = error(403)
    static let notFound = error(404)
    static let methodNotAllowedGet = methodNotAllowed(allowing: "GET, HEAD")
    /// A stream has no answer that its head alone would tell.
    static let methodNotAllowedWhole = methodNotAllowed(allowing: "GET")
    static let methodNotAllowedPost = methodNotAllowed(allowing: "POST")
    static let internalError = error(500)
    static let bodyTooLarge = error(413)
    static let unsupportedMedia = error(415)

    /// What cannot be done now and perhaps at the next attempt.
    static let unavailable = unavailable(for: "2")

    /// What is turned away so that other things go on.
    static func comeLater(_ id: ExchangeID) -> StaticHead {
        later[RetryPause.seconds(for: id) - RetryPause.range.lowerBound]
    }

    private static let later =
        ([
            "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19",
            "20",
        ] as [StaticString]).map { unavailable(for: $0) }

    private static func unavailable(for seconds: StaticString) -> StaticHead {
        StaticHead(
            503,
            [
                "Content-Type": "application/json", "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff", "Retry-After": seconds,
            ])
    }

    private static func unauthorised(asking challenge: StaticString) -> StaticHead {
        StaticHead(
            401,
            [
                "Content-Type": "application/json", "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff", "WWW-Authenticate": challenge,
            ])
    }

    private static func methodNotAllowed(allowing methods: StaticString) -> StaticHead {
        StaticHead(
            405,
            [
                "Content-Type": "application/json", "X-Content-Type-Options": "nosniff",
                "Allow": methods,
            ])
    }

    private static func error(_ status: Int) -> StaticHead {
        StaticHead(
            status,
            [
                "Content-Type": "application/json", "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            ])
    }
}
