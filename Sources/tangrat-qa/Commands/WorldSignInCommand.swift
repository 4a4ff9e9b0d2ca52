internal import SyncClientCore
internal import SyncProtocol

extension Command {
    /// `world sign-in`: a device of a synthetic person, in one command.
    static let worldSignIn = Command(
        name: "world sign-in", summary: "signs a device in as one of the synthetic people",
        details: """
            Asks the server for a code as tangrat login does, confirms it as
            tangrat-server approve does, and waits for the tokens. Afterwards the device
            is used with: tangrat --data HOME
            """,
        options: [
            OptionRule("persona", "SLUG", "the person; see: tangrat-qa world list"),
            OptionRule("home", "HOME", "the data directory of the device"),
            OptionRule("name", "DEVICE", "what the device is called; default: the person's slug"),
            .data, .url, .world,
        ],
        run: { options, console in
            let slug = try options.required("persona")
            let home = try options.required("home")
            let admin = AdminChannel(directory: try options.required("data"))
            let address = try options.address()
            let people = try WorldFiles(options["world"]).people()
            guard let person = people.first(where: { $0.slug == slug }) else {
                throw Trouble(
                    "persona.unknown", "nobody in the world is called \(slug)",
                    advice: "See: tangrat-qa world list", exit: .usage)
            }
            let client = try await SyncClient.open(SyncConfiguration(dataDirectory: home))
            do {
                let prompt = try await client.beginSignIn(
                    server: address.url, deviceName: options["name"] ?? slug)
                _ = try admin.run(
                    "approve",
                    [("person", .string(person.pid)), ("user_code", .string(prompt.userCode))])
                let account = try await client.completeSignIn(prompt)
                console.say("\(home) is signed in as \(person.nameEnglish).")
                console.say("Go on with: tangrat --data \(home) sync")
                console.give([
                    "device": .string(account.device), "home": .string(home),
                    "server": .string(account.server), "slug": .string(slug),
                    "subject": .string(account.subject),
                ])
            } catch {
                await client.close()
                throw error
            }
            await client.close()
            return .done
        })
}
