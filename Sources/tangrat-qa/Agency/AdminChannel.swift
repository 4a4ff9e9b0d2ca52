internal import NetworkIO
internal import SyncProtocol

/// Gives the commands of an operator to a running server.
struct AdminChannel: Sendable {
    /// The server's data directory.
    let directory: String

    private static let answerBytesMax = 64 << 20

    /// Gives one command.
    ///
    /// - Parameters:
    ///   - name: The command, for instance `person.add`.
    ///   - members: What else belongs to it.
    /// - Returns: The rows of the answer.
    /// - Throws: `Trouble` if no server runs there or it refuses.
    func run(_ name: String, _ members: [(String, JSONValue)]) throws(Trouble) -> [JSONValue] {
        let body = JSON.canonical(
            .object(JSONObject([("command", .string(name))] + members)))
        let head =
            "POST /admin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n"
        let value = try answer(to: Array(head.utf8) + body)
        if let error = value["error"] {
            throw Trouble(
                error["code"]?.text ?? "admin", error["message"]?.text ?? "",
                advice: error["advice"]?.text ?? "")
        }
        return value["rows"]?.items ?? []
    }

    private func answer(to request: [UInt8]) throws(Trouble) -> JSONValue {
        let bytes: [UInt8]?
        do throws(SystemError) {
            bytes = try UnixConversation.exchange(
                path: directory + "/admin.sock", request: request,
                answerBytesMax: Self.answerBytesMax)
        } catch {
            throw Trouble(
                "admin.socket", "the admin socket of \(directory) does not answer: \(error)",
                advice: "Is the server starting or stopping? Try again.")
        }
        guard let bytes else {
            throw Trouble(
                "admin.absent", "no server runs on the data directory \(directory)",
                advice: "Start one: tangrat-server serve --data \(directory)")
        }
        var reader = AnswerReader()
        var lines: [UInt8] = []
        for event in try reader.received(bytes) {
            if case .line(let line) = event { lines += line }
        }
        guard let value = try? JSON.parse(lines, limits: .document) else {
            throw Trouble("admin.answer", "the admin socket gave no answer that can be read")
        }
        return value
    }
}
