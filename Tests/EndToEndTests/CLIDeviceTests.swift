import Foundation
import SyncClientCore
import SyncProtocol
import Testing

@Suite("The command devices")
struct CLIDeviceTests {
    private static let own = "00000000000000aa"

    private static func device(
        _ id: String, _ name: String, wrote: Int64? = nil, isThisOne: Bool = false
    ) -> SignedInDevice {
        SignedInDevice(
            id: id, name: name, addedMilliseconds: personaMoment, wroteMilliseconds: wrote,
            isThisOne: isThisOne)
    }

    private static func mirror() -> FakeMirror {
        let mirror = FakeMirror()
        mirror.change { state in
            state.devices = [
                device("00000000000000cc", "old"), device("00000000000000bb", "old"),
                device("00000000000000dd", "tablet\u{1b}[2J", wrote: personaMoment),
                device(own, "phone", isThisOne: true),
            ]
        }
        return mirror
    }

    @Test("shows each with its name, its times and its id")
    func list() async throws {
        let run = await CLIRun.run(["devices", "--lang", "en"], on: Self.mirror())
        #expect(run.code == 0)
        #expect(run.output.contains("phone") && run.output.contains("this one"))
        #expect(run.output.contains("none yet") && run.output.contains("00000000000000bb"))
        // A name comes from another device: nothing of it reaches the terminal as a command.
        #expect(!run.output.contains("\u{1b}"))
        let json = await CLIRun.run(["devices", "--json"], on: Self.mirror())
        let lines = try json.output.split(separator: "\n").map { try JSON.parse(Array($0.utf8)) }
        #expect(lines.map { $0["this_one"] } == [false, false, false, true])
        #expect(lines.map { $0["wrote_at"] == .null } == [true, true, false, true])
    }

    @Test("ends one by id or name, and never guesses")
    func ends() async {
        let mirror = Self.mirror()
        let byID = await CLIRun.run(["devices", "end", "00000000000000bb"], on: mirror)
        #expect(byID.code == 0)
        let json = await CLIRun.run(["devices", "end", "00000000000000cc", "--json"], on: mirror)
        #expect(json.output == #"{"device":"00000000000000cc","ended":true}"# + "\n")
        #expect(mirror.calls == ["end 00000000000000bb", "end 00000000000000cc"])
        for (words, code) in [
            (["old"], "device.ambiguous"), (["laptop"], "device.unknown"),
            (["phone"], "device.this_one"), ([Self.own], "device.this_one"),
        ] {
            let run = await CLIRun.run(["devices", "end"] + words + ["--lang", "en"], on: mirror)
            #expect(run.code == 1)
            #expect(run.error.contains("[\(code)]"))
        }
        #expect(await CLIRun.run(["devices", "end"], on: mirror).code == 2)
        #expect(await CLIRun.run(["devices", "stop", "x"], on: mirror).code == 2)
        #expect(mirror.calls.count == 2)
        #expect(await CLIRun.run(["devices"], on: FakeMirror(isSignedIn: false)).code == 4)
        mirror.change { $0.failure = .offline(reason: "") }
        #expect(await CLIRun.run(["devices"], on: mirror).code == 1)
    }
}

extension WorldTests {
    @Suite("A person with two devices")
    struct OwnDevicesWorldTests {
        @Test("ends a lost one from the other, and the lost one says so")
        func lost() async throws {
            try await RealWorld.run { world in
                let subject = try await world.person()
                let phone = try await world.device("phone", of: subject)
                let lost = try await world.device("lost", of: subject)
                let watch = try world.spawn(
                    Programs.client, ["sync", "--watch", "--json", "--data", lost.folder])
                try await eventually("the watcher is connected") {
                    watch.output.contains("connected")
                }
                try await phone.must("devices")
                let listed = try await phone.must("devices", "--json").lines.map {
                    PlainJSON.object($0)
                }
                #expect(listed.count == 2)
                let other = listed.first { $0["this_one"] as? Bool == false }
                try await phone.must("devices", "end", other?["device"] as? String ?? "")
                try await eventually("the watcher has ended") { !watch.isRunning }
                #expect(watch.code == 4, "\(watch.output) \(watch.error)")
                let told = try await lost.run("sync", "--lang", "en")
                #expect(told.code == 4)
                #expect(told.error.contains("[account.sign_in_expired]"), "\(told.error)")
                #expect(told.error.contains("ended from elsewhere"), "\(told.error)")
                #expect(try await lost.run("devices").code == 4)
                #expect(try await phone.must("devices", "--json").lines.count == 1)
                try await phone.must("sync")
            }
        }
    }
}
