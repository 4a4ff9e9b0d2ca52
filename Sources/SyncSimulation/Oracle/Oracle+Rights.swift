internal import SyncProtocol

/// Rights to buckets: what an administrator wants, and what the store shows of it.
extension Oracle {
    /// An administrator is about to ask for a change.
    func askedFor(_ change: RightChange) {
        pendingRight = change
        // What waits on devices may be withdrawn there or refused here.
        guard change.part.owner == change.person else { return }
        doubtful.insert(change.person)
        for index in subjects.keys.sorted() where subjects[index] == change.person {
            intentions.doubt(index)
        }
    }

    /// An administrator was told that it is done; what the disk refused the next start may find.
    func answered(_ change: RightChange) {
        guard pendingRight == change else { return }
        pendingRight = nil
        fail("I17", "the right to \(change.part.name) was changed, the store has it not")
    }

    /// Finds out whether the change that was asked for has come to be.
    func compareRights() throws {
        guard let eye = serverEye else { return }
        let found = try eye.rights()
        if let change = pendingRight {
            var changed = truth
            changed.take(change)
            if Self.stored(changed) == found {
                truth.rights = changed.rights
                pendingRight = nil
                return
            }
        }
        if Self.stored(truth) != found {
            fail("I11", "the store has the rights \(found), must have \(Self.stored(truth))")
        }
    }

    private static func stored(_ truth: ServerTruth) -> [String: [String: Int64]] {
        truth.rights.mapValues { rights in
            var stored: [String: Int64] = [:]
            for (part, right) in rights {
                stored[part.name] =
                    switch right {
                    case .withdrawn: -1
                    case .given: 0
                    case .leased(let end): end
                    }
            }
            return stored
        }
    }

    /// Takes a mutation; a change of rights in the same group may come before or after it.
    func fate(
        of mutation: Mutation, from device: DeviceID, _ outcome: Outcome?, now: Int64
    ) -> Fate {
        if let change = pendingRight, truth.devices[device]?.subject == change.person {
            var changed = truth
            changed.take(change)
            let isRefused = outcome?.code == "right_ended"
            let isClosed = changed.isClosed(mutation, of: change.person, at: now)
            let wasClosed = truth.isClosed(mutation, of: change.person, at: now)
            if isClosed != wasClosed, isRefused == isClosed {
                let before = truth.rights
                truth.rights = changed.rights
                defer { truth.rights = before }
                return truth.take(mutation, from: device, serverMilliseconds: now).fate
            }
        }
        let before = catalogueBehind(mutation, outcome)
        defer { for (key, row) in before { truth.rows[key] = row } }
        return truth.take(mutation, from: device, serverMilliseconds: now).fate
    }

    /// Shows the truth the catalogue as it is behind this commit, where the outcome asks for it.
    ///
    /// A feed of the catalogue in the same group may come before the mutation or after it.
    ///
    /// - Returns: The services as they were, which are to be put back.
    private func catalogueBehind(
        _ mutation: Mutation, _ outcome: Outcome?
    ) -> [(TrueKey, TrueRow?)] {
        var before: [(TrueKey, TrueRow?)] = []
        for operation in mutation.operations {
            guard case .submit(let payload) = operation.operation,
                let service = payload["service"]?.text
            else { continue }
            let key = TrueKey(table: "service", id: service, scope: "")
            let row = truth.rows[key]
            let isKnown = outcome?.code != "rule.unknown_service"
            guard isKnown != (row?.isAlive ?? false),
                let found = try? serverEye?.changedService(service), found == isKnown
            else { continue }
            before.append((key, row))
            truth.rows[key] = TrueRow(
                table: "service", id: service, owner: row?.owner ?? "", asOf: row?.asOf ?? 0,
                sourceVersion: row?.sourceVersion ?? 0, body: row?.body ?? [], isAlive: found,
                subject: "")
        }
        return before
    }
}
