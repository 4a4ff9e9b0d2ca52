internal import CitizenData

/// Words about rows: their age, their owner and what is not there.
enum RowMessage: Message {
    case justNow, minutes, hours, days, today, inDays, daysAgo, from, asOf, yours, onlyHere
    case queued, settled, dated, bandFresh, bandAging, bandStale, bandExpired, bandRevoked
    case bandClock, unconfirmed, revokedState, informationOnly, notStated, pointsOf, speedOf
    case perMonth, perDay, once, linesDiffer, contentGone, hidden, hiddenWhy, count
    case nothingHere, moreRows, yes, no, scanToPay, updateNeeded, updateNeededFor
    case updateNeededInPart

    var words: Bilingual {
        switch self {
        case .justNow: Bilingual("เมื่อสักครู่", "just now")
        case .minutes: Bilingual("{1} นาที", "{1} min")
        case .hours: Bilingual("{1} ชม.", "{1} h")
        case .days: Bilingual("{1} วัน", "{1} d")
        case .today: Bilingual("วันนี้", "today")
        case .inDays: Bilingual("อีก {1} วัน", "in {1} d")
        case .daysAgo: Bilingual("เลยมา {1} วัน", "{1} d ago")
        case .from: Bilingual("จาก {1}", "From {1}")
        case .asOf: Bilingual("ณ {1}", "as of {1}")
        case .yours: Bilingual("ข้อมูลที่คุณบันทึก", "Written by you")
        case .onlyHere: Bilingual("อยู่ในเครื่องนี้เท่านั้น", "Only on this device")
        case .queued: Bilingual("รอส่ง", "queued")
        case .settled: Bilingual("เสร็จสิ้นแล้ว {1}", "settled {1}")
        case .dated: Bilingual("ข้อมูลตามวันที่ {1}", "dated {1}")
        case .bandFresh: Bilingual("สดใหม่", "fresh")
        case .bandAging: Bilingual("เริ่มเก่า", "aging")
        case .bandStale: Bilingual("เก่า", "stale")
        case .bandExpired: Bilingual("เก่าเกินกำหนด", "out of date")
        case .bandRevoked: Bilingual("ถูกเพิกถอน", "revoked")
        case .bandClock: Bilingual("เวลาเครื่องไม่น่าเชื่อถือ", "device clock in doubt")
        case .unconfirmed: Bilingual("ไม่ยืนยัน", "not confirmed")
        case .revokedState: Bilingual("ถูกเพิกถอน ใช้ไม่ได้", "REVOKED, not valid")
        case .informationOnly: Bilingual("แสดงเพื่อดูข้อมูลเท่านั้น", "For information only")
        case .notStated: Bilingual("ไม่มีข้อมูล", "not stated")
        case .pointsOf: Bilingual("{1} จาก {2}", "{1} of {2}")
        case .speedOf: Bilingual("{1} กม./ชม. (กำหนด {2})", "{1} km/h (limit {2})")
        case .perMonth: Bilingual("ต่อเดือน", "a month")
        case .perDay: Bilingual("ต่อวัน", "a day")
        case .once: Bilingual("ครั้งเดียว", "once")
        case .linesDiffer:
            Bilingual(
                "ยอดรวมของรายการไม่เท่ากับยอดชำระ โปรดตรวจสอบก่อนจ่าย",
                "The items do not add up to the amount. Check before you pay.")
        case .contentGone:
            Bilingual(
                "เนื้อหาถูกลบออกจากเครื่องเมื่อ {1}",
                "The content left this device on {1}.")
        case .hidden: Bilingual("ซ่อนไว้", "hidden")
        case .hiddenWhy:
            Bilingual(
                "ข้อมูลอ่อนไหวนี้เก่าเกินไปหรือไม่ทราบอายุแน่ชัด จึงไม่แสดง เรียก tangrat sync เพื่อรับข้อมูลใหม่",
                "This sensitive record is too old, or its age is not certain, so it is not shown. Refresh it with: tangrat sync"
            )
        case .count: Bilingual("{1} รายการ", "{1} shown")
        case .nothingHere: Bilingual("ไม่มีข้อมูล", "There is nothing here.")
        case .moreRows:
            Bilingual(
                "อีก {1} รายการ ดูทั้งหมดด้วย --all",
                "{1} more. See all with --all")
        case .scanToPay: Bilingual("สแกนเพื่อชำระด้วยแอปธนาคาร", "Scan to pay with the app of a bank")
        case .updateNeeded: Bilingual("ต้องอัปเดตแอป", "update needed")
        case .updateNeededInPart:
            Bilingual(
                "ต้องอัปเดตแอป: แอปรุ่นนี้ยังไม่รู้จักข้อมูลบางรายการในนี้",
                "Update needed: this version does not know some of the details here.")
        case .updateNeededFor:
            Bilingual(
                "อัปเดตแอปเพื่อดูข้อมูลชนิดใหม่ “{1}” ให้ครบถ้วน",
                "Update the app to see the new records “{1}” in full.")
        case .yes: Bilingual("ใช่", "yes")
        case .no: Bilingual("ไม่ใช่", "no")
        }
    }
}
