import Foundation
import TestSupport
import Testing

extension WorldTests {
    /// Goal: the identity part works from beginning to end, with the programs that are shipped.
    @Suite("The sandbox of an identity provider")
    struct IdentitySandboxTests {
        private func decide(
            _ world: RealWorld, _ words: String...
        ) async throws -> ProgramRun {
            try await world.run(
                Programs.qa,
                ["identity", "decide", "--file", world.path("provider.json"), "--json"] + words)
        }

        /// A device that waits for its code to be confirmed.
        private func waiting(
            _ world: RealWorld, _ name: String
        ) async throws -> (child: Child, code: String, folder: String) {
            let folder = world.path("device-\(name)")
            let login = try world.spawn(
                Programs.client,
                ["login", "--server", world.address, "--json", "--name", name, "--data", folder])
            var code: String?
            try await eventually("a user code: \(login.error)") {
                let line = login.output.split(separator: "\n").first.map(String.init) ?? ""
                code = PlainJSON.object(line)["user_code"] as? String
                return code != nil
            }
            return (login, code ?? "", folder)
        }

        @Test("signs people in on their devices, refuses, and counts each code once")
        func signIn() async throws {
            try await RealWorld.run(serving: false) { world in
                let file = world.path("provider.json")
                let made = try await world.run(
                    Programs.qa, ["identity", "new", "--file", file, "--audience", "here"])
                #expect(made.code == 0, "\(made.error)")
                let twice = try await world.run(
                    Programs.qa, ["identity", "new", "--file", file, "--audience", "here"])
                #expect(twice.code == 1)
                try await world.start(with: ["--identity-provider", file])

                let phone = try await waiting(world, "phone")
                let approved = try await decide(
                    world, "--code", phone.code, "--persona", "wanna-typical", "--url",
                    world.address)
                #expect(approved.code == 0, "\(approved.error)")
                #expect(approved.output.contains(#""device_name":"phone""#))
                #expect(await phone.child.wait() == 0, "\(phone.child.error)")
                let synced = try await Device(world: world, folder: phone.folder).run("sync")
                #expect(synced.code == 0, "\(synced.error)")

                let again = try await decide(
                    world, "--code", phone.code, "--persona", "wanna-typical", "--url",
                    world.address)
                #expect(again.code == 1 && again.error.contains("identity.code"))

                let refused = try await waiting(world, "tablet")
                let denied = try await decide(
                    world, "--code", refused.code, "--persona", "wanna-typical", "--deny", "--url",
                    world.address)
                #expect(denied.code == 0, "\(denied.error)")
                #expect(await refused.child.wait() == 4)
                #expect(refused.child.error.contains("account.sign_in_denied"))

                let weak = try await decide(
                    world, "--code", refused.code, "--persona", "wanna-typical", "--level", "1.1",
                    "--url", world.address)
                #expect(weak.code == 1 && weak.error.contains("identity.level"))
            }
        }

        @Test("identifies nobody whose number could be real, and with no key but its own")
        func synthetic() async throws {
            try await RealWorld.run(serving: false) { world in
                let file = world.path("provider.json")
                let made = try await world.run(
                    Programs.qa, ["identity", "new", "--file", file, "--audience", "here"])
                #expect(made.code == 0, "\(made.error)")
                let people = world.path("Data/personas")
                try FileManager.default.createDirectory(
                    atPath: people, withIntermediateDirectories: true)
                // Well formed, with an office code that a registration office could have.
                let digits = "1100100000" + "00"
                let sum = zip(digits, stride(from: 13, to: 1, by: -1)).reduce(0) {
                    $0 + ($1.0.wholeNumberValue ?? 0) * $1.1
                }
                let number = digits + "\((11 - sum % 11) % 10)"
                try Data(#"{"slug":"somebody","pid":"\#(number)"}"#.utf8)
                    .write(to: URL(fileURLWithPath: people + "/people.ndjson"))
                let real = try await decide(
                    world, "--code", "BCDF-GHJK", "--persona", "somebody", "--world",
                    world.path("Data"), "--print")
                #expect(real.code == 1 && real.error.contains("identity.real"), "\(real.error)")
                #expect(real.output.isEmpty && !real.error.contains(number))

                let other = world.path("provider.json")
                let text = try String(contentsOfFile: other, encoding: .utf8)
                try Data(text.replacing("sandbox", with: "thaid").utf8)
                    .write(to: URL(fileURLWithPath: other))
                let foreign = try await decide(
                    world, "--code", "BCDF-GHJK", "--persona", "wanna-typical", "--print")
                #expect(foreign.code == 1 && foreign.error.contains("identity.issuer"))
            }
        }

        @Test("is believed by no server whose file others can read")
        func openFile() async throws {
            try await RealWorld.run(serving: false) { world in
                let file = world.path("provider.json")
                let made = try await world.run(
                    Programs.qa, ["identity", "new", "--file", file, "--audience", "here"])
                #expect(made.code == 0, "\(made.error)")
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o644], ofItemAtPath: file)
                let server = try await world.run(
                    Programs.server,
                    ["serve", "--data", world.data, "--listen", "127.0.0.1:0"]
                        + ["--identity-provider", file])
                #expect(server.code == 2 && server.error.contains("server.identity"))
                #expect(!server.error.contains("keys"))
            }
        }

        @Test(
            "whose file a failing disk does not give is asked for again, and is no mistake",
            arguments: ["--identity-provider", "--config"])
        func unreadable(option: String) async throws {
            try await RealWorld.run(serving: false) { world in
                // Reading the beginning of a process's memory is an error of input and output.
                let server = try await world.run(
                    Programs.server,
                    ["serve", "--data", world.data, "--listen", "127.0.0.1:0"]
                        + [option, "/proc/self/mem"])
                #expect(server.code == 1, "\(server.error)")
            }
        }
    }
}
