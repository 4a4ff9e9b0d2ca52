import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// Goal: no asker gets a status or a byte that is not theirs, at any address.
///
/// Method: every address that openapi.yaml describes, asked by every role; each row of data has
/// a text of its own, which is looked for in every answer.
@Suite("The matrix of addresses and askers")
struct AuthorisationMatrixTests {
    typealias Scene = AuthorisationScene
    typealias Role = AuthorisationScene.Role

    /// One address: what it needs, what it answers to whom it lets in, and how it is asked.
    private struct Address {
        let method: String
        let path: String
        let need: Scene.Need
        let status: Int
        let bodies: (Scene, Role) -> [(type: String, bytes: [UInt8])]
    }

    private static let form = "application/x-www-form-urlencoded"
    private static let json = "application/json"

    private static func text(_ type: String, _ text: String) -> (String, [UInt8]) {
        (type, Array(text.utf8))
    }

    private static func bothForms(_ frames: [Frame]) -> [(String, [UInt8])] {
        [
            (json, Scene.body(frames, lines: true)),
            (SignedIn.binary, Scene.body(frames, lines: false)),
        ]
    }

    /// The table; what it says of needs is held against openapi.yaml.
    private static var addresses: [Address] {
        [
            Address(
                method: "post", path: "/v1/oauth/device_authorization", need: .nothing, status: 200
            ) { _, _ in [text(form, "client_id=x")] },
            Address(method: "post", path: "/v1/oauth/token", need: .nothing, status: 400) { _, _ in
                [text(form, "grant_type=refresh_token&refresh_token=trr_x")]
            },
            Address(method: "post", path: "/v1/oauth/revoke", need: .nothing, status: 200) { _, _ in
                [text(form, "token=tra_x")]
            },
            // Without a provider there is no such address.
            Address(method: "post", path: "/v1/oauth/decision", need: .nothing, status: 404) {
                _, _ in [text(form, "assertion=a.b.c")]
            },
            Address(method: "post", path: "/v1/devices/replace", need: .device, status: 200) {
                scene, _ in [text(form, "device=\(scene.spare.device)&after=0")]
            },
            Address(method: "get", path: "/v1/devices", need: .device, status: 200) { _, _ in [] },
            // Of a device that nobody has, so that all who ask can go on.
            Address(method: "post", path: "/v1/devices/end", need: .device, status: 200) { _, _ in
                [text(form, "device=00000000000000ff")]
            },
            Address(method: "get", path: "/device", need: .nothing, status: 200) { _, _ in [] },
            Address(method: "get", path: "/device/{user_code}", need: .nothing, status: 200) {
                _, _ in
                []
            },
            Address(method: "post", path: "/v1/sync", need: .device, status: 200) { scene, role in
                [true, false].flatMap { lines -> [(String, [UInt8])] in
                    let type = lines ? json : SignedIn.binary
                    let base = scene.writing[role]?.chain ?? 0
                    guard
                        let mutation = scene.writing[role]?.next([
                            RowOperation(
                                RowKey(table: "annotation", id: "\(role)-\(lines)"), .create)
                        ])
                    else { return [] }
                    let push: [Frame] = [
                        .sync(SyncRequest()), .push(PushHeader(baseChain: base)),
                        .mutation(mutation),
                    ]
                    return [
                        (type, Scene.body([.sync(SyncRequest())], lines: lines)),
                        (type, Scene.body(push, lines: lines)),
                    ]
                }
            },
            Address(method: "post", path: "/v1/reconcile", need: .device, status: 200) { scene, _ in
                bothForms(
                    [.reconcile(ReconcileRequest())]
                        + scene.buckets.map {
                            .items(ItemsClaim(bucket: $0, range: .whole, hashes: []))
                        })
            },
            Address(method: "get", path: "/v1/live", need: .device, status: 200) { _, _ in [] },
            Address(method: "post", path: "/v1/agency/records", need: .agency, status: 200) {
                scene, role in
                [
                    text(
                        "application/x-ndjson",
                        #"{"table":"vehicle","id":"of-\#(role)","subject":"\#(scene.owner)","#
                            + #""as_of":1,"source_version":1,"body":{"n":1}}"#)
                ]
            },
            Address(
                method: "get", path: "/.well-known/oauth-authorization-server", need: .nothing,
                status: 200
            ) { _, _ in [] },
            Address(method: "get", path: "/openapi.json", need: .nothing, status: 200) { _, _ in
                []
            },
            Address(method: "get", path: "/healthz", need: .nothing, status: 200) { _, _ in [] },
            Address(method: "get", path: "/readyz", need: .nothing, status: 200) { _, _ in [] },
            Address(method: "get", path: "/metrics", need: .nothing, status: 200) { _, _ in [] },
        ]
    }

    @Test("has each address of openapi.yaml, with what that says it needs")
    func described() throws {
        var described: Set<String> = []
        var (path, method) = ("", "")
        let text = String(decoding: try Repository.bytes(of: "docs/openapi.yaml"), as: UTF8.self)
        for line in text.split(separator: "\n") {
            if line.hasPrefix("components:") { break }
            if line.hasPrefix("  /") { path = String(line.dropFirst(2).dropLast()) }
            if line.hasPrefix("    "), !line.hasPrefix("     ") {
                method = String(line.dropFirst(4).dropLast())
            }
            switch line {
            case "      security: []": described.insert("\(method) \(path) nothing")
            case "        - device: []": described.insert("\(method) \(path) device")
            case "        - agency: []": described.insert("\(method) \(path) agency")
            default: break
            }
        }
        let known = Self.addresses.map { "\($0.method) \($0.path) \($0.need)" }
        #expect(Set(known) == described)
        #expect(known.count == described.count)
    }

    @Test("answers each with its status, and without a byte of what the asker may not see")
    func matrix() throws {
        let scene = try Scene()
        let taken = try scene.metric("tangrat_mutations_taken_total")
        let applied = try scene.metric("tangrat_feed_applied_total")
        var cells = 0
        for address in Self.addresses {
            let path = address.path.replacing("{user_code}", with: "BCDF-GHJK")
            var refusals: [Bool: HTTPTestClient.Answer] = [:]
            for role in Role.allCases {
                let bodies = address.bodies(scene, role).map { Optional($0) }
                for body in bodies.isEmpty ? [nil] : bodies {
                    let where_ = "\(address.path) \(role) \(body?.type ?? "")"
                    let answer = try scene.ask(
                        role, address.method.uppercased(), path, type: body?.type ?? "",
                        body?.bytes)
                    cells += 1
                    let isAdmitted = Scene.admits(role, to: address.need)
                    #expect(answer.status == (isAdmitted ? address.status : 401), "\(where_)")
                    let found = Set(Scene.canaries.filter { answer.text.contains($0) })
                    switch (isAdmitted, path) {
                    case (true, "/v1/sync"), (true, "/v1/reconcile"):
                        #expect(found == Scene.sees(role), "\(where_)")
                    default:
                        #expect(found.isEmpty, "\(where_)")
                    }
                    let tellsOfSpare = answer.text.contains(scene.spareChain)
                    #expect(tellsOfSpare == (path == "/v1/devices/replace" && role == .owner))
                    if path == "/v1/devices/replace", role != .owner {
                        #expect(try scene.spare.sync(scene.running, []).status == 400)
                    }
                    guard !isAdmitted else { continue }
                    // Why an asker is refused does not show, to the last byte; only whether
                    // there was a token, which the asker knows.
                    let hasToken = role != .nobody
                    if let refusal = refusals[hasToken] { #expect(answer == refusal, "\(where_)") }
                    refusals[hasToken] = answer
                }
            }
        }
        #expect(cells >= Self.addresses.count * Role.allCases.count)
        // What was refused took no effect: two writes of each admitted device, one row fed.
        #expect(
            try scene.metric("tangrat_mutations_taken_total") == taken + 2 * Scene.people.count)
        #expect(try scene.metric("tangrat_feed_applied_total") == applied + 1)
        #expect(try scene.spare.sync(scene.running, []).status == 401)
    }

    /// Goal: a bucket of somebody else's is answered as one that nobody has.
    ///
    /// Method: the same claims about names of one length; the name is the only thing that may
    /// differ, because the asker sent it.
    @Test("answers a foreign bucket and an unknown one with the same bytes")
    func foreign() throws {
        let scene = try Scene()
        let whole = [RangeSum(count: 1, sum: .zero)]
        for role in Scene.people {
            for bucket in scene.buckets {
                let own = try scene.ask(
                    role, "POST", "/v1/sync", Scene.body([.sync(SyncRequest())], lines: true))
                if own.text.contains("\"\(bucket)\"") { continue }
                let unknown = bucket.replacing("person/", with: "persom/")
                for lines in [true, false] {
                    func claim(_ name: String) throws -> HTTPTestClient.Answer {
                        let claims: [Frame] = [
                            .reconcile(ReconcileRequest()),
                            .sums(SumsClaim(bucket: name, range: .whole, split: 0, parts: whole)),
                            .items(ItemsClaim(bucket: name, range: .whole, hashes: [.zero])),
                        ]
                        return try scene.ask(
                            role, "POST", "/v1/reconcile",
                            type: lines ? "application/json" : SignedIn.binary,
                            Scene.body(claims, lines: lines))
                    }
                    let answer = try claim(bucket)
                    let other = try claim(unknown)
                    #expect(answer.status == 200 && answer.text.contains(bucket))
                    #expect(answer.head == other.head)
                    let renamed = other.body.replacing(
                        Array(unknown.utf8), with: Array(bucket.utf8))
                    #expect(answer.body == renamed)
                }
            }
            for guess in [
                "", "person", "person/", "person//core", "person/*/core", "person/%/transport",
                "public/", "public/other", "../public/catalogue",
                scene.bucket(.owner, "transport").uppercased(),
                scene.bucket(.owner, "transport") + "\0",
                scene.bucket(.owner, "welfare"),
            ] where !(role == .owner && guess.hasSuffix("welfare")) {
                let claim = ItemsClaim(bucket: guess, range: .whole, hashes: [])
                let answer = try scene.ask(
                    role, "POST", "/v1/reconcile", type: SignedIn.binary,
                    Scene.body([.reconcile(ReconcileRequest()), .items(claim)], lines: false))
                #expect(answer.status == 200)
                let frames = try decodeFrames(answer.body)
                #expect(frames.contains(.bucketGone(name: guess)), "\(guess)")
                #expect(frames.count == 3, "\(guess)")
            }
        }
    }

    @Test("answers about a foreign device as about an unknown one, and leaves it its rights")
    func foreignDevice() throws {
        let scene = try Scene()
        for role in [Role.other, .withdrawn, .holder] {
            func replace(_ device: String) throws -> HTTPTestClient.Answer {
                try scene.ask(
                    role, "POST", "/v1/devices/replace", type: Self.form,
                    Array("device=\(device)&after=0".utf8))
            }
            let answer = try replace(scene.spare.device.description)
            #expect(answer.status == 200)
            #expect(answer == (try replace("00000000000000ff")))
        }
        var client = SimulatedClient()
        try scene.spare.pull(scene.running, &client)
    }

    @Test("refuses each device the cursor of every other one")
    func cursors() throws {
        let scene = try Scene()
        var clients: [Role: SimulatedClient] = [:]
        for role in Scene.people {
            var client = SimulatedClient()
            try #require(scene.devices[role]).pull(scene.running, &client)
            clients[role] = client
        }
        var spare = SimulatedClient()
        try scene.spare.pull(scene.running, &spare)
        for role in Scene.people {
            // Of the same person as well.
            let foreign = Scene.people.filter { $0 != role }.compactMap { clients[$0] } + [spare]
            for client in foreign {
                for lines in [true, false] {
                    let answer = try scene.ask(
                        role, "POST", "/v1/sync",
                        type: lines ? "application/json" : SignedIn.binary,
                        Scene.body([.sync(client.request)], lines: lines))
                    #expect(answer.status == 200 && answer.text.contains("cursor.invalid"))
                    #expect(!Scene.canaries.contains { answer.text.contains($0) })
                }
            }
            var own = try #require(clients[role])
            try #require(scene.devices[role]).pull(scene.running, &own)
            #expect(own.restarts.isEmpty)
        }
    }

    @Test("wakes nobody for what they may not see")
    func live() throws {
        let scene = try Scene()
        let other = try #require(scene.devices[.other]).watch(scene.running)
        let withdrawn = try #require(scene.devices[.withdrawn]).watch(scene.running)
        for (number, person) in [Role.owner, .holder, .other].enumerated() {
            let fed = try scene.ask(
                .agency, "POST", "/v1/agency/records", type: "application/x-ndjson",
                Array(
                    (#"{"table":"vehicle","id":"l\#(number)","as_of":1,"source_version":1,"#
                        + #""subject":"\#(scene.subjects[person] ?? "")","body":{"n":1}}"#).utf8))
            #expect(fed.text.contains(#""applied":1"#))
        }
        #expect(try other.event() == "event: moved\ndata: {}\n\n")
        #expect(try scene.metric("tangrat_pokes_total") == 1)
        other.close()
        withdrawn.close()
    }
}
