import SyncProtocol
import Testing

@testable import CitizenData

@Suite("Numbers and names that people type")
struct RulesTests {
    @Test("a national id", arguments: try Vectors.cases("national-id"))
    func nationalID(vector: VectorCase) {
        let text = vector.input.text ?? ""
        let check = NationalID.check(text)
        let number = try? NationalID(text)
        var members: [(String, JSONValue)] = [
            ("valid", .bool(number != nil)), ("normalised", .optional(check.digits)),
            ("kind", .optional(number?.kind.rawValue)),
            ("problem", .optional(check.problem?.rawValue)),
            ("formatted", .optional(number?.formatted)),
            ("synthetic", .bool(number?.isSynthetic ?? false)),
        ]
        if let digit = check.expectedCheckDigit {
            members.append(("expected_check_digit", .integer(Int64(digit))))
        }
        #expect(JSONValue.record(members) == vector.expected)
    }

    @Test("a masked national id shows three digits")
    func masked() throws {
        #expect(try NationalID("1999900000005").masked == "x-xxxx-xxxxx-00-5")
    }

    @Test("a phone number", arguments: try Vectors.cases("phone"))
    func phone(vector: VectorCase) {
        let result = Result { try PhoneNumber(vector.input.text ?? "") }
        let number = try? result.get()
        var problem: String?
        if case .failure(let error) = result { problem = (error as? PhoneNumber.Problem)?.rawValue }
        let actual = JSONValue.record([
            ("valid", .bool(number != nil)), ("national", .optional(number?.national)),
            ("e164", .optional(number?.e164)), ("kind", .optional(number?.kind.rawValue)),
            ("extensions", .array((number?.extensions ?? []).map { .string($0) })),
            ("problem", .optional(problem)),
        ])
        #expect(actual == vector.expected)
    }

    @Test("a plate with its province", arguments: try Vectors.cases("plates"))
    func plate(vector: VectorCase) {
        let text = vector.text("text")
        let result = Result { try LicencePlate(text: text, province: vector.text("province")) }
        let plate = try? result.get()
        // The series is known even where the province is not.
        let series = try? LicencePlate.series(of: text)
        var problem: String?
        if case .failure(let error) = result {
            problem = (error as? LicencePlate.Problem)?.rawValue
        }
        let actual = JSONValue.record([
            ("valid", .bool(plate != nil)), ("kind", .optional(series?.kind.rawValue)),
            ("text", .optional(series?.text)), ("province", .optional(plate?.province.nameThai)),
            ("province_code", .optional(plate?.province.code)), ("key", .optional(plate?.key)),
            ("problem", .optional(problem)),
        ])
        #expect(actual == vector.expected)
    }

    @Test("a saraban mailbox", arguments: try Vectors.cases("saraban-email"))
    func saraban(vector: VectorCase) throws {
        let owner = try #require(SarabanAddress.Owner(rawValue: vector.text("for")))
        let result = Result { try SarabanAddress(vector.text("address"), owner: owner) }
        let address = try? result.get()
        var problem: String?
        if case .failure(let error) = result {
            problem = (error as? SarabanAddress.Problem)?.rawValue
        }
        let actual = JSONValue.record([
            ("valid", .bool(address != nil)), ("form", .optional(address?.form.rawValue)),
            ("normalised", .optional(address?.address)), ("problem", .optional(problem)),
        ])
        #expect(actual == vector.expected)
    }
}

@Suite("Money")
struct MoneyTests {
    @Test("is written with commas and satang", arguments: try Vectors.cases("money", "format"))
    func format(vector: VectorCase) {
        let thai = vector.text("digits") == "thai"
        let satang = vector.number("satang")
        let actual = JSONValue.record([
            ("text", .string(Money.text(satang, thaiDigits: thai))),
            ("text_th", .string(Money.baht(satang, thaiDigits: thai))),
        ])
        #expect(actual == vector.expected)
    }

    @Test("fits into a payment code", arguments: try Vectors.cases("money", "tag54"))
    func paymentText(vector: VectorCase) {
        let result = Result { try Money.paymentText(vector.number("satang")) }
        let text = try? result.get()
        let actual = JSONValue.record([
            ("text", .optional(text)), ("length", .optional(text.map { Int64($0.utf8.count) })),
            ("problem", .optional(problem(of: result))),
        ])
        #expect(actual == vector.expected)
    }

    @Test("is read as people type it", arguments: try Vectors.cases("money", "parse"))
    func parse(vector: VectorCase) {
        let result = Result { try Money.satang(vector.text("text")) }
        let actual = JSONValue.record([
            ("satang", .optional(try? result.get())), ("problem", .optional(problem(of: result))),
        ])
        #expect(actual == vector.expected)
    }

    @Test("is split to the satang", arguments: try Vectors.cases("money", "split"))
    func split(vector: VectorCase) throws {
        let lines = (vector.input["lines"]?.items ?? []).compactMap { $0["satang"]?.intValue }
        let split = try #require(Money.split(amount: vector.number("amount_satang"), lines: lines))
        let actual = JSONValue.record([
            ("sum_satang", .integer(split.sum)), ("difference_satang", .integer(split.difference)),
            ("ok", .bool(split.difference == 0)),
        ])
        #expect(actual == vector.expected)
    }

    @Test("is shared in basis points", arguments: try Vectors.cases("money", "percent"))
    func percent(vector: VectorCase) {
        let share = Money.share(
            of: vector.number("satang"), basisPoints: vector.number("basis_points"))
        #expect(JSONValue.record([("satang", .integer(share))]) == vector.expected)
    }

    @Test("is put in words", arguments: try Vectors.cases("money", "words"))
    func words(vector: VectorCase) {
        let words = Money.words(vector.number("satang"))
        #expect(JSONValue.record([("text", .string(words))]) == vector.expected)
    }

    @Test("at the edge of 64 bits is exact")
    func edges() {
        #expect(Money.text(.min) == "-92,233,720,368,547,758.08")
        #expect(Money.share(of: .max, basisPoints: 10_000) == .max)
        #expect(Money.share(of: -12_350, basisPoints: 100) == -124)
        #expect(throws: Money.Problem.overflow) { try Money.satang("92233720368547758.08") }
        #expect(Money.split(amount: 0, lines: [.max, 1]) == nil)
        #expect(Money.words(100_000_100) == "หนึ่งล้านเอ็ดบาทถ้วน")
    }

    private func problem<Value>(of result: Result<Value, any Error>) -> String? {
        guard case .failure(let error) = result else { return nil }
        return (error as? Money.Problem)?.rawValue
    }
}

@Suite("Freshness")
struct FreshnessTests {
    @Test("is a band, an exit code and a way to show", arguments: try Vectors.cases("freshness"))
    func freshness(vector: VectorCase) throws {
        let freshness = Freshness(
            Freshness.Input(
                asOf: vector.number("as_of"), freshUntil: vector.input["fresh_until"]?.intValue,
                hardExpiry: vector.input["hard_expiry"]?.intValue,
                lastServerTime: vector.input["last_server_time"]?.intValue,
                clockDrift: vector.number("clock_drift_ms"),
                isRevoked: try #require(vector.input["revoked"]) == true,
                sensitivity: try #require(Sensitivity(rawValue: vector.text("sensitivity"))),
                now: vector.number("now")))
        let actual = JSONValue.record([
            ("band", .string(freshness.band.rawValue)),
            ("exit_code", .integer(Int64(freshness.band.exitCode))),
            ("show", .string(freshness.show.rawValue)),
        ])
        #expect(actual == vector.expected)
    }
}
