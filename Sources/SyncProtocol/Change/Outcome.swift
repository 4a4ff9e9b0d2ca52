/// How a mutation ended.
///
/// Every mutation ends in exactly one outcome, for ever.
package struct Outcome: Hashable, Sendable {
    /// The three ways to end.
    package enum Status: UInt64, Hashable, Sendable {
        /// Taken as it was.
        case accepted = 1
        /// Taken, and a newer write stands above at least part of it.
        case merged = 2
        /// Not taken; ``Outcome/code`` says why.
        case refused = 3
    }

    /// The mutation.
    package let mid: UInt64

    /// How it ended.
    package let status: Status

    /// Why, as a stable code, or empty.
    package let code: String

    /// Where in the mutation, for instance `form.level`, or empty.
    package let detail: String

    /// Creates an outcome.
    package init(mid: UInt64, status: Status, code: String = "", detail: String = "") {
        self.mid = mid
        self.status = status
        self.code = code
        self.detail = detail
    }
}

/// Why a mutation was refused, in words a person can use.
///
/// Codes of the form `rule.<code>` come from the rules of a request and are
/// explained by those rules; all others are listed here.
package enum RefusalCode: String, Hashable, Sendable, CaseIterable {
    case tableUnknown = "table_unknown"
    case tableReadOnly = "table_read_only"
    case rowInvalid = "row_invalid"
    case rowAbsent = "row_absent"
    case createStale = "create_stale"
    case rightEnded = "right_ended"
    case fieldNotWritable = "field_not_writable"
    case fieldKind = "field_kind"
    case fieldTwice = "field_twice"
    case valueTooLarge = "value_too_large"
    case valueInvalid = "value_invalid"
    case rowTooLarge = "row_too_large"
    case rowsTooMany = "rows_too_many"
    case operationsTooMany = "operations_too_many"
    case operationsNone = "operations_none"
    case operationUnknown = "operation_unknown"
    case operationInvalid = "operation_invalid"
    case submissionExists = "submission_exists"
    case submissionInvalid = "submission_invalid"
    case requestState = "request_state"
    case deviceMismatch = "device_mismatch"
    case clockImpossible = "clock_impossible"

    /// What happened, in English.
    package var english: String {
        switch self {
        case .tableUnknown: "The service does not know this kind of record."
        case .tableReadOnly: "Only the agency that owns this record can change it."
        case .rowInvalid: "The name of the record is not valid."
        case .rowAbsent: "The record does not exist any more."
        case .createStale: "The record may have been deleted while this device was away."
        case .rightEnded: "Your right to this part of the data has ended."
        case .fieldNotWritable: "This detail cannot be changed here."
        case .fieldKind: "This detail cannot be changed in this way."
        case .fieldTwice: "One change wrote the same detail twice."
        case .valueTooLarge: "The text is too long."
        case .valueInvalid: "The value is not valid."
        case .rowTooLarge: "The record has grown too large."
        case .rowsTooMany: "There are too many records to add another one."
        case .operationsTooMany: "One change holds too many steps."
        case .operationsNone: "The change was empty."
        case .operationUnknown: "This app is newer than the service and can do more than it."
        case .operationInvalid: "The change could not be read."
        case .submissionExists: "This request has been submitted before."
        case .submissionInvalid: "The request could not be read."
        case .requestState: "The request is past the point where this can be done."
        case .deviceMismatch: "The change was made by another device."
        case .clockImpossible: "The time of the change is impossible."
        }
    }

    /// What happened, in Thai.
    package var thai: String {
        switch self {
        case .tableUnknown: "ระบบไม่รู้จักข้อมูลประเภทนี้"
        case .tableReadOnly: "เฉพาะหน่วยงานเจ้าของข้อมูลเท่านั้นที่แก้ไขข้อมูลนี้ได้"
        case .rowInvalid: "ชื่อของข้อมูลไม่ถูกต้อง"
        case .rowAbsent: "ไม่มีข้อมูลนี้แล้ว"
        case .createStale: "ข้อมูลนี้อาจถูกลบไปแล้วขณะที่อุปกรณ์นี้ไม่ได้เชื่อมต่อ"
        case .rightEnded: "สิทธิของคุณในข้อมูลส่วนนี้สิ้นสุดแล้ว"
        case .fieldNotWritable: "แก้ไขรายละเอียดนี้ที่นี่ไม่ได้"
        case .fieldKind: "แก้ไขรายละเอียดนี้ด้วยวิธีนี้ไม่ได้"
        case .fieldTwice: "การเปลี่ยนแปลงเดียวเขียนรายละเอียดเดิมสองครั้ง"
        case .valueTooLarge: "ข้อความยาวเกินไป"
        case .valueInvalid: "ค่าไม่ถูกต้อง"
        case .rowTooLarge: "ข้อมูลมีขนาดใหญ่เกินไป"
        case .rowsTooMany: "มีรายการมากเกินไป จึงเพิ่มอีกไม่ได้"
        case .operationsTooMany: "การเปลี่ยนแปลงเดียวมีขั้นตอนมากเกินไป"
        case .operationsNone: "การเปลี่ยนแปลงว่างเปล่า"
        case .operationUnknown: "แอปนี้ใหม่กว่าระบบ จึงทำได้มากกว่าที่ระบบรองรับ"
        case .operationInvalid: "อ่านการเปลี่ยนแปลงไม่ได้"
        case .submissionExists: "คำขอนี้ถูกส่งแล้วก่อนหน้านี้"
        case .submissionInvalid: "อ่านคำขอไม่ได้"
        case .requestState: "คำขออยู่ในขั้นตอนที่ทำรายการนี้ไม่ได้แล้ว"
        case .deviceMismatch: "การเปลี่ยนแปลงนี้มาจากอุปกรณ์อื่น"
        case .clockImpossible: "เวลาของการเปลี่ยนแปลงเป็นไปไม่ได้"
        }
    }

    /// What the person can do, in English.
    package var adviceEnglish: String {
        switch self {
        case .valueTooLarge, .rowTooLarge: "Shorten it and save again."
        case .rowsTooMany: "What is there can still be read and changed."
        case .valueInvalid, .submissionInvalid: "Correct it and save again."
        case .tableUnknown, .fieldKind: "Update the app."
        case .rowAbsent: "Create it again if you still need it."
        case .createStale: "It is kept aside. Decide whether it counts: tangrat aside"
        case .rightEnded: "Ask the office that gave it to you."
        case .submissionExists: "Look at the request: tangrat request show"
        case .operationUnknown: "Make the change again later, when the service has been updated."
        default: "Nothing was changed."
        }
    }

    /// What the person can do, in Thai.
    package var adviceThai: String {
        switch self {
        case .valueTooLarge, .rowTooLarge: "ย่อให้สั้นลงแล้วบันทึกอีกครั้ง"
        case .rowsTooMany: "รายการที่มีอยู่แล้วยังอ่านและแก้ไขได้"
        case .valueInvalid, .submissionInvalid: "แก้ไขแล้วบันทึกอีกครั้ง"
        case .tableUnknown, .fieldKind: "โปรดอัปเดตแอป"
        case .rowAbsent: "สร้างใหม่หากยังต้องการ"
        case .createStale: "ระบบเก็บไว้ให้ก่อน ตัดสินใจว่าจะใช้หรือทิ้งด้วยคำสั่ง tangrat aside"
        case .rightEnded: "ติดต่อหน่วยงานที่ให้สิทธิ"
        case .submissionExists: "ดูคำขอด้วยคำสั่ง tangrat request show"
        case .operationUnknown: "ทำรายการนี้อีกครั้งภายหลังเมื่อระบบปรับปรุงแล้ว"
        default: "ไม่มีการเปลี่ยนแปลงใด ๆ"
        }
    }
}
