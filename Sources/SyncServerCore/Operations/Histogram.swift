/// Counts values by size, for Prometheus.
struct Histogram: Hashable, Sendable {
    /// The upper ends of the buckets, ascending; what is larger is counted behind them.
    let bounds: [Int64]
    private(set) var counts: [UInt64]
    private(set) var sum: Int64 = 0

    /// Creates an empty one.
    init(_ bounds: [Int64]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// Counts one value; allocates nothing.
    mutating func add(_ value: Int64) {
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        counts[index] += 1
        sum += value
    }

    /// Adds what another one with the same bounds has counted.
    mutating func add(_ other: Histogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        sum += other.sum
    }

    /// The lines of the text format, without that of the type.
    ///
    /// - Parameters:
    ///   - name: The name of the metric.
    ///   - label: A label and its value, `kind="pull"`; empty for none.
    ///   - unit: Writes a value in the unit of the metric.
    /// - Returns: A line for each bucket, then the sum and the count.
    func text(_ name: String, label: String = "", unit: (Int64) -> String) -> String {
        var text = ""
        var total: UInt64 = 0
        let prefix = label.isEmpty ? "" : "\(label),"
        for (index, count) in counts.enumerated() {
            total += count
            let end = index < bounds.count ? unit(bounds[index]) : "+Inf"
            text += "\(name)_bucket{\(prefix)le=\"\(end)\"} \(total)\n"
        }
        let labels = label.isEmpty ? "" : "{\(label)}"
        return text + "\(name)_sum\(labels) \(unit(sum))\n\(name)_count\(labels) \(total)\n"
    }

    /// Milliseconds as seconds.
    static func seconds(_ milliseconds: Int64) -> String {
        let (whole, rest) = milliseconds.quotientAndRemainder(dividingBy: 1_000)
        guard rest != 0 else { return "\(whole)" }
        var digits = String(1_000 + rest).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}
