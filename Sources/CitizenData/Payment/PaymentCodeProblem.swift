/// Why a payment payload is refused, in the order in which it is checked.
package enum PaymentCodeProblem: String, Error, CaseIterable, Sendable {
    case characters
    case truncated
    case tagOrLength = "tag_or_length"
    case lengthOverrun = "length_overrun"
    case duplicateTag = "duplicate_tag"
    case formatIndicator = "format_indicator"
    case crcMissing = "crc_missing"
    case crcNotLast = "crc_not_last"
    case crcFormat = "crc_format"
    case crcMismatch = "crc_mismatch"
    case pointOfInitiation = "point_of_initiation"
    case currency
    case country
    case twoTargets = "two_targets"
    case noTarget = "no_target"
    case aid
    case billerFormat = "biller_format"
    case refFormat = "ref_format"
    case proxyFormat = "proxy_format"
    case amountFormat = "amount_format"
    /// A barcode or slip that does not have its parts.
    case format
}
