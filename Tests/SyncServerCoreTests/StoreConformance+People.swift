import SyncProtocol
import SyncServerCore
import Testing

/// What is given out about a person, and removed.
extension StoreConformance {
    func peopleAreForgotten() throws {
        var session = try session()
        let tag = SHA256.hash([7])
        let row = RowRecord(
            number: 0, bucket: 4, rev: 9, key: RowKey(table: "vehicle", id: "v"), scope: 0,
            owner: "dlt", asOf: 3, sourceVersion: 2,
            hash: RowHash.hash(
                key: RowKey(table: "vehicle", id: "v"), owner: "dlt", asOf: 3, sourceVersion: 2,
                body: Array(#"{"n":1}"#.utf8)),
            isAlive: true, body: Array(#"{"n":1}"#.utf8))
        let refused = Outcome(mid: 1, status: .refused, code: "row_absent", detail: "annotation/x")
        let (person, device) = try session.writer.transaction { transaction throws in
            let person = try transaction.addPerson(subject: "p", tag: tag, added: 3)
            let device = try transaction.addDevice(
                id: DeviceID(1), person: person.number, name: "a", added: 1)
            try transaction.add([OutcomeRecord(outcome: refused, chain: 5)], of: device.number)
            try transaction.insert(row)
            for byte in [1, 2] as [UInt8] {
                try transaction.save(
                    TokenRecord(
                        hash: SHA256.hash([byte]), device: device.number,
                        kind: byte == 1 ? .access : .refresh, expires: Int64(byte)))
            }
            try transaction.save(
                SignInRecord(
                    hash: SHA256.hash([3]), userCode: "B", deviceName: "d", expires: 50,
                    person: person.number))
            try transaction.save(
                SignInRecord(
                    hash: SHA256.hash([4]), userCode: "C", deviceName: "e", expires: 50))
            return (person, device)
        }
        try session.writer.transaction { transaction throws in
            var number: Int64 = 0
            try transaction.marks(in: 4, after: 0) { number = $0.number }
            var expected = row
            expected.number = number
            #expect(try transaction.record(ofRow: number) == expected)
            #expect(try transaction.record(ofRow: number + 1) == nil)
            #expect(try transaction.tokens(of: device.number).map(\.kind) == [.access, .refresh])
            #expect(try transaction.tokens(of: device.number + 1).isEmpty)
            #expect(try transaction.tokenCount(of: device.number, max: 9) == 2)
            #expect(try transaction.tokenCount(of: device.number, max: 1) == 1)
            #expect(try transaction.tokenCount(of: device.number + 1, max: 9) == 0)
            #expect(try transaction.signIns(of: person.number).map(\.deviceName) == ["d"])
            try transaction.forgetDetails(of: device.number)
            try transaction.forgetTag(of: person.number, at: 77)
        }
        #expect(try session.writer.scrub())
        session.close()
        session = try self.session()
        try session.writer.transaction { transaction throws in
            #expect(try transaction.person(tag: tag) == nil)
            #expect(try transaction.person(person.number)?.erased == 77)
            #expect(try transaction.person(subject: "p")?.erased == 77)
            #expect(try transaction.people(after: 0, max: 9).map(\.erased) == [77])
            let told = Outcome(mid: 1, status: .refused, code: "row_absent", detail: "")
            #expect(try transaction.outcome(of: device.number, mid: 1)?.outcome == told)
            #expect(try transaction.outcome(of: device.number, mid: 1)?.chain == 5)
        }
        session.close()
    }
}
