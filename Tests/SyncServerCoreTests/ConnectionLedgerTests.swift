import NetworkIO
import Testing

@testable import SyncServerCore

@Suite("The ledger of connections")
struct ConnectionLedgerTests {
    private func address(_ text: String) throws -> PeerAddress {
        try #require(Array(text.utf8).withUnsafeBytes { PeerAddress(text: $0) })
    }

    /// Whoever has one network of IPv6 has 18 million million million addresses of it.
    @Test("counts a network of IPv6 as one address, and one of IPv4 by each")
    func networks() throws {
        var limits = HTTPLimits()
        limits.connectionsPerAddressMax = 3
        let ledger = ConnectionLedger(limits: limits)
        let own = try (1...4).map { try address("2001:db8:0:1::\($0)") }
        for peer in own[..<3] { #expect(ledger.admit(peer)) }
        #expect(!ledger.admit(own[3]))
        #expect(try ledger.admit(address("2001:db8:0:2::1")))
        for number in 1...4 { #expect(try ledger.admit(address("192.0.2.\(number)"))) }
        // A place is given back to the network, whichever address it was.
        ledger.left(own[1])
        #expect(ledger.admit(own[3]))
        #expect(!ledger.admit(own[0]))
        for peer in [own[0], own[2], own[3]] { ledger.left(peer) }
        #expect(ledger.admit(own[1]))
        #expect(ledger.counts.connectionsRefused == 2)
    }
}
