internal import CitizenData

/// Repairs of what is on this device.
enum RepairMessage: Message {
    case nothingWrong, mended, deepAdvice

    var words: Bilingual {
        switch self {
        case .nothingWrong:
            Bilingual(
                "เทียบกับระบบแล้ว ข้อมูลตรงกันทุกรายการ ({1} ไบต์ {2} คำขอ)",
                "Compared with the service: every record is the same ({1} bytes, {2} requests).")
        case .mended:
            Bilingual(
                "เทียบกับระบบแล้ว แก้ไข {1} รายการ ({2} ไบต์ {3} คำขอ)",
                "Compared with the service: {1} records were put right ({2} bytes, {3} requests).")
        case .deepAdvice:
            Bilingual(
                "เทียบกับระบบและซ่อมแซม: tangrat doctor --deep",
                "Compare with the service and put it right: tangrat doctor --deep")
        }
    }
}
