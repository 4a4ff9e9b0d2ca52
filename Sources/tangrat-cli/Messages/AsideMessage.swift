internal import CitizenData

/// Changes that the person has to decide about.
enum AsideMessage: Message {
    case title, nothing, explanation, advice, used, dropped

    var words: Bilingual {
        switch self {
        case .title: Bilingual("รอคุณตัดสินใจ", "Waiting for your decision")
        case .nothing: Bilingual("ไม่มีรายการที่รอตัดสินใจ", "Nothing waits for a decision.")
        case .explanation:
            Bilingual(
                "อุปกรณ์นี้ไม่ได้เชื่อมต่อเป็นเวลานาน ข้อมูลเหล่านี้อาจถูกลบจากที่อื่นไปแล้ว",
                "This device was away for a long time. These records may have been deleted elsewhere."
            )
        case .advice:
            Bilingual(
                "ใช้: tangrat aside use รายการ · ทิ้ง: tangrat aside drop รายการ",
                "Use one: tangrat aside use ROW. Drop it: tangrat aside drop ROW")
        case .used: Bilingual("ใช้ {1} แล้ว รอส่ง", "{1} is used and queued.")
        case .dropped: Bilingual("ทิ้ง {1} แล้ว", "{1} is dropped.")
        }
    }
}
