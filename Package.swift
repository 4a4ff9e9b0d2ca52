// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// Programs are bound whole at start, after which the linker's tables cannot be written any more.
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, swiftSettings: settings,
        linkerSettings: [
            .unsafeFlags(["-Xlinker", "-z", "-Xlinker", "now"], .when(platforms: [.linux]))
        ])
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], data: [String] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], exclude: data,
        swiftSettings: settings)
}

let package = Package(
    name: "tangrat-sync",
    products: [
        // The views of the kinds are a part of what an app uses: decision 0048.
        .library(name: "SyncClientCore", targets: ["SyncClientCore", "CitizenData"]),
        .executable(name: "tangrat", targets: ["tangrat-cli"]),
        .executable(name: "tangrat-server", targets: ["SyncServer"]),
        .executable(name: "tangrat-qa", targets: ["tangrat-qa"]),
        .executable(name: "sync-benchmarks", targets: ["SyncBenchmarks"]),
    ],
    targets: [
        .systemLibrary(
            name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CLinux"),
        .target(name: "CSHA256"),

        module("CrashPoints"),
        module("SyncProtocol", ["CSHA256"]),
        module("CitizenData", ["SyncProtocol"]),
        module("SQLiteKit", ["CSQLite", "CrashPoints"]),
        module("FaultVFS", ["CSQLite"]),
        module("HTTPWire"),
        module("NetworkIO", ["CLinux"]),
        module(
            "SyncServerCore",
            [
                "SyncProtocol", "CitizenData", "SQLiteKit", "HTTPWire", "NetworkIO",
                "CrashPoints",
            ]),
        module(
            "SyncClientCore", ["SyncProtocol", "CitizenData", "SQLiteKit", "CrashPoints"]),

        module(
            "SyncSimulation",
            [
                "SyncProtocol", "CitizenData", "SQLiteKit", "FaultVFS", "NetworkIO",
                "SyncServerCore", "SyncClientCore",
            ]),

        program("SyncServer", ["SyncServerCore"]),
        program("tangrat-cli", ["SyncClientCore", "CitizenData", "SyncProtocol", "CLinux"]),
        program(
            "tangrat-qa",
            [
                "SyncSimulation", "SyncClientCore", "SyncProtocol", "CitizenData", "HTTPWire",
                "NetworkIO", "CrashPoints",
            ]),
        program("SyncBenchmarks", ["SyncProtocol", "SQLiteKit", "SyncClientCore"]),

        .target(
            name: "TestSupport", dependencies: ["CSQLite"], path: "Tests/TestSupport",
            swiftSettings: settings),
        // Sees only what is public, as an app does.
        .target(
            name: "ArticleCode", dependencies: ["SyncClientCore", "CitizenData"],
            path: "Tests/ArticleCode", packageAccess: false, swiftSettings: settings),
        tests("SyncProtocolTests", ["SyncProtocol"]),
        tests("CitizenDataTests", ["CitizenData", "SyncProtocol"]),
        tests("SQLiteKitTests", ["SQLiteKit"]),
        tests("FaultVFSTests", ["FaultVFS", "SQLiteKit"]),
        tests("HTTPWireTests", ["HTTPWire"]),
        tests("FuzzTests", ["HTTPWire", "SyncProtocol"]),
        tests("NetworkIOTests", ["NetworkIO"]),
        tests("SyncServerCoreTests", ["SyncServerCore", "CSQLite"]),
        tests(
            "SyncClientCoreTests", ["SyncClientCore", "CitizenData", "ArticleCode", "CSQLite"]),
        tests(
            "SimulationTests",
            [
                "SyncSimulation", "SyncProtocol", "FaultVFS", "SQLiteKit", "SyncClientCore",
                "SyncServerCore",
            ],
            data: ["Planted", "Regressions"]),
        tests("EndToEndTests", ["tangrat-cli", "SyncServer", "tangrat-qa", "SQLiteKit"]),
        tests("TidyTests", []),
    ],
    swiftLanguageModes: [.v6]
)
