import SyncProtocol
import SyncServerCore
import Testing

/// What is kept about people, devices and their writes.
extension StoreConformance {
    func identitiesRoundTrip() throws {
        var session = try session()
        let tag = SHA256.hash([7])
        let (person, other, device) = try session.writer.transaction { transaction throws in
            let person = try transaction.addPerson(subject: "p", tag: tag, added: 3)
            let other = try transaction.addPerson(subject: "q", tag: nil, added: 4)
            _ = try transaction.addPerson(subject: "r", tag: nil, added: 5)
            var device = try transaction.addDevice(
                id: DeviceID(.max), person: person.number, name: "โทรศัพท์ 'x'); --", added: 5)
            device.lastMid = 1 << 61
            device.lastChain = .max
            device.lastTime = .max
            device.revoked = 8
            try transaction.save(device)
            _ = try transaction.addDevice(
                id: DeviceID(3), person: other.number, name: "", added: 6)
            return (person, other, device)
        }
        let access = TokenRecord(
            hash: SHA256.hash([1]), device: device.number, kind: .access, expires: 100)
        var refresh = TokenRecord(
            hash: SHA256.hash([2]), device: device.number, kind: .refresh, expires: 200)
        var signIn = SignInRecord(
            hash: SHA256.hash([3]), userCode: "BCDF-GHJK", deviceName: "ก", expires: 50)
        let agency = AgencyRecord(code: "dlt", tables: ["vehicle", "driving_licence"])
        try session.writer.transaction { transaction throws in
            try transaction.save(access)
            try transaction.save(refresh)
            refresh.used = 77
            try transaction.save(refresh)
            try transaction.save(signIn)
            signIn.person = person.number
            try transaction.save(signIn)
            try transaction.save(agency, key: SHA256.hash([4]))
            try transaction.save(AgencyRecord(code: "bma", tables: ["bill"]), key: SHA256.hash([5]))
            try transaction.set("v", [])
            try transaction.set("v", [0, 255])
            try transaction.add(
                MutationOrigin(device: DeviceID(9), mid: 4, chain: .max), of: other.number)
        }
        for _ in 0..<2 {
            try session.reader.snapshot { snapshot throws in
                #expect(try snapshot.person(person.number) == person)
                #expect(try snapshot.device(device.number) == device)
                // One whose rights have ended, and one who has them.
                #expect(try snapshot.activeDevices(of: person.number, max: 1).isEmpty)
                #expect(
                    try snapshot.activeDevices(of: other.number, max: 1).map(\.id) == [DeviceID(3)]
                )
                #expect(try snapshot.activeDevices(of: other.number, max: 0).isEmpty)
                let found = try #require(try snapshot.token(refresh.hash))
                #expect(found.token == refresh && found.device == device)
                #expect(try snapshot.agency(key: SHA256.hash([4])) == agency)
                #expect(try snapshot.agency(key: SHA256.hash([6])) == nil)
                #expect(try snapshot.person(0) == nil)
            }
            try session.writer.transaction { transaction throws in
                #expect(try transaction.person(tag: tag) == person)
                #expect(try transaction.person(subject: "q") == other)
                #expect(try transaction.people(after: 0, max: 9).map(\.subject) == ["p", "q", "r"])
                let behind = try transaction.people(after: person.number, max: 1)
                #expect(behind.map(\.subject) == ["q"])
                #expect(try transaction.device(id: DeviceID(.max)) == device)
                let pusher = try #require(try transaction.pusher(device.number))
                #expect(pusher.device == device && pusher.person == person)
                #expect(!pusher.hasOrigins)
                let another = try #require(try transaction.device(id: DeviceID(3)))
                let copied = try #require(try transaction.pusher(another.number))
                #expect(copied.device == another && copied.person == other)
                #expect(copied.hasOrigins)
                #expect(try transaction.pusher(0) == nil)
                #expect(try transaction.devices(of: person.number) == [device])
                #expect(try transaction.signIn(device: signIn.hash) == signIn)
                #expect(try transaction.signIn(userCode: "BCDF-GHJK") == signIn)
                #expect(try transaction.pendingSignIns() == 1)
                #expect(try transaction.agency(code: "dlt") == agency)
                #expect(try transaction.agencies().map(\.code) == ["bma", "dlt"])
                #expect(try transaction.value("v") == [0, 255])
            }
            session.close()
            session = try self.session()
        }
        try session.writer.transaction { transaction throws in
            try transaction.removeTokens(expiredBefore: 100)
            #expect(try transaction.token(access.hash) != nil)
            try transaction.removeTokens(expiredBefore: 101)
            #expect(try transaction.token(access.hash) == nil)
            try transaction.removeTokens(of: device.number)
            #expect(try transaction.token(refresh.hash) == nil)
            try transaction.removeSignIns(expiredBefore: 50)
            #expect(try transaction.signIn(device: signIn.hash) != nil)
            try transaction.remove(signIn)
            #expect(try transaction.signIn(device: signIn.hash) == nil)
            try transaction.save(agency, key: SHA256.hash([9]))
            #expect(try transaction.agency(key: SHA256.hash([4])) == nil)
            #expect(try transaction.agency(key: SHA256.hash([9])) == agency)
        }
    }

    func signInsAreCounted() throws {
        var session = try session()
        func signIn(_ number: UInt8, expires: Int64 = 100) -> SignInRecord {
            SignInRecord(
                hash: SHA256.hash([number]), userCode: "CODE-\(number)", deviceName: "",
                expires: expires)
        }
        func count() throws -> Int { try session.writer.transaction { try $0.pendingSignIns() } }
        #expect(try count() == 0)
        try session.writer.transaction { transaction throws in
            for number in 1...5 as ClosedRange<UInt8> {
                try transaction.save(signIn(number, expires: Int64(number) * 10))
                #expect(try transaction.pendingSignIns() == Int(number))
            }
        }
        #expect(try count() == 5)
        // Approving one adds none.
        var approved = signIn(5, expires: 50)
        approved.person = 1
        try session.writer.transaction { try $0.save(approved) }
        #expect(try count() == 5)
        // What was undone is not counted, before and after the count was asked for.
        for asks in [true, false] {
            #expect(throws: Stop.self) {
                try session.writer.transaction { transaction throws in
                    if asks { #expect(try transaction.pendingSignIns() == 5) }
                    try transaction.save(signIn(6))
                    try transaction.removeSignIns(expiredBefore: 30)
                    #expect(try transaction.pendingSignIns() == 4)
                    throw Stop()
                }
            }
            #expect(try count() == 5)
        }
        try session.writer.transaction { transaction throws in
            try transaction.removeSignIns(expiredBefore: 30)
            try transaction.remove(approved)
            try transaction.remove(approved)
        }
        #expect(try count() == 2)
        session.close()
        session = try self.session()
        #expect(try count() == 2)
    }

    func outcomesStay() throws {
        let outcomes = [
            Outcome(mid: 1, status: .accepted),
            Outcome(mid: 2, status: .refused, code: "rule.x", detail: "request/a.form.ชื่อ"),
            Outcome(mid: 3, status: .merged, code: "newer_write"),
            Outcome(mid: 4, status: .merged, code: "newer_write"),
            Outcome(mid: 5, status: .merged, code: "newer_write"),
            Outcome(mid: 6, status: .merged, code: "newer_write"),
        ]
        func records(_ range: ArraySlice<Outcome>) -> [OutcomeRecord] {
            range.map { OutcomeRecord(outcome: $0, chain: .max - $0.mid) }
        }
        var session = try session()
        try session.writer.transaction { transaction throws in
            try transaction.add(records(outcomes[..<5]), of: 4)
            try transaction.add(records(outcomes[5...]), of: 4)
            try transaction.add(
                [OutcomeRecord(outcome: outcomes[0], chain: 0)], of: 5)
        }
        for mid in 1...6 as ClosedRange<UInt64> {
            #expect(throws: (any Error).self, "mutation \(mid) got a second outcome") {
                try session.writer.transaction {
                    try $0.add(
                        [OutcomeRecord(outcome: Outcome(mid: mid, status: .accepted), chain: 1)],
                        of: 4)
                }
            }
        }
        for _ in 0..<2 {
            try session.writer.transaction { transaction throws in
                for outcome in outcomes {
                    #expect(
                        try transaction.outcome(of: 4, mid: outcome.mid)
                            == OutcomeRecord(outcome: outcome, chain: .max - outcome.mid))
                }
                #expect(try transaction.outcome(of: 4, mid: 0) == nil)
                #expect(try transaction.outcome(of: 4, mid: 7) == nil)
                #expect(try transaction.outcome(of: 3, mid: 1) == nil)
                #expect(try transaction.outcome(of: 4, mid: .max) == nil)
            }
            try session.reader.snapshot { snapshot throws in
                #expect(try snapshot.outcomes(of: 4, after: 0) == outcomes)
                for seen in 0...6 {
                    #expect(
                        try snapshot.outcomes(of: 4, after: UInt64(seen))
                            == Array(outcomes[seen...]))
                }
                #expect(try snapshot.outcomes(of: 4, after: .max).isEmpty)
                #expect(try snapshot.outcomes(of: 6, after: 0).isEmpty)
            }
            session.close()
            session = try self.session()
        }
    }
}
