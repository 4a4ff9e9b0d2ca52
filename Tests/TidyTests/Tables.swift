/// What each module may use: a change here is a change of the architecture.
enum Tables {
    /// A call that is kept to a few files.
    struct Call {
        /// What to look for, as a whole word.
        let text: String
        /// Whether only a function of the system library is meant, called by its bare
        /// name or as `Glibc.name(`, and not a method that happens to share the name.
        var isSystem = false
        /// The beginnings of the paths where it may stand.
        let allowed: [String]
        /// Why it is kept there.
        let why: String
        /// What makes a line with it harmless.
        var excuse: String?
    }

    /// The modules that each module may import.
    static let imports: [String: Set<String>] = [
        "CLinux": [],
        "CSHA256": [],
        "CSQLite": [],
        "CrashPoints": ["Glibc", "Synchronization"],
        "NetworkIO": ["CLinux", "Glibc", "Synchronization"],
        "HTTPWire": [],
        "SyncProtocol": ["CSHA256"],
        "CitizenData": ["SyncProtocol"],
        "FaultVFS": ["CSQLite", "Synchronization"],
        "SQLiteKit": ["CSQLite", "CrashPoints", "Dispatch", "Synchronization", "Glibc"],
        "SyncServerCore": [
            "SyncProtocol", "CitizenData", "SQLiteKit", "HTTPWire", "NetworkIO", "Dispatch",
            "Synchronization", "CrashPoints",
        ],
        "SyncClientCore": [
            "SyncProtocol", "CitizenData", "SQLiteKit", "Foundation", "FoundationNetworking",
            "Dispatch", "Synchronization", "Glibc", "CrashPoints",
        ],
        // Sees both sides: nothing else does.
        "SyncSimulation": [
            "SyncProtocol", "CitizenData", "SQLiteKit", "FaultVFS", "NetworkIO", "SyncServerCore",
            "SyncClientCore", "Dispatch", "Glibc", "Synchronization",
        ],
        "SyncServer": ["SyncServerCore"],
        "tangrat-cli": [
            "SyncClientCore", "CitizenData", "SyncProtocol", "CLinux", "Foundation", "Glibc",
        ],
        "tangrat-qa": [
            "SyncSimulation", "SyncClientCore", "SyncProtocol", "CitizenData", "NetworkIO",
            "HTTPWire", "Foundation", "Glibc", "Synchronization", "CrashPoints",
        ],
        "SyncBenchmarks": [
            "SyncProtocol", "SQLiteKit", "SyncClientCore", "Foundation", "FoundationNetworking",
            "Dispatch", "Synchronization", "Glibc",
        ],
    ]

    /// Single files that may import more, each because it faces the operating system.
    static let importExceptions: [String: Set<String>] = [
        "Sources/SyncServerCore/Operations/ServerOptions.swift": ["Glibc"],
        "Sources/SyncServerCore/Operations/ServerProgram.swift": ["Glibc"],
    ]

    private static let programs = [
        "Sources/SyncServer/", "Sources/tangrat-cli/", "Sources/tangrat-qa/",
        "Sources/SyncBenchmarks/",
    ]

    /// Measures from outside, with peers and files of its own.
    private static let benchmarks = "Sources/SyncBenchmarks/"

    private static let clocks = [
        "Sources/NetworkIO/Clocks.swift", "Sources/SyncClientCore/Engine/LiveEnvironment.swift",
        benchmarks,
    ]

    /// Files and locks of devices, and of servers.
    private static let files = [
        "Sources/SQLiteKit/Files.swift", "Sources/SQLiteKit/FileLock.swift",
        "Sources/SyncClientCore/Cache/LiveFiles.swift",
    ]

    /// Peers of the tools: the tools send and measure what no module of the product does.
    private static let plainSockets = [
        "Sources/NetworkIO/", "Sources/tangrat-qa/Agency/PlainAddress.swift", benchmarks,
    ]

    private static func system(_ names: [String], _ allowed: [String], _ why: String) -> [Call] {
        names.map { Call(text: "\($0)(", isSystem: true, allowed: allowed, why: why) }
    }

    /// Every other call takes a `StaticString`, into which no value can be put.
    private static let builtStatements = "a statement is a literal, and its values are bound"

    /// The calls that are kept to a few files.
    static let calls: [Call] = words + expressions + systemCalls

    /// Regular expressions: what comes from outside is read byte by byte, once.
    private static let expressions: [Call] = [
        "Regex", "NSRegularExpression", ".regularExpression", "wholeMatch(", "firstMatch(",
        "prefixMatch(", "matches(of:", "#/",
    ].map {
        Call(text: $0, allowed: [], why: "an expression may take time that no length bounds")
    }

    /// Functions of the system library, each at the one seam that owns it.
    private static let systemCalls: [Call] =
        system(
            ["socket", "accept4"], plainSockets,
            "descriptors of the network have one owner, which knows errno")
        + system(
            ["epoll_create1", "epoll_ctl", "epoll_wait", "eventfd"], ["Sources/NetworkIO/"],
            "one place waits for the descriptors of the network")
        + system(
            ["flock"], files, "a lock is held by a type that gives it up, and off the pool of tasks"
        )
        + system(
            [
                "open", "openat", "creat", "fopen", "fsync", "fdatasync", "rename", "unlink",
                "mkdir",
            ],
            files + [
                // A listener owns the file of its UNIX socket.
                "Sources/NetworkIO/Listener.swift",
                // Files that a person names, only read.
                "Sources/tangrat-cli/Commands/StandardStreams.swift", benchmarks,
            ],
            "files are made private, synced and replaced in one way")
        + system(
            ["usleep", "nanosleep"],
            [
                // SQLite is busy for a moment: on the thread that owns the connection.
                "Sources/SQLiteKit/Connection+Opening.swift",
                "Sources/SQLiteKit/Connection+Maintenance.swift",
                "Sources/SyncClientCore/Cache/LiveFiles.swift", benchmarks,
                // What must rest is a queue of another's.
                "Sources/SyncClientCore/Transport/SessionRest.swift",
            ], "a blocked thread of the pool stops everyone; waiting comes in as a value")
        + system(
            ["sleep"],
            // A thread of its own, which ends a process that does not end itself.
            ["Sources/tangrat-cli/Commands/Interrupts.swift"],
            "a blocked thread of the pool stops everyone; waiting comes in as a value")
        + system(
            ["getenv", "secure_getenv"],
            [
                "Sources/SyncServerCore/Operations/ServerProgram.swift",
                // Not in a release build: a process of a test is told where to kill itself.
                "Sources/CrashPoints/CrashPlan.swift",
            ],
            "the environment is read by programs and comes in as a value")
        + system(
            ["setenv", "unsetenv", "putenv"],
            // Workaround 7: there is no other interface, and it is set before any thread reads it.
            ["Sources/SyncClientCore/Transport/URLSessionTransport.swift"],
            "other threads may be reading the environment")
        + system(
            ["gettimeofday", "localtime_r"], [], "time comes in as a value")
        + system(
            ["getrandom", "getentropy", "rand"], [],
            "randomness comes in as a value")

    private static let words: [Call] = [
        Call(
            text: "Date()", allowed: ["Sources/tangrat-cli/Commands/Tangrat.swift"],
            why: "time comes in as a value"),
        Call(text: "time(nil)", isSystem: true, allowed: [], why: "time comes in as a value"),
        Call(text: "Date.now", allowed: [], why: "time comes in as a value"),
        Call(text: "DispatchTime", allowed: clocks, why: "time comes in as a value"),
        Call(text: "ContinuousClock", allowed: clocks, why: "time comes in as a value"),
        Call(text: "SuspendingClock", allowed: clocks, why: "time comes in as a value"),
        Call(text: "clock_gettime", allowed: clocks, why: "time comes in as a value"),
        Call(
            text: "Task.sleep",
            allowed: ["Sources/SyncClientCore/Engine/LiveEnvironment.swift", benchmarks],
            why: "waiting is asked for by a machine and done in one place"),
        Call(text: "UUID()", allowed: [benchmarks], why: "randomness comes in as a value"),
        Call(
            text: "SystemRandomNumberGenerator",
            allowed: [
                "Sources/SyncServerCore/Identity/Secrets.swift",
                "Sources/SyncClientCore/Engine/LiveEnvironment.swift",
            ], why: "randomness comes in as a value"),
        Call(
            text: "ProcessInfo",
            allowed: [
                "Sources/tangrat-cli/Commands/Tangrat.swift",
                // The default directory of a device is that of its person.
                "Sources/SyncClientCore/Cache/LiveFiles.swift", benchmarks,
            ], why: "the environment is read by programs and comes in as a value"),
        Call(
            text: ".random(", allowed: [], why: "randomness comes in as a value",
            excuse: "using:"),
        Call(
            text: "URLSession",
            allowed: [
                "Sources/SyncClientCore/Transport/",
                "Sources/SyncClientCore/Engine/LiveEnvironment.swift",
                benchmarks,
            ],
            why: "the engines know no network"),
        Call(
            text: "FileManager",
            allowed: ["Sources/SyncClientCore/Cache/LiveFiles.swift", benchmarks],
            why: "the engines know no files"),
        Call(
            text: "sqlite3_open",
            allowed: [
                "Sources/SQLiteKit/Connection+Opening.swift",
                "Sources/SQLiteKit/Connection+Maintenance.swift",
            ], why: "every connection is opened with the same settings"),
        Call(
            text: ".prepare(",
            allowed: [
                // A literal that runs once for each writer, and is not kept.
                "Sources/SyncServerCore/Store/SQLite/SQLiteTransaction.swift",
                // Copies tables whose names and columns are literals.
                "Sources/SyncClientCore/Salvage/DamagedCache.swift",
                "Sources/SyncSimulation/Machines/OlderFiles.swift", benchmarks,
            ], why: builtStatements, excuse: ".prepare()"),
        Call(
            text: ".execute(",
            allowed: [
                // Schemas, and settings that no value can be bound to.
                "Sources/SQLiteKit/",
                "Sources/SyncServerCore/Store/SQLite/OutcomeRuns.swift",
                "Sources/SyncClientCore/SignIn/SyncClient+SignIn.swift",
                "Sources/SyncSimulation/Machines/OlderFiles.swift", benchmarks,
            ], why: builtStatements,
            // An event loop runs closures.
            excuse: "loop.execute("),
        Call(text: "print(", allowed: programs, why: "libraries do not talk to people"),
    ]

    /// Tests that name leftovers to look for them, or show a person's path.
    static let leftoversAllowed: Set<String> = [
        "Tests/EndToEndTests/CLIArgumentTests.swift",
        "Tests/EndToEndTests/CLICommandTests.swift",
    ]

    /// Where files without an extension are scripts, which people wrote.
    static let scriptFolders = ["Scripts/", "Benchmarks/", ".ci/"]

    /// Folders whose 13-digit numbers are those of made-up people and test lines.
    static let personNumbersAllowed = ["Tests/Vectors/", "Data/"]
}
