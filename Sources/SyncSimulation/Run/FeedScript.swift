internal import FaultVFS
internal import SyncClientCore
internal import SyncProtocol

/// What an agency has to tell: line n says the same whenever it is sent.
///
/// A row gets a higher version with each line about it; now and then it is
/// removed, comes back, or moves from one person to another.
enum FeedScript {
    /// One line and what it says.
    struct Line {
        var key: TrueKey
        var version: Int64
        var content: FeedPool.Line?
        var bytes: [UInt8]
    }

    static let services = ["obec-2", "obec-4"]
    private static let asOf: Int64 = 1_794_582_060_000

    /// The services that requests can be made for, in a version of the catalogue.
    ///
    /// Later versions say more of a service than the first, and every third one
    /// has one service less.
    static func catalogue(version: Int64 = 1) -> [Line] {
        services.enumerated().map { index, service in
            var members: [(String, JSONValue)] = [
                ("agency", "obec"), ("name_en", .string(service)), ("name_th", "บริการ"),
            ]
            if version > 1 { members.append(("steps", .integer(version))) }
            let isGone = version % 3 == 0 && version / 3 % 2 == Int64(index)
            return line(
                TrueKey(table: "service", id: service, scope: ""), version: version,
                owner: "dga", subject: "", asOf: asOf + version - 1,
                body: isGone ? nil : .object(JSONObject(members)))
        }
    }

    /// Line n of an agency, in a country of these people.
    ///
    /// An altered line says something else under the same version, as only an
    /// agency that makes a mistake does.
    static func line(
        _ number: Int, seed: UInt64, subjects: [String], isAltered: Bool = false
    ) -> Line {
        var random = SeededRandom(seed: seed, stream: "feed", UInt64(number))
        let row = random.next(in: 0...11)
        let table = ["driving_licence", "vehicle", "traffic_ticket", "province"][row % 4]
        let key = TrueKey(table: table, id: "dlt-\(row)", scope: "")
        // Mostly the same person for a row; some rows move.
        let moves = random.chance(perMille: 120)
        let person = (row + (moves ? random.next(in: 0...3) : 0)) % subjects.count
        let isRemoved = random.chance(perMille: 150)
        let text = String(random.next() % 1_000) + (isAltered ? " altered" : "")
        return line(
            key, version: Int64(number) + 1, owner: "dlt",
            subject: table == "province" ? "" : subjects[person],
            asOf: asOf + Int64(number) * 60_000,
            body: isRemoved
                ? nil
                : [
                    "class": "ส่วนบุคคล", "number": JSONValue.string(text),
                    "version": JSONValue.integer(Int64(number)),
                    "twin": JSONValue.string(number % 2 == 0 ? "\u{e9}" : "e\u{301}"),
                ])
    }

    /// A line that must be refused, and must not harm the lines around it.
    static func poison(_ number: Int) -> Line {
        let texts = [
            #"{"table":"bill","id":"x","subject":"nobody","as_of":1,"source_version":1,"body":{}}"#,
            #"{"table":"vehicle","id":"dlt-1","subject":"nobody","as_of":1,"source_version":9,"body":{}}"#,
            #"{"table":"vehicle","id":"é","as_of":1,"source_version":1,"body":{}}"#,
            #"{"table":"vehicle","id":"a","as_of":1.5,"source_version":1,"body":{}}"#,
            #"{"a":1,"a":2}"#, "\u{feff}{}", #"{"table":"vehicle"}"#, "[", #"{"as_of":1e400}"#,
        ]
        return Line(
            key: TrueKey(table: "", id: "", scope: ""), version: 0, content: nil,
            bytes: Array(texts[number % texts.count].utf8) + [10])
    }

    private static func line(
        _ key: TrueKey, version: Int64, owner: String, subject: String, asOf: Int64,
        body: JSONValue?
    ) -> Line {
        var members: [(String, JSONValue)] = [
            ("as_of", .integer(asOf)), ("id", .string(key.id)),
            ("source_version", .integer(version)), ("table", .string(key.table)),
        ]
        members.append(body.map { ("body", $0) } ?? ("deleted", 1))
        if !subject.isEmpty { members.append(("subject", .string(subject))) }
        return Line(
            key: key, version: version,
            content: FeedPool.Line(
                subject: subject, owner: owner, asOf: asOf, body: body.map { JSON.canonical($0) }),
            bytes: JSON.canonical(.object(JSONObject(members))) + [10])
    }
}

extension World {
    /// Sends lines to the server; `done` is called with whether all were taken.
    func sendFeed(
        _ lines: [FeedScript.Line], of agency: String, for action: Int,
        done: @escaping (Bool) -> Void
    ) {
        for line in lines {
            if let content = line.content {
                oracle.feed.add(content, at: line.key, version: line.version)
            }
        }
        let exchange = Exchange(
            .agency, ExchangeKey(action: action, request: 0), path: "/v1/agency/records",
            bearer: agencyKeys[agency], contentType: "application/x-ndjson",
            body: lines.flatMap(\.bytes)
        ) { outcome in
            guard case .response(let response) = outcome, response.status == 200 else {
                return done(false)
            }
            done(response.body.suffix(80).contains(#""status":"done""#.utf8))
        }
        network.begin(exchange, from: agencyEndpoint)
    }
}

extension ArraySlice<UInt8> {
    fileprivate func contains(_ text: String.UTF8View) -> Bool {
        guard count >= text.count else { return false }
        return indices.contains { self[$0...].starts(with: text) }
    }
}
