/// What an open request is counted against.
protocol RequestCount: AnyObject, Sendable {
    /// Takes one request off; called once for each that was counted.
    func leave()
}
