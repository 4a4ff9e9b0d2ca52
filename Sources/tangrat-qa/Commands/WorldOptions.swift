extension OptionRule {
    /// The server's data directory.
    static let data = OptionRule(
        "data", "DIR", "the data directory of the running server; its socket is used")

    /// The server's address.
    static let url = OptionRule(
        "url", "URL", "the address of the same server; default \(defaultURL)")

    /// The files of the world.
    static let world = OptionRule(
        "world", "DIR", "the files of the world; default: the project's folder Data")

    /// Where a server listens unless it is told otherwise.
    static let defaultURL = "http://127.0.0.1:8470"
}

extension Options {
    /// The server's address.
    func address() throws(Trouble) -> PlainAddress {
        try PlainAddress(self["url"] ?? OptionRule.defaultURL)
    }
}
