internal import CitizenData

/// Signing in and out.
enum AccountMessage: Message {
    case enterCode, code, open, scan, orOpen, expires, waiting, signedIn, next, signedOut
    case serverMissing, serverAdvice, discardAdvice, unreachable, unreachableAdvice

    var words: Bilingual {
        switch self {
        case .enterCode:
            Bilingual(
                "ยืนยันรหัสนี้ที่อุปกรณ์ของคุณ",
                "Confirm this code on your own device")
        case .code: Bilingual("รหัส", "Code")
        case .open: Bilingual("เปิด", "Open")
        case .scan: Bilingual("สแกนภาพนี้", "Scan this")
        case .orOpen: Bilingual("หรือเปิดที่อยู่นี้แล้วใส่รหัส", "or open the address and enter the code")
        case .expires: Bilingual("รหัสใช้ได้ {1} นาที", "The code works for {1} min.")
        case .waiting:
            Bilingual(
                "รอการยืนยัน กด Ctrl-C เพื่อหยุด",
                "Waiting for you to confirm. Ctrl-C stops.")
        case .signedIn: Bilingual("ลงชื่อเข้าใช้แล้ว", "You are signed in.")
        case .next: Bilingual("ขั้นต่อไป: tangrat sync", "Next: tangrat sync")
        case .signedOut:
            Bilingual(
                "ออกจากระบบแล้ว และลบข้อมูลออกจากเครื่องนี้แล้ว",
                "You are signed out and your data are erased from this device.")
        case .serverMissing:
            Bilingual(
                "ไม่ทราบที่อยู่ของระบบ",
                "The address of the service is not known.")
        case .serverAdvice:
            Bilingual(
                "ระบุ: tangrat login --server URL",
                "Say it: tangrat login --server URL")
        case .unreachable:
            Bilingual("ติดต่อระบบที่ {1} ไม่ได้", "The service at {1} cannot be reached.")
        case .unreachableAdvice:
            Bilingual(
                "ตรวจสอบที่อยู่และเครือข่าย แล้วลองอีกครั้ง",
                "Check the address and the network, and try again.")
        case .discardAdvice:
            Bilingual(
                "ซิงก์ก่อน หรือทิ้งโดยตั้งใจ: tangrat logout --discard-unsent",
                "Sync first, or discard on purpose: tangrat logout --discard-unsent")
        }
    }
}
