internal import CitizenData
internal import CrashPoints
internal import SyncProtocol

/// A request that a citizen hands to an agency.
///
/// It exists once, under the UUID the device gave it. The time that counts in
/// law is when it entered the system (Act B.E. 2565 s.10): the server's clock,
/// kept apart from when it was drafted and queued on a device. The receipt says
/// so, and is chained to the receipt before it.
///
/// In a store that was put back the agency may have told of the request before
/// the device offers it again: then the receipt alone is written, and the row
/// stays the agency's.
struct Submission {
    let key: RowKey
    let payload: JSONValue
    let agency: String
    let service: JSONValue
    /// Whether the agency's row stands already, so that only the receipt is missing.
    let isAnswered: Bool

    /// Checks a submission, writing nothing.
    ///
    /// Whether the id is taken is looked at last, and one that is another person's is refused like
    /// one that is no UUID: ids tell as little as they can about other people.
    static func decide(
        _ key: RowKey, _ payload: JSONValue, of person: PersonRecord, writtenAt time: HybridTime,
        in transaction: any StoreTransaction, _ meter: WorkMeter
    ) throws -> Result<Submission, RequestCommand.Refusal> {
        func refuse(
            _ code: RefusalCode, _ detail: String
        ) -> Result<Submission, RequestCommand.Refusal> {
            .failure(RequestCommand.Refusal(code, detail))
        }
        // An id that can be foreseen could be taken before an agency's own row has it.
        guard isUUID(key.id), let service = payload["service"]?.text,
            let action = payload["action"]?.text,
            let form = payload["form"], form.fields != nil, Identifier.isValid(service)
        else { return refuse(.submissionInvalid, key.description) }
        let bytes = JSON.canonical(payload).count
        // What it makes of it is as long again.
        meter.add(2 * bytes)
        guard bytes <= WriteRules.rowBytesMax / 2 else {
            return refuse(.rowTooLarge, key.description)
        }
        guard let files = (payload["attachments"] ?? []).items else {
            return refuse(.submissionInvalid, "\(key).attachments")
        }
        let attachments = files.map(RequestAttachment.init)
        guard attachments.allSatisfy({ $0 != nil }) else {
            return refuse(.submissionInvalid, "\(key).attachments")
        }
        let problems = RequestForm.check(
            service: service, action: action, form: form,
            attachments: attachments.compactMap { $0 })
        if let problem = problems.first {
            return .failure(
                RequestCommand.Refusal(
                    code: "rule.\(problem.code)", detail: "\(key).\(problem.field)"))
        }
        let catalogue = try transaction.row(
            RowKey(table: "service", id: service), scope: RowScope.feed.number)
        guard let catalogue, catalogue.isAlive, let entry = try? JSON.parse(catalogue.body),
            let agency = entry["agency"]?.text
        else {
            return .failure(
                RequestCommand.Refusal(code: "rule.unknown_service", detail: "\(key).service"))
        }
        var (isAnswered, isPurged) = (false, false)
        // The receipt takes the same id; a taken one would fail the whole group's commit.
        for table in ["request", receiptTable] {
            let taken = RowKey(table: table, id: key.id)
            guard let row = try transaction.row(taken, scope: RowScope.feed.number) else {
                continue
            }
            guard let home = try transaction.bucket(row.bucket) else {
                // Nobody's any more; the other one of the two may tell whose it was.
                isPurged = true
                continue
            }
            guard home.person == person.number else {
                return refuse(.submissionInvalid, key.description)
            }
            guard table != receiptTable, row.owner == agency, row.sourceVersion > 0,
                try RestoredHistory.mayHaveTaken(writtenAt: time, transaction)
            else { return refuse(.submissionExists, key.description) }
            isAnswered = true
        }
        guard !isPurged else { return refuse(.submissionInvalid, key.description) }
        return .success(
            Submission(
                key: key, payload: payload, agency: agency, service: entry, isAnswered: isAnswered))
    }

    /// Whether an id is a UUID as text: 32 hexadecimal digits in five groups.
    private static func isUUID(_ id: String) -> Bool {
        id.utf8.count == 36
            && id.utf8.enumerated().allSatisfy { place, byte in
                switch place {
                case 8, 13, 18, 23: byte == UInt8(ascii: "-")
                default: Character(UnicodeScalar(byte)).isHexDigit
                }
            }
    }

    /// Writes the request and its receipt, or the receipt alone.
    func write(
        in transaction: any StoreTransaction, book: BucketBook, person: PersonRecord, now: Int64
    ) throws {
        let number = try nextReceiptNumber(transaction)
        let previous = try transaction.value(Self.receiptHeadName) ?? []
        let canonical = JSON.canonical(payload)
        let payloadHash = SHA256.hash(canonical)
        let entered = BangkokTime.iso(now)
        let receiptNumber = "R-" + String(number)
        let receipt = JSONObject([
            ("channel", "tangrat"),
            ("client_uuid", .string(key.id)),
            ("entered_at", .string(entered)),
            ("entered_ms", .integer(now)),
            ("legal_basis_th", "พ.ร.บ. การปฏิบัติราชการทางอิเล็กทรอนิกส์ พ.ศ. ๒๕๖๕ มาตรา ๑๐"),
            ("payload_sha256", .string(payloadHash.hex)),
            ("attachments", payload["attachments"] ?? .array([])),
            ("previous_sha256", .string(Hex.encode(previous))),
            ("receipt_no", .string(receiptNumber)),
            ("request_id", .string(key.id)),
            ("server_sequence", .integer(Int64(number))),
            ("service", payload["service"] ?? ""),
        ])
        let receiptBody = JSON.canonical(.object(receipt))
        try transaction.set(Self.receiptHeadName, SHA256.hash(receiptBody).bytes)
        try put(
            RowKey(table: Self.receiptTable, id: key.id), owner: "dga", body: receiptBody,
            book: book, person: person, now: now)
        if !isAnswered {
            try put(
                key, owner: agency,
                body: JSON.canonical(
                    .object(requestBody(entered: entered, receipt: receiptNumber))),
                book: book, person: person, now: now)
        }
        CrashPoint.serverSubmissionWritten.reach()
    }

    private func requestBody(entered: String, receipt: String) -> JSONObject {
        JSONObject([
            ("action", payload["action"] ?? ""),
            ("attachments", payload["attachments"] ?? .array([])),
            ("channel", "tangrat"),
            ("client_uuid", .string(key.id)),
            ("drafted_at", payload["drafted_at"] ?? ""),
            ("entered_at", .string(entered)),
            ("form", payload["form"] ?? .object(JSONObject([]))),
            ("queued_at", payload["queued_at"] ?? ""),
            ("receipt_no", .string(receipt)),
            ("service", payload["service"] ?? ""),
            ("service_en", service["name_en"] ?? ""),
            ("service_th", service["name_th"] ?? ""),
            ("state", "received"),
            ("statement", payload["statement"] ?? ""),
            (
                "timeline",
                .array([.object(JSONObject([("at", .string(entered)), ("state", "received")]))])
            ),
        ])
    }

    private func put(
        _ key: RowKey, owner: String, body: [UInt8], book: BucketBook, person: PersonRecord,
        now: Int64
    ) throws {
        guard let policy = TablePolicy.all[key.table] else { return }
        let bucket = try book.home(of: policy, person: person)
        // Version 0: whatever the agency feeds about its request is newer.
        try book.put(
            RowRecord(
                number: 0, bucket: bucket, rev: 0, key: key, scope: RowScope.feed.number,
                owner: owner, asOf: now, sourceVersion: 0, hash: .zero, isAlive: true, body: body),
            replacing: nil)
    }

    /// Whether a stored row is a receipt that the server wrote: feeds count versions from 1.
    ///
    /// Erasing a person leaves version 0 of every row, so that feeds may bring it again; of those
    /// the server's own are told by their ids.
    static func isReceipt(_ stored: RowRecord) -> Bool {
        stored.key.table == receiptTable && stored.sourceVersion == 0
            && (stored.isAlive || isUUID(stored.key.id))
    }

    private static let receiptTable = "receipt"
    private static let receiptHeadName = "receipt_head"

    private func nextReceiptNumber(_ transaction: any StoreTransaction) throws -> UInt64 {
        let name = "receipt_number"
        let stored = try transaction.value(name) ?? []
        let next = stored.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } + 1
        var bytes: [UInt8] = []
        bytes.appendBigEndian(next)
        try transaction.set(name, bytes)
        return next
    }
}
