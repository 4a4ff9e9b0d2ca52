internal import CitizenData
internal import Foundation
internal import NetworkIO
internal import SyncProtocol

extension Command {
    /// `world load`: brings the synthetic world onto a server.
    static let worldLoad = Command(
        name: "world load", summary: "brings the synthetic people and the catalogue onto a server",
        details: """
            Adds the people and the agencies, then pushes the catalogue and all rows, each
            agency with a key of its own. Loading again changes nothing. Every agency gets
            a new key each time, and an older key of it ends; tables it could write stay.

            With --as-of today the world is moved to the present: rows are as old as when
            it was recorded, to the hour, and dates in them move by whole days (births
            stay). In a later hour, loading again confirms the rows anew. A server that
            holds the world of today calls the recorded one stale: take a new data
            directory for that.
            """,
        options: [
            .data, .url,
            OptionRule(
                "as-of", "WHEN", "today (default), or recorded: with the dates of the files"),
            OptionRule("out", "FILE", "write a map of the people: slug, subject, pid, names"),
            .world,
        ],
        run: { options, console in
            try WorldLoad(options, console, now: WallClock.system.milliseconds()).run()
        })
}

/// One loading of the world.
struct WorldLoad {
    let files: WorldFiles
    let address: PlainAddress
    let admin: AdminChannel
    let out: String?
    let console: Console
    private let asOf: Int64
    private let move: WorldMove

    /// Reads the options.
    ///
    /// - Parameters:
    ///   - options: What was typed.
    ///   - console: Where the report goes.
    ///   - now: The time, in milliseconds since 1970.
    /// - Throws: `Trouble` if an option is wrong or the files of the world are not there.
    init(_ options: Options, _ console: Console, now: Int64) throws(Trouble) {
        admin = AdminChannel(directory: try options.required("data"))
        address = try options.address()
        out = options["out"]
        self.console = console
        let word = options["as-of"] ?? "today"
        guard ["today", "recorded"].contains(word) else {
            throw .usage("value_unknown", "--as-of is \(word)", advice: "It is today or recorded.")
        }
        files = try WorldFiles(options["world"])
        let recorded = try files.moment()
        move = word == "today" ? WorldMove(from: recorded, to: now) : .none
        asOf = recorded
    }

    /// Loads all of it.
    ///
    /// - Throws: `Trouble` where it cannot go on; a refused line is no reason.
    func run() throws(Trouble) -> ExitCode {
        // Everything is read before anything is sent: a broken file changes nothing.
        let people = try files.people()
        var rows: [WorldRow] = []
        for row in try files.catalogue(asOf: asOf) { rows.append(move.confirmed(row)) }
        var owned: [String: [WorldRow]] = [:]
        for person in people {
            owned[person.slug] = try files.rows(of: person).map { move.moved($0) }
        }
        console.say("The world of \(Self.words(for: move.moved(asOf))), at \(address.url)")
        let subjects = try addPeople(people)
        for person in people {
            for var row in owned[person.slug] ?? [] {
                row.subject = subjects[person.slug]
                rows.append(row)
            }
        }
        let feeds = try push(rows)
        if let out { try write(people, subjects, to: out) }
        return report(feeds, people: people.count)
    }

    /// One agency's feed, answered.
    private typealias Feed = (agency: String, ledger: FeedLedger)

    // MARK: - People

    private func addPeople(_ people: [Persona]) throws(Trouble) -> [String: String] {
        var subjects: [String: String] = [:]
        var added = 0
        for person in people {
            let row = try admin.run("person.add", [("pid", .string(person.pid))]).first
            guard let subject = row?["subject"]?.text else {
                throw Trouble("admin.answer", "the server gave no subject for \(person.slug)")
            }
            subjects[person.slug] = subject
            added += row?["new"]?.intValue == 1 ? 1 : 0
        }
        console.say("  \(people.count) people, \(added) of them new")
        return subjects
    }

    private func write(
        _ people: [Persona], _ subjects: [String: String], to path: String
    ) throws(Trouble) {
        let map = JSONValue.object(
            JSONObject(
                people.map { person in
                    (
                        person.slug,
                        [
                            "name_en": .string(person.nameEnglish),
                            "name_th": .string(person.nameThai), "pid": .string(person.pid),
                            "subject": .string(subjects[person.slug] ?? ""),
                        ]
                    )
                }))
        do {
            try Data(JSON.canonical(map) + [10])
                .write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw Trouble(
                "out.unwritable", "\(path) cannot be written",
                advice: "The world is loaded; load again with another --out.")
        }
    }

    // MARK: - Rows

    private func push(_ rows: [WorldRow]) throws(Trouble) -> [Feed] {
        var known: [String: [String]] = [:]
        for agency in try admin.run("agency.list", []) where agency["revoked_ms"]?.intValue == 0 {
            known[agency["agency"]?.text ?? ""] = agency["tables"]?.items?.compactMap(\.text)
        }
        let byAgency = Dictionary(grouping: rows, by: \.agency)
        var feeds: [Feed] = []
        for (agency, rows) in byAgency.sorted(by: { $0.key < $1.key }) {
            // A table the server does not know is refused with its line.
            let tables = Set(rows.map(\.table) + (known[agency] ?? [])).filter {
                TablePolicy.all[$0]?.writer == .agency
            }
            let answer = try admin.run(
                "agency.add",
                [
                    ("code", .string(agency)),
                    ("tables", .array(tables.sorted().map { .string($0) })),
                ])
            guard let key = answer.first?["key"]?.text else {
                throw Trouble("admin.answer", "the server gave no key for \(agency)")
            }
            feeds.append((agency, try AgencyFeed(address: address, key: key).push(rows)))
        }
        return feeds
    }

    // MARK: - Report

    private func report(_ feeds: [Feed], people: Int) -> ExitCode {
        var counts: [String: Int] = [:]
        var refusals: [(agency: String, refusal: FeedLedger.Refusal)] = []
        for (agency, ledger) in feeds {
            counts.merge(ledger.counts) { $0 + $1 }
            refusals += ledger.refusals.map { (agency, $0) }
        }
        let lines = counts.values.reduce(0, +)
        console.say("  \(feeds.count) agencies, \(lines) rows: \(Self.words(counts))")
        for (agency, refusal) in refusals {
            console.warn(
                "refused: line \(refusal.line) of \(agency), \(refusal.row): "
                    + "\(refusal.message) [\(refusal.code)]\n  \(refusal.advice)")
        }
        console.give(json(feeds, counts, refusals, people: people))
        return refusals.isEmpty ? .done : .failed
    }

    private func json(
        _ feeds: [Feed], _ counts: [String: Int],
        _ refusals: [(agency: String, refusal: FeedLedger.Refusal)], people: Int
    ) -> JSONValue {
        func members(_ counts: [String: Int]) -> [(String, JSONValue)] {
            FeedLedger.words.map { ($0, .integer(Int64(counts[$0] ?? 0))) }
        }
        let agencies = feeds.map { feed in
            JSONValue.object(
                JSONObject([("agency", .string(feed.agency))] + members(feed.ledger.counts)))
        }
        let refused = refusals.map { agency, refusal -> JSONValue in
            [
                "advice_en": .string(refusal.advice), "agency": .string(agency),
                "code": .string(refusal.code), "line": .integer(Int64(refusal.line)),
                "member": .string(refusal.member), "message_en": .string(refusal.message),
                "row": .string(refusal.row),
            ]
        }
        return .object(
            JSONObject(
                [
                    ("agencies", .array(agencies)),
                    ("as_of", .string(BangkokTime.iso(move.moved(asOf)))),
                    ("people", .integer(Int64(people))), ("refusals", .array(refused)),
                    ("url", .string(address.url)),
                ] + members(counts)))
    }

    /// The counts that are not zero: `152 applied, 3 unchanged`.
    private static func words(_ counts: [String: Int]) -> String {
        FeedLedger.words.compactMap { word in
            counts[word].flatMap { $0 == 0 ? nil : "\($0) \(word)" }
        }.joined(separator: ", ")
    }

    /// A moment as people write it: `20 November 2026 09:00`.
    private static func words(for moment: Int64) -> String {
        let day = ThaiDateFormat.english(PartialDate(BangkokTime.day(at: moment)))
        return "\(day) \(BangkokTime.iso(moment).dropFirst(11).prefix(5))"
    }
}
