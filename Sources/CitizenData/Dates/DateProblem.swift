/// Why a date could not be read.
package enum DateProblem: String, Error, Sendable {
    /// Nothing was given.
    case empty
    /// The text is not in a form that is read.
    case format
    /// The year lies where no calendar of ours reaches, or between two eras.
    case outOfRange = "out_of_range"
    /// The month does not exist, or did not in that year.
    case noSuchMonth = "no_such_month"
    /// The day does not exist in that month.
    case noSuchDay = "no_such_day"
    /// A day is given without its month.
    case partOrder = "part_order"
    /// A year of two digits where the century cannot be assumed.
    case twoDigitYear = "two_digit_year"
}
