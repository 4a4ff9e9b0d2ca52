import SyncProtocol
import Testing

@testable import CitizenData

@Suite("Payment codes")
struct PaymentTests {
    @Test("decode, or name what is wrong", arguments: try Vectors.cases("promptpay-qr", "decode"))
    func decode(vector: VectorCase) {
        let payload = vector.text("payload")
        do throws(PaymentCodeProblem) {
            let code = try PaymentCode(payload: payload)
            #expect(
                JSONValue.record([
                    ("ok", .bool(true)), ("problem", .null),
                    ("decoded", decoded(code, payload: payload)),
                ]) == vector.expected)
        } catch {
            #expect(
                JSONValue.record([("ok", .bool(false)), ("problem", .string(error.rawValue))])
                    == vector.expected)
        }
    }

    private func decoded(_ code: PaymentCode, payload: String) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("point_of_initiation", .optional(code.pointOfInitiation?.rawValue)),
            ("amount_satang", .optional(code.amountSatang)),
            ("crc", .string(String(payload.suffix(4)))),
        ]
        switch code.target {
        case .bill(let biller, let ref1, let ref2):
            members += [
                ("kind", "bill_payment"), ("biller_id", .string(biller)),
                ("ref1", .string(ref1)), ("ref2", .optional(ref2)),
            ]
        case .person(let type, let proxy):
            members += [
                ("kind", "any_id"), ("proxy_type", .string(type.rawValue)),
                ("proxy", .string(proxy)),
            ]
        }
        if let terminal = code.terminal { members.append(("terminal", .string(terminal))) }
        return .record(members)
    }

    @Test("are compared with the bill", arguments: try Vectors.cases("promptpay-qr", "guard"))
    func compare(vector: VectorCase) throws {
        let register = try Project.lines("Data/" + vector.text("registry"))
        let bill = BillRecord(
            id: "bill", fields: RecordFields(try #require(vector.input["bill"]?.fields)))
        let problems = PaymentGuard(
            knownBillers: Set(register.compactMap { $0["biller_id"]?.text })
        ).problems(
            payload: vector.text("payload"), bill: expectation(bill),
            now: try #require(BangkokTime.read(vector.text("now"))).milliseconds)
        let actual = JSONValue.record([
            ("ok", .bool(problems.isEmpty)),
            ("problems", .array(problems.map { .string($0.code) })),
        ])
        #expect(actual == vector.expected)
    }

    /// The bill of a vector has the members of a row, so the view reads it.
    private func expectation(_ bill: BillRecord) -> PaymentGuard.Expectation {
        bill.expectation
    }

    @Test("are written as read", arguments: try Vectors.cases("promptpay-qr", "encode"))
    func encode(vector: VectorCase) throws {
        let code = PaymentCode(
            target: .bill(
                biller: vector.text("biller_id"), ref1: vector.text("ref1"),
                ref2: vector.input["ref2"]?.text),
            amountSatang: vector.input["amount_satang"]?.intValue,
            terminal: vector.input["terminal"]?.text)
        let payload = try code.payload()
        let actual = JSONValue.record([
            ("payload", .string(payload)), ("length", .integer(Int64(payload.utf8.count))),
            ("crc", .string(String(payload.suffix(4)))),
        ])
        #expect(actual == vector.expected)
        #expect(try PaymentCode(payload: payload) == code)
    }

    @Test("end in a checksum", arguments: try Vectors.cases("promptpay-qr", "crc"))
    func checksum(vector: VectorCase) {
        #expect(
            JSONValue.record([("crc", .string(CRC16.text(vector.text("text"))))])
                == vector.expected)
    }

    @Test("come from barcodes too", arguments: try Vectors.cases("promptpay-qr", "barcode"))
    func barcode(vector: VectorCase) throws {
        do throws(PaymentCodeProblem) {
            let barcode = try BankBarcode(vector.text("text"))
            let payload = try barcode.paymentCode.payload(order: .countryBeforeAmount)
            #expect(
                JSONValue.record([
                    ("ok", .bool(true)), ("problem", .null), ("biller_id", .string(barcode.biller)),
                    ("ref1", .string(barcode.ref1)), ("ref2", .optional(barcode.ref2)),
                    ("amount_satang", .optional(barcode.amountSatang)),
                    ("payload_tag30", .string(payload)),
                ]) == vector.expected)
        } catch {
            #expect(
                JSONValue.record([("ok", .bool(false)), ("problem", .string(error.rawValue))])
                    == vector.expected)
        }
    }

    @Test("leave a slip behind", arguments: try Vectors.cases("promptpay-qr", "slip"))
    func slip(vector: VectorCase) {
        do throws(PaymentCodeProblem) {
            let slip = try PaymentSlip(vector.text("text"))
            #expect(
                JSONValue.record([
                    ("ok", .bool(true)), ("problem", .null), ("bank", .string(slip.bank)),
                    ("reference", .string(slip.reference)),
                ]) == vector.expected)
        } catch {
            #expect(
                JSONValue.record([("ok", .bool(false)), ("problem", .string(error.rawValue))])
                    == vector.expected)
        }
    }

    @Test(
        "never survive one wrong character",
        arguments: try Vectors.cases("promptpay-qr", "all_substitutions"))
    func substitutions(vector: VectorCase) {
        let bytes = Array(vector.text("payload").utf8)
        var tried: Int64 = 0
        var detected: Int64 = 0
        for index in bytes.indices {
            for replacement in vector.text("alphabet").utf8 where replacement != bytes[index] {
                var changed = bytes
                changed[index] = replacement
                tried += 1
                if isRefused(changed) { detected += 1 }
            }
        }
        #expect(
            JSONValue.record([("tried", .integer(tried)), ("detected", .integer(detected))])
                == vector.expected)
    }

    @Test(
        "never survive two swapped characters",
        arguments: try Vectors.cases("promptpay-qr", "all_adjacent_swaps"))
    func swaps(vector: VectorCase) {
        let bytes = Array(vector.text("payload").utf8)
        var tried: Int64 = 0
        var detected: Int64 = 0
        for index in bytes.indices.dropLast() where bytes[index] != bytes[index + 1] {
            var changed = bytes
            changed.swapAt(index, index + 1)
            tried += 1
            if isRefused(changed) { detected += 1 }
        }
        #expect(
            JSONValue.record([("tried", .integer(tried)), ("detected", .integer(detected))])
                == vector.expected)
    }

    private func isRefused(_ bytes: [UInt8]) -> Bool {
        (try? PaymentCode(payload: String(decoding: bytes, as: UTF8.self))) == nil
    }

    @Test("of the wrong biller in the personas are caught, and only that one")
    func personas() throws {
        let register = try Project.lines("Data/reference/billers.ndjson")
        let billers = PaymentGuard(knownBillers: Set(register.compactMap { $0["biller_id"]?.text }))
        var wrong: [String] = []
        var checked = 0
        for row in try Personas.rows() where row.table == "bill" {
            let bill = try #require(BillRecord(id: row.id, body: row.body))
            guard !bill.paymentCode.isEmpty else { continue }
            var expected = bill.expectation
            expected.status = "unpaid"
            let problems = billers.problems(payload: bill.paymentCode, bill: expected, now: 0)
            checked += 1
            if !problems.isEmpty { wrong.append(bill.id) }
        }
        #expect(checked > 100)
        #expect(wrong == ["tuk-twelve-bills-bl-12"])
    }
}
