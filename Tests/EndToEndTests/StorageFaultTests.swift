import Foundation
import Testing

extension WorldTests {
    /// Real processes whose disk has no room or fails.
    ///
    /// What was acknowledged is counted by the test itself: the shared counter must
    /// hold exactly those steps, and those of pushes whose answer was not given.
    @Suite("A server whose disk fails")
    struct StorageFaultTests {
        /// One device that counts up and remembers what was acknowledged.
        private struct Writer {
            let device: LineDevice
            var mid = 0
            var lastStatus = 0

            /// Pushes the next step, with a text that takes room; a refused one is sent again.
            mutating func step(_ text: String) async throws -> Bool {
                let next = mid + 1
                let answer = try await device.send(
                    device.push(
                        [
                            device.mutation(
                                next, LineDevice.create("annotation", "x"),
                                LineDevice.increment("x"),
                                LineDevice.create("request_draft", "d\(next)"),
                                LineDevice.set(
                                    "request_draft", "d\(next)", "form.text", "\"\(text)\""))
                        ], after: LineDevice.hex(mid)))
                lastStatus = answer.status
                guard answer.status == 200, answer.text.contains(#""acked_mid":\#(next)"#) else {
                    return false
                }
                mid = next
                return true
            }

            func counted() async throws -> Int {
                Counter.value(try await device.rows()["annotation/x"]) ?? 0
            }

            /// The same where the disk may have no room for the note that rows were read.
            func countedIfRead() async throws -> Int? {
                try await device.rowsIfRead().map { Counter.value($0["annotation/x"]) ?? 0 }
            }
        }

        private func writer(_ world: RealWorld) async throws -> Writer {
            Writer(device: try await world.lineDevice(of: try await world.person()))
        }

        /// Pushes until the disk has no more room, looks around, makes room, and goes on.
        private func fill(
            _ world: RealWorld, text: String, makeRoom: () async throws -> Void
        ) async throws {
            var writer = try await writer(world)
            let quiet = try await world.lineDevice(of: try await world.person())
            let cursor = try await quiet.head()
            // A failure may free room by emptying the log: until it stays full.
            var (steps, failures) = (0, 0)
            while failures < 3, steps < 2_000 {
                steps += 1
                failures = try await writer.step(text) ? 0 : failures + 1
            }
            #expect(writer.mid > 0 && steps < 2_000, "\(steps) steps")
            #expect(writer.lastStatus == 503)
            // Nothing is taken, however often. Whoever has everything is told so; rows of a
            // person leave while there is room for the note of it, and otherwise not at all.
            for _ in 0..<3 {
                #expect(try await !writer.step(text))
                if let counted = try await writer.countedIfRead() {
                    #expect(counted == writer.mid)
                }
                let nothing = try await quiet.send(
                    Data(#"{"frame":"sync","cursor":"\#(cursor)","rows_max":10000}"#.utf8))
                #expect(nothing.status == 200 && nothing.frames("unchanged").count == 1)
            }
            let taken = try await world.metric("tangrat_mutations_taken_total")
            #expect(taken == writer.mid)
            try await makeRoom()
            for _ in 0..<3 { #expect(try await writer.step(text)) }
            #expect(try await writer.counted() == writer.mid)
            #expect(try await world.stop(SIGTERM) == 0)
            let check = try await world.run(Programs.server, ["verify", "--data", world.data])
            #expect(check.code == 0, "\(check.output) \(check.error)")
            try await world.start()
            #expect(try await writer.counted() == writer.mid)
        }

        @Test("because files may not grow refuses writes, goes on answering, and recovers")
        func limited() async throws {
            guard let prlimit = Programs.tool("prlimit") else {
                print("prlimit is not here: a limited disk is not tried")
                return
            }
            try await RealWorld.run(serving: false) { world in
                try await world.start(under: [prlimit, "--fsize=800000:unlimited"])
                guard let pid = world.serverChild?.pid else { throw WorldProblem("no server") }
                try await fill(world, text: String(repeating: "a", count: 4_000)) {
                    let freed = try await world.run(
                        prlimit, ["--pid", "\(pid)", "--fsize=unlimited:unlimited"])
                    #expect(freed.code == 0)
                }
            }
        }

        @Test("because it is full refuses writes, goes on answering, and recovers")
        func full() async throws {
            try await onSmallDisk { world, makeRoom in
                try await world.start()
                try await fill(
                    world, text: String(repeating: "a", count: 4_000), makeRoom: makeRoom)
            }
        }

        /// Goal: whoever starts the server again on a full disk has a server that reads.
        ///
        /// Method: after a kill, and after an orderly end, others take what room is left.
        @Test("because it is full starts, answers, and takes writes when there is room")
        func startsFull() async throws {
            try await onSmallDisk { world, makeRoom in
                try await world.start()
                var writer = try await writer(world)
                let quiet = try await world.lineDevice(of: try await world.person())
                let cursor = try await quiet.head()
                for _ in 0..<20 { #expect(try await writer.step("a")) }
                for signal in [SIGKILL, SIGTERM] {
                    _ = try await world.stop(signal)
                    takeRoom(world.data)
                    try await world.start()
                    #expect(world.serverChild?.error.contains("store.not_writable") == true)
                    let nothing = try await quiet.send(
                        Data(#"{"frame":"sync","cursor":"\#(cursor)","rows_max":10000}"#.utf8))
                    #expect(nothing.status == 200 && nothing.frames("unchanged").count == 1)
                    #expect(try await !writer.step(String(repeating: "a", count: 40_000)))
                    #expect(writer.lastStatus == 503)
                }
                try await makeRoom()
                #expect(try await writer.step("a"))
                #expect(try await writer.counted() == writer.mid)
                #expect(writer.mid == 21)
            }
        }

        /// Takes all room that a disk has.
        private func takeRoom(_ folder: String) {
            let taken = open("\(folder)/taken", O_WRONLY | O_CREAT | O_APPEND, 0o600)
            let page = [UInt8](repeating: 0, count: 4_096)
            while write(taken, page, page.count) > 0 {}
            close(taken)
        }

        /// Runs a test in a world whose server has a small disk of its own.
        private func onSmallDisk(
            _ body: (_ world: RealWorld, _ makeRoom: () async throws -> Void) async throws -> Void
        ) async throws {
            guard geteuid() == 0, let mount = Programs.tool("mount"),
                let umount = Programs.tool("umount")
            else {
                print("not root: a full disk is not tried")
                return
            }
            try await RealWorld.run(serving: false) { world in
                try FileManager.default.createDirectory(
                    atPath: world.data, withIntermediateDirectories: true)
                let mounted = try await world.run(
                    mount, ["-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", world.data])
                guard mounted.code == 0 else {
                    print("mounting is not allowed: a full disk is not tried")
                    return
                }
                do {
                    try await body(world) {
                        let freed = try await world.run(
                            mount, ["-o", "remount,size=64m", world.data])
                        #expect(freed.code == 0)
                    }
                    _ = try await world.stop(SIGKILL)
                } catch {
                    _ = try? await world.stop(SIGKILL)
                    _ = try await world.run(umount, [world.data])
                    throw error
                }
                _ = try await world.run(umount, [world.data])
            }
        }

        /// Goal: nothing is acknowledged after a sync that failed until a writer has been
        /// opened anew and the whole log is safe in the file (the "fsyncgate").
        ///
        /// Method: strace lets some syncs of the real process fail.
        @Test("because a sync fails acknowledges nothing by that connection, and recovers")
        func sync() async throws {
            guard let strace = Programs.strace else {
                print("strace is not here, or may not trace: a failing sync is not tried")
                return
            }
            try await RealWorld.run(serving: false) { world in
                let trace = world.path("trace")
                try await world.start(
                    under: [
                        strace, "-f", "-y", "-o", trace, "-e", "trace=fdatasync,fsync,openat",
                        "-e", "inject=fdatasync:error=EIO:when=30..34",
                    ])
                var writer = try await writer(world)
                var failures = 0
                for _ in 0..<40 where try await !writer.step("a") { failures += 1 }
                #expect(failures >= 1, "no sync failed")
                #expect(writer.mid >= 30)
                #expect(try await writer.counted() == writer.mid)
                #expect(try await world.metric("tangrat_commits_failed_total") >= 1)
                let text = String(
                    decoding: FileManager.default.contents(atPath: trace) ?? Data(), as: UTF8.self)
                let lines = text.split(separator: "\n")
                let failed = try #require(lines.firstIndex { $0.contains("EIO") })
                let next = try #require(
                    lines[(failed + 1)...].first {
                        $0.contains("server.sqlite") && !$0.contains("resumed")
                            && !$0.contains("-shm")
                    })
                #expect(next.contains("openat"), "\(next)")
                _ = try await world.stop(SIGKILL)
            }
        }
    }
}
