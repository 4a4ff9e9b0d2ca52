internal import SQLiteKit
internal import SyncProtocol

/// Writes that took effect under later names than their first ones.
extension SQLiteTransaction {
    func hasTaken(_ origin: MutationOrigin, of person: PersonNumber) throws -> Bool {
        var isTaken = false
        try connection.statement(
            "SELECT 1 FROM origin WHERE person = ?1 AND chain = ?2 AND device = ?3 AND mid = ?4"
        ).run(
            .integer(person), .integer(Int64(bitPattern: origin.chain)),
            .integer(Int64(bitPattern: origin.device.number)),
            .integer(Int64(bitPattern: origin.mid))
        ) { _ in isTaken = true }
        return isTaken
    }

    func origins(linked links: Set<UInt64>, of person: PersonNumber) throws -> [MutationOrigin] {
        var found: [MutationOrigin] = []
        let numbers = JSON.canonical(.array(links.map { .integer(Int64(bitPattern: $0)) }))
        try connection.statement(
            """
            SELECT chain, device, mid FROM json_each(?2)
            JOIN origin ON person = ?1 AND chain = json_each.value
            """
        ).run(.integer(person), .text(String(decoding: numbers, as: UTF8.self))) {
            found.append(
                MutationOrigin(
                    device: DeviceID(UInt64(bitPattern: $0.int64(1))),
                    mid: UInt64(bitPattern: $0.int64(2)),
                    chain: UInt64(bitPattern: $0.int64(0))))
        }
        return found
    }

    func add(_ origin: MutationOrigin, of person: PersonNumber) throws {
        try connection.statement(
            "INSERT INTO origin(person, chain, device, mid) VALUES (?1, ?2, ?3, ?4)"
        ).run(
            .integer(person), .integer(Int64(bitPattern: origin.chain)),
            .integer(Int64(bitPattern: origin.device.number)),
            .integer(Int64(bitPattern: origin.mid)))
    }
}
