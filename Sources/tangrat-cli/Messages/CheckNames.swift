internal import CitizenData

/// What the checks of this device look at, in words.
enum CheckNames {
    /// The words for a check; its code where it has none.
    static func name(_ code: String) -> Bilingual { names[code] ?? Bilingual(code, code) }

    private static let names: [String: Bilingual] = [
        "bucket.orphans": Bilingual("ข้อมูลที่ไม่อยู่ในชุดใด", "Records of no set"),
        "bucket.sum": Bilingual("จำนวนและผลรวมของชุดข้อมูล", "Count and sum of a set"),
        "cache.integrity": Bilingual("ไฟล์ข้อมูล", "The file of the data"),
        "clock.monotonic": Bilingual("นาฬิกาเดินไปข้างหน้า", "The clock goes forward"),
        "clock.offset": Bilingual("เวลาเครื่อง", "The device's clock"),
        "files.permissions": Bilingual("สิทธิ์ของไฟล์", "Who may read the files"),
        "outbox.chain": Bilingual("การเปลี่ยนแปลงที่รอส่ง", "Changes that wait"),
        "row.hash": Bilingual("ลายนิ้วมือของทุกรายการ", "The fingerprint of each record"),
        "sqlite.version": Bilingual("รุ่นของฐานข้อมูล", "Version of the database"),
        "writes.bytes": Bilingual("การเปลี่ยนแปลงที่เก็บไว้ทั้งหมด", "All changes that are kept"),
    ]
}
