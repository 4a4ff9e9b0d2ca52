internal import CitizenData

/// The names of members of bodies that have no screen of their own.
enum MemberNames {
    /// The name of a member in words; as it is written where it has no name.
    ///
    /// - Parameters:
    ///   - path: Names between dots, as a group inside a group is written.
    ///   - language: The language of the person.
    /// - Returns: The words.
    static func name(_ path: String, _ language: Language) -> String {
        path.split(separator: ".").map { part in
            var key = String(part)
            if key.hasSuffix("_th") || key.hasSuffix("_en") { key.removeLast(3) }
            return names[key]?.text(in: language) ?? String(part)
        }
        .joined(separator: " ")
    }

    /// The words of a value that registers write in English, or nil.
    static func value(_ member: String, _ value: String) -> Bilingual? {
        values[member]?[value.lowercased()]
    }

    private static let values: [String: [String: Bilingual]] = [
        "actor_kind": [
            "officer": Bilingual("เจ้าหน้าที่", "an officer"), "system": Bilingual("ระบบ", "a system"),
            "own_device": Bilingual("อุปกรณ์ของคุณ", "your own device"),
            "person": Bilingual("ผู้ที่ได้รับสิทธิ", "a person with a right to it"),
        ],
        "gender": ["female": Bilingual("หญิง", "female"), "male": Bilingual("ชาย", "male")],
        "language": ["en": Bilingual("อังกฤษ", "English"), "th": Bilingual("ไทย", "Thai")],
        "method": ["promptpay_qr": Bilingual("คิวอาร์พร้อมเพย์", "PromptPay QR")],
        "outcome": [
            "no_answer": Bilingual("ไม่มีคำตอบ", "no answer"),
            "nothing_found": Bilingual("ไม่พบข้อมูล", "nothing found"),
            "refused": Bilingual("ปฏิเสธ", "refused"), "shown": Bilingual("แสดงแล้ว", "shown"),
        ],
        "applicant_role": [
            "father": Bilingual("บิดา", "the father"),
            "guardian": Bilingual("ผู้ปกครอง", "the guardian"),
            "mother": Bilingual("มารดา", "the mother"),
        ],
        "state": [
            "approved": Bilingual("อนุมัติ", "Approved"),
            "checking": Bilingual("กำลังตรวจสอบ", "Being checked"),
            "paid": Bilingual("จ่ายแล้ว", "Paid"), "submitted": Bilingual("ยื่นแล้ว", "Submitted"),
            "failed": Bilingual("ไม่สำเร็จ", "Failed"),
            "pending": Bilingual("รอดำเนินการ", "Pending"),
            "refunded": Bilingual("คืนเงินแล้ว", "Refunded"),
            "requestrefund": Bilingual("ขอคืนเงิน", "Refund requested"),
            "success": Bilingual("สำเร็จ", "Paid"), "void": Bilingual("ยกเลิก", "Void"),
        ],
        "status": [
            "active": Bilingual("มีผลอยู่", "Active"), "ended": Bilingual("สิ้นสุดแล้ว", "Ended"),
        ],
    ]

    private static let names: [String: Bilingual] = [
        "account_masked": Bilingual("เลขบัญชี", "Account"),
        "actor_kind": Bilingual("โดย", "By"),
        "address": Bilingual("ที่อยู่", "Address"),
        "amount_satang": Bilingual("จำนวนเงิน", "Amount"),
        "amount_satang_per_month": Bilingual("ต่อเดือน", "A month"),
        "applicant_role": Bilingual("ผู้ยื่นเป็น", "Applicant is"),
        "at": Bilingual("เมื่อ", "When"),
        "bank": Bilingual("ธนาคาร", "Bank"),
        "bank_ref": Bilingual("อ้างอิงธนาคาร", "Bank reference"),
        "basis": Bilingual("ฐาน", "Basis"),
        "bill_id": Bilingual("ใบแจ้งหนี้", "Bill"),
        "biller_id": Bilingual("รหัสผู้รับ", "Biller"),
        "channel": Bilingual("ช่องทาง", "Channel"),
        "child_dob": Bilingual("วันเกิดเด็ก", "Born"),
        "child_name": Bilingual("ชื่อเด็ก", "Child"),
        "code": Bilingual("รหัส", "Code"),
        "date": Bilingual("วันที่", "Date"),
        "date_of_move_in": Bilingual("ย้ายเข้า", "Moved in"),
        "district": Bilingual("อำเภอ/เขต", "District"),
        "dob": Bilingual("วันเกิด", "Born"),
        "dob_registered": Bilingual("วันเกิดที่จด", "Born, as entered"),
        "email": Bilingual("อีเมล", "E-mail"),
        "employer": Bilingual("นายจ้าง", "Employer"),
        "ends": Bilingual("สิ้นสุด", "Ends"),
        "entered_at": Bilingual("ระบบรับเมื่อ", "Received"),
        "expdate": Bilingual("สิ้นสุด", "Ends"),
        "father": Bilingual("บิดา", "Father"),
        "fields": Bilingual("ข้อมูลที่ดู", "Details"),
        "first": Bilingual("ชื่อ", "First name"),
        "from": Bilingual("ตั้งแต่", "From"),
        "fullname_and_rank": Bilingual("ชื่อเต็ม", "Full name"),
        "gender": Bilingual("เพศ", "Sex"),
        "granted_at": Bilingual("ให้เมื่อ", "Granted"),
        "grantee": Bilingual("ผู้รับมอบ", "Given to"),
        "grantor": Bilingual("ผู้มอบ", "Given by"),
        "hmain": Bilingual("หน่วยบริการหลัก", "Main unit"),
        "hospital": Bilingual("สถานพยาบาล", "Hospital"),
        "hospital_change_window": Bilingual("ช่วงเปลี่ยน", "Change window"),
        "house_id": Bilingual("รหัสบ้าน", "House"),
        "house_no": Bilingual("เลขที่", "No."),
        "hsub": Bilingual("หน่วยปฐมภูมิ", "Primary unit"),
        "insured_no_masked": Bilingual("เลขผู้ประกันตน", "Insured no."),
        "kind": Bilingual("ประเภท", "Kind"),
        "kinds": Bilingual("ประเภท", "Kinds"),
        "language": Bilingual("ภาษา", "Language"),
        "last": Bilingual("นามสกุล", "Last name"),
        "last_contribution": Bilingual("งวดล่าสุด", "Last payment"),
        "last_payment": Bilingual("งวดล่าสุด", "Last payment"),
        "legal_basis": Bilingual("ฐานกฎหมาย", "Legal basis"),
        "log_time": Bilingual("เวลา", "Time"),
        "maininscl": Bilingual("รหัสสิทธิ", "Scheme code"),
        "maininscl_name": Bilingual("สิทธิ", "Scheme"),
        "method": Bilingual("วิธีชำระ", "Method"),
        "middle": Bilingual("ชื่อกลาง", "Middle name"),
        "mobile": Bilingual("มือถือ", "Mobile"),
        "month": Bilingual("เดือน", "Month"),
        "months_contributed": Bilingual("จำนวนเดือน", "Months"),
        "months_paid": Bilingual("จ่ายแล้ว (เดือน)", "Months paid"),
        "moo": Bilingual("หมู่", "Moo"),
        "mother": Bilingual("มารดา", "Mother"),
        "name": Bilingual("ชื่อ", "Name"),
        "nationality": Bilingual("สัญชาติ", "Nationality"),
        "next_pay": Bilingual("จ่ายครั้งหน้า", "Next payment"),
        "note": Bilingual("หมายเหตุ", "Note"),
        "old_age_savings_satang": Bilingual("เงินชราภาพ", "Old-age savings"),
        "org": Bilingual("หน่วยงาน", "Agency"),
        "outcome": Bilingual("ผล", "Outcome"),
        "owner_status": Bilingual("สถานะในบ้าน", "In the house"),
        "paid_at": Bilingual("ชำระเมื่อ", "Paid"),
        "paid_on": Bilingual("จ่ายเมื่อ", "Paid"),
        "payload_sha256": Bilingual("ลายนิ้วมือ", "Fingerprint"),
        "pid": Bilingual("เลขประจำตัว", "National ID"),
        "pid_masked": Bilingual("เลขประจำตัว", "National ID"),
        "postcode": Bilingual("รหัสไปรษณีย์", "Postcode"),
        "province": Bilingual("จังหวัด", "Province"),
        "purchase_province": Bilingual("จังหวัดที่ลงทะเบียน", "Registered in"),
        "purpose": Bilingual("วัตถุประสงค์", "Purpose"),
        "receipt_no": Bilingual("เลขที่ใบรับ", "Receipt"),
        "recipient": Bilingual("ผู้รับข้อมูล", "Recipient"),
        "ref1": Bilingual("อ้างอิง 1", "Reference 1"),
        "ref2": Bilingual("อ้างอิง 2", "Reference 2"),
        "registered": Bilingual("ลงทะเบียน", "Registered"),
        "registered_at": Bilingual("สำนักทะเบียน", "Register office"),
        "request_id": Bilingual("คำขอ", "Request"),
        "road": Bilingual("ถนน", "Road"),
        "role": Bilingual("บทบาท", "Role"),
        "satang": Bilingual("จำนวนเงิน", "Amount"),
        "scope": Bilingual("ขอบเขต", "Scope"),
        "section": Bilingual("มาตรา", "Section"),
        "server_sequence": Bilingual("ลำดับที่", "Sequence"),
        "service": Bilingual("บริการ", "Service"),
        "startdate": Bilingual("เริ่ม", "Begins"),
        "state": Bilingual("สถานะ", "State"),
        "status": Bilingual("สถานะ", "Status"),
        "status_of_person": Bilingual("สถานภาพ", "Standing"),
        "status_of_person_desc": Bilingual("สถานภาพ", "Standing"),
        "subdistrict": Bilingual("ตำบล/แขวง", "Subdistrict"),
        "subinscl_name": Bilingual("สิทธิย่อย", "Sub-scheme"),
        "target_id": Bilingual("รายการ", "Record"),
        "target_table": Bilingual("ข้อมูล", "Kind of record"),
        "text_version": Bilingual("ฉบับ", "Version"),
        "timeline": Bilingual("ลำดับ", "Step"),
        "title": Bilingual("คำนำหน้า", "Title"),
        "to": Bilingual("ถึง", "To"),
        "verbs": Bilingual("ทำได้", "May"),
    ]
}
