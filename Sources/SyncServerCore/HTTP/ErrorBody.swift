internal import SyncProtocol

/// The body of every answer that is an error, but for those that OAuth defines.
///
/// ```json
/// {"error":{"code":"…","message":"…","advice":"…","message_th":"…","advice_th":"…","position":0}}
/// ```
struct ErrorBody {
    /// A stable name, by which clients decide.
    let code: String
    /// What is wrong, in English.
    let english: String
    /// What is wrong, in Thai.
    let thai: String
    /// What to do about it, in English.
    let adviceEnglish: String
    /// What to do about it, in Thai.
    let adviceThai: String
    /// Where in the request, in bytes or lines from its start, if that is known.
    var position: Int?

    /// The body as canonical JSON.
    var bytes: [UInt8] {
        var error = JSONObject([
            ("advice", .string(adviceEnglish)), ("advice_th", .string(adviceThai)),
            ("code", .string(code)), ("message", .string(english)), ("message_th", .string(thai)),
        ])
        if let position { error["position"] = .integer(Int64(position)) }
        return JSON.canonical(.object(JSONObject([("error", .object(error))])))
    }

    static let notFound = ErrorBody(
        code: "http.not_found", english: "There is nothing at this address.",
        thai: "ไม่พบที่อยู่นี้", adviceEnglish: "See the addresses in docs/protocol.md.",
        adviceThai: "ดูที่อยู่ทั้งหมดใน docs/protocol.md")
    static let method = ErrorBody(
        code: "http.method", english: "This address does not take this method.",
        thai: "ที่อยู่นี้ไม่รองรับวิธีเรียกนี้", adviceEnglish: "Use a method that Allow names.",
        adviceThai: "ใช้วิธีเรียกที่ระบุใน Allow")
    static let unauthorised = ErrorBody(
        code: "auth.token", english: "The sign-in is not valid or has ended.",
        thai: "การเข้าสู่ระบบไม่ถูกต้องหรือสิ้นสุดแล้ว",
        adviceEnglish: "Sign in again: tangrat login", adviceThai: "เข้าสู่ระบบใหม่: tangrat login")
    static let agencyKey = ErrorBody(
        code: "auth.agency_key", english: "The agency key is not valid.",
        thai: "กุญแจของหน่วยงานไม่ถูกต้อง",
        adviceEnglish: "Ask the operator for a key: tangrat-server agency add",
        adviceThai: "ขอกุญแจจากผู้ดูแลระบบ: tangrat-server agency add")
    static let busy = ErrorBody(
        code: "server.busy", english: "The service is busy.", thai: "ระบบมีผู้ใช้งานจำนวนมาก",
        adviceEnglish: "It is tried again by itself.", adviceThai: "ระบบจะลองใหม่เอง")
    static let storage = ErrorBody(
        code: "server.storage", english: "The service cannot store anything at the moment.",
        thai: "ขณะนี้ระบบบันทึกข้อมูลไม่ได้",
        adviceEnglish: "Nothing was taken; it is tried again by itself.",
        adviceThai: "ยังไม่มีการบันทึก ระบบจะลองใหม่เอง")
    static let damaged = ErrorBody(
        code: "server.damaged", english: "The service found its own data damaged.",
        thai: "ระบบพบว่าข้อมูลภายในเสียหาย",
        adviceEnglish: "Your data on this device are safe; the operator has been told.",
        adviceThai: "ข้อมูลในเครื่องของคุณยังปลอดภัย ผู้ดูแลระบบได้รับแจ้งแล้ว")
    static let bodyTooLarge = ErrorBody(
        code: "http.body_too_large", english: "The request is too large.",
        thai: "คำขอมีขนาดใหญ่เกินไป", adviceEnglish: "Send it in smaller parts.",
        adviceThai: "แบ่งส่งเป็นส่วนย่อย")
    static let media = ErrorBody(
        code: "http.media_type",
        english: "The media type of the request is not taken here.",
        thai: "ระบบไม่รับข้อมูลชนิดนี้",
        adviceEnglish: "Send application/vnd.tangrat.sync or application/json.",
        adviceThai: "ส่ง application/vnd.tangrat.sync หรือ application/json")
    static let notReady = ErrorBody(
        code: "server.not_ready", english: "The service is starting or stopping.",
        thai: "ระบบกำลังเริ่มหรือหยุดทำงาน", adviceEnglish: "Try again after a pause.",
        adviceThai: "โปรดลองใหม่ภายหลัง")

    /// The same for a feed, whose lines are answered by code and not by the error's.
    func forFeed(_ message: String) -> ErrorBody {
        ErrorBody(
            code: code, english: message, thai: thai, adviceEnglish: Self.feedAdvice,
            adviceThai: "ส่งข้อมูลชุดนี้ใหม่ รายการที่รับแล้วจะไม่ถูกรับซ้ำ")
    }

    /// What to do about a feed that was stopped.
    static let feedAdvice = "Send the feed again: lines taken before are not taken twice."

    static func wire(_ error: WireError) -> ErrorBody {
        ErrorBody(
            code: error.code, english: "The request cannot be read: \(error)",
            thai: "อ่านคำขอไม่ได้", adviceEnglish: "See docs/protocol.md.",
            adviceThai: "ดู docs/protocol.md", position: error.position)
    }
}
