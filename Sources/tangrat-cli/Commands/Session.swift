internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

/// One command at work: the client, what it holds, and how to speak.
struct Session: Sendable {
    let world: World
    let invocation: Invocation
    let mirror: any Mirror
    let standing: Standing
    let say: Speaker
    let output: Output

    /// The id of the first operand, or a usage problem.
    func operand(_ index: Int, _ name: String) throws -> String {
        guard invocation.operands.indices.contains(index), !invocation.operands[index].isEmpty
        else { throw UsageProblem.operandMissing(name, invocation.command) }
        return invocation.operands[index]
    }

    /// What the screens need beside their rows.
    func context() async throws -> ScreenContext {
        let agencies = standing.account == nil ? [] : try await mirror.rows("agency")
        return ScreenContext(say: say, now: standing.now, directory: AgencyDirectory(agencies))
    }

    /// A judge with the person's own words about rows.
    func judge() async throws -> RowJudge {
        RowJudge(standing: standing, annotations: try await mirror.rows("annotation"))
    }

    /// Says that nobody is signed in, unless somebody is.
    func requireAccount() throws {
        guard standing.account != nil else {
            throw Trouble(
                "account.signed_out", CommandMessage.signedOut.words,
                CommandMessage.signInAdvice.words, exit: .signedOut)
        }
    }

    /// Says that there is nothing to show yet, unless something was ever synced.
    func requireData() throws {
        try requireAccount()
        guard standing.lastSync != nil || !standing.buckets.isEmpty else {
            throw Trouble(
                "cache.empty", SyncMessage.notSyncedYet.words, SyncMessage.runSync.words,
                exit: .nothingCached)
        }
    }

    /// The result of a stored write: a sentence, or its number for a script.
    func stored(_ write: QueuedWrite, _ sentence: String, _ extra: [(String, JSONValue)] = []) {
        if invocation.isJSON {
            output.json(
                .object(
                    JSONObject(
                        extra + [
                            ("mid", .integer(Int64(clamping: write.mid))),
                            ("queued_at", .string(BangkokTime.iso(write.queuedAtMilliseconds))),
                            ("rows", .array(write.rows.map(JSONValue.string))),
                            ("state", "queued"),
                        ])))
        } else {
            output.line(sentence)
        }
    }
}
