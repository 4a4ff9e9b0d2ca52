import SyncProtocol
import SyncServerCore
import Testing

/// What has been kept for long enough.
extension StoreConformance {
    func whatIsOldIsFound() throws {
        let session = try session()
        func row(_ id: String, alive: Bool, asOf: Int64) -> RowRecord {
            RowRecord(
                number: 0, bucket: 4, rev: UInt64(asOf), key: RowKey(table: "vehicle", id: id),
                scope: 0, owner: "dlt", asOf: asOf, sourceVersion: 1, hash: .zero, isAlive: alive,
                body: [])
        }
        let people = try session.writer.transaction { transaction throws in
            for (index, alive) in [true, false, true].enumerated() {
                try transaction.insert(row("r\(index)", alive: alive, asOf: Int64(index + 1)))
            }
            for number in 1...3 as ClosedRange<UInt64> {
                _ = try transaction.addDevice(id: DeviceID(number), person: 1, name: "", added: 1)
            }
            var head = AuditHead.start
            for byte in 1...5 as ClosedRange<UInt8> {
                let record = head.following([byte])
                try transaction.append(record)
                head = AuditHead(number: record.number, link: record.link)
            }
            return try ["a", "b"].map {
                try transaction.addPerson(subject: $0, tag: nil, added: 1).number
            }
        }
        try session.writer.transaction { transaction throws in
            var ages: [RowAge] = []
            try transaction.rowAges(after: 0, max: 2) { ages.append($0) }
            try #require(ages.count == 2)
            try transaction.rowAges(after: ages[1].number, max: 2) { ages.append($0) }
            #expect(ages.map(\.asOf) == [1, 2, 3] && ages.map(\.isAlive) == [true, false, true])
            #expect(ages.allSatisfy { $0.table == "vehicle" })
            let devices = try transaction.deviceNumbers(after: 0, max: 2)
            #expect(devices.count == 2)
            #expect(try transaction.deviceNumbers(after: devices[1], max: 2).count == 1)
            #expect(try transaction.heldPeople() == [])
            try transaction.hold(people[1], since: 7)
            #expect(try transaction.heldPeople() == [people[1]])
            #expect(try transaction.person(people[1])?.held == 7)
            try transaction.hold(people[1], since: 0)
            #expect(try transaction.heldPeople() == [])
            #expect(try transaction.auditCut() == nil)
            try transaction.overwriteRemoved()
            #expect(try transaction.removeAudit(through: 3, max: 2) == 2)
            #expect(try transaction.removeAudit(through: 3, max: 2) == 1)
            #expect(try transaction.removeAudit(through: 3, max: 2) == 0)
            var left: [Int64] = []
            try transaction.auditRecords(after: 0) { record in
                left.append(record.number)
                return true
            }
            #expect(left == [4, 5])
        }
        session.close()
    }
}
