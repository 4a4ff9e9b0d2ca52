internal import CitizenData

/// What is wrong with a command line.
enum UsageMessage: Message {
    case unknownCommand, unknownOption, unknownTable, unknownVerb, optionElsewhere, valueMissing
    case valueUnexpected, valueUnknown, operandMissing, operandUnexpected, pairInvalid
    case didYouMean, usage, seeHelp

    var words: Bilingual {
        switch self {
        case .unknownCommand: Bilingual("ไม่มีคำสั่ง {1}", "There is no command {1}.")
        case .unknownOption: Bilingual("ไม่มีตัวเลือก {1}", "There is no option {1}.")
        case .unknownTable: Bilingual("ไม่มีข้อมูลประเภท {1}", "There is no kind of record {1}.")
        case .unknownVerb: Bilingual("คำสั่ง {2} ไม่รู้จัก {1}", "The command {2} does not know {1}.")
        case .optionElsewhere:
            Bilingual("คำสั่ง {2} ไม่มีตัวเลือก {1}", "The command {2} has no option {1}.")
        case .valueMissing: Bilingual("ตัวเลือก {1} ต้องมีค่า", "The option {1} needs a value.")
        case .valueUnexpected: Bilingual("ตัวเลือก {1} ไม่รับค่า", "The option {1} takes no value.")
        case .valueUnknown:
            Bilingual(
                "ตัวเลือก {1} ใช้ค่า {2} ไม่ได้ ค่าที่ใช้ได้: {3}",
                "The option {1} cannot be {2}. It can be: {3}.")
        case .operandMissing:
            Bilingual("คำสั่ง {2} ต้องระบุ {1}", "The command {2} needs {1}.")
        case .operandUnexpected:
            Bilingual("คำสั่ง {2} ไม่รับ {1}", "The command {2} takes no {1}.")
        case .pairInvalid:
            Bilingual("{1} ไม่ใช่รูปแบบ ช่อง=ค่า", "{1} is not of the form field=value.")
        case .didYouMean: Bilingual("หมายถึง {1} หรือไม่", "Did you mean {1}?")
        case .usage: Bilingual("วิธีใช้: {1}", "Usage: {1}")
        case .seeHelp: Bilingual("ดูคำสั่งทั้งหมด: tangrat help", "See all commands: tangrat help")
        }
    }
}
