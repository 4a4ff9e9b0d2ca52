import Dispatch
import NetworkIO
import SyncProtocol
import Synchronization
import Testing

@testable import SyncServerCore

@Suite("A rate")
struct RequestRateTests {
    private func taken(_ rate: RequestRate, _ bucket: inout Int64, at now: Int64) -> Int {
        var count = 0
        while count < 1_000, let next = rate.taking(from: bucket, now: now) {
            bucket = next
            count += 1
        }
        return count
    }

    @Test(
        "lets so many come at once, and one more after each of its pauses",
        arguments: [(1, 60), (3, 60), (600, 1_200), (30, 30)])
    func burst(burst: Int, perMinute: Int) {
        let rate = RequestRate(burst: burst, perMinute: perMinute)
        let pause = Int64(60_000 / perMinute)
        var bucket: Int64 = 0
        #expect(taken(rate, &bucket, at: 5_000) == burst)
        #expect(taken(rate, &bucket, at: 5_000 + pause - 1) == 0)
        #expect(taken(rate, &bucket, at: 5_000 + pause) == 1)
        // However long nothing came, no more than a burst may.
        #expect(taken(rate, &bucket, at: 5_000 + pause * 100_000) == burst)
        #expect(taken(rate, &bucket, at: 5_000 + pause * 100_002) == min(2, burst))
    }

    @Test("holds at the highest rate and the lowest")
    func edges() {
        var bucket: Int64 = 0
        #expect(taken(RequestRate(burst: 500, perMinute: 60_000_000), &bucket, at: 0) == 500)
        #expect(bucket == 500)
        bucket = 0
        let slow = RequestRate(burst: 1, perMinute: 1)
        #expect(taken(slow, &bucket, at: 0) == 1)
        #expect(taken(slow, &bucket, at: 59_999) == 0)
        #expect(taken(slow, &bucket, at: 60_000) == 1)
    }

    @Test("counts what was more than one request, also where it was too much")
    func charged() {
        let rate = RequestRate(burst: 10, perMinute: 60)
        var bucket = rate.charging(7, to: 0, now: 1_000)
        #expect(taken(rate, &bucket, at: 1_000) == 3)
        bucket = rate.charging(25, to: 0, now: 1_000)
        #expect(taken(rate, &bucket, at: 16_999) == 0)
        #expect(taken(rate, &bucket, at: 17_000) == 1)
        let ledger = HolderLedger(requestsMax: 1, rate: rate)
        let count = ledger.count(of: .device(1))
        count.charge(9, now: 0)
        #expect(count.take(now: 0) && !count.take(now: 0))
        let agency = ledger.count(of: .agency("dlt"))
        agency.charge(1_000, now: 0)
        #expect(agency.take(now: 0))
    }

    @Test("is that of a device, whichever threads its requests come on, and not of an agency")
    func threads() {
        let ledger = HolderLedger(
            requestsMax: 1, rate: RequestRate(burst: 500, perMinute: 1))
        let count = ledger.count(of: .device(1))
        let taken = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<250 where count.take(now: 0) { taken.add(1, ordering: .relaxed) }
        }
        #expect(taken.load(ordering: .relaxed) == 500)
        #expect(ledger.count(of: .device(2)).take(now: 0))
        let agency = ledger.count(of: .agency("dlt"))
        #expect((0..<1_000).allSatisfy { _ in agency.take(now: 0) })
    }

    @Test("of addresses is shared where they meet, and that of a network of IPv6 always")
    func addresses() {
        func address(_ text: String) -> PeerAddress? {
            Array(text.utf8).withUnsafeBytes { PeerAddress(text: $0) }
        }
        let one = AddressRates(RequestRate(burst: 2, perMinute: 1), buckets: 1)
        #expect(one.take(address("192.0.2.1"), now: 0) && one.take(address("192.0.2.2"), now: 0))
        #expect(!one.take(address("192.0.2.3"), now: 0))
        #expect(one.take(nil, now: 0))
        let many = AddressRates(RequestRate(burst: 1, perMinute: 1), buckets: 65_536)
        #expect(many.take(address("2001:db8::1"), now: 0))
        #expect(!many.take(address("2001:db8::ffff:2"), now: 0))
    }
}

@Suite("Rates of requests")
struct RateTests {
    private func code(_ answer: HTTPTestClient.Answer) throws -> String? {
        try JSON.parse(answer.body)["error"]?["code"]?.text
    }

    private func count(_ name: String, _ running: RunningServer) throws -> String? {
        let text = try running.request("GET", "/metrics").text
        return text.split(separator: "\n").first { $0.hasPrefix("tangrat_\(name) ") }
            .map(String.init)
    }

    /// Goal: one device that asks without end takes nothing from others.
    ///
    /// Method: a clock that stands still but where it is turned; the date is moved as well, which
    /// must change nothing.
    @Test("hold for a device at any address, not for its neighbour, by a clock that never steps")
    func device() throws {
        let time = TurnedClock()
        let running = try RunningServer {
            $0.clock = time.clock
            $0.limits.requestsBurstMax = 4
            $0.limits.requestsPerMinute = 60
        }
        let subject = try running.addPerson()
        let phone = try running.signIn(subject)
        let tablet = try running.signIn(subject)
        let pull: [Frame] = [.sync(SyncRequest())]
        let fields = ["Authorization": "Bearer \(phone.token)"]
        #expect(try phone.sync(running, pull).status == 200)
        #expect(try phone.sync(running, pull).status == 200)
        #expect(try running.request("GET", "/v1/devices", fields).status == 200)
        try phone.watch(running).close()
        let refused = try phone.sync(running, pull)
        #expect(refused.status == 429 && refused.head.contains("Retry-After: 1\r\n"))
        #expect(try code(refused) == "limit.rate")
        #expect(try running.request("GET", "/v1/devices", fields).status == 429)
        #expect(try tablet.sync(running, pull).status == 200)
        running.advance(milliseconds: 1_800_000)
        #expect(try phone.sync(running, pull).status == 429)
        time.advance(milliseconds: 999)
        #expect(try phone.sync(running, pull).status == 429)
        time.advance(milliseconds: 1)
        #expect(try phone.sync(running, pull).status == 200)
        running.advance(milliseconds: -3_600_000)
        #expect(try phone.sync(running, pull).status == 429)
        #expect(try count("requests_limited_total", running) == "tangrat_requests_limited_total 5")
    }

    @Test("hold for sign-ins and for tokens of one address, each for itself")
    func address() throws {
        let running = try RunningServer {
            $0.clock = TurnedClock().clock
            $0.limits.http.countsLocalAddresses = true
            $0.limits.signInsBurstMax = 2
            $0.limits.tokensBurstMax = 3
            $0.identity = TestGateway.provider()
        }
        let client = try running.client()
        func start() throws -> HTTPTestClient.Answer {
            try client.post("/v1/oauth/device_authorization", "client_id=t")
        }
        let started = try JSON.parse(try start().body)
        #expect(try start().status == 200)
        let refused = try start()
        #expect(refused.status == 429 && refused.head.contains("Retry-After: 2\r\n"))
        #expect(try code(refused) == "limit.rate")
        for _ in 0..<2 {
            #expect(try client.post("/v1/oauth/revoke", "token=x").status == 200)
        }
        let token = "grant_type=refresh_token&refresh_token=x"
        #expect(try client.post("/v1/oauth/token", token).status == 400)
        #expect(try client.post("/v1/oauth/token", token).status == 429)
        // What a provider has signed comes from one address for everybody.
        #expect(try client.post("/v1/oauth/decision", "assertion=x").status == 429)
        let proven = TestGateway.sign(TestGateway.claims(started["user_code"]?.text ?? ""))
        #expect(try client.post("/v1/oauth/decision", "assertion=\(proven)").status == 200)
        #expect(
            try count("addresses_limited_total", running) == "tangrat_addresses_limited_total 3")
    }

    @Test("let one more request for tokens come after each of their pauses")
    func tokens() throws {
        let time = TurnedClock()
        let running = try RunningServer {
            $0.clock = time.clock
            $0.limits.http.countsLocalAddresses = true
            $0.limits.tokensBurstMax = 2
            $0.limits.tokensPerMinute = 60
        }
        let client = try running.client()
        func ask() throws -> HTTPTestClient.Answer {
            try client.post("/v1/oauth/revoke", "token=x")
        }
        for _ in 0..<2 { #expect(try ask().status == 200) }
        let refused = try ask()
        #expect(refused.status == 429 && refused.head.contains("Retry-After: 2\r\n"))
        #expect(try code(refused) == "limit.rate")
        time.advance(milliseconds: 999)
        #expect(try ask().status == 429)
        time.advance(milliseconds: 1)
        #expect(try ask().status == 200)
        #expect(try ask().status == 429)
    }

    /// The peer of each request is this machine, as it is behind a proxy.
    @Test("hold for the address that the proxy tells, if there is one")
    func behindProxy() throws {
        func started(
            _ running: RunningServer, _ told: String?
        ) throws -> Int {
            var fields = ["Content-Type": "application/x-www-form-urlencoded"]
            fields["X-Forwarded-For"] = told
            return try running.request(
                "POST", "/v1/oauth/device_authorization", fields, Array("client_id=t".utf8)
            ).status
        }
        func server(isBehindProxy: Bool) throws -> RunningServer {
            try RunningServer {
                $0.clock = TurnedClock().clock
                $0.isBehindProxy = isBehindProxy
                $0.limits.signInsBurstMax = 1
            }
        }
        let behind = try server(isBehindProxy: true)
        for address in ["192.0.2.1", "198.51.100.7", "2001:db8::1", "2001:db8:0:1::1"] {
            #expect(try started(behind, address) == 200, "\(address)")
            #expect(try started(behind, address) == 429, "\(address)")
        }
        #expect(try started(behind, "2001:db8::2") == 429)
        // A proxy that tells nothing that can be read makes one of all.
        #expect(try started(behind, nil) == 200)
        for told in [nil, "", "unknown", "192.0.2.9, 192.0.2.8", "192.0.2.9:80"] {
            #expect(try started(behind, told) == 429, "\(told ?? "nothing")")
        }
        // Nobody is believed unasked; who limits then is the proxy.
        let alone = try server(isBehindProxy: false)
        for _ in 0..<3 { #expect(try started(alone, "192.0.2.1") == 200) }
    }

    /// A proxy that only adds a field leaves before it what the client has claimed.
    @Test("hold for all as one of whom a proxy tells several addresses, in one field or more")
    func severalTold() throws {
        let running = try RunningServer {
            $0.clock = TurnedClock().clock
            $0.isBehindProxy = true
            $0.limits.signInsBurstMax = 1
        }
        let client = try running.client()
        func started(_ told: [String]) throws -> Int {
            let fields = told.map { "X-Forwarded-For: \($0)\r\n" }.joined()
            try client.send(
                "POST /v1/oauth/device_authorization HTTP/1.1\r\nHost: a\r\n\(fields)"
                    + "Content-Length: 11\r\n\r\nclient_id=t")
            return try client.answer().status
        }
        let own = "192.0.2.200"
        #expect(try started(["192.0.2.1", own]) == 200)
        for told in [
            ["192.0.2.2", own], ["192.0.2.3", own, own], ["192.0.2.4, \(own)"], ["", own],
            [own, ""], [own, own], ["192.0.2.5", "192.0.2.6, \(own)"],
        ] {
            #expect(try started(told) == 429, "\(told)")
        }
        // And nothing was taken from those who were named.
        for address in ["192.0.2.1", "192.0.2.2", own] {
            #expect(try started([address]) == 200, "\(address)")
        }
    }
}
