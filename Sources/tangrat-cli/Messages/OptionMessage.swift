internal import CitizenData

/// What an option of a single command does, and what stands behind it.
extension OptionName {
    /// The option as the help writes it.
    var shown: String {
        switch self {
        case .server: "\(typed) URL"
        case .name: "\(typed) DEVICE"
        case .set: "\(typed) field=value"
        case .statement: "\(typed) TEXT"
        case .attach: "\(typed) FILE"
        case .detach: "\(typed) NAME"
        case .action: "\(typed) ACTION"
        default: typed
        }
    }

    /// What it does; nil for an option of every command, which the help lists once.
    var words: Bilingual? {
        switch self {
        case .server: Bilingual("ที่อยู่ของระบบ", "the address of the service")
        case .name: Bilingual("ชื่อที่ใช้เรียกเครื่องนี้", "what this device is called")
        case .watch:
            Bilingual("เชื่อมต่อค้างไว้จนกด Ctrl-C", "stay live until Ctrl-C, and sync with each change")
        case .trace: Bilingual("แสดงทุกข้อความที่รับส่ง", "write each message to standard error")
        case .canonical:
            Bilingual("รูปแบบที่เปรียบเทียบกันได้", "as canonical JSON lines, to be compared")
        case .deep:
            Bilingual(
                "เทียบทุกรายการกับระบบและซ่อมแซม", "compare each record with the service, and repair")
        case .all: Bilingual("ทั้งหมด ไม่เฉพาะรายการล่าสุด", "all, not only what is open and the newest")
        case .set:
            Bilingual("กรอกช่องหนึ่ง ใช้ซ้ำได้", "fill a field in; may be repeated")
        case .statement: Bilingual("คำชี้แจงของคุณ", "your statement, in your own words")
        case .attach:
            Bilingual(
                "แนบไฟล์ โดยเก็บชื่อ ขนาด และลายนิ้วมือ ใช้ซ้ำได้",
                "attach a file by its name, size and fingerprint; may be repeated")
        case .detach: Bilingual("นำไฟล์แนบออก", "take an attached file off")
        case .action:
            Bilingual("new, renew, amend, …", "new, renew, amend, …; what the service offers")
        case .discardUnsent:
            Bilingual("ทิ้งการเปลี่ยนแปลงที่ยังไม่ได้ส่ง", "throw away changes that were not sent")
        case .json, .lang, .data, .plain, .help, .version, .noColor: nil
        }
    }
}

/// The words that a command takes, for its help.
extension CommandName {
    /// Each word as it is typed, with what it does.
    var parts: [(typed: String, words: Bilingual)] {
        switch self {
        case .request:
            [
                (
                    "new SERVICE",
                    Bilingual("เริ่มร่าง และบอกสิ่งที่ยังขาด", "start a draft, and say what is missing")
                ),
                ("edit ID", Bilingual("แก้ไขร่าง", "change a draft")),
                ("check ID", Bilingual("ตรวจร่าง", "say what a draft still needs")),
                ("submit ID", Bilingual("ยื่น แม้ไม่มีสัญญาณ", "hand it in, also offline")),
                ("show ID", Bilingual("ดูร่างหรือคำขอ", "show a draft or a request")),
                ("list", Bilingual("ดูทั้งหมด", "list all")),
                (
                    "withdraw ID",
                    Bilingual("ถอนคำขอที่ยื่นแล้ว", "take a request back that was handed in")
                ),
                ("delete ID", Bilingual("ทิ้งร่าง", "throw a draft away")),
            ]
        case .notifications:
            [
                ("list", Bilingual("ดูการแจ้งเตือน", "show the newest")),
                ("read ID…", Bilingual("ทำเครื่องหมายว่าอ่านแล้ว", "mark as read")),
                ("read --all", Bilingual("อ่านแล้วทั้งหมด", "mark all as read")),
            ]
        case .prefs:
            [
                ("get KEY", Bilingual("ดูค่าหนึ่ง", "show one")),
                (
                    "set KEY VALUE",
                    Bilingual(
                        "ตั้งค่า language mobile email notify.… accessibility.…",
                        "set one: language, mobile, email, notify.…, accessibility.…")
                ),
            ]
        case .note, .why:
            [
                (
                    "ROW",
                    Bilingual(
                        "ตาราง/รหัส หรือรหัสที่มีรายการเดียว",
                        "table/id, or an id alone where it names one record")
                )
            ]
        default: []
        }
    }
}
