internal import CitizenData

/// The names of details of a record.
enum FieldMessage: Message {
    case nickname, note, labels, number, holder, issued, expires, points, office, conditions
    case revokedOn, reason, retestAfter, suspended, display, vehicle, kind, tax, taxDue
    case insurance, insurer, owner, lien, fine, due, offenceAt, place, speed, pointsCut
    case paidAt, whyMine, dispute, amount, line, references, score, accounts, balance, limit
    case overdue, account, contentUntil, benefit, window, appealUntil, rule, issuer
    case business, source, asOf, freshness, freshUntil, reliableUntil, legalBasis, value
    case version, hash, pending, seenBy, service, action, state, draftedAt, queuedAt
    case enteredAt, receipt, channel, answerDue, assignee, decision, authority, statement
    case attachment, server, device, lastSync, category, agency, sent, clock, withdrawalAt
    case withdrawnAt

    var words: Bilingual {
        switch self {
        case .nickname: Bilingual("ชื่อเรียก", "Nickname")
        case .note: Bilingual("บันทึก", "Note")
        case .labels: Bilingual("ป้ายกำกับ", "Labels")
        case .number: Bilingual("เลขที่", "Number")
        case .holder: Bilingual("ชื่อผู้ถือ", "Holder")
        case .issued: Bilingual("วันออก", "Issued")
        case .expires: Bilingual("วันหมดอายุ", "Expires")
        case .points: Bilingual("คะแนน", "Points")
        case .office: Bilingual("สำนักงาน", "Office")
        case .conditions: Bilingual("เงื่อนไข", "Conditions")
        case .revokedOn: Bilingual("วันที่เพิกถอน", "Revoked on")
        case .reason: Bilingual("เหตุผล", "Reason")
        case .retestAfter: Bilingual("สอบใหม่ได้หลัง", "Retest after")
        case .suspended: Bilingual("พักใช้", "Suspended")
        case .display: Bilingual("การแสดง", "Display")
        case .vehicle: Bilingual("รถ", "Vehicle")
        case .kind: Bilingual("ประเภท", "Kind")
        case .tax: Bilingual("ภาษี", "Tax")
        case .taxDue: Bilingual("ภาษีครบกำหนด", "Tax due")
        case .insurance: Bilingual("พ.ร.บ.", "Insurance")
        case .insurer: Bilingual("ผู้รับประกัน", "Insurer")
        case .owner: Bilingual("เจ้าของ", "Owner")
        case .lien: Bilingual("ผู้ให้เช่าซื้อ", "Lender")
        case .fine: Bilingual("ค่าปรับ", "Fine")
        case .due: Bilingual("ครบกำหนด", "Due")
        case .offenceAt: Bilingual("เวลาเกิดเหตุ", "Happened")
        case .place: Bilingual("สถานที่", "Place")
        case .speed: Bilingual("ความเร็ว", "Speed")
        case .pointsCut: Bilingual("ตัดคะแนน", "Points taken")
        case .paidAt: Bilingual("ชำระเมื่อ", "Paid")
        case .whyMine: Bilingual("ทำไมเป็นของฉัน", "Why mine")
        case .dispute: Bilingual("โต้แย้ง", "Dispute")
        case .amount: Bilingual("ยอดชำระ", "Amount")
        case .line: Bilingual("รายการ", "Item")
        case .references: Bilingual("อ้างอิง", "References")
        case .score: Bilingual("คะแนนเครดิต", "Score")
        case .accounts: Bilingual("จำนวนบัญชี", "Accounts")
        case .balance: Bilingual("ยอดหนี้รวม", "Owed in all")
        case .limit: Bilingual("วงเงินรวม", "Limit in all")
        case .overdue: Bilingual("ค้างชำระรวม", "Overdue in all")
        case .account: Bilingual("บัญชี", "Account")
        case .contentUntil: Bilingual("เก็บในเครื่องถึง", "Kept here until")
        case .benefit: Bilingual("ได้รับ", "Benefit")
        case .window: Bilingual("ช่วงเวลา", "Period")
        case .appealUntil: Bilingual("อุทธรณ์ได้ถึง", "Appeal until")
        case .rule: Bilingual("กฎเกณฑ์", "Rule")
        case .issuer: Bilingual("ผู้ออก", "Issuer")
        case .business: Bilingual("กิจการ", "Business")
        case .source: Bilingual("ที่มา", "Source")
        case .asOf: Bilingual("ข้อมูล ณ", "As of")
        case .freshness: Bilingual("ความสดใหม่", "Freshness")
        case .freshUntil: Bilingual("สดใหม่ถึง", "Fresh until")
        case .reliableUntil: Bilingual("ใช้อ้างอิงถึง", "Reliable until")
        case .legalBasis: Bilingual("ฐานกฎหมาย", "Legal basis")
        case .value: Bilingual("ค่า", "Value")
        case .version: Bilingual("รุ่นข้อมูล", "Version")
        case .hash: Bilingual("ลายนิ้วมือข้อมูล", "Fingerprint")
        case .pending: Bilingual("รอส่ง", "Waiting")
        case .seenBy: Bilingual("ผู้เข้าดู", "Seen by")
        case .service: Bilingual("บริการ", "Service")
        case .action: Bilingual("การดำเนินการ", "Action")
        case .state: Bilingual("สถานะ", "State")
        case .draftedAt: Bilingual("เริ่มร่าง", "Drafted")
        case .queuedAt: Bilingual("กดยื่น", "Handed in")
        case .withdrawalAt: Bilingual("สั่งถอน", "Taken back")
        case .withdrawnAt: Bilingual("ถอนแล้ว", "Withdrawn")
        case .enteredAt: Bilingual("ระบบรับเมื่อ", "Received")
        case .receipt: Bilingual("ใบรับคำขอ", "Receipt")
        case .channel: Bilingual("ช่องทาง", "Channel")
        case .answerDue: Bilingual("ต้องแจ้งผลภายใน", "Answer due")
        case .assignee: Bilingual("ผู้รับผิดชอบ", "Handled by")
        case .decision: Bilingual("ผลการพิจารณา", "Decision")
        case .authority: Bilingual("อำนาจตาม", "Authority")
        case .statement: Bilingual("ข้อความ", "Statement")
        case .attachment: Bilingual("ไฟล์แนบ", "Attachment")
        case .server: Bilingual("ระบบ", "Service address")
        case .device: Bilingual("อุปกรณ์", "Device")
        case .lastSync: Bilingual("ซิงก์ล่าสุด", "Last sync")
        case .category: Bilingual("หมวดหมู่", "Category")
        case .agency: Bilingual("หน่วยงาน", "Agency")
        case .sent: Bilingual("ส่งเมื่อ", "Sent")
        case .clock: Bilingual("เวลาเครื่อง", "Device clock")
        }
    }
}
