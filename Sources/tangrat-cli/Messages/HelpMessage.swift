internal import CitizenData

/// The headings of the help.
enum HelpMessage: Message {
    case slogan, usage, commands, options, exitCodes, line

    var words: Bilingual {
        switch self {
        case .slogan:
            Bilingual(
                "ทางรัฐ รู้ ยื่น จ่าย รับ แม้ไม่มีสัญญาณ", "Tang Rat: know, apply, pay, receive, also offline")
        case .usage: Bilingual("วิธีใช้", "Usage")
        case .commands: Bilingual("คำสั่ง", "Commands")
        case .options: Bilingual("ตัวเลือกของทุกคำสั่ง", "Options of every command")
        case .exitCodes: Bilingual("รหัสสิ้นสุด", "Exit codes")
        case .line: Bilingual("tangrat [ตัวเลือก] [คำสั่ง]", "tangrat [OPTION…] [COMMAND]")
        }
    }

    /// The common options with what they do.
    static let optionLines: [(String, Bilingual)] = [
        ("--json", Bilingual("ผลลัพธ์สำหรับโปรแกรม", "output for programs")),
        ("--lang th|en", Bilingual("ภาษา", "the language")),
        ("--data DIR", Bilingual("ที่เก็บข้อมูล", "where the data are kept")),
        ("--plain", Bilingual("สำหรับโปรแกรมอ่านหน้าจอ", "for screen readers")),
        ("--no-color", Bilingual("ไม่ใช้สี", "no colour")),
    ]

    /// The exit codes with what they mean.
    static let exitCodeLines: [(ExitCode, Bilingual)] = [
        (.done, Bilingual("สำเร็จ", "done")), (.failed, Bilingual("ไม่สำเร็จ", "failed")),
        (.usage, Bilingual("คำสั่งไม่ถูกต้อง", "the command line is wrong")),
        (
            .nothingCached,
            Bilingual("ออฟไลน์และไม่มีข้อมูลในเครื่อง", "offline and nothing on this device")
        ),
        (.signedOut, Bilingual("ไม่ได้ลงชื่อเข้าใช้ หรือถูกปฏิเสธ", "signed out, or refused")),
        (.aging, Bilingual("ข้อมูลเริ่มเก่า", "a row shown is aging")),
        (.stale, Bilingual("ข้อมูลเก่า", "a row shown is stale")),
        (.expired, Bilingual("ข้อมูลเก่าเกินกำหนด", "a row shown is expired")),
        (.revoked, Bilingual("ถูกเพิกถอน", "a row shown is revoked")),
        (.clockSuspect, Bilingual("เวลาเครื่องไม่น่าเชื่อถือ", "the device's clock is in doubt")),
        (.interrupted, Bilingual("ถูกหยุด", "interrupted")),
    ]
}

/// What each command does, in a few words.
extension CommandName: Message {
    var words: Bilingual {
        switch self {
        case .home:
            Bilingual("สิ่งที่ต้องดูแล และอายุของข้อมูล", "what needs attention, and how old the data are")
        case .login: Bilingual("ลงชื่อเข้าใช้", "sign in")
        case .logout: Bilingual("ออกจากระบบและลบข้อมูลในเครื่อง", "sign out and erase the data here")
        case .sync: Bilingual("ส่งและรับข้อมูล", "send and receive")
        case .status: Bilingual("รอส่ง ไม่รับ และที่มา", "what waits, what was refused, sources")
        case .outcomes: Bilingual("ผลของการเปลี่ยนแปลง", "what became of changes")
        case .aside:
            Bilingual(
                "รายการที่รอคุณตัดสินใจว่าจะใช้หรือทิ้ง",
                "changes that wait for you to use or drop them")
        case .salvage:
            Bilingual(
                "สิ่งที่เกิดกับข้อมูลในเครื่อง และการเปลี่ยนแปลงที่กู้คืน",
                "what happened to the data here, and changes that were saved")
        case .doctor: Bilingual("ตรวจข้อมูลในเครื่อง", "check the data on this device")
        case .dump: Bilingual("ข้อมูลทั้งหมดสำหรับเปรียบเทียบ", "everything, for comparing devices")
        case .licence: Bilingual("ใบขับขี่", "driving licences")
        case .vehicles: Bilingual("รถ ภาษี และ พ.ร.บ.", "vehicles, tax and insurance")
        case .tickets: Bilingual("ใบสั่งจราจร", "traffic tickets")
        case .bills: Bilingual("ใบแจ้งหนี้", "bills")
        case .credit: Bilingual("เครดิตบูโร", "credit reports")
        case .entitlements: Bilingual("สิทธิและสวัสดิการ", "entitlements")
        case .documents: Bilingual("เอกสารและใบอนุญาต", "documents")
        case .socialSecurity: Bilingual("ประกันสังคม", "social security")
        case .health: Bilingual("สิทธิรักษาพยาบาล", "health coverage")
        case .newborn: Bilingual("เงินอุดหนุนเด็กแรกเกิด", "newborn subsidy")
        case .civil: Bilingual("ทะเบียนราษฎร", "civil registration")
        case .consents: Bilingual("ความยินยอม", "consents")
        case .accessLog: Bilingual("ใครดูข้อมูลของฉัน", "who looked at my data")
        case .delegations: Bilingual("มอบอำนาจ", "delegations")
        case .devices:
            Bilingual(
                "อุปกรณ์ของคุณ และการสิ้นสุดอุปกรณ์ที่หาย",
                "your devices, and the end of a lost one")
        case .profile: Bilingual("ข้อมูลส่วนตัว", "profile")
        case .services: Bilingual("ค้นหาบริการ", "search the catalogue of services")
        case .notifications: Bilingual("การแจ้งเตือน", "notifications")
        case .prefs: Bilingual("การตั้งค่า", "preferences")
        case .pin: Bilingual("ปักหมุดบริการ", "pin a service")
        case .unpin: Bilingual("เลิกปักหมุด", "unpin a service")
        case .note: Bilingual("จดบันทึกเกี่ยวกับรายการ", "write a note on a record")
        case .request: Bilingual("ร่าง ยื่น และติดตามคำขอ", "draft, hand in and follow requests")
        case .requests: Bilingual("รายการคำขอ", "list requests")
        case .why: Bilingual("ทำไมแสดงค่านี้", "why a value is shown: owner, age, rule, law")
        case .show: Bilingual("แสดงข้อมูลตารางใดก็ได้", "show any table of records")
        case .help: Bilingual("วิธีใช้", "how to use it")
        case .version: Bilingual("รุ่นของโปรแกรม", "the version")
        }
    }
}
