internal import HTTPWire

/// What is decided before an address is looked at, for all addresses alike.
extension SyncService {
    private static let options = StaticHead(204, ["Allow": "GET, HEAD, POST, OPTIONS"])

    private static let identityOnly = StaticHead(
        415,
        [
            "Content-Type": "application/json", "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff", "Accept-Encoding": "identity",
        ])

    private static let query = ErrorBody(
        code: "http.query", english: "No address here takes a query.",
        thai: "ที่อยู่นี้ไม่รับพารามิเตอร์ใน URL",
        adviceEnglish: "Send everything in the body; never put a token or a number into a URL.",
        adviceThai: "ส่งข้อมูลทั้งหมดในเนื้อคำขอ อย่าใส่โทเคนหรือหมายเลขใน URL")

    private static let contentEncoding = ErrorBody(
        code: "http.content_encoding", english: "Bodies are taken as they are, not compressed.",
        thai: "ไม่รับเนื้อคำขอที่บีบอัด", adviceEnglish: "Leave Content-Encoding out.",
        adviceThai: "ไม่ต้องส่ง Content-Encoding")

    private static let tooMany = StaticHead(
        429,
        [
            "Content-Type": "application/json", "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff", "Retry-After": "2",
        ])

    private static let tooManyBody = ErrorBody(
        code: "limit.requests", english: "Too many requests of this sign-in are open at once.",
        thai: "มีคำขอที่ยังไม่เสร็จของการเข้าสู่ระบบนี้มากเกินไป",
        adviceEnglish: "It is tried again by itself.", adviceThai: "ระบบจะลองใหม่เอง")

    /// Answers what no address takes.
    ///
    /// Queries are refused so that neither a token nor a national number comes to
    /// stand in the log of a proxy, and compressed bodies so that no small
    /// request can grow into a large one here.
    ///
    /// - Returns: Whether the request has been answered.
    func isRefusedAtTheDoor(_ request: borrowing RequestView, _ exchange: Exchange) -> Bool {
        if request.pathIs("*") {
            exchange.respond(Self.options)
        } else if !request.query.isEmpty {
            exchange.respond(Heads.badRequest, body: Self.query.bytes)
        } else if request.head.framing != .none,
            !Self.isIdentity(request.bytes(request.head.contentEncoding))
        {
            exchange.respond(Self.identityOnly, body: Self.contentEncoding.bytes)
        } else {
            return false
        }
        return true
    }

    /// Counts a request against who makes it, or answers that it cannot be taken now.
    ///
    /// - Returns: Whether to go on.
    func admit(_ count: HolderLedger.Count, _ exchange: Exchange) -> Bool {
        guard !context.isShortOfMemory else {
            refuseBusy(exchange)
            return false
        }
        guard count.take(now: context.now) else {
            refuseTooFast(exchange)
            return false
        }
        guard count.enter() else {
            metrics.requestLimited()
            exchange.respond(Self.tooMany, body: Self.tooManyBody.bytes)
            return false
        }
        exchange.count = count
        return true
    }

    /// Answers that there is no room now.
    func refuseBusy(_ exchange: Exchange) {
        metrics.busy()
        exchange.respond(Heads.unavailable, body: ErrorBody.busy.bytes)
    }

    private static func isIdentity(_ value: UnsafeRawBufferPointer) -> Bool {
        value.isEmpty || ASCII.equalFolded(value, "identity")
    }
}
