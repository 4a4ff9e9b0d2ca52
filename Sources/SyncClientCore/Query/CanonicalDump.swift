internal import SQLiteKit
internal import SyncProtocol

/// Writes the mirror as canonical JSON lines, so that replicas can be compared.
///
/// ```text
/// {"agency":…,"as_of":…,"body":…,"id":…,"source_version":…,"table":…}   confirmed, sorted
/// {"agency":…,"as_of":…,"body_base64":…,…}      the same, where the body cannot be read as JSON
/// {"pending":{"mid":…,"operations":[…],"time":…}}                       waiting, in order
/// ```
enum CanonicalDump {
    static func write(
        _ connection: Connection, now: Int64, _ line: ([UInt8]) -> Void
    ) throws {
        var bytes: [UInt8] = []
        try connection.run(
            """
            SELECT name.text, row.id, owner.text, row.as_of, row.source_version, row.body
            FROM row JOIN name ON name.id = row.table_id
                JOIN name AS owner ON owner.id = row.owner_id
                JOIN bucket ON bucket.id = row.bucket_id
            WHERE bucket.lease_until = 0 OR bucket.lease_until > ?1
            ORDER BY name.text, row.id
            """, .integer(now)
        ) { row in
            bytes.removeAll(keepingCapacity: true)
            bytes.append(contentsOf: #"{"agency":"#.utf8)
            row.withText(2) { bytes.appendJSONString($0) }
            bytes.append(contentsOf: #","as_of":"#.utf8)
            bytes.appendDecimal(row.int64(3))
            row.withBlob(5) { body in
                // A line break between its members would end the line.
                let isLine = !body.contains { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
                if isLine, (try? JSON.parse(body, limits: .document)) != nil {
                    bytes.append(contentsOf: #","body":"#.utf8)
                    bytes.append(contentsOf: body)
                } else {
                    bytes.append(contentsOf: #","body_base64":""#.utf8)
                    bytes.append(contentsOf: Base64URL.encode(body).utf8)
                    bytes.append(UInt8(ascii: "\""))
                }
            }
            bytes.append(contentsOf: #","id":"#.utf8)
            row.withText(1) { bytes.appendJSONString($0) }
            bytes.append(contentsOf: #","source_version":"#.utf8)
            bytes.appendDecimal(row.int64(4))
            bytes.append(contentsOf: #","table":"#.utf8)
            row.withText(0) { bytes.appendJSONString($0) }
            bytes.append(UInt8(ascii: "}"))
            line(bytes)
        }
        for entry in try OutboxTable.entries(connection)
        where try !entry.isHidden(now: now, connection) {
            line(JSON.canonical(pending(entry)))
        }
    }

    private static func pending(_ entry: OutboxTable.Entry) -> JSONValue {
        .object(
            JSONObject([
                (
                    "pending",
                    .object(
                        JSONObject([
                            ("mid", .integer(Int64(bitPattern: entry.mid))),
                            (
                                "operations",
                                .array(entry.mutation.operations.map(operation))
                            ),
                            ("time", .string(entry.mutation.time.description)),
                        ]))
                )
            ]))
    }

    private static func operation(_ operation: RowOperation) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("id", .string(operation.key.id)), ("operation", .string(operation.operation.word)),
            ("table", .string(operation.key.table)),
        ]
        if let target = operation.operation.target {
            members.append(("field", .string(target.field)))
        }
        switch operation.operation {
        case .create, .delete, .mark: break
        case .set(_, let value), .submit(let value): members.append(("value", value))
        case .raise(_, let number), .increment(_, let number):
            members.append(("value", .integer(number)))
        case .add(_, let element): members.append(("value", .string(element)))
        case .remove(_, let text, let dots), .write(_, let text, let dots):
            members.append(("value", .string(text)))
            members.append(("dots", .array(dots.map { .string($0.description) })))
        }
        return .object(JSONObject(members))
    }
}
