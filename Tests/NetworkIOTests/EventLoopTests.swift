import Glibc
import NetworkIO
import Synchronization
import Testing

/// A clock that stands still until it is turned.
final class TurnedClock: Sendable {
    private let time = Atomic<Int64>(1_000_000)

    var clock: MonotonicClock { MonotonicClock { self.time.load(ordering: .relaxed) } }

    func advance(milliseconds: Int64) {
        time.add(milliseconds, ordering: .relaxed)
    }
}

/// Collects what happened on another thread.
final class Log: Sendable {
    private let lines = Mutex<[Int]>([])
    var all: [Int] { lines.withLock { $0 } }
    func append(_ line: Int) { lines.withLock { $0.append(line) } }
}

@Suite("Event loop")
struct EventLoopTests {
    @Test("runs jobs from many threads, each thread's in order")
    func jobs() throws {
        let loop = try EventLoop()
        let gate = try Gate()
        let log = Log()
        try loop.start()
        for index in 0..<1000 { loop.execute { log.append(index) } }
        loop.execute { gate.open() }
        let isDone = gate.wait(milliseconds: 10_000)
        loop.stop()
        loop.join()
        #expect(isDone)
        #expect(log.all == Array(0..<1000))
    }

    @Test("drops jobs after its end without calling them")
    func ended() throws {
        let loop = try EventLoop()
        try loop.start()
        loop.stop()
        loop.join()
        let log = Log()
        loop.execute { log.append(1) }
        #expect(log.all.isEmpty)
    }

    @Test("calls timers when their time has come, repeats and cancels them")
    func timers() throws {
        let turned = TurnedClock()
        let loop = try EventLoop(clock: turned.clock, tickMilliseconds: 10)
        let log = Log()
        let gate = try Gate()
        try loop.start()
        loop.execute {
            _ = loop.schedule(afterMilliseconds: 50, repeating: false) { log.append(50) }
            _ = loop.schedule(afterMilliseconds: 30, repeating: true) { log.append(30) }
            let never = loop.schedule(afterMilliseconds: 20, repeating: false) { log.append(20) }
            loop.cancel(never)
        }
        for _ in 0..<7 {
            turned.advance(milliseconds: 10)
            // Two jobs in two turns: the tick of the first turn is over by then.
            loop.execute { gate.open() }
            #expect(gate.wait(milliseconds: 10_000))
            loop.execute { gate.open() }
            #expect(gate.wait(milliseconds: 10_000))
        }
        loop.stop()
        loop.join()
        #expect(log.all == [30, 50, 30])
    }

    /// A handler that notes the loop's time.
    private final class Witness: ReadinessHandler {
        let loop: EventLoop
        let log: Log
        let gate: Gate

        init(_ loop: EventLoop, _ log: Log, _ gate: Gate) {
            self.loop = loop
            self.log = log
            self.gate = gate
        }

        func ready(_ readiness: Readiness) {
            log.append(Int(loop.now))
            gate.open()
        }
    }

    @Test("tells a handler the time at which it wakes, after however long a sleep")
    func timeOfHandlers() throws {
        let turned = TurnedClock()
        let loop = try EventLoop(clock: turned.clock)
        let log = Log()
        let gate = try Gate()
        var pair: [Int32] = [0, 0]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        let (mine, theirs) = (pair[0], pair[1])
        try loop.start()
        loop.execute {
            _ = try? loop.register(theirs, .readable, Witness(loop, log, gate))
            gate.open()
        }
        #expect(gate.wait(milliseconds: 10_000))
        // A loop whose idea of time is an hour old would time a new client out at once.
        turned.advance(milliseconds: 3_600_000)
        var byte: UInt8 = 1
        #expect(write(mine, &byte, 1) == 1)
        #expect(gate.wait(milliseconds: 10_000))
        loop.stop()
        loop.join()
        close(mine)
        close(theirs)
        #expect(log.all.first == 1_000_000 + 3_600_000)
    }

    /// A handler whose work takes time, and which notes how long its turn has lasted before.
    private final class Worker: ReadinessHandler {
        let loop: EventLoop
        let turned: TurnedClock
        let log: Log
        let gate: Gate

        init(_ loop: EventLoop, _ turned: TurnedClock, _ log: Log, _ gate: Gate) {
            self.loop = loop
            self.turned = turned
            self.log = log
            self.gate = gate
        }

        func ready(_ readiness: Readiness) {
            log.append(Int(loop.clockNow - loop.now))
            turned.advance(milliseconds: 300)
            gate.open()
        }
    }

    @Test("tells how long a turn has lasted to those who come later in it, and begins anew")
    func timeOfTurns() throws {
        let turned = TurnedClock()
        let loop = try EventLoop(clock: turned.clock)
        let log = Log()
        let gate = try Gate()
        var mine: [Int32] = []
        var theirs: [Int32] = []
        for _ in 0..<3 {
            var pair: [Int32] = [0, 0]
            #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
            mine.append(pair[0])
            theirs.append(pair[1])
        }
        func send(_ line: Int) {
            var byte: UInt8 = 1
            #expect(write(mine[line], &byte, 1) == 1)
        }
        let watched = theirs
        try loop.start()
        // Two are ready before the loop looks who is there: they are of one turn.
        let held = try Gate()
        loop.execute {
            for number in watched {
                _ = try? loop.register(
                    number, [.readable, .edgeTriggered], Worker(loop, turned, log, gate))
            }
            gate.open()
            _ = held.wait(milliseconds: 10_000)
        }
        #expect(gate.wait(milliseconds: 10_000))
        send(0)
        send(1)
        held.open()
        for _ in 0..<2 { #expect(gate.wait(milliseconds: 10_000)) }
        // A job is called after the events of its turn, so that one is over when this is sent.
        loop.execute { gate.open() }
        #expect(gate.wait(milliseconds: 10_000))
        send(2)
        #expect(gate.wait(milliseconds: 10_000))
        loop.stop()
        loop.join()
        for number in mine + theirs { close(number) }
        #expect(log.all == [0, 300, 0])
    }

    @Test("gives back its descriptors")
    func descriptors() async throws {
        // In a process of its own, because other tests open descriptors meanwhile.
        await #expect(processExitsWith: .success) {
            func count() -> Int {
                guard let directory = opendir("/proc/self/fd") else { return -1 }
                defer { closedir(directory) }
                var count = 0
                while readdir(directory) != nil { count += 1 }
                return count
            }
            let before = count()
            for _ in 0..<20 {
                let loop = try EventLoop()
                let listener = try Listener(.tcp(port: 0))
                try listener.start(on: loop)
                try loop.start()
                loop.stop()
                loop.join()
                listener.close()
            }
            // The test library's own timers may open up to three meanwhile; a leak
            // of ours would show once per round.
            precondition(count() <= before + 3, "\(count()) descriptors, \(before) before")
        }
    }
}

@Suite("Listener")
struct ListenerTests {
    private func path() -> String { "/tmp/tangrat-\(getpid())-\(UInt64.random(in: 0 ... .max))" }

    @Test("reports the port the kernel chose, and refuses one that is taken")
    func port() throws {
        let listener = try Listener(.tcp(port: 0))
        #expect(listener.port != 0)
        #expect(throws: SystemError.self) { try Listener(.tcp(port: listener.port)) }
        listener.close()
    }

    @Test("listens on IPv6 loopback, and refuses names")
    func hosts() throws {
        if let listener = try? Listener(.tcp(host: "::1", port: 0)) {
            #expect(listener.port != 0)
            listener.close()
        }
        #expect(throws: SystemError.self) { try Listener(.tcp(host: "localhost", port: 0)) }
    }

    @Test("makes a UNIX socket for its owner only and removes it")
    func unix() throws {
        let path = path()
        let listener = try Listener(.unix(path: path))
        var status = stat()
        #expect(lstat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(throws: SystemError.self) { try Listener(.unix(path: path)) }
        listener.close()
        #expect(lstat(path, &status) != 0)
    }

    @Test("takes over a socket whose server died, and never a file")
    func stale() throws {
        let path = path()
        // A bound socket that is closed without being removed is what a crash leaves.
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let dead = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(dead, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        close(dead)
        try Listener(.unix(path: path)).close()

        close(open(path, O_CREAT | O_WRONLY, 0o600))
        #expect(throws: SystemError.self) { try Listener(.unix(path: path)) }
        unlink(path)
    }
}

@Suite("The address of a peer")
struct PeerAddressTests {
    private func address(_ text: String) -> PeerAddress? {
        Array(text.utf8).withUnsafeBytes { PeerAddress(text: $0) }
    }

    @Test("is read as a proxy writes it")
    func read() {
        #expect(address("192.0.2.1") != nil && address("192.0.2.1") != address("192.0.2.2"))
        #expect(address("2001:DB8::1") == address("2001:db8:0:0:0:0:0:1"))
        #expect(address("127.0.0.1")?.isLocal == true && address("::1")?.isLocal == true)
        #expect(address("::ffff:127.0.0.1")?.isLocal == true)
        #expect(address("192.0.2.1")?.isLocal == false && address("2001:db8::1")?.isLocal == false)
    }

    @Test(
        "is refused in any other form",
        arguments: [
            "", "1", "unknown", "192.0.2", "192.0.2.1:80", "192.0.2.1, 192.0.2.2", " 192.0.2.1",
            "192.0.2.1 ", "192.0.2.256", "[::1]", "fe80::1%eth0", "::1\0", "1.2.3.4\0",
            "192.0.2.1" + String(repeating: "0", count: 40),
        ])
    func refused(_ text: String) {
        #expect(address(text) == nil)
    }

    @Test("of IPv6 is that of its network, and of IPv4 its own")
    func network() {
        #expect(address("2001:db8::1")?.network == address("2001:db8::2")?.network)
        #expect(address("2001:db8::1")?.network != address("2001:db8:0:1::1")?.network)
        #expect(address("192.0.2.1")?.network != address("192.0.2.2")?.network)
        #expect(address("::ffff:192.0.2.1")?.network != address("::ffff:192.0.2.2")?.network)
    }
}
