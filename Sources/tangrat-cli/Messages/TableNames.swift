internal import CitizenData

/// The names of tables and of parts of the data, those of the person's own words among them.
enum TableNames {
    /// The name of a table in words; as it is written where it has no name.
    static func name(_ table: String) -> Bilingual {
        RecordKind(rawValue: table)?.label ?? names[table] ?? Bilingual(table, table)
    }

    private static let names: [String: Bilingual] = [
        "all": Bilingual("ข้อมูลหลายหมวด", "Several parts"),
        "annotation": Bilingual("บันทึกของคุณ", "Your notes"),
        "bills": Bilingual("บิลและการชำระเงิน", "Bills and payments"),
        "civil": Bilingual("ทะเบียนราษฎร", "Civil registration"),
        "core": Bilingual("ข้อมูลหลักและคำขอ", "Profile, notifications and requests"),
        "credit": Bilingual("ข้อมูลเครดิต", "Credit report"),
        "inbox": Bilingual("กล่องแจ้งเตือน", "Inbox"),
        "notification_state": Bilingual("การอ่านแจ้งเตือน", "Notifications read"),
        "pinned": Bilingual("บริการที่ปักหมุด", "Pinned services"),
        "preference": Bilingual("การตั้งค่า", "Preferences"),
        "request_draft": Bilingual("ร่างคำขอ", "Drafts of requests"),
        "transport": Bilingual("ใบอนุญาตและรถ", "Licences and vehicles"),
        "welfare": Bilingual("สิทธิและสวัสดิการ", "Entitlements and welfare"),
    ]
}
