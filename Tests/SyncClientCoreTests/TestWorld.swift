import Foundation
import Synchronization
import SyncProtocol
import Testing

@testable import SyncClientCore

/// A client in a directory of its own, with clocks that move only by hand.
struct TestWorld {
    let server = ModelServer()
    let clock = TestClock()
    let faults = TestFaults()
    let path: String

    init() {
        path = NSTemporaryDirectory() + "tangrat-client-\(UUID().uuidString)"
    }

    var environment: SyncEnvironment {
        SyncEnvironment(
            wall: clock, monotonic: clock, random: TestRandom(), transport: server,
            files: LiveFiles(), faults: faults)
    }

    func open() async throws -> SyncClient {
        try await SyncClient.open(
            SyncConfiguration(dataDirectory: path, environment: environment))
    }

    /// A client that has signed in and has not synced.
    func signedIn() async throws -> SyncClient {
        let client = try await open()
        try await signIn(client)
        return client
    }

    /// Signs a client in, as the device that the server gives it.
    func signIn(_ client: SyncClient) async throws {
        let prompt = try await client.beginSignIn(
            server: "https://example.test", deviceName: "a test")
        _ = try await client.completeSignIn(prompt)
    }

    /// Signs a client in under a new name, which the server has not seen anything of.
    func signIn(_ client: SyncClient, as device: UInt64) async throws {
        server.with { $0.device = DeviceID(device) }
        try await signIn(client)
        server.changesDevice()
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }

    var accountPath: String { path + "/accounts/" + ModelServer.subject }
}

/// Runs a test in a world of its own and removes its files.
func inWorld(_ body: (TestWorld) async throws -> Void) async throws {
    let world = TestWorld()
    defer { world.remove() }
    try await body(world)
}

/// Time that passes only when somebody sleeps.
final class TestClock: WallClock, MonotonicClock {
    let elapsed = Mutex<Int64>(0)

    func milliseconds() -> Int64 { 1_800_000_000_000 + elapsed.withLock { $0 } }

    func nanoseconds() -> UInt64 { UInt64(elapsed.withLock { $0 }) * 1_000_000 }

    func sleep(milliseconds: Int64) async throws {
        try Task.checkCancellation()
        elapsed.withLock { $0 += milliseconds }
        await Task.yield()
    }
}

/// Numbers from a seed of their own.
final class TestRandom: RandomSource {
    private static let state = Mutex<UInt64>(42)

    func next() -> UInt64 {
        Self.state.withLock { state in
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }
}

/// Stops the client at one point, once.
final class TestFaults: FaultInjector {
    struct Stopped: Error {}

    private let armed = Mutex<(point: FaultPoint, after: Int)?>(nil)

    func arm(_ point: FaultPoint, after count: Int = 0) {
        armed.withLock { $0 = (point, count) }
    }

    func reached(_ point: FaultPoint) throws {
        let stops = armed.withLock { armed -> Bool in
            guard let found = armed, found.point == point else { return false }
            armed = found.after == 0 ? nil : (point, found.after - 1)
            return found.after == 0
        }
        if stops { throw Stopped() }
    }
}

extension SyncClient {
    /// The dump as lines.
    func dump() async throws -> [String] {
        let lines = Mutex<[String]>([])
        try await dumpCanonical { line in
            lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
        }
        return lines.withLock { $0 }
    }
}
