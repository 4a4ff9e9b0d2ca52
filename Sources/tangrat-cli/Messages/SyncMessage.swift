internal import CitizenData

/// Syncing and its result.
enum SyncMessage: Message {
    case progress, progressUnknown, upToDate, done, bytes, bytesOnce, repaired, accepted, merged
    case connected, waiting, revoked, nothingCached, notSyncedYet, runSync

    var words: Bilingual {
        switch self {
        case .progress:
            Bilingual(
                "กำลังรับข้อมูล {1} จาก {2} รายการ ({3} %)",
                "Receiving {1} of {2} records ({3} %)")
        case .progressUnknown: Bilingual("กำลังรับข้อมูล {1} รายการ", "Received {1} records")
        case .upToDate: Bilingual("ข้อมูลเป็นปัจจุบันแล้ว", "Everything is up to date.")
        case .done:
            Bilingual(
                "รับ {1} รายการ ลบ {2} รายการ ส่ง {3} รายการ ใช้เวลา {4} วินาที",
                "Received {1}, removed {2}, sent {3}, in {4} s.")
        case .bytes:
            Bilingual(
                "รับ {1} ไบต์ ส่ง {2} ไบต์ {3} คำขอ",
                "{1} bytes down, {2} bytes up, {3} requests")
        case .bytesOnce:
            Bilingual("รับ {1} ไบต์ ส่ง {2} ไบต์ {3} คำขอ", "{1} bytes down, {2} bytes up, {3} request")
        case .repaired:
            Bilingual(
                "ตรวจพบข้อมูลไม่ตรงและแก้ไขแล้ว {1} ครั้ง",
                "Differences found and put right: {1}")
        case .accepted: Bilingual("รายการที่ {1} รับแล้ว", "Change {1} was accepted.")
        case .merged:
            Bilingual(
                "รายการที่ {1} รวมกับการแก้ไขที่ใหม่กว่า",
                "Change {1} was merged with a newer one.")
        case .connected:
            Bilingual(
                "เชื่อมต่อแล้ว รอการเปลี่ยนแปลง กด Ctrl-C เพื่อหยุด",
                "Connected and waiting for changes. Ctrl-C stops.")
        case .waiting: Bilingual("{1} ลองใหม่ใน {2} วินาที", "{1} Trying again in {2} s.")
        case .revoked:
            Bilingual(
                "อุปกรณ์นี้ถูกยกเลิกการลงชื่อเข้าใช้",
                "The sign-in of this device was ended.")
        case .nothingCached:
            Bilingual(
                "ยังไม่มีข้อมูลในเครื่องและติดต่อระบบไม่ได้",
                "There are no data on this device and the service cannot be reached.")
        case .notSyncedYet:
            Bilingual(
                "ยังไม่เคยซิงก์ จึงยังไม่มีข้อมูลในเครื่อง",
                "Nothing has been synced to this device yet.")
        case .runSync:
            Bilingual(
                "เรียก tangrat sync เมื่อมีสัญญาณ",
                "Run tangrat sync when there is a network.")
        }
    }
}
