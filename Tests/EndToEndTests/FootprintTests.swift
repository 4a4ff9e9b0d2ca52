import Testing

extension WorldTests {
    @Suite("A running server")
    struct FootprintTests {
        @Test("loads neither Foundation nor what Foundation brings")
        func libraries() async throws {
            try await RealWorld.run { world in
                let child = try #require(world.serverChild)
                let maps = ProcessTable.read("/proc/\(child.pid)/maps")
                #expect(maps.contains("libswiftCore"), "\(maps)")
                for library in ["libFoundation", "_FoundationICU", "libcurl", "libxml2"] {
                    #expect(!maps.contains(library), "\(library)")
                }
            }
        }
    }
}
