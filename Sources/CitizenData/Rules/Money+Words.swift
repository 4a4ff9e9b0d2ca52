extension Money {
    private static let digitWords = [
        "ศูนย์", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า",
    ]
    private static let placeWords = ["", "สิบ", "ร้อย", "พัน", "หมื่น", "แสน"]

    /// Puts an amount in Thai words, as on a printed receipt.
    ///
    /// Example: `Money.words(2100)` is `ยี่สิบเอ็ดบาทถ้วน`.
    package static func words(_ satang: Int64) -> String {
        let sign = satang < 0 ? "ลบ" : ""
        let baht = satang.magnitude / 100
        let rest = satang.magnitude % 100
        if rest == 0 { return sign + words(number: baht) + "บาทถ้วน" }
        let whole = baht == 0 ? "" : words(number: baht) + "บาท"
        return sign + whole + words(number: rest) + "สตางค์"
    }

    private static func words(number: UInt64) -> String {
        guard number > 0 else { return digitWords[0] }
        let millions = number / 1_000_000
        let rest = Int(number % 1_000_000)
        let head = millions == 0 ? "" : words(number: millions) + "ล้าน"
        return head + words(belowMillion: rest, follows: millions > 0)
    }

    private static func words(belowMillion number: Int, follows: Bool) -> String {
        var output = ""
        let divisors = [1, 10, 100, 1000, 10_000, 100_000]
        for place in divisors.indices.reversed() {
            let digit = number / divisors[place] % 10
            guard digit > 0 else { continue }
            switch (place, digit) {
            case (0, 1): output += follows || number > 1 ? "เอ็ด" : digitWords[1]
            case (1, 1): output += placeWords[1]
            case (1, 2): output += "ยี่" + placeWords[1]
            default: output += digitWords[digit] + placeWords[place]
            }
        }
        return output
    }
}
