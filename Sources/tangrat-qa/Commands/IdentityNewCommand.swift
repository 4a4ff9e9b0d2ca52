internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

extension Command {
    /// `identity new`: the file that a server and the sandbox of an identity provider share.
    static let identityNew = Command(
        name: "identity new", summary: "makes a key for a sandbox identity provider",
        details: """
            The server takes the file as --identity-provider FILE, and believes from then
            on whoever has it. It is made for its owner alone, and never made twice.
            """,
        options: [
            OptionRule("file", "FILE", "the new file"),
            OptionRule("audience", "NAME", "the server it is for; default: its address, --url"),
            OptionRule("level", "IAL", "the least assurance that the server asks for; default 2.1"),
            .url,
        ],
        run: { options, console in
            let path = try options.required("file")
            let environment = SyncEnvironment.live()
            var key: [UInt8] = []
            for _ in 0..<4 { key.appendBigEndian(environment.random.next()) }
            let audience = try options["audience"] ?? options.address().url
            let content: JSONValue = [
                "audience": .string(audience), "ial_min": .string(options["level"] ?? "2.1"),
                "issuer": .string(IdentitySandbox.issuer),
                "keys": [.string(Base64URL.encode(key))],
            ]
            let advice = "Name a file that does not exist, in a folder that you can write to."
            guard try environment.files.identity(path) == nil else {
                throw Trouble("identity.file", "there is a file \(path)", advice: advice)
            }
            do throws(SyncFailure) {
                try environment.files.write(JSON.canonical(content), to: path)
            } catch {
                throw Trouble("identity.file", "\(path) cannot be written", advice: advice)
            }
            console.say("\(path) is made. Start the server with --identity-provider \(path)")
            console.give(["audience": .string(audience), "file": .string(path)])
            return .done
        })
}
