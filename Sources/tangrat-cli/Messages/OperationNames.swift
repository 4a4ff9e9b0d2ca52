internal import CitizenData

/// What a waiting change does to its record, in words.
enum OperationNames {
    /// The words for an operation; its name where it has none.
    static func name(_ operation: String) -> Bilingual {
        Bilingual(thai[operation] ?? operation, operation)
    }

    private static let thai: [String: String] = [
        "add": "เพิ่ม", "create": "สร้าง", "delete": "ลบ", "increment": "เพิ่มจำนวน",
        "mark": "ทำเครื่องหมาย", "raise": "เลื่อนขึ้น", "remove": "นำออก", "set": "กรอก",
        "submit": "ยื่น", "write": "เขียน",
    ]
}
