import Dispatch
import SyncProtocol
import Synchronization
import TestSupport
import Testing

@testable import SyncServerCore

/// Goal: the end of one device is felt by that device, and costs the others nothing.
@Suite("The end of a device's rights")
struct EndedDeviceTests {
    /// How many statements the only loop has run.
    private func statements(_ running: RunningServer) throws -> Int {
        let count = Mutex<Int?>(nil)
        let isDone = DispatchSemaphore(value: 0)
        running.server.front.loops[0].execute { context in
            let reader = (context.handler as? SyncService)?.reader as? SQLiteReader
            count.withLock { $0 = reader?.statementsRun }
            isDone.signal()
        }
        isDone.wait()
        return try #require(count.withLock { $0 })
    }

    @Test("ends its streams without a statement for each who watches")
    func watchers() throws {
        func cost(_ watchers: Int) throws -> Int {
            let running = try RunningServer { $0.loops = 1 }
            let subject = try running.addPerson()
            let phones = try (0..<watchers).map { _ in try running.signIn(subject) }
            let streams = try phones.map { try $0.watch(running) }
            let tablet = try running.signIn(subject)
            let ended = try tablet.watch(running)
            let before = try statements(running)
            try running.admin([
                "command": "device.revoke", "device": .string(tablet.device.description),
            ])
            #expect(try ended.event() == "event: revoked\ndata: {}\n\n")
            #expect(try ended.event() == nil)
            let after = try statements(running)
            // The same loop would have ended them before.
            #expect(try running.request("GET", "/healthz").status == 200)
            for stream in streams { #expect(stream.isSilent(milliseconds: 0)) }
            return after - before
        }
        let one = try cost(1)
        #expect(try cost(6) == one)
    }

    @Test("leaves the sessions of others where they are")
    func sessions() {
        let cache = SessionCache(sessionsMax: 10)
        let ledger = HolderLedger(
            requestsMax: 1, rate: RequestRate(burst: 1, perMinute: 1))
        func session(_ device: DeviceNumber, _ token: UInt8, _ generation: UInt64) -> Session {
            Session(
                device: device, id: DeviceID(1), person: 1, expires: noon,
                hash: SHA256.hash([token]), generation: generation,
                requests: ledger.count(of: .device(device)))
        }
        let before = cache.generation
        let (phone, tablet, copy) = (
            session(1, 1, before), session(2, 2, before), session(2, 3, before)
        )
        for session in [phone, tablet, copy] { cache.add(session) }
        let late = session(1, 4, before)
        cache.end([])
        #expect(cache.isCurrent(late))
        cache.end([2])
        #expect(cache.session(phone.hash) === phone && cache.isCurrent(phone))
        for ended in [tablet, copy] {
            #expect(cache.session(ended.hash) == nil && !cache.isCurrent(ended))
        }
        // What was looked up before may have missed it, and is looked up again.
        #expect(!cache.isCurrent(late))
        cache.add(late)
        #expect(cache.session(late.hash) == nil)
    }
}
