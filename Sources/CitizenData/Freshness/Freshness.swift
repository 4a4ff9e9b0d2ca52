/// How old a row is, in a word that a person and a script can rely on.
///
/// A value shown offline without its age is a lie. Bands are half-open: at
/// `freshUntil` a row is no longer fresh, at `hardExpiry` it is expired.
package struct Freshness: Hashable, Sendable {
    /// The band in which a row stands.
    package enum Band: String, CaseIterable, Sendable {
        case fresh, aging, stale, expired, revoked
        case clockSuspect = "clock_suspect"

        /// The exit code of a command that showed such a row.
        package var exitCode: Int32 {
            switch self {
            case .fresh: 0
            case .aging: 10
            case .stale: 11
            case .expired: 12
            case .revoked: 13
            case .clockSuspect: 14
            }
        }

        /// The name of the band in Thai and English.
        package var label: Bilingual {
            switch self {
            case .fresh: Bilingual("สดใหม่", "Fresh")
            case .aging: Bilingual("เริ่มเก่า", "Aging")
            case .stale: Bilingual("เก่า", "Stale")
            case .expired: Bilingual("หมดอายุ", "Expired")
            case .revoked: Bilingual("ถูกเพิกถอน", "Revoked")
            case .clockSuspect: Bilingual("เวลาเครื่องไม่น่าเชื่อถือ", "Clock suspect")
            }
        }
    }

    /// How a screen may show the value.
    package enum Show: String, Sendable {
        case value
        /// Shown, marked as not confirmed.
        case valueUnconfirmed = "value_unconfirmed"
        /// Shown, with a warning about the clock.
        case valueClockWarning = "value_clock_warning"
        /// Not shown: high sensitivity, and too old or of unknown age.
        case hidden
        /// Shown as revoked, never as valid.
        case notValid = "not_valid"
    }

    /// What the age of a row is judged by; times are UTC milliseconds.
    package struct Input: Hashable, Sendable {
        /// When the owner says it was true.
        package var asOf: Int64
        /// When the row stops being fresh; nil for a dated report.
        package var freshUntil: Int64?
        /// When the row expires; nil if it never does.
        package var hardExpiry: Int64?
        /// The last time a server told; nil if none ever did.
        package var lastServerTime: Int64?
        /// The device clock less the server's, as last measured.
        package var clockDrift: Int64
        /// True if the owner took it back.
        package var isRevoked: Bool
        /// The class of the value that is to be shown.
        package var sensitivity: Sensitivity
        /// The time of the device.
        package var now: Int64

        /// Makes the input of a judgement.
        package init(
            asOf: Int64, freshUntil: Int64?, hardExpiry: Int64?, lastServerTime: Int64?,
            clockDrift: Int64 = 0, isRevoked: Bool = false, sensitivity: Sensitivity, now: Int64
        ) {
            self.asOf = asOf
            self.freshUntil = freshUntil
            self.hardExpiry = hardExpiry
            self.lastServerTime = lastServerTime
            self.clockDrift = clockDrift
            self.isRevoked = isRevoked
            self.sensitivity = sensitivity
            self.now = now
        }
    }

    /// The most that a device clock may differ: 48 hours.
    package static let clockDriftMax: Int64 = 48 * 3_600_000
    /// A row ages until this many fresh periods have passed.
    static let agingPeriods: Int64 = 3

    /// How old the row is.
    package let band: Band
    /// How it may be shown.
    package let show: Show

    /// Judges a row.
    package init(_ input: Input) {
        band = Self.band(input)
        let isHigh = input.sensitivity == .p3
        show =
            switch band {
            case .fresh, .aging, .stale: .value
            case .expired: isHigh ? .hidden : .valueUnconfirmed
            case .revoked: .notValid
            // An old clock would bring back what has expired.
            case .clockSuspect: isHigh ? .hidden : .valueClockWarning
            }
    }

    private static func band(_ input: Input) -> Band {
        if input.isRevoked { return .revoked }
        if let last = input.lastServerTime, input.now < last { return .clockSuspect }
        if input.clockDrift.magnitude > clockDriftMax.magnitude { return .clockSuspect }
        if let expiry = input.hardExpiry, input.now >= expiry { return .expired }
        guard let freshUntil = input.freshUntil else { return .fresh }
        if input.now < freshUntil { return .fresh }
        return input.now < agingEnd(asOf: input.asOf, freshUntil: freshUntil) ? .aging : .stale
    }

    private static func agingEnd(asOf: Int64, freshUntil: Int64) -> Int64 {
        let (period, first) = freshUntil.subtractingReportingOverflow(asOf)
        let (whole, second) = period.multipliedReportingOverflow(by: agingPeriods)
        let (end, third) = asOf.addingReportingOverflow(whole)
        return first || second || third ? Int64.max : end
    }
}
