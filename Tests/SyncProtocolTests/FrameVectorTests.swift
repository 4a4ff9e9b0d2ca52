import SyncProtocol
import TestSupport
import Testing

@Suite("The golden files")
struct GoldenTests {
    @Test("give each frame as bytes and as a line", arguments: try Vector.all("frames"))
    func frames(vector: Vector) throws {
        let pieces = try #require(vector.input["hex"]?.items)
            .compactMap { $0.text.flatMap { Hex.decode($0) } }
        let lines = try #require(vector.expected["lines"]?.items).compactMap(\.text)
        let read = FrameStreams.readBinary(pieces)
        #expect(read.error == nil && read.isBetweenFrames)
        #expect(read.frames.count == pieces.count)
        #expect(FrameStreams.binary(read.frames) == pieces.flatMap(\.self))
        let text = lines.map { "\($0)\n" }.joined()
        #expect(String(decoding: FrameStreams.json(read.frames), as: UTF8.self) == text)
        #expect(FrameStreams.readJSON([Array(text.utf8)]).frames == read.frames)
    }

    @Test("hold a frame of every type")
    func complete() throws {
        let found = try Vector.all("frames").flatMap { vector in
            FrameStreams.readBinary(
                (vector.input["hex"]?.items ?? []).compactMap { $0.text.flatMap { Hex.decode($0) } }
            ).frames.map(\.number)
        }
        #expect(Set(found) == Set(FrameStreams.oneOfEach().map(\.number)))
    }

    @Test("link mutations into a chain")
    func chain() throws {
        var previous: UInt64 = 0x0123_4567_89ab_cdef
        for name in ["frames-mutation", "frames-mutation-chained", "frames-mutation-empty"] {
            let vector = try #require(try Vector.all("frames").first { $0.id == name })
            let line = try #require(vector.expected["lines"]?.items?.first?.text)
            let frame = FrameStreams.readJSON([Array(line.utf8)]).frames.first
            guard case .mutation(let mutation)? = frame else {
                Issue.record("\(name) is not a mutation")
                return
            }
            #expect(MutationChain.isLinked(mutation, after: previous), "\(name)")
            #expect(!MutationChain.isLinked(mutation, after: previous ^ 1))
            previous = mutation.chain
        }
    }

    /// Goal: any client that keeps the rules ends in these bytes.
    ///
    /// Method: each mutation applied on a replica of its own and the replicas
    /// merged in every order, then all applied on one replica in every order.
    @Test(
        "give the body that merging ends in",
        arguments: try Vector.all("merge") + Vector.all("history"))
    func merging(vector: Vector) throws {
        let created = try #require(
            vector.input["created"]?.text.flatMap(HybridTime.init(text:)))
        let lines = try #require(vector.input["mutations"]?.items).map {
            JSON.canonical($0) + [0x0a]
        }
        let mutations = FrameStreams.readJSON(lines).frames.compactMap { frame -> Mutation? in
            if case .mutation(let mutation) = frame { mutation } else { nil }
        }
        #expect(mutations.count == lines.count)
        func apply(_ mutation: Mutation, to document: inout MergeDocument) {
            for operation in mutation.operations {
                document.apply(operation.operation, time: mutation.time, dot: mutation.dot)
            }
        }
        let replicas = mutations.map { mutation in
            var document = MergeDocument(touched: created)
            apply(mutation, to: &document)
            return document
        }
        let body = try #require(vector.expected["body"]?.text)
        for order in Self.orders(Array(mutations.indices)) {
            var merged = MergeDocument(touched: created)
            var applied = merged
            for index in order {
                merged.merge(replicas[index])
                apply(mutations[index], to: &applied)
            }
            // Totals of one device grow in its own order; states carry them one by one.
            if Set(mutations.map(\.time.device)).count == mutations.count {
                #expect(String(decoding: merged.body, as: UTF8.self) == body)
            }
            #expect(String(decoding: applied.body, as: UTF8.self) == body)
            #expect(applied.isAlive == vector.expected["alive"]?.boolValue)
            let shown = JSON.canonical(.object(applied.shown))
            #expect(String(decoding: shown, as: UTF8.self) == vector.expected["shown"]?.text)
        }
        #expect(MergeDocument(bytes: Array(body.utf8))?.body == Array(body.utf8))
    }

    static func orders(_ items: [Int]) -> [[Int]] {
        guard !items.isEmpty else { return [[]] }
        return items.flatMap { item in
            orders(items.filter { $0 != item }).map { [item] + $0 }
        }
    }
}
