internal import CrashPoints
internal import SyncProtocol

extension Command {
    /// `points`: where a process can be made to kill itself.
    static let points = Command(
        name: "points", summary: "the places where a debug build can be killed, by name",
        details: """
            A debug build of tangrat or tangrat-server that is started with
            TANGRAT_CRASH_AT=NAME[:COUNT] in its environment ends itself with SIGKILL
            when it passes that place for the first time, or for the COUNT-th.
            A release build knows nothing of it.
            """,
        options: [],
        run: { _, console in
            for point in CrashPoint.allCases {
                console.say(point.rawValue)
                console.give([
                    "built_in": .integer(CrashPoint.isBuiltIn ? 1 : 0),
                    "point": .string(point.rawValue),
                ])
            }
            return .done
        })
}
