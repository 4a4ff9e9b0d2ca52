import HTTPWire
import NetworkIO
import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

@Suite("The places of sign-ins that wait")
struct SignInPlacesTests {
    private static let path = "/v1/oauth/device_authorization"

    private func address(_ text: String) throws -> PeerAddress {
        try #require(Array(text.utf8).withUnsafeBytes { PeerAddress(text: $0) })
    }

    private func hash(_ number: Int) -> Digest32 { SHA256.hash(Array("\(number)".utf8)) }

    private func limits(network: Int, total: Int) -> Limits {
        var limits = Limits()
        limits.pendingSignInsPerNetworkMax = network
        limits.pendingSignInsMax = total
        return limits
    }

    /// Begins a sign-in from an address; the status, and the code if there is one.
    private func start(
        _ running: RunningServer, from told: String
    ) throws -> (status: Int, answer: HTTPTestClient.Answer, code: String?) {
        let answer = try running.request(
            "POST", Self.path, ["X-Forwarded-For": told], Array("client_id=t".utf8))
        return (answer.status, answer, try JSON.parse(answer.body)["device_code"]?.text)
    }

    /// Goal: nobody shuts sign-in for everybody from one network.
    ///
    /// Method: take all that one network may have, from addresses of its own, and ask once more
    /// from there and from elsewhere.
    @Test("are taken by one network up to its share, and one past it leaves others theirs")
    func share() throws {
        let running = try RunningServer {
            $0.isBehindProxy = true
            $0.limits.pendingSignInsPerNetworkMax = 3
            $0.limits.pendingSignInsMax = 6
        }
        let own = ["2001:db8:1::1", "2001:db8:1:2::1", "2001:db8:1:ffff::9", "2001:db8:1:3::1"]
        for address in own[..<3] { #expect(try start(running, from: address).status == 200) }
        let refused = try start(running, from: own[3])
        #expect(refused.status == 429 && refused.answer.head.contains("Retry-After: 60\r\n"))
        #expect(try JSON.parse(refused.answer.body)["error"]?["code"] == "limit.rate")
        #expect(try start(running, from: "2001:db8:2::1").status == 200)
        #expect(try start(running, from: "192.0.2.1").status == 200)
        #expect(try start(running, from: "192.0.2.2").status == 200)
        // The places of all are as they were.
        #expect(try start(running, from: "192.0.2.3").status == 503)
    }

    @Test("are given back by a sign-in that ends, and by one whose time is over")
    func back() throws {
        let running = try RunningServer {
            $0.isBehindProxy = true
            $0.limits.pendingSignInsPerNetworkMax = 1
        }
        let subject = try running.addPerson()
        func start() throws -> HTTPTestClient.Answer {
            try self.start(running, from: "192.0.2.1").answer
        }
        func exchange(_ code: String) throws -> Int {
            let grant = "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code="
            return try running.request("POST", "/v1/oauth/token", [:], Array((grant + code).utf8))
                .status
        }
        let first = try JSON.parse(try start().body)
        let code = try #require(first["device_code"]?.text)
        #expect(try start().status == 429)
        // Asking whether it was approved gives nothing back, nor does a code of nobody.
        #expect(try exchange(code) == 400)
        #expect(try exchange("x") == 400)
        #expect(try start().status == 429)
        try running.admin([
            "command": "approve", "user_code": first["user_code"] ?? "", "person": .string(subject),
        ])
        #expect(try start().status == 429)
        #expect(try exchange(code) == 200)
        #expect(try start().status == 200)
        #expect(try start().status == 429)
        running.advance(milliseconds: Limits().deviceCodeMillisecondsMax - 1)
        #expect(try start().status == 429)
        running.advance(milliseconds: 1)
        #expect(try start().status == 200)
    }

    @Test("are counted for nobody whose address says nothing")
    func unknown() throws {
        let places = SignInPlaces(limits: limits(network: 1, total: 10))
        for number in 0..<5 {
            #expect(places.hasRoom(for: nil, now: 0))
            places.enter(hash(number), of: nil, until: 10, now: 0)
        }
        #expect(places.count == 0)
    }

    /// Goal: what is remembered is bounded by the places in all, whoever comes.
    @Test("are forgotten when they are over, before too many are remembered")
    func bounded() throws {
        let places = SignInPlaces(limits: limits(network: 2, total: 10))
        for round in 0..<50 as Range<Int64> {
            for place in 0..<10 {
                let number = Int(round) * 10 + place
                let address = try address("192.0.2.\(number % 250)")
                #expect(places.hasRoom(for: address, now: round))
                places.enter(hash(number), of: address, until: round + 1, now: round)
                #expect(places.count <= 20)
            }
        }
        #expect(Limits().pendingSignInsPerNetworkMax * 50 == Limits().pendingSignInsMax)
    }
}
