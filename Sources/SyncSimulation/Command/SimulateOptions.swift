/// What the command was asked to do.
package struct SimulateOptions {
    /// The seeds to run.
    package var seeds: ClosedRange<UInt64> = 1...100
    /// How long to go on with new seeds, in minutes; until the last one if nil.
    package var minutes: Int64?
    /// The file of a plan to run in place of seeds.
    package var plan: String?
    /// How many actions a plan has at most.
    package var size = 250
    /// Whether to make a failing plan short.
    package var shrinks = false
    /// How long shrinking may take, in seconds.
    package var shrinkSeconds: Int64 = 60
    /// Whether to print what happens, line by line.
    package var records = false
    /// Whether to print JSON.
    package var isJSON = false
    /// Whether to print what was reached and what was not.
    package var showsPoints = false
    /// On how many threads worlds run.
    package var jobs = 1
    /// One seed in so many is run twice.
    package var replayEvery: UInt64 = 100
    /// How many writes each of three devices makes in a search of all small histories.
    package var smallScope: [Int]?
    /// Where plans of failures are written.
    package var folder: String?
    /// After how many failures to stop.
    package var failuresMax = 1

    /// Creates the options of a run of the first hundred seeds.
    package init() {}

    /// Reads `A..B`.
    ///
    /// - Returns: The seeds, or nil if the text is something else.
    package static func range(_ text: String) -> ClosedRange<UInt64>? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: true)
        guard parts.count == 2, let first = UInt64(parts[0]), let last = UInt64(parts[1]),
            first <= last
        else { return nil }
        return first...last
    }

    /// Reads the writes of up to three devices, `2,2,1`.
    ///
    /// - Returns: The numbers, or nil where there are none or too many.
    package static func scope(_ text: String) -> [Int]? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let writes = parts.compactMap { Int($0) }
        guard writes.count == parts.count, writes.count <= 3, writes.reduce(0, +) <= 6,
            writes.allSatisfy({ $0 > 0 })
        else { return nil }
        return writes
    }
}
