import CitizenData

/// The person's own devices.
enum DeviceMessage: Message {
    case title, explanation, thisOne, added, wrote, neverWrote, id, advice, ended, unknown
    case unknownAdvice, ambiguous, ambiguousAdvice, isThisOne, isThisOneAdvice

    var words: Bilingual {
        switch self {
        case .title: Bilingual("อุปกรณ์ที่ลงชื่อเข้าใช้", "Devices signed in")
        case .explanation:
            Bilingual(
                "ถามจากระบบเมื่อครู่นี้ อุปกรณ์ที่คุณไม่รู้จักควรสิ้นสุดทันที",
                "Asked of the service just now. End one that you do not know.")
        case .thisOne: Bilingual("เครื่องนี้", "this one")
        case .added: Bilingual("ลงชื่อเข้าใช้", "Signed in")
        case .wrote: Bilingual("เปลี่ยนแปลงล่าสุด", "Last change")
        case .neverWrote: Bilingual("ยังไม่เคย", "none yet")
        case .id: Bilingual("รหัส", "Id")
        case .advice:
            Bilingual(
                "สิ้นสุดอุปกรณ์ที่หาย: tangrat devices end ชื่อหรือรหัส",
                "End a lost one: tangrat devices end NAME|ID")
        case .ended:
            Bilingual(
                "{1} สิ้นสุดแล้ว ส่งและรับข้อมูลไม่ได้อีก ข้อมูลที่อยู่ในเครื่องนั้นยังอยู่",
                "{1} is ended. It can send and receive nothing more; what it holds is still on it.")
        case .unknown: Bilingual("คุณไม่มีอุปกรณ์ {1}", "You have no device {1}.")
        case .unknownAdvice: Bilingual("ดูรายการ: tangrat devices", "See them: tangrat devices")
        case .ambiguous:
            Bilingual("มีอุปกรณ์ชื่อ {1} มากกว่าหนึ่งเครื่อง: {2}", "{1} is more than one device: {2}")
        case .ambiguousAdvice: Bilingual("ระบุรหัส", "Name one by its id.")
        case .isThisOne: Bilingual("{1} คือเครื่องนี้", "{1} is this device.")
        case .isThisOneAdvice:
            Bilingual(
                "ออกจากระบบและลบข้อมูลในเครื่องนี้: tangrat logout",
                "Sign out and erase the data here: tangrat logout")
        }
    }
}
