import SyncProtocol
import SyncServerCore
import Testing

/// What is seen of one moment, by a reader and by a backup.
extension StoreConformance {
    func snapshotIsOneMoment() throws {
        let session = try session()
        let bucket = try session.writer.transaction {
            try Self.fill($0, "public/catalogue", ["a", "b"])
        }
        try session.reader.snapshot { snapshot throws in
            let before = try #require(try snapshot.bucket(bucket.number))
            try session.writer.transaction {
                _ = try Self.fill($0, "public/catalogue", ["c"])
                _ = try $0.addPerson(subject: "late", tag: nil, added: 1)
            }
            #expect(try snapshot.bucket(bucket.number) == before)
            #expect(try Self.ids(snapshot, bucket.number) == ["a", "b"])
            #expect(try snapshot.person(1) == nil)
        }
        try session.reader.snapshot { snapshot throws in
            #expect(try Self.ids(snapshot, bucket.number) == ["a", "b", "c"])
            #expect(try snapshot.person(1)?.subject == "late")
        }
    }

    /// A store may keep a moment or begin one each time; what it must not do is
    /// answer from before a commit that was counted.
    func heldMomentHasWhatWasCounted() throws {
        let session = try session()
        func commit(_ id: String) throws -> BucketNumber {
            try session.writer.transaction {
                try Self.fill($0, "public/catalogue", [id]).number
            }
        }
        func held(_ commits: UInt64, _ bucket: BucketNumber) throws -> [String] {
            try session.reader.snapshot(holding: commits) { try Self.ids($0, bucket) }
        }
        let bucket = try commit("a")
        #expect(try held(1, bucket) == ["a"])
        // Not counted yet: it may be seen or not.
        _ = try commit("b")
        #expect([["a"], ["a", "b"]].contains(try held(1, bucket)))
        #expect(try held(2, bucket) == ["a", "b"])
        // A moment of its own is always the newest, whatever was kept.
        _ = try commit("c")
        #expect(try held(2, bucket).starts(with: ["a", "b"]))
        #expect(try session.reader.snapshot { try Self.ids($0, bucket) } == ["a", "b", "c"])
        #expect(try held(2, bucket) == ["a", "b", "c"])
    }

    func heldMomentIsOneMoment() throws {
        let session = try session()
        let bucket = try session.writer.transaction {
            try Self.fill($0, "public/catalogue", ["a"]).number
        }
        for round in 1...3 as ClosedRange<UInt64> {
            try session.reader.snapshot(holding: round) { snapshot throws in
                let before = try Self.ids(snapshot, bucket)
                #expect(before.count == Int(round))
                try session.writer.transaction {
                    _ = try Self.fill($0, "public/catalogue", ["b\(round)"])
                }
                #expect(try Self.ids(snapshot, bucket) == before)
                #expect(try snapshot.bucket(bucket)?.count == round)
            }
        }
    }

    func endedMomentIsBegunAnew() throws {
        let session = try session()
        // Nothing is kept yet, and ending twice is ending.
        session.reader.endSnapshot()
        let bucket = try session.writer.transaction {
            try Self.fill($0, "public/catalogue", ["a"]).number
        }
        func held() throws -> [String] {
            try session.reader.snapshot(holding: 7) { try Self.ids($0, bucket) }
        }
        #expect(try held() == ["a"])
        _ = try session.writer.transaction { try Self.fill($0, "public/catalogue", ["b"]) }
        session.reader.endSnapshot()
        session.reader.endSnapshot()
        #expect(try held() == ["a", "b"])
        // What threw is not gone on with.
        _ = try session.writer.transaction { try Self.fill($0, "public/catalogue", ["c"]) }
        #expect(throws: Stop.self) {
            try session.reader.snapshot(holding: 7) { _ in throw Stop() }
        }
        #expect(try held() == ["a", "b", "c"])
        #expect(try session.reader.name(1).isEmpty == false)
        // A kept moment keeps nobody from writing, folding the log or closing.
        try session.writer.transaction { _ = try Self.fill($0, "public/catalogue", ["d"]) }
        session.reader.endSnapshot()
        try session.writer.checkpoint()
        #expect(try held() == ["a", "b", "c", "d"])
        session.close()
    }

    func backupIsOneMoment(at other: String) throws {
        let session = try session()
        let bucket = try session.writer.transaction {
            try Self.fill($0, "public/catalogue", (0..<500).map { "a\($0)" })
        }
        let file = "\(other)-backup"
        // A reader holds an old moment, and the writer goes on afterwards.
        try session.reader.snapshot { snapshot throws in
            _ = try snapshot.bucket(bucket.number)
            try session.writer.transaction { _ = try Self.fill($0, "public/catalogue", ["b"]) }
            try session.writer.backup(to: file)
        }
        try session.writer.transaction { _ = try Self.fill($0, "public/catalogue", ["c"]) }
        try kind.restore(file, other)
        let restored = try StoreConformance(kind: kind, place: other).session()
        #expect(try restored.writer.verify().isEmpty)
        try restored.reader.snapshot { snapshot throws in
            #expect(try snapshot.bucket(bucket.number)?.count == 501)
            #expect(try Self.ids(snapshot, bucket.number).last == "b")
        }
    }
}
