import SQLiteKit
import TestSupport
import Testing

@testable import SyncServerCore

/// Goal: no statement that runs for a request looks at all rows of a table.
///
/// Method: the rules of the conformance suite call all that a store can do. The
/// statements are those that its connections prepared meanwhile, so none is left
/// out and none is out of date.
@Suite("The plans of the server's statements")
struct StorePlanTests {
    /// What only an operator asks for, and what is looked at from beginning to end by its nature.
    private static let lists: Set<String> = [
        """
        SELECT hash, user_code, device_name, expires, person, claimed FROM sign_in
        WHERE person = ?1 ORDER BY expires
        """,
        "SELECT code, tables, revoked FROM agency ORDER BY code",
    ]

    private static let rules: [@Sendable (StoreConformance) throws -> Void] = [
        { try $0.snapshotIsOneMoment() }, { try $0.rowsComeInOrder() },
        { try $0.rollbackLeavesNothing() }, { try $0.outcomesStay() },
        { try $0.identitiesRoundTrip() }, { try $0.keysAreUnique() },
        { try $0.rowsChangeAndGo() }, { try $0.bucketsAreThoseOfAPersonAndOfAll() },
        { try $0.signInsAreCounted() }, { try $0.heldMomentHasWhatWasCounted() },
        { try $0.marksTellRows() }, { try $0.tombstonesArePurged() }, { try $0.headsAreNoted() },
        { try $0.auditChainIsKept() },
        { try $0.rightsAreCounted() }, { try $0.peopleAreForgotten() },
        { try $0.whatIsOldIsFound() },
    ]

    /// The statements that the writer and the reader of each session prepared, with their plans.
    private func plans() throws -> [String: [String]] {
        var plans: [String: [String]] = [:]
        for rule in Self.rules {
            let directory = try TemporaryDirectory()
            var suite = StoreConformance(kind: .sqlite, place: directory.file("store"))
            suite.willClose = { session in
                let connections = [
                    (session.writer as? SQLiteWriter)?.connection,
                    (session.reader as? SQLiteReader)?.connection,
                ]
                for case let connection? in connections {
                    for text in connection.preparedTexts where plans[text] == nil {
                        do {
                            plans[text] = try connection.explainQueryPlan(text)
                        } catch {
                            Issue.record("\(text): \(error)")
                        }
                    }
                }
            }
            try rule(suite)
        }
        return plans
    }

    @Test("hold no scan of a table")
    func scans() throws {
        let plans = try plans()
        for (text, plan) in plans where !Self.lists.contains(text) {
            #expect(!plan.contains { $0.contains("SCAN") }, "\(text): \(plan)")
        }
        let unused = Set(HotStatements.all).subtracting(plans.keys)
        #expect(unused.isEmpty, "no rule runs \(unused)")
        #expect(Self.lists.subtracting(plans.keys).isEmpty)
        // Finding nothing to look at would pass as well.
        #expect(plans.count > HotStatements.all.count + 20)
        #expect(plans.contains { $0.key.contains("INTO sign_in") })
    }

    /// Whoever asks to sign in makes the server do this, and nobody knows who it is.
    @Test("count those who wait to sign in once, however many ask")
    func signIns() throws {
        let fixture = try ServerFixture()
        let connection = try #require((fixture.writer as? SQLiteWriter)?.connection)
        let secrets = seededSecrets(5)
        func statements() throws -> Int {
            let before = connection.statementsRun
            let started = try fixture.write { context in
                try SignInMachine(context: context, limits: fixture.limits, secrets: secrets)
                    .start(secrets.deviceCode(), deviceName: "phone")
            }
            #expect(started != nil)
            return connection.statementsRun - before
        }
        let first = try statements()
        // Begin, forget what is over, the code, update, insert, commit.
        for _ in 0..<50 { #expect(try statements() == 6) }
        #expect(first == 7)
    }
}
