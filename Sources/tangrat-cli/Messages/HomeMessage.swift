internal import CitizenData

/// The first screen and the state of the device.
enum HomeMessage: Message {
    case title, neverSynced, lastSync, welcome, howToSignIn, attention, allWell, waiting
    case nothingWaiting, waitingCount, sources, noSources, sourceRow, sourceRows, newest, oldest
    case refused, signInExpired, clockSuspect, licenceRevoked, licenceSuspended
    case licenceExpired, licenceExpires, taxOverdue, taxDue, insuranceExpired
    case insuranceExpires, ticketUnpaid, billDue, requestNeedsInfo, draftWaits, unread
    case noDate, bucketClosed, moreAttention, write, refusedTitle, buckets, leaseUntil
    case staged, clockOffset, clockRight, signedOut, heldBack, sourceRowsPublic

    var words: Bilingual {
        switch self {
        case .title: Bilingual("ทางรัฐ", "Tang Rat")
        case .neverSynced:
            Bilingual(
                "ยังไม่เคยซิงก์ เรียก tangrat sync เพื่อรับข้อมูล",
                "Never synced. Fetch your data with: tangrat sync")
        case .lastSync: Bilingual("ซิงก์ล่าสุด {1} ({2})", "Last sync {1} ({2})")
        case .welcome:
            Bilingual(
                "ข้อมูลและบริการของรัฐในเครื่องของคุณ อ่านและยื่นคำขอได้แม้ไม่มีสัญญาณ",
                "Your government records and services on this device, also without a network.")
        case .howToSignIn:
            Bilingual(
                "ลงชื่อเข้าใช้: tangrat login --server URL",
                "Sign in: tangrat login --server URL")
        case .attention: Bilingual("สิ่งที่ต้องดูแล", "Needs attention")
        case .allWell:
            Bilingual(
                "ไม่มีเรื่องที่ต้องดูแลตอนนี้",
                "Nothing needs your attention now.")
        case .waiting: Bilingual("รอส่ง", "Waiting to be sent")
        case .nothingWaiting: Bilingual("ไม่มีรายการรอส่ง", "Nothing is waiting.")
        case .waitingCount:
            Bilingual(
                "{1} รายการ จะส่งเมื่อซิงก์",
                "{1}, sent with the next sync")
        case .sources: Bilingual("ที่มาของข้อมูล", "Where the data come from")
        case .noSources:
            Bilingual(
                "ยังไม่มีข้อมูลในเครื่อง",
                "There are no data on this device yet.")
        case .sourceRow: Bilingual("{1} รายการ", "{1} record")
        case .sourceRows: Bilingual("{1} รายการ", "{1} records")
        case .sourceRowsPublic:
            Bilingual("{1} รายการสำหรับทุกคน", "{1} records for everybody")
        case .newest: Bilingual("ณ {1} ({2})", "as of {1} ({2})")
        case .oldest: Bilingual("เก่าสุด {1}", "oldest {1}")
        case .refused: Bilingual("ระบบไม่รับรายการที่ {1}: {2}", "Change {1} was refused: {2}")
        case .signInExpired:
            Bilingual(
                "การลงชื่อเข้าใช้สิ้นสุดแล้ว ข้อมูลในเครื่องยังอ่านได้",
                "Your sign-in has ended. The data on this device stay readable.")
        case .heldBack:
            Bilingual(
                "ส่งการเปลี่ยนแปลงไม่ได้ เพราะระบบสูญเสียรายการเดิมบางส่วน ลงชื่อเข้าใช้อีกครั้งเพื่อส่ง: tangrat login",
                "Changes are not sent: the service has lost earlier ones. Sign in again to send them: tangrat login"
            )
        case .clockSuspect:
            Bilingual(
                "เวลาของเครื่องไม่น่าเชื่อถือ ตรวจสอบวันและเวลา",
                "The clock of this device is in doubt. Check its date and time.")
        case .licenceRevoked: Bilingual("{1} ถูกเพิกถอน", "{1} is revoked")
        case .licenceSuspended: Bilingual("{1} ถูกพักใช้ถึง {2}", "{1} is suspended until {2}")
        case .licenceExpired: Bilingual("{1} หมดอายุ {2}", "{1} expired {2}")
        case .licenceExpires: Bilingual("{1} จะหมดอายุ {2}", "{1} expires {2}")
        case .taxOverdue:
            Bilingual(
                "ภาษีรถ {1} ค้างชำระ ครบกำหนด {2}",
                "Vehicle tax of {1} is overdue since {2}")
        case .taxDue: Bilingual("ภาษีรถ {1} ครบกำหนด {2}", "Vehicle tax of {1} is due {2}")
        case .insuranceExpired:
            Bilingual(
                "พ.ร.บ. รถ {1} หมดอายุ {2}",
                "Insurance of {1} expired {2}")
        case .insuranceExpires:
            Bilingual(
                "พ.ร.บ. รถ {1} จะหมดอายุ {2}",
                "Insurance of {1} expires {2}")
        case .ticketUnpaid:
            Bilingual(
                "ใบสั่งค้างชำระ {1} ครบกำหนด {2}",
                "Unpaid ticket {1}, due {2}")
        case .billDue: Bilingual("{1} {2} ครบกำหนด {3}", "{1} {2}, due {3}")
        case .requestNeedsInfo: Bilingual("{1} ต้องการข้อมูลเพิ่ม", "{1} needs more information")
        case .draftWaits:
            Bilingual(
                "ร่างคำขอ {1} ยังไม่ได้ยื่น",
                "The draft of {1} has not been handed in")
        case .unread:
            Bilingual(
                "แจ้งเตือนสำคัญยังไม่อ่าน: {1} ({2})",
                "Important and unread: {1} ({2})")
        case .noDate: Bilingual("ไม่ระบุวัน", "no date given")
        case .bucketClosed:
            Bilingual(
                "{1} อ่านไม่ได้จนกว่าจะซิงก์",
                "{1} cannot be read until the next sync")
        case .moreAttention: Bilingual("และอีก {1} เรื่อง", "and {1} more")
        case .write: Bilingual("รายการที่ {1}", "Change {1}")
        case .refusedTitle: Bilingual("ระบบไม่รับ", "Refused")
        case .buckets: Bilingual("ชุดข้อมูล", "Sets of data")
        case .leaseUntil: Bilingual("อ่านได้ถึง {1}", "readable until {1}")
        case .staged:
            Bilingual(
                "รับข้อมูลค้างไว้ {1} ส่วน จะทำต่อเมื่อซิงก์",
                "{1} parts received; the next sync goes on from there")
        case .clockOffset: Bilingual("ต่างจากระบบ {1}", "differs from the service by {1}")
        case .clockRight: Bilingual("ตรงกับระบบ", "agrees with the service")
        case .signedOut: Bilingual("ยังไม่ได้ลงชื่อเข้าใช้", "Not signed in")
        }
    }
}
