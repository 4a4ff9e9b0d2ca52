internal import SyncProtocol
internal import SyncServerCore

/// What the audit chain tells, against what was seen to happen (I18).
///
/// Each mutation that was taken stands in it once, each answer with people's rows
/// once before it leaves, and people are told of exactly those that others got.
extension Oracle {
    /// What has been read of the chain.
    struct Ledger {
        /// The number of the last entry.
        var last: Int64 = 0
        /// Its time.
        var lastAt: Int64 = 0
        /// The last mutation of each device that stands in it.
        var mutations: [DeviceID: UInt64] = [:]
        /// The rows of each reading that no answer was seen to have, by device.
        var readings: [DeviceID: [UInt64]] = [:]
        /// The notes that people must be given.
        var notes: [TrueKey: Note] = [:]
    }

    /// What a person must be told of somebody's reading.
    struct Note: Hashable {
        var reader: String
        var owner: String
        var domain: String
        var rows: Int64
        var at: Int64
        var entry: Int64
    }

    /// The server's file is one from before there was a chain.
    ///
    /// What was committed and not looked at is in the file, so it counts as well.
    func auditBeginsAnew() { auditIsNew = true }

    /// Reads the entries that are new; all of them after a start.
    func readAudit(isWhole: Bool) throws {
        guard let eye = serverEye else { return }
        if isWhole {
            if auditIsNew { truth.auditBase = truth.devices.mapValues(\.lastMid) }
            auditIsNew = false
            audit = Ledger()
            audit.mutations = truth.auditBase
        }
        for (number, entry) in try eye.auditEntries(after: audit.last) {
            guard number == audit.last + 1 else {
                return fail("I18", "entry \(number) follows \(audit.last)")
            }
            audit.last = number
            if entry.kind == .historyBegan, entry.text == lineage, truth.historyBegan != nil {
                truth.historyBegan = entry.at
                truth.stateIsOf = audit.lastAt
            }
            audit.lastAt = entry.at
            guard case .device(let device) = entry.actor else { continue }
            switch entry.kind {
            case .rowsWritten: noteWritten(entry, by: device)
            case .rowsRead: noteRead(entry, number, by: device)
            default: break
            }
        }
    }

    /// The mutations of a device stand in the chain in their order, each once.
    private func noteWritten(_ entry: AuditEntry, by device: DeviceID) {
        let before = audit.mutations[device, default: 0]
        guard entry.mutations.first == before + 1, entry.mutations.count > 0 else {
            return fail(
                "I18", "\(entry.mutations) of \(device) follow \(before) in the audit chain")
        }
        audit.mutations[device] = before + entry.mutations.count
    }

    private func noteRead(_ entry: AuditEntry, _ number: Int64, by device: DeviceID) {
        guard let reader = truth.devices[device]?.subject else {
            return fail("I18", "entry \(number) names \(device), which nobody has")
        }
        audit.readings[device, default: []].append(entry.ranges.reduce(0) { $0 + $1.rows })
        let own = TablePolicy.all["access_event"]?.domain
        for (index, range) in entry.ranges.enumerated() {
            guard let name = bucketNames[UInt64(range.bucket)], let part = BucketPart(name: name)
            else {
                return fail("I18", "entry \(number) is about bucket \(range.bucket), nobody's")
            }
            guard part.owner != reader, part.domain != own else { continue }
            let id = "tangrat-\(number)-\(index)"
            audit.notes[TrueKey(table: "access_event", id: id, scope: "")] = Note(
                reader: reader, owner: part.owner, domain: part.domain,
                rows: Int64(clamping: range.rows), at: entry.at, entry: number)
        }
    }

    /// Compares what the chain has of each device with what was taken, and notes with it.
    func checkAudit() {
        for device in truth.devices.keys.sorted() {
            let taken = truth.devices[device]?.lastMid ?? 0
            let told = audit.mutations[device, default: 0]
            if told != taken {
                fail("I18", "\(taken) writes of \(device) were taken, the audit chain has \(told)")
            }
        }
        for key in audit.notes.keys.sorted() where truth.rows[key]?.isAlive != true {
            fail("I18", "\(key.id): somebody's rows were read and they were not told")
        }
    }

    /// Whether a row tells a person that somebody else has read their rows, and rightly so.
    ///
    /// The server writes it itself, under the number of the entry in its audit chain.
    func isNoteOfReading(_ found: TrueRow, _ key: TrueKey) -> Bool {
        guard let note = audit.notes[key], found.isAlive, found.sourceVersion == 1,
            found.owner == "dga", found.subject == note.owner, found.asOf == note.at,
            let body = try? JSON.parse(found.body), body["actor"]?.text == note.reader,
            body["actor_kind"]?.text == "person", body["outcome"]?.text == "shown",
            body["query_id"]?.text == String(note.entry), body["rows"]?.intValue == note.rows,
            body["target_table"]?.text == note.domain
        else { return false }
        world.points.count("server.toldOfReading")
        return true
    }

    /// An answer with people's rows leaves: the chain must have told of it.
    func checkDisclosed(_ rows: Int, to device: DeviceID) {
        guard rows > 0 else { return }
        guard let index = audit.readings[device]?.firstIndex(of: UInt64(rows)) else {
            return fail(
                "I18", "\(rows) rows of people go to \(device), the audit chain has no such entry")
        }
        audit.readings[device]?.remove(at: index)
        world.points.count("answer.disclosed")
    }
}
