internal import SyncClientCore
internal import SyncProtocol

extension Command {
    /// `identity decide`: a synthetic person confirms a code, as on the page of a provider.
    static let identityDecide = Command(
        name: "identity decide", summary: "confirms a sign-in as one of the synthetic people",
        details: """
            Signs what the person has decided, with the key that identity new made, and
            brings it to the server, as the gateway of ThaID would. Nothing is sent to
            anybody else, and nobody with a number that could be real is identified.
            """,
        options: [
            OptionRule("file", "FILE", "the file that identity new made"),
            OptionRule("code", "CODE", "the code that the device shows"),
            OptionRule("persona", "SLUG", "the person; see: tangrat-qa world list"),
            OptionRule("deny", "", "the person refuses the sign-in"),
            OptionRule("level", "IAL", "how surely they are identified; default 2.3"),
            OptionRule("print", "", "write the assertion, and send nothing"),
            .url, .world,
        ],
        run: { options, console in
            let environment = SyncEnvironment.live()
            let sandbox = try IdentitySandbox(try options.required("file"), environment.files)
            let slug = try options.required("persona")
            let people = try WorldFiles(options["world"]).people()
            guard let person = people.first(where: { $0.slug == slug }) else {
                throw Trouble(
                    "persona.unknown", "nobody in the world is called \(slug)",
                    advice: "See: tangrat-qa world list", exit: .usage)
            }
            var name: [UInt8] = []
            for _ in 0..<2 { name.appendBigEndian(environment.random.next()) }
            let assertion = try sandbox.assertion(
                options.has("deny") ? "deny" : "approve", of: try options.required("code"),
                by: person, level: options["level"] ?? "2.3",
                at: environment.wall.milliseconds() / 1_000, named: Hex.encode(name))
            guard !options.has("print") else {
                console.show(assertion + "\n")
                return .done
            }
            let server = try ServerAddress(options["url"] ?? OptionRule.defaultURL)
            let outcome = await environment.transport.send(
                Request(
                    .post, server, "/v1/oauth/decision",
                    contentType: "application/x-www-form-urlencoded",
                    // Base64url and dots need no escape in a form.
                    body: Array("assertion=\(assertion)".utf8)))
            guard case .response(let response) = outcome else {
                throw Trouble(
                    "server.unreachable", "no answer came from \(server)",
                    advice: "Ask the device whether it is signed in; a code counts once.")
            }
            let answer = (try? JSON.parse(response.body)) ?? .null
            guard response.status == 200, let device = answer["device_name"]?.text else {
                let error = answer["error"]
                throw Trouble(
                    error?["code"]?.text ?? "http.\(response.status)",
                    error?["message"]?.text ?? "the server answered \(response.status)",
                    advice: error?["advice"]?.text ?? "")
            }
            let what = options.has("deny") ? "refused" : "confirmed"
            console.say("\(person.nameEnglish) has \(what) the sign-in of \(device).")
            console.give(["decision": .string(what), "device_name": .string(device)])
            return .done
        })
}
