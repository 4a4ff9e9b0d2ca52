internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

/// A row as a script reads it; documented in docs/cli.md.
enum RowJSON {
    /// The row with its owner, its age and its value.
    static func value(_ shown: ShownRow, _ directory: AgencyDirectory) -> JSONValue {
        let row = shown.row
        let name = directory.name(row.owner)
        var object: JSONObject = [
            "as_of": .string(BangkokTime.iso(row.asOfMilliseconds)),
            "as_of_ms": .integer(row.asOfMilliseconds),
            "confirmed": .bool(row.isConfirmed),
            "freshness": [
                "band": .string(shown.freshness.band.rawValue),
                "exit": .integer(Int64(shown.freshness.band.exitCode)),
                "fresh_until": moment(shown.freshUntil),
                "hard_expiry": moment(shown.hardExpiry),
                "show": .string(shown.freshness.show.rawValue),
            ],
            "id": .string(row.id),
            "owner": .string(row.owner), "owner_en": .string(name.english),
            "owner_th": .string(name.thai),
            "pending": .array(row.pendingMutations.map { .integer(Int64(clamping: $0)) }),
            "source_version": .integer(row.sourceVersion),
            "table": .string(row.table), "update_needed": .bool(row.needsUpdate),
            "value": shown.isHidden ? .null : row.value,
        ]
        if let annotation = shown.annotation { object["annotation"] = annotation.value }
        return .object(object)
    }

    /// A moment as text, or null.
    static func moment(_ milliseconds: Int64?) -> JSONValue {
        milliseconds.map { .string(BangkokTime.iso($0)) } ?? .null
    }
}
