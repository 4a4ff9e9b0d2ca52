import SyncProtocol
import Testing

@testable import SyncServerCore

extension StoreConformance {
    /// What a repair reads: number, life and hash of rows, and single rows by number.
    func marksTellRows() throws {
        let session = try session()
        let bucket = try session.writer.transaction {
            try Self.fill($0, "public/catalogue", ["a", "b", "c"])
        }
        try session.reader.snapshot { snapshot throws in
            var marks: [RowMark] = []
            try snapshot.marks(in: bucket.number, after: 1) { marks.append($0) }
            #expect(marks.count == 2)
            for mark in marks {
                var found = 0
                let exists = try snapshot.row(mark.number) { row in
                    #expect(row.hash == mark.hash && row.isAlive == mark.isAlive)
                    found += 1
                }
                #expect(exists && found == 1)
            }
            #expect(try !snapshot.row(1 << 40) { _ in })
        }
    }

    /// Tombstones go in order, up to a number and a revision; agencies' keep their version.
    func tombstonesArePurged() throws {
        let session = try session()
        let keys = ["a", "b", "c"].map { RowKey(table: "vehicle", id: $0) }
        let bucket = try session.writer.transaction { transaction throws in
            let bucket = try Self.fill(transaction, "public/catalogue", ["a", "b", "c"])
            for key in keys {
                var row = try #require(try transaction.row(key, scope: 0))
                row.isAlive = false
                row.rev += 10
                row.sourceVersion = 7
                row.body = []
                try transaction.update(row)
            }
            let number = bucket.number
            #expect(try transaction.buckets(after: number - 1, max: 1).map(\.number) == [number])
            #expect(try transaction.buckets(after: number, max: 9).isEmpty)
            return bucket
        }
        try session.writer.transaction { transaction throws in
            let number = bucket.number
            let one = try transaction.purge(number, above: 0, through: 12, max: 1)
            #expect(one == PurgedRows(count: 1, last: 11))
            let next = try transaction.purge(number, above: one.last, through: 12, max: 9)
            #expect(next == PurgedRows(count: 1, last: 12))
            #expect(try transaction.purge(number, above: 12, through: 12, max: 9).count == 0)
            let buried = try #require(try transaction.row(keys[0], scope: 0))
            #expect(buried.bucket == RowScope.buried)
            #expect(buried.sourceVersion == 7)
        }
        try session.reader.snapshot { snapshot throws in
            #expect(try Self.ids(snapshot, bucket.number) == ["c"])
        }
    }

    /// Notes of heads: the newest that is old enough, until older ones are dropped.
    func headsAreNoted() throws {
        let session = try session()
        try session.writer.transaction { transaction throws in
            #expect(try transaction.lastMark(of: 3, notAfter: 99) == nil)
            for (at, head) in [(10, 1), (20, 5), (30, 6)] as [(Int64, UInt64)] {
                try transaction.add(HeadMark(at: at, head: head), of: 3)
            }
            try transaction.add(HeadMark(at: 25, head: 9), of: 4)
            #expect(
                try transaction.lastMark(of: 3, notAfter: 29) == HeadMark(at: 20, head: 5))
            try transaction.removeMarks(of: 3, before: 20)
            #expect(try transaction.lastMark(of: 3, notAfter: 19) == nil)
            #expect(
                try transaction.lastMark(of: 3, notAfter: 20) == HeadMark(at: 20, head: 5))
            #expect(
                try transaction.lastMark(of: 4, notAfter: 99) == HeadMark(at: 25, head: 9))
        }
    }

    /// Rights are kept for each person, and their devices, old and new, count the changes.
    func rightsAreCounted() throws {
        let session = try session()
        let (person, other) = try session.writer.transaction { transaction throws in
            let person = try transaction.addPerson(subject: "p", tag: nil, added: 1)
            let other = try transaction.addPerson(subject: "q", tag: nil, added: 1)
            let first = try transaction.addDevice(
                id: DeviceID(1), person: person.number, name: "a", added: 1)
            _ = try transaction.addDevice(
                id: DeviceID(2), person: other.number, name: "b", added: 1)
            #expect(first.rights == 0)
            try transaction.save(RightRecord(bucket: 5, until: 9), of: person.number)
            try transaction.save(RightRecord(bucket: 5, until: 10), of: person.number)
            try transaction.save(RightRecord(bucket: 6, until: -1), of: person.number)
            try transaction.removeRight(to: 6, of: person.number)
            let second = try transaction.addDevice(
                id: DeviceID(3), person: person.number, name: "c", added: 1)
            #expect(second.rights == 4)
            return (person, other)
        }
        try session.reader.snapshot { snapshot throws in
            #expect(
                try snapshot.rights(of: person.number) == [RightRecord(bucket: 5, until: 10)])
            #expect(try snapshot.rights(of: other.number).isEmpty)
        }
        try session.writer.transaction { transaction throws in
            #expect(try transaction.device(id: DeviceID(1))?.rights == 4)
            #expect(try transaction.device(id: DeviceID(2))?.rights == 0)
            #expect(try transaction.devices(of: person.number).map(\.rights) == [4, 4])
        }
    }
}
