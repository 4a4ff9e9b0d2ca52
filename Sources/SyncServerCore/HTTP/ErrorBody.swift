internal import SyncProtocol

/// The body of an answer that is an error, in two languages.
struct ErrorBody {
    let code: String
    let english: String
    let thai: String
    var adviceEnglish = ""
    var adviceThai = ""

    /// The body as canonical JSON.
    var bytes: [UInt8] {
        JSON.canonical(
            .object(
                JSONObject([
                    (
                        "error",
                        .object(
                            JSONObject([
                                ("advice_en", .string(adviceEnglish)),
                                ("advice_th", .string(adviceThai)),
                                ("code", .string(code)),
                                ("message_en", .string(english)),
                                ("message_th", .string(thai)),
                            ]))
                    )
                ])))
    }

    static let notFound = ErrorBody(
        code: "http.not_found", english: "There is nothing at this address.",
        thai: "ไม่พบที่อยู่นี้")
    static let method = ErrorBody(
        code: "http.method", english: "This address does not take this method.",
        thai: "ที่อยู่นี้ไม่รองรับวิธีเรียกนี้")
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
        code: "http.body-too-large", english: "The request is too large.",
        thai: "คำขอมีขนาดใหญ่เกินไป", adviceEnglish: "Send it in smaller parts.",
        adviceThai: "แบ่งส่งเป็นส่วนย่อย")
    static let media = ErrorBody(
        code: "http.media_type",
        english: "Send application/vnd.tangrat.sync or application/json.",
        thai: "โปรดส่งชนิดข้อมูลที่รองรับ")

    static func wire(_ error: WireError) -> ErrorBody {
        ErrorBody(
            code: error.code, english: "The request cannot be read: \(error)",
            thai: "อ่านคำขอไม่ได้", adviceEnglish: "See docs/protocol.md.",
            adviceThai: "ดู docs/protocol.md")
    }
}
