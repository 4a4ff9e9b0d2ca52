import SyncProtocol
import Testing

@testable import CitizenData

@Suite("Dates")
struct DatesTests {
    private func outcome(
        _ read: () throws -> PartialDate
    ) -> JSONValue {
        do {
            let date = try read()
            return .record([
                ("date", .string(date.iso)), ("precision", .string(date.precision.rawValue)),
                ("earliest", .string(date.earliest.iso)), ("latest", .string(date.latest.iso)),
                ("problem", .null),
            ])
        } catch {
            return .record([
                ("date", .null), ("precision", .null), ("earliest", .null), ("latest", .null),
                ("problem", .optional((error as? DateProblem)?.rawValue)),
            ])
        }
    }

    private func date(_ text: String) throws -> CivilDate {
        try #require(CivilDate(iso: text))
    }

    @Test(
        "follow the Buddhist year of their time", arguments: try Vectors.cases("dates", "from_be"))
    func fromBuddhist(vector: VectorCase) throws {
        let year = try #require(vector.int("year_be"))
        let actual = outcome {
            try ThaiCalendar.date(
                buddhistYear: year, month: vector.int("month"), day: vector.int("day"))
        }
        #expect(actual == vector.expected)
    }

    @Test("are read as people write them", arguments: try Vectors.cases("dates", "parse_thai"))
    func parse(vector: VectorCase) throws {
        let context = try #require(ThaiDateParser.Context(rawValue: vector.text("context")))
        let actual = outcome { try ThaiDateParser.date(vector.text("text"), context: context) }
        #expect(actual == vector.expected)
    }

    @Test("are read from the register", arguments: try Vectors.cases("dates", "from_dopa"))
    func fromRegister(vector: VectorCase) {
        #expect(outcome { try ThaiCalendar.date(dopa: vector.number("value")) } == vector.expected)
    }

    @Test("are read from the portal", arguments: try Vectors.cases("dates", "from_czp"))
    func fromPortal(vector: VectorCase) {
        #expect(outcome { try ThaiCalendar.date(portal: vector.text("value")) } == vector.expected)
    }

    @Test("are read from the health office", arguments: try Vectors.cases("dates", "from_nhso"))
    func fromHealth(vector: VectorCase) {
        #expect(outcome { try ThaiCalendar.date(health: vector.text("value")) } == vector.expected)
    }

    @Test("are written in Thai", arguments: try Vectors.cases("dates", "format_thai"))
    func format(vector: VectorCase) throws {
        let style = try #require(ThaiDateFormat.Style(rawValue: vector.text("style")))
        let text = ThaiDateFormat.text(try date(vector.text("date")), style: style)
        #expect(JSONValue.record([("text", .string(text))]) == vector.expected)
    }

    @Test("belong to a fiscal year", arguments: try Vectors.cases("dates", "fiscal_year"))
    func fiscalYear(vector: VectorCase) throws {
        let year = ThaiCalendar.fiscalYear(of: try date(vector.text("date")))
        #expect(JSONValue.record([("fiscal_year_be", .integer(Int64(year)))]) == vector.expected)
    }

    @Test("have a Monday cut-off at noon", arguments: try Vectors.cases("dates", "monday_cutoff"))
    func cutoff(vector: VectorCase) throws {
        let moment = try #require(BangkokTime.read(vector.text("instant")))
        let cutoff = BangkokTime.mondayCutoff(atOrAfter: moment.milliseconds)
        #expect(
            JSONValue.record([("cutoff", .string(BangkokTime.iso(cutoff)))]) == vector.expected)
    }

    @Test("change at midnight in Bangkok", arguments: try Vectors.cases("dates", "bangkok_day"))
    func bangkokDay(vector: VectorCase) throws {
        let moment = try #require(BangkokTime.read(vector.text("instant")))
        let day = BangkokTime.day(at: moment.milliseconds)
        let actual = JSONValue.record([
            ("date", .string(day.iso)),
            ("day_be", .string(ThaiDateFormat.text(day, style: .short))),
        ])
        #expect(actual == vector.expected)
    }

    @Test("without a zone are Thai time", arguments: try Vectors.cases("dates", "assume_zone"))
    func zone(vector: VectorCase) throws {
        let moment = try #require(BangkokTime.read(vector.text("text")))
        let actual = JSONValue.record([
            ("instant", .string(BangkokTime.utc(moment.milliseconds))),
            ("zone_assumed", .bool(moment.zoneAssumed)),
        ])
        #expect(actual == vector.expected)
    }

    @Test("without a zone say that it was assumed")
    func assumedZone() throws {
        let bare = try #require(BangkokTime.read("2026-02-26 14:05:00"))
        let full = try #require(BangkokTime.read("2026-02-26T14:05:00.000+07:00"))
        #expect(bare.zoneAssumed)
        #expect(!full.zoneAssumed)
        #expect(bare.milliseconds == full.milliseconds)
        #expect(BangkokTime.thai(full.milliseconds) == "26 ก.พ. 2569 14.05 น.")
        for bad in ["2026-02-26", "2026-02-26T25:00", "2026-02-26T14:05:00+7", "2026-02-26T14:05:"]
        {
            #expect(BangkokTime.read(bad) == nil, "\(bad)")
        }
    }

    @Test("of birth give an age, or two", arguments: try Vectors.cases("dates", "age"))
    func age(vector: VectorCase) throws {
        let birth = PartialDate(
            precision: .year, earliest: try date(vector.text("earliest")),
            latest: try date(vector.text("latest")))
        let age = birth.age(on: try date(vector.text("on")))
        let actual = JSONValue.record([
            ("years_min", .integer(Int64(age.lowerBound))),
            ("years_max", .integer(Int64(age.upperBound))),
        ])
        #expect(actual == vector.expected)
    }

    @Test("lie in a yearly window or not", arguments: try Vectors.cases("dates", "in_window"))
    func window(vector: VectorCase) throws {
        func point(_ key: String) throws -> (month: Int, day: Int) {
            let parts = vector.text(key).split(separator: "-").compactMap { Int($0) }
            try #require(parts.count == 2)
            return (parts[0], parts[1])
        }
        let inside = ThaiCalendar.isInWindow(
            try date(vector.text("date")), from: try point("from"), to: try point("to"))
        #expect(JSONValue.record([("inside", .bool(inside))]) == vector.expected)
    }

    @Test("and day numbers are two ways of saying the same, from year 1 to 9999")
    func dayNumbers() throws {
        let first = try #require(CivilDate(year: 1, month: 1, day: 1)).dayNumber
        let last = try #require(CivilDate(year: 9999, month: 12, day: 31)).dayNumber
        #expect(last - first == 3_652_058)
        var previous = CivilDate(dayNumber: first)
        for number in stride(from: first + 1, through: last, by: 17) {
            let date = CivilDate(dayNumber: number)
            #expect(date.dayNumber == number)
            #expect(previous < date)
            previous = date
        }
        #expect(CivilDate(dayNumber: 0).iso == "1970-01-01")
        #expect(CivilDate(dayNumber: 0).weekday == 4)
        #expect(CivilDate(dayNumber: -1).weekday == 3)
    }

    @Test("of rows keep what is known of them", arguments: ["1957", "1957-03", "1957-03-09"])
    func partial(text: String) throws {
        #expect(try #require(PartialDate(iso: text)).iso == text)
    }

    @Test(
        "that a person would have to guess are refused",
        arguments: [
            ("15 ก.พ. 82", DateProblem.twoDigitYear), ("1 มกราคม 2300", .outOfRange),
            ("ก.พ. ก.พ. 2569", .format), ("12 2569", .format), ("1 มกราคม", .format),
            ("00/01/2569", .noSuchDay), ("  ", .empty), ("1/1/69", .twoDigitYear),
        ])
    func refused(text: String, problem: DateProblem) {
        #expect(throws: problem) { try ThaiDateParser.date(text, context: .birth) }
    }

    @Test("in words are read with or without spaces, dots and the word for month")
    func words() throws {
        let expected = try date("2025-06-04")
        for text in [
            "วันพุธที่ 4 เดือนมิถุนายน พ.ศ. 2568", "4มิย.2568", "๔ มิถุนายนพ.ศ.๒๕๖๘", "4 มิ.ย. ค.ศ. 2025",
        ] {
            #expect(try ThaiDateParser.date(text, context: .birth) == PartialDate(expected))
        }
        #expect(try ThaiDateParser.date("กรกฎาคม 2505", context: .birth).iso == "1962-07")
    }
}
