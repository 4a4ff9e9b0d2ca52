/// Compares a payment code with the bill before anybody pays.
///
/// A sticker over a poster carries a sound code of another biller. The guard
/// lists everything in which code and bill differ.
package struct PaymentGuard: Sendable {
    /// Something in which a code and a bill do not agree.
    package enum Problem: Hashable, Sendable {
        /// The code cannot be read at all.
        case unreadable(PaymentCodeProblem)
        /// A person stands where the biller should.
        case notABill
        case billerMismatch, billerUnknown
        case amountMissing, amountMismatch
        case ref1Mismatch, ref2Mismatch
        case expired
        case alreadyPaid
        case billVoid

        /// The stable code of the problem.
        package var code: String {
            switch self {
            case .unreadable(let problem): problem.rawValue
            case .notABill: "not_a_bill"
            case .billerMismatch: "biller_mismatch"
            case .billerUnknown: "biller_unknown"
            case .amountMissing: "amount_missing"
            case .amountMismatch: "amount_mismatch"
            case .ref1Mismatch: "ref1_mismatch"
            case .ref2Mismatch: "ref2_mismatch"
            case .expired: "qr_expired"
            case .alreadyPaid: "already_paid"
            case .billVoid: "bill_void"
            }
        }

        /// What to tell the person who is about to pay.
        package var message: Bilingual {
            switch self {
            case .unreadable:
                Bilingual("อ่านรหัสชำระเงินไม่ได้ อย่าชำระ", "The code is damaged; do not pay it")
            case .notABill:
                Bilingual(
                    "รหัสนี้โอนให้บุคคล ไม่ใช่ผู้วางบิล อย่าชำระ",
                    "This code pays a person, not the biller; do not pay it")
            case .billerMismatch:
                Bilingual(
                    "ผู้รับเงินในรหัสไม่ใช่ผู้วางบิลนี้ อย่าชำระ",
                    "The code pays another biller; do not pay it")
            case .billerUnknown:
                Bilingual(
                    "ผู้รับเงินในรหัสไม่อยู่ในทะเบียนผู้วางบิล",
                    "The biller in the code is not in the register")
            case .amountMissing:
                Bilingual("รหัสไม่มียอดเงินของบิล", "The code does not carry the bill's amount")
            case .amountMismatch:
                Bilingual("ยอดเงินในรหัสไม่ตรงกับบิล", "The amount in the code is not the bill's")
            case .ref1Mismatch:
                Bilingual("รหัสเป็นของลูกค้ารายอื่น", "The code is of another customer")
            case .ref2Mismatch:
                Bilingual("รหัสเป็นของบิลอื่น", "The code is of another bill")
            case .expired:
                Bilingual("รหัสหมดอายุแล้ว", "The code has expired")
            case .alreadyPaid:
                Bilingual("บิลนี้ชำระแล้ว", "The bill is already paid")
            case .billVoid:
                Bilingual("บิลนี้ถูกยกเลิก", "The bill is void")
            }
        }
    }

    /// What the bill says.
    package struct Expectation: Hashable, Sendable {
        /// The 15 digits of the biller.
        package var biller: String
        /// The first reference.
        package var ref1: String
        /// The second reference, if there is one.
        package var ref2: String?
        /// The amount; nil if the bill has none.
        package var amountSatang: Int64?
        /// The state of the bill, as its row writes it.
        package var status: String
        /// When a one-time code of the bill expires, UTC milliseconds.
        package var codeExpires: Int64?

        /// Makes what a bill says.
        package init(
            biller: String, ref1: String, ref2: String?, amountSatang: Int64?,
            status: String, codeExpires: Int64?
        ) {
            self.biller = biller
            self.ref1 = ref1
            self.ref2 = ref2
            self.amountSatang = amountSatang
            self.status = status
            self.codeExpires = codeExpires
        }
    }

    private let knownBillers: Set<String>?

    /// Makes a guard with the register of billers, if one is at hand.
    package init(knownBillers: Set<String>?) {
        self.knownBillers = knownBillers
    }

    /// Lists every problem; empty if the code may be paid.
    package func problems(
        payload: String, bill: Expectation, now: Int64
    ) -> [Problem] {
        let code: PaymentCode
        do throws(PaymentCodeProblem) {
            code = try PaymentCode(payload: payload)
        } catch {
            return [.unreadable(error)]
        }
        guard case .bill(let biller, let ref1, let ref2) = code.target else { return [.notABill] }
        var found: [Problem] = []
        if biller != bill.biller { found.append(.billerMismatch) }
        if let knownBillers, !knownBillers.contains(biller) { found.append(.billerUnknown) }
        if let amount = bill.amountSatang, amount != code.amountSatang {
            found.append(code.amountSatang == nil ? .amountMissing : .amountMismatch)
        }
        if ref1 != bill.ref1 { found.append(.ref1Mismatch) }
        if ref2 ?? "" != bill.ref2 ?? "" { found.append(.ref2Mismatch) }
        if let expires = bill.codeExpires, code.pointOfInitiation != .reusable, now > expires {
            found.append(.expired)
        }
        switch bill.status {
        case "paid", "refund_requested", "refunded": found.append(.alreadyPaid)
        case "void": found.append(.billVoid)
        default: break
        }
        return found
    }
}
