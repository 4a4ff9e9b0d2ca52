/// What each module may use: a change here is a change of the architecture.
enum Tables {
    /// A call that is kept to a few files.
    struct Call {
        /// What to look for, as a whole word.
        let text: String
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
        "NetworkIO": ["CLinux", "Glibc", "Synchronization"],
        "HTTPWire": [],
        "SyncProtocol": ["CSHA256"],
        "CitizenData": ["SyncProtocol"],
        "FaultVFS": ["CSQLite", "Synchronization"],
        "SQLiteKit": ["CSQLite", "Dispatch", "Synchronization", "Glibc"],
        "SyncServerCore": [
            "SyncProtocol", "CitizenData", "SQLiteKit", "HTTPWire", "NetworkIO", "Dispatch",
            "Synchronization",
        ],
        "SyncClientCore": [
            "SyncProtocol", "CitizenData", "SQLiteKit", "Foundation", "FoundationNetworking",
            "Dispatch", "Synchronization", "Glibc",
        ],
        // Sees both sides: nothing else does.
        "SyncSimulation": [
            "SyncProtocol", "CitizenData", "SQLiteKit", "FaultVFS", "NetworkIO", "SyncServerCore",
            "SyncClientCore", "Glibc",
        ],
        "SyncServer": ["SyncServerCore"],
        "tangrat-cli": ["SyncClientCore", "CitizenData", "SyncProtocol", "Foundation", "Glibc"],
        "tangrat-qa": [
            "SyncSimulation", "SyncClientCore", "SyncProtocol", "CitizenData", "NetworkIO",
            "HTTPWire", "Foundation", "Glibc", "Synchronization",
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

    /// The calls that are kept to a few files.
    static let calls: [Call] = [
        Call(
            text: "Date()", allowed: ["Sources/tangrat-cli/Commands/Tangrat.swift"],
            why: "time comes in as a value"),
        Call(text: "Date.now", allowed: [], why: "time comes in as a value"),
        Call(text: "DispatchTime", allowed: clocks, why: "time comes in as a value"),
        Call(text: "ContinuousClock", allowed: clocks, why: "time comes in as a value"),
        Call(text: "clock_gettime", allowed: clocks, why: "time comes in as a value"),
        Call(
            text: "Task.sleep",
            allowed: ["Sources/SyncClientCore/Engine/LiveEnvironment.swift", benchmarks],
            why: "waiting is asked for by a machine and done in one place"),
        Call(text: "UUID()", allowed: [benchmarks], why: "randomness comes in as a value"),
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
        Call(text: "print(", allowed: programs, why: "libraries do not talk to people"),
    ]

    /// Tests that name leftovers to look for them, or show a person's path.
    static let leftoversAllowed: Set<String> = [
        "Tests/EndToEndTests/CLIArgumentTests.swift",
        "Tests/EndToEndTests/CLICommandTests.swift",
    ]

    /// Folders whose 13-digit numbers are those of made-up people and test lines.
    static let personNumbersAllowed = ["Tests/Vectors/", "Data/"]
}
