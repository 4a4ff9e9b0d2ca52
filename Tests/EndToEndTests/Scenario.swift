import TestSupport

/// In which order the devices of one citizen write and meet the server.
struct Scenario: Sendable, CustomStringConvertible {
    enum Order: String, CaseIterable, Sendable {
        case firstSecondFirst, secondFirstSecond, interleaved, random
    }

    /// What one device does next, by its number.
    enum Step {
        case write(Int, count: Int)
        case sync(Int)
    }

    let order: Order
    let devices: Int
    let seed: UInt64

    var description: String { "\(order), \(devices) devices, seed \(seed)" }

    /// Fixed orders from a known seed, and any order from one that is new in each run.
    static let all =
        Order.allCases.filter { $0 != .random }
        .map { Scenario(order: $0, devices: 2, seed: 20_691_120) } + [
            Scenario(order: .random, devices: 2, seed: FreshSeed.value),
            Scenario(order: .random, devices: 3, seed: FreshSeed.value),
        ]

    /// The steps: so many writes of each device, and in the end syncs until all have all.
    func steps(writesOfEach: Int) -> [Step] {
        // Two hundred writes in turns, so that devices write over each other.
        let part = writesOfEach / 8
        let turns = (0..<8).flatMap { _ in [Step.write(0, count: part), .write(1, count: part)] }
        switch order {
        case .firstSecondFirst: return turns + [.sync(0), .sync(1), .sync(0)]
        case .secondFirstSecond: return turns + [.sync(1), .sync(0), .sync(1)]
        case .interleaved:
            return (0..<8).flatMap { round -> [Step] in
                [.write(0, count: part)] + (round.isMultiple(of: 2) ? [.sync(0)] : [])
                    + [.write(1, count: part)] + (round.isMultiple(of: 3) ? [] : [.sync(1)])
            } + [.sync(0), .sync(1), .sync(0)]
        case .random: return randomSteps(writesOfEach: writesOfEach)
        }
    }

    private func randomSteps(writesOfEach: Int) -> [Step] {
        // Another sequence than those of the devices, which begin with the seed too.
        var random = SeededRandom(seed: ~seed)
        var left = Array(repeating: writesOfEach, count: devices)
        var steps: [Step] = []
        while let most = left.max(), most > 0 {
            let device = random.next(in: 0...(devices - 1))
            if random.chance(oneIn: 4) {
                steps.append(.sync(device))
            } else if left[device] > 0 {
                let count = min(left[device], random.next(in: 1...40))
                left[device] -= count
                steps.append(.write(device, count: count))
            }
        }
        // Twice each, in any order: after the first time the server has everything.
        for _ in 0..<2 {
            steps += (0..<devices).shuffled(using: &random).map { .sync($0) }
        }
        return steps
    }
}
