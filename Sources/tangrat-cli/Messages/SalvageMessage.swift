internal import CitizenData
internal import SyncClientCore

/// What happened to the data on this device.
enum SalvageMessage: Message {
    case title, nothing, damaged, foreign, missing, withdrawn, unkept, kept, lost, lostCopies
    case lostUnknown, export, file, advice, dropped, queued

    /// The sentence for a notice.
    init(_ kind: CacheNotice.Kind) {
        self =
            switch kind {
            case .damaged: .damaged
            case .foreign: .foreign
            case .missing: .missing
            case .withdrawn: .withdrawn
            case .unkept: .unkept
            }
    }

    var words: Bilingual {
        switch self {
        case .title: Bilingual("ข้อมูลในเครื่องนี้", "The data on this device")
        case .nothing: Bilingual("ไม่มีอะไรผิดปกติ", "Nothing has happened to the data on this device.")
        case .damaged:
            Bilingual(
                "ข้อมูลในเครื่องเสียหาย ระบบเก็บส่วนที่อ่านได้และรับส่วนที่เหลือใหม่ ดู: tangrat salvage",
                "The data on this device were damaged. What could be read was kept, the rest is fetched anew. See: tangrat salvage"
            )
        case .foreign:
            Bilingual(
                "พบไฟล์อื่นอยู่แทนข้อมูลของคุณ จึงย้ายไฟล์นั้นออก",
                "Another file stood in the place of your data and was put aside. See: tangrat salvage"
            )
        case .missing:
            Bilingual(
                "ข้อมูลในเครื่องหายไป ระบบจะรับใหม่",
                "The data on this device were gone, and are fetched anew. See: tangrat salvage")
        case .withdrawn:
            Bilingual(
                "สิทธิในข้อมูล {1} สิ้นสุดแล้ว ข้อมูลนั้นถูกลบออกจากเครื่อง",
                "Your right to {1} has ended. Its data left this device.")
        case .unkept:
            Bilingual(
                "สำเนาของการเปลี่ยนแปลงที่ส่งแล้วเสียหาย จะต้องใช้ก็ต่อเมื่อระบบกลางย้อนไปยังข้อมูลเก่า",
                "Copies of changes that the service has taken were damaged. Only a service that is put back to older data would need them."
            )
        case .kept:
            Bilingual(
                "เก็บการเปลี่ยนแปลงที่ยังไม่ได้ยืนยันไว้ {1} รายการ และจะส่ง",
                "Unconfirmed changes kept, to be sent: {1}")
        case .lost: Bilingual("การเปลี่ยนแปลงที่เสียไป {1} รายการ", "Changes that are lost: {1}")
        case .lostCopies: Bilingual("สำเนาที่เสียไป {1} รายการ", "Copies that are lost: {1}")
        case .lostUnknown:
            Bilingual(
                "ไม่ทราบว่ามีการเปลี่ยนแปลงอื่นเสียไปหรือไม่",
                "Whether other changes are lost cannot be known.")
        case .export: Bilingual("สำเนา", "Copy")
        case .file: Bilingual("ไฟล์เดิม", "Old file")
        case .advice:
            Bilingual(
                "ส่งสำเนาอีกครั้ง: tangrat salvage send ไฟล์ · ลบข้อความนี้: tangrat salvage drop",
                "Send a copy again: tangrat salvage send FILE. Put this away: tangrat salvage drop")
        case .dropped: Bilingual("ลบข้อความแล้ว", "Put away.")
        case .queued: Bilingual("เข้าคิว {1} รายการ", "Queued: {1}")
        }
    }
}
