// Made from Data/reference/status-enums.json; a test compares the two.

extension StatusNames {
    static let catalogue: [String: [Name]] = [
        "agency_kind": [
            Name("central", "ราชการส่วนกลาง", "Central administration"),
            Name("regional", "ราชการส่วนภูมิภาค", "Regional administration"),
            Name("local", "ราชการส่วนท้องถิ่น", "Local administration"),
            Name("state_enterprise", "รัฐวิสาหกิจ", "State enterprise"),
            Name("public_organisation", "องค์การมหาชน", "Public organisation"),
            Name("parliament", "รัฐสภา", "Parliament"),
            Name("court", "ศาล", "Court"),
            Name(
                "constitutional_independent", "องค์กรอิสระตามรัฐธรรมนูญ",
                "Independent body under the constitution"),
            Name("prosecutor", "องค์กรอัยการ", "Prosecution"),
            Name("state_higher_education", "สถาบันอุดมศึกษาของรัฐ", "State higher education"),
            Name("independent_state", "หน่วยงานอิสระของรัฐ", "Independent State agency"),
            Name("not_in_definition", "ไม่อยู่ในนิยาม", "Not in the definition"),
        ],
        "agency_role": [
            Name("provider", "ผู้ให้บริการ", "Provides a service"),
            Name("operator", "ผู้ดูแลระบบกลาง", "Runs a shared system"),
            Name("consumer", "ผู้ใช้", "Uses a shared system"),
        ],
        "agency_level": [
            Name("beginner", "ระดับเริ่มต้น", "Beginner"),
            Name("standard", "ระดับมาตรฐาน", "Standard"),
        ],
        "electronic_step": [
            Name("create_channel", "การสร้างช่องทางอิเล็กทรอนิกส์", "Create the channel"),
            Name("receive", "การรับเรื่องจากประชาชนทางอิเล็กทรอนิกส์", "Receive"),
            Name("process", "การดำเนินการภายในหน่วยงานหลังจากได้รับเรื่อง", "Process inside"),
            Name(
                "issue", "การออกใบอนุญาต การแจ้งผล การพิจารณาหรือออกหลักฐานอื่นใด",
                "Issue or notify"),
            Name(
                "licence_database", "การจัดทำฐานข้อมูลใบอนุญาตที่กฎหมายกำหนดให้แสดงไว้ในที่เปิดเผย",
                "Keep the licence database"),
        ],
        "service_mode": [
            Name("built_on_platform", "พัฒนาบนแพลตฟอร์มดิจิทัลกลาง", "Built on the platform"),
            Name("connected", "เชื่อมโยงกับแพลตฟอร์มดิจิทัลกลาง", "Connected to it"),
        ],
        "service_level": [
            Name("L1", "งานที่สามารถยื่นคำขอผ่านระบบออนไลน์ได้", "Apply online"),
            Name("L2", "งานที่สามารถชำระค่าบริการผ่านระบบออนไลน์ได้", "Pay online"),
            Name("L3", "งานที่สามารถออกใบอนุญาตอิเล็กทรอนิกส์ได้", "Issue the licence online"),
        ],
        "connect_state": [
            Name("biz_portal", "Biz Portal", "Biz Portal"),
            Name(
                "biz_portal_awaiting_opening", "Biz Portal (รอกำหนดเปิดให้บริการ)",
                "Biz Portal, opening date awaited"),
            Name("tangrat", "ทางรัฐ", "Tang Rat"),
            Name("nsw", "NSW", "NSW"),
            Name("nsw_planned", "มีแผนที่จะเชื่อมโยง NSW", "Planned for NSW"),
            Name(
                "must_connect", "ยังไม่ได้เชื่อมโยงกับแพลตฟอร์มดิจิทัลกลาง",
                "Must connect, not yet"),
            Name(
                "must_connect_after_2569", "ยังไม่ได้เชื่อมโยงกับแพลตฟอร์มดิจิทัลกลาง (หลัง 69)",
                "Must connect, after 2569"),
            Name(
                "biz_portal_improve_and_connect", "Biz Portal (ปรับปรุงระบบใหม่และเชื่อมโยง)",
                "Biz Portal, improve and connect"),
            Name(
                "biz_portal_build_and_connect", "Biz Portal (พัฒนาระบบใหม่และเชื่อมโยง)",
                "Biz Portal, build and connect"),
            Name(
                "tangrat_improve_and_connect", "ทางรัฐ (ปรับปรุงระบบใหม่และเชื่อมโยง)",
                "Tang Rat, improve and connect"),
            Name(
                "tangrat_build_and_connect", "ทางรัฐ (พัฒนาระบบใหม่และเชื่อมโยง)",
                "Tang Rat, build and connect"),
            Name(
                "not_worth_it", "ไม่เข้าข่าย/ไม่คุ้มค่าที่พัฒนา e-Service",
                "Not applicable or not worth an e-Service"),
            Name(
                "does_not_wish", "เป็น e-Service แต่ไม่ประสงค์เชื่อมโยง",
                "An e-Service that does not wish to connect"),
        ],
        "not_connected_reason": [
            Name("other", "อื่นๆ", "Other"),
            Name(
                "few_recipients", "จำนวนผู้รับบริการน้อย ไม่คุ้มค่า",
                "Few recipients, not worth it"),
            Name("foreign_recipients", "ผู้รับบริการเป็นชาวต่างชาติ", "Recipients are foreigners"),
            Name(
                "exempt_section_7", "ได้รับการยกเว้นตาม ม.7 พ.ร.บ. การป..",
                "Exempt under section 7 (name cut off)"),
            Name(
                "confidential", "ข้อมูลที่เป็นความลับหรือกระทบต่อคว..",
                "Confidential data (name cut off)"),
            Name("discontinued", "ยกเลิก/ไม่มีการให้บริการแล้ว", "Discontinued"),
        ],
        "onboarding_state": [
            Name("intent_draft", "ร่างหนังสือแจ้งความประสงค์", "Intent drafted"),
            Name("intent_sent", "ส่งหนังสือแล้ว", "Letter sent"),
            Name("intent_form", "กรอกแบบฟอร์มแล้ว", "Form filled in"),
            Name("intent_accepted", "รับความประสงค์แล้ว", "Intent accepted"),
            Name("intent_returned", "ส่งกลับให้แก้ไข", "Intent returned"),
            Name("cred_requested", "ขอ Credential", "Credential asked for"),
            Name("cred_issued", "ได้รับ Credential", "Credential issued"),
            Name("uat_build", "พัฒนาและติดตั้ง UAT", "Building for UAT"),
            Name("uat_access", "ขอสิทธิ์ทดสอบ UAT", "UAT access asked for"),
            Name("uat_selftest", "ทดสอบเอง UAT", "Self test in UAT"),
            Name("uat_submitted", "ส่งผล UAT", "UAT results sent"),
            Name("uat_retest", "สพร. ทดสอบ UAT", "DGA tests UAT"),
            Name("uat_fix", "แก้ไขหลัง UAT", "Fixing after UAT"),
            Name("uat_passed", "ผ่าน UAT", "UAT passed"),
            Name("pre_build", "ติดตั้ง Production", "Installing for pre-production"),
            Name("pre_access", "ขอสิทธิ์ทดสอบ Pre-Production", "Pre-production access asked for"),
            Name("pre_selftest", "ทดสอบเอง Pre-Production", "Self test in pre-production"),
            Name("pre_submitted", "ส่งผล Pre-Production", "Pre-production results sent"),
            Name("pre_retest", "สพร. ทดสอบ Pre-Production", "DGA tests pre-production"),
            Name("pre_fix", "แก้ไขหลัง Pre-Production", "Fixing after pre-production"),
            Name("pre_passed", "ผ่าน Pre-Production", "Pre-production passed"),
            Name("golive_docs", "ส่งใบสมัครและ DSA", "Go-live papers"),
            Name("golive_date_confirmed", "ยืนยันวันเปิด", "Opening date confirmed"),
            Name("live", "เปิดให้บริการ", "Live"),
            Name("suspended", "ระงับ", "Suspended"),
            Name("retired", "เลิกให้บริการ", "Retired"),
        ],
        "licence_act": [
            Name("mva_2522", "พ.ร.บ. รถยนต์ พ.ศ. 2522", "Motor Vehicle Act B.E. 2522"),
            Name("lta_2522", "พ.ร.บ. การขนส่งทางบก พ.ศ. 2522", "Land Transport Act B.E. 2522"),
        ],
        "licence_class": [
            Name(
                "mva-temporary-car", "ใบอนุญาตขับรถยนต์ส่วนบุคคลชั่วคราว",
                "Temporary private car"),
            Name(
                "mva-temporary-three-wheeler", "ใบอนุญาตขับรถยนต์สามล้อส่วนบุคคลชั่วคราว",
                "Temporary private three-wheeler"),
            Name(
                "mva-temporary-motorcycle", "ใบอนุญาตขับรถจักรยานยนต์ส่วนบุคคลชั่วคราว",
                "Temporary private motorcycle"),
            Name("mva-private-car", "ใบอนุญาตขับรถยนต์ส่วนบุคคล", "Private car"),
            Name(
                "mva-private-three-wheeler", "ใบอนุญาตขับรถยนต์สามล้อส่วนบุคคล",
                "Private three-wheeler"),
            Name(
                "mva-private-motorcycle", "ใบอนุญาตขับรถจักรยานยนต์ส่วนบุคคล",
                "Private motorcycle"),
            Name("mva-public-car", "ใบอนุญาตขับรถยนต์สาธารณะ", "Public car"),
            Name(
                "mva-public-three-wheeler", "ใบอนุญาตขับรถยนต์สามล้อสาธารณะ",
                "Public three-wheeler"),
            Name("mva-public-motorcycle", "ใบอนุญาตขับรถจักรยานยนต์สาธารณะ", "Public motorcycle"),
            Name("mva-road-roller", "ใบอนุญาตขับรถบดถนน", "Road roller"),
            Name("mva-tractor", "ใบอนุญาตขับรถแทรกเตอร์", "Tractor"),
            Name("mva-other", "ใบอนุญาตขับรถชนิดอื่น", "Other"),
            Name("mva-international", "ใบอนุญาตขับรถระหว่างประเทศ", "International permit"),
            Name(
                "mva-private-car-lifetime", "ใบอนุญาตขับรถยนต์ส่วนบุคคลตลอดชีพ",
                "Private car, lifetime (legacy)"),
            Name(
                "lta-1-b", "ใบอนุญาตขับรถส่วนบุคคล ชนิดที่ 1 (บ.1)",
                "Land transport type 1, private"),
            Name(
                "lta-2-b", "ใบอนุญาตขับรถส่วนบุคคล ชนิดที่ 2 (บ.2)",
                "Land transport type 2, private"),
            Name(
                "lta-3-b", "ใบอนุญาตขับรถส่วนบุคคล ชนิดที่ 3 (บ.3)",
                "Land transport type 3, private"),
            Name(
                "lta-4-b", "ใบอนุญาตขับรถส่วนบุคคล ชนิดที่ 4 (บ.4)",
                "Land transport type 4, private"),
            Name("lta-1-t", "ใบอนุญาตขับรถทุกประเภท ชนิดที่ 1 (ท.1)", "Land transport type 1, all"),
            Name("lta-2-t", "ใบอนุญาตขับรถทุกประเภท ชนิดที่ 2 (ท.2)", "Land transport type 2, all"),
            Name("lta-3-t", "ใบอนุญาตขับรถทุกประเภท ชนิดที่ 3 (ท.3)", "Land transport type 3, all"),
            Name("lta-4-t", "ใบอนุญาตขับรถทุกประเภท ชนิดที่ 4 (ท.4)", "Land transport type 4, all"),
        ],
        "plate_kind": [
            Name(
                "car_current", "รถยนต์ หมวดมีตัวเลขนำ (และรถจักรยานยนต์รุ่นใหม่)",
                "Digit and two letters, then a number"),
            Name("car_older", "รถยนต์ หมวดอักษรสองตัว", "Two letters, then a number"),
            Name(
                "motorcycle_2547", "รถจักรยานยนต์ รุ่น พ.ศ. 2547",
                "Three letters and three digits"),
            Name("transport", "รถตามกฎหมายว่าด้วยการขนส่งทางบก", "Two digits, hyphen, four digits"),
        ],
        "vehicle_type": [
            Name("รย.1", "รถยนต์นั่งส่วนบุคคลไม่เกิน 7 คน", "Private car, at most 7 seats"),
            Name("รย.2", "รถยนต์นั่งส่วนบุคคลเกิน 7 คน", "Private car, more than 7 seats"),
            Name("รย.3", "รถยนต์บรรทุกส่วนบุคคล", "Private pickup"),
            Name("รย.6", "รถยนต์รับจ้างบรรทุกคนโดยสารไม่เกิน 7 คน", "Taxi"),
            Name("รย.12", "รถจักรยานยนต์ส่วนบุคคล", "Private motorcycle"),
            Name("รย.15", "รถแทรกเตอร์ที่ใช้ในการเกษตร", "Farm tractor"),
            Name("รย.17", "รถจักรยานยนต์สาธารณะ", "Public motorcycle"),
            Name(
                "ขส.บรรทุก", "รถบรรทุกตามกฎหมายว่าด้วยการขนส่งทางบก",
                "Truck under the Land Transport Act"),
        ],
    ]
}
