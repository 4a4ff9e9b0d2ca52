internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

extension Session {
    /// Signs in: shows a code and waits until the person has confirmed it.
    func login() async throws {
        guard let server = invocation.value(.server) ?? standing.account?.server else {
            throw Trouble(
                "usage.server_missing", AccountMessage.serverMissing.words,
                AccountMessage.serverAdvice.words, exit: .usage)
        }
        let name = invocation.value(.name) ?? world.hostName
        let prompt = try await prompt(server: server, deviceName: name)
        if invocation.isJSON {
            output.json([
                "event": "code", "expires_in": .integer(prompt.expiresInSeconds),
                "user_code": .string(prompt.userCode),
                "verification_uri": .string(prompt.verificationURL),
                "verification_uri_complete": .string(prompt.verificationURLComplete),
            ])
        } else {
            output.show(
                LoginScreen(say: say, prompt: prompt).page(
                    output.pictures))
        }
        let account = try await mirror.completeSignIn(prompt)
        if invocation.isJSON {
            output.json([
                "device": .string(account.device), "event": "signed_in",
                "server": .string(account.server), "subject": .string(account.subject),
            ])
        } else {
            output.line(say(AccountMessage.signedIn) + "\n" + say(AccountMessage.next))
        }
    }

    /// Asks for a code; nothing waits to be sent by somebody who is not signed in.
    private func prompt(server: String, deviceName: String) async throws -> SignInPrompt {
        do throws(SyncFailure) {
            return try await mirror.beginSignIn(server: server, deviceName: deviceName)
        } catch {
            switch error {
            case .offline, .noAnswer:
                throw Trouble(
                    error.code, AccountMessage.unreachable.filled(server),
                    AccountMessage.unreachableAdvice.words)
            default: throw error
            }
        }
    }

    /// Signs out and erases the person's data from this device.
    func logout() async throws {
        try requireAccount()
        try await mirror.signOut(discardingUnsent: invocation.has(.discardUnsent))
        if invocation.isJSON {
            output.json(["signed_in": false])
        } else {
            output.line(say(AccountMessage.signedOut))
        }
    }
}

/// Where and how to confirm a sign-in.
struct LoginScreen: Sendable {
    let say: Speaker
    let prompt: SignInPrompt

    /// A picture of the code and the address, and both in words.
    ///
    /// The picture stands first: in a low window the words stay in sight.
    func page(_ pictures: PictureStyle?) -> Page {
        var page = Page()
        page.title(say(AccountMessage.enterCode))
        // Only an address is worth scanning.
        if let pictures, prompt.verificationURLComplete.hasPrefix("http"),
            let lines = QRPicture.lines(
                prompt.verificationURLComplete, usesColor: pictures == .blackOnWhite)
        {
            page.text(say(AccountMessage.scan))
            for line in lines { page.verbatim(line) }
            page.text(say(AccountMessage.orOpen))
        }
        page.field(say(AccountMessage.open), prompt.verificationURL)
        page.field(say(AccountMessage.code), prompt.userCode, role: .strong)
        page.blank()
        page.text(
            say(AccountMessage.expires, "\(max(1, prompt.expiresInSeconds / 60))"), role: .quiet,
            indent: 0)
        page.text(say(AccountMessage.waiting), role: .quiet, indent: 0)
        return page
    }
}
