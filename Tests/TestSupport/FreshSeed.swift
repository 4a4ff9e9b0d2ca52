import Foundation

/// The seed of a run's own random tests: another one each time, unless the
/// environment says which.
package enum FreshSeed {
    /// The variable that brings a run back, with the number that the run printed.
    package static let variable = "TANGRAT_SEED"

    /// The seed of this process.
    ///
    /// - Precondition: The variable, where it is set, is a whole number.
    package static let value: UInt64 = {
        guard let text = ProcessInfo.processInfo.environment[variable], !text.isEmpty else {
            return UInt64.random(in: 0..<1_000_000_000)
        }
        guard let seed = UInt64(text) else {
            preconditionFailure("\(variable) is not a whole number: \(text)")
        }
        return seed
    }()
}
