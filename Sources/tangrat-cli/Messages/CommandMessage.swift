internal import CitizenData

/// What single commands say.
enum CommandMessage: Message {
    case signedOut, signInAdvice, failed, doctorAdvice, rowMissing, rowAdvice, rowAmbiguous
    case fieldMissing, fieldAdvice, rowNameAdvice, allSound, unsound, sound, notSound
    case notifications
    case unread, read, markedRead, nothingUnread, readAdvice, prefs, prefSet, prefUnknown
    case prefAdvice, prefInvalid, languageAdvice, mobileAdvice, emailAdvice, notSet, pinned
    case unpinned, pinMark, serviceUnknown, serviceAdvice, didYouMean, noted, services
    case noService, catalogueEmpty, canDo, outcomes, noOutcomes, accepted, merged, refused
    case seenNobody, pinTargets, whyRule, noFreshRule, interrupted, version, wantsTables
    case dataUnusable, dataAdvice, error, notPinned, nonePinned, arePinned

    var words: Bilingual {
        switch self {
        case .signedOut: Bilingual("คุณยังไม่ได้ลงชื่อเข้าใช้", "You are not signed in.")
        case .signInAdvice:
            Bilingual(
                "ลงชื่อเข้าใช้: tangrat login --server URL",
                "Sign in: tangrat login --server URL")
        case .failed: Bilingual("เกิดข้อผิดพลาดที่ไม่คาดคิด", "Something unexpected went wrong.")
        case .doctorAdvice:
            Bilingual(
                "ตรวจเครื่องด้วย tangrat doctor",
                "Check this device: tangrat doctor")
        case .rowMissing: Bilingual("ไม่มี {1} ในเครื่อง", "There is no {1} on this device.")
        case .rowAdvice: Bilingual("ซิงก์แล้วลองดูอีกครั้ง", "Sync and look again.")
        case .rowAmbiguous:
            Bilingual(
                "{1} มีมากกว่าหนึ่งรายการ: {2}",
                "{1} is more than one record: {2}")
        case .rowNameAdvice:
            Bilingual("ระบุรายการใดรายการหนึ่งเป็น ตาราง/รหัส", "Name one of them as it stands here.")
        case .fieldAdvice:
            Bilingual("ช่องที่มี: {1}", "Its fields: {1}")
        case .fieldMissing:
            Bilingual(
                "รายการ {1} ไม่มีช่อง {2}",
                "The record {1} has no field {2}.")
        case .allSound: Bilingual("ทุกอย่างเรียบร้อย", "Everything is as it should be.")
        case .unsound: Bilingual("พบสิ่งผิดปกติ", "Something is not as it should be.")
        case .sound: Bilingual("ปกติ", "sound")
        case .notSound: Bilingual("ผิดปกติ", "NOT SOUND")
        case .notifications: Bilingual("การแจ้งเตือน", "Notifications")
        case .unread: Bilingual("ยังไม่อ่าน", "unread")
        case .read: Bilingual("อ่านแล้ว", "read")
        case .markedRead:
            Bilingual(
                "ทำเครื่องหมายว่าอ่านแล้ว {1} รายการ รอส่ง",
                "{1} marked as read, queued.")
        case .nothingUnread: Bilingual("อ่านครบแล้ว", "Everything has been read.")
        case .readAdvice: Bilingual("ระบุรหัส หรือใช้ --all", "Name some, or use --all.")
        case .prefs: Bilingual("การตั้งค่า", "Preferences")
        case .prefSet: Bilingual("ตั้ง {1} เป็น {2} แล้ว รอส่ง", "{1} is now {2}, queued.")
        case .prefUnknown: Bilingual("ไม่มีการตั้งค่า {1}", "There is no preference {1}.")
        case .prefAdvice:
            Bilingual(
                "ที่มี: language, mobile, email, notify.…, accessibility.…",
                "There are: language, mobile, email, notify.…, accessibility.…")
        case .prefInvalid: Bilingual("{1} ใช้ค่า {2} ไม่ได้", "{1} cannot be {2}.")
        case .languageAdvice: Bilingual("ใช้ th หรือ en", "Use th or en.")
        case .mobileAdvice: Bilingual("เช่น 0812345678", "For example 0812345678.")
        case .emailAdvice: Bilingual("เช่น name@example.org", "For example name@example.org.")
        case .notSet: Bilingual("ยังไม่ได้ตั้ง", "not set")
        case .pinned: Bilingual("ปักหมุด {1} แล้ว รอส่ง", "{1} is pinned, queued.")
        case .unpinned:
            Bilingual(
                "เลิกปักหมุด {1} แล้ว รอส่ง",
                "{1} is no longer pinned, queued.")
        case .dataUnusable:
            Bilingual(
                "ใช้ที่เก็บข้อมูล {1} ไม่ได้ ({2})",
                "The data directory {1} cannot be used ({2}).")
        case .dataAdvice:
            Bilingual(
                "ตรวจสอบว่าเขียนได้และมีที่ว่าง หรือระบุที่อื่นด้วย --data DIR",
                "Check that it can be written and has room, or name another: --data DIR")
        case .notPinned: Bilingual("{1} ไม่ได้ปักหมุดไว้", "{1} is not pinned.")
        case .nonePinned: Bilingual("ยังไม่ได้ปักหมุดบริการใด", "No service is pinned.")
        case .arePinned: Bilingual("ที่ปักหมุดไว้: {1}", "Pinned are: {1}")
        case .pinMark: Bilingual("ปักหมุดไว้", "pinned")
        case .serviceUnknown: Bilingual("ไม่รู้จักบริการ {1}", "There is no service {1}.")
        case .serviceAdvice:
            Bilingual(
                "ค้นหา: tangrat services คำค้น",
                "Look for it: tangrat services WORD")
        case .didYouMean: Bilingual("หมายถึง {1} หรือไม่", "Did you mean {1}?")
        case .noted:
            Bilingual(
                "บันทึกเกี่ยวกับ {1} แล้ว รอส่ง",
                "The note on {1} is saved and queued.")
        case .services: Bilingual("บริการ", "Services")
        case .noService: Bilingual("ไม่พบบริการที่ตรงกับคำค้น", "No service matches.")
        case .catalogueEmpty:
            Bilingual(
                "ยังไม่มีรายการบริการในเครื่อง",
                "The catalogue is not on this device yet.")
        case .canDo: Bilingual("ทำได้: {1}", "Offers: {1}")
        case .outcomes: Bilingual("ผลของการเปลี่ยนแปลง", "What became of changes")
        case .noOutcomes: Bilingual("ยังไม่มีผล", "There is nothing yet.")
        case .accepted: Bilingual("รับแล้ว", "accepted")
        case .merged: Bilingual("รวมแล้ว", "merged")
        case .refused: Bilingual("ไม่รับ", "refused")
        case .seenNobody: Bilingual("ไม่มีบันทึกการเข้าดู", "No look at it is recorded.")
        case .pinTargets: Bilingual("บริการที่ปักหมุด", "Pinned services")
        case .whyRule: Bilingual("{1} ถือว่าสดใหม่ {2}", "{1} counts as fresh for {2}")
        case .noFreshRule: Bilingual("ไม่เก่าตามเวลา", "does not age")
        case .interrupted: Bilingual("หยุดแล้ว ข้อมูลไม่เสียหาย", "Stopped. Nothing was damaged.")
        case .version: Bilingual("tangrat {1}", "tangrat {1}")
        case .wantsTables: Bilingual("ตารางที่แสดงได้", "Tables that can be shown")
        case .error: Bilingual("ผิดพลาด", "Error")
        }
    }
}
