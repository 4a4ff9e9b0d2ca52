internal import FaultVFS
internal import SyncClientCore
internal import SyncProtocol
internal import SyncServerCore

/// What answers tell of sign-ins: who has which token, and whose rights have ended.
extension Oracle {
    /// Takes note of the tokens in an answer.
    func learnTokens(_ response: Response) {
        guard response.status == 200, let body = try? JSON.parse(response.body),
            let access = body["access_token"]?.text, let subject = body["subject"]?.text,
            let device = body["device_id"]?.text.flatMap({ DeviceID(text: $0) })
        else { return }
        tokens[access] = device
        guard truth.devices[device] == nil else { return }
        do {
            // A fault is for the server, and not for who looks.
            let found = try world.server.disk.unwatched {
                try serverEye?.device(token: access)
            }
            guard let record = found else {
                return fail("I17", "tokens were given that are not stored")
            }
            truth.devices[device] = DeviceFacts(subject: subject, number: record.number)
        } catch {
            fail("I17", "the store cannot be read: \(error)")
        }
    }

    /// A device has taken the place of an older one, whose rights end with that.
    func learnReplacement(_ exchange: Exchange, _ response: Response) {
        let fields = String(decoding: exchange.body, as: UTF8.self).split(separator: "&")
        guard response.status == 200, let asker = exchange.bearer.flatMap({ tokens[$0] }),
            let field = fields.first(where: { $0.utf8.starts(with: "device=".utf8) }),
            let old = DeviceID(text: String(field.dropFirst(7))), old != asker,
            truth.devices[old]?.subject == truth.devices[asker]?.subject
        else { return }
        truth.devices[old]?.revokedAfter = commits
        askedAt[asker] = history
        world.reached("device.placeTaken")
    }
}
