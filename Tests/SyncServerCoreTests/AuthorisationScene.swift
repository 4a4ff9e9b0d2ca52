import SyncProtocol
import TestSupport
import Testing

@testable import SyncServerCore

/// Askers of every kind around one server, and a row with a text of its own in each bucket.
final class AuthorisationScene {
    /// Who asks.
    enum Role: String, CaseIterable {
        case nobody
        case garbage
        case expired
        case refresh
        case revokedDevice
        case other
        case withdrawn
        case holder
        case agency
        case otherAgency
        case revokedAgency
        /// Last, because it is who may end the rights of the spare device.
        case owner
    }

    /// What an address asks of who comes.
    enum Need: String {
        case nothing
        case device
        case agency
    }

    let running: RunningServer
    /// The credential of each role, as it is sent.
    private(set) var tokens: [Role: String] = [:]
    private(set) var devices: [Role: SignedIn] = [:]
    /// Writes as the device of each role would make them.
    var writing: [Role: WritingDevice] = [:]
    /// The subject of each person.
    private(set) var subjects: [Role: String] = [:]
    /// A device of the owner's that has written something.
    let spare: SignedIn
    /// What the answer of `replace` tells of it.
    let spareChain: String

    static let people: [Role] = [.owner, .other, .withdrawn, .holder]
    static let publicText = "canary-public-row"

    static func text(_ person: Role, _ domain: String) -> String {
        "canary-\(person.rawValue)-\(domain)-row"
    }

    /// Every text that stands in a row.
    static var canaries: [String] {
        [publicText] + people.flatMap { [text($0, "core"), text($0, "transport")] }
    }

    init() throws {
        let running = try RunningServer()
        self.running = running
        let vehicles = try running.addAgency("dlt", ["vehicle"])
        let profiles = try running.addAgency("dopa", ["profile"])
        let services = try running.addAgency("dga", ["service"])
        let ended = try running.addAgency("doh", ["vehicle"])
        try running.admin(["command": "agency.revoke", "code": "doh"])
        tokens[.agency] = vehicles
        tokens[.otherAgency] = profiles
        tokens[.revokedAgency] = ended
        tokens[.garbage] = "tra_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        for person in Self.people {
            let subject = try running.addPerson()
            subjects[person] = subject
            func line(_ table: String, _ domain: String) -> String {
                #"{"table":"\#(table)","id":"\#(person.rawValue)","subject":"\#(subject)","#
                    + #""as_of":1,"source_version":1,"body":{"n":"\#(Self.text(person, domain))"}}"#
            }
            #expect(
                try running.feed(vehicles, [line("vehicle", "transport")])["applied"] == .integer(1)
            )
            #expect(try running.feed(profiles, [line("profile", "core")])["applied"] == .integer(1))
        }
        let service =
            #"{"table":"service","id":"s","as_of":1,"source_version":1,"#
            + #""body":{"n":"\#(Self.publicText)"}}"#
        #expect(try running.feed(services, [service])["applied"] == .integer(1))
        let owner = try #require(subjects[.owner])
        // An hour passes between the first sign-in and the others.
        devices[.expired] = try running.signIn(owner)
        running.advance(milliseconds: 3_600_001)
        for person in Self.people { devices[person] = try running.signIn(subjects[person] ?? "") }
        devices[.refresh] = devices[.owner]
        spare = try running.signIn(owner)
        devices[.revokedDevice] = try running.signIn(owner)
        for (role, device) in devices {
            tokens[role] = role == .refresh ? device.refresh : device.token
        }
        var spareWriting = Self.writing(spare)
        let mutation = spareWriting.next([
            RowOperation(RowKey(table: "annotation", id: "spare"), .create)
        ])
        spareChain = Hex.encode(Self.bigEndian(spareWriting.chain))
        #expect(
            try spare.sync(
                running,
                [.sync(SyncRequest()), .push(PushHeader(baseChain: 77)), .mutation(mutation)]
            ).status == 200)
        try running.admin([
            "command": "device.revoke",
            "device": .string(try #require(devices[.revokedDevice]).device.description),
        ])
        for role in Role.allCases {
            writing[role] = Self.writing(try #require(devices[role] ?? devices[.owner]))
        }
        try right("revoke", .withdrawn, to: .withdrawn)
        try right("grant", .owner, to: .holder)
    }

    private static func writing(_ device: SignedIn) -> WritingDevice {
        WritingDevice(DeviceRecord(number: 0, id: device.device, person: 0, name: "", added: 0))
    }

    private static func bigEndian(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }

    private func right(_ command: String, _ person: Role, to asker: Role) throws {
        let answer = try running.admin([
            "command": .string(command), "bucket": .string(bucket(person, "transport")),
            "person": .string(subjects[asker] ?? ""),
        ])
        #expect(answer["error"] == nil, "\(answer)")
    }

    /// The subject of the owner.
    var owner: String { subjects[.owner] ?? "" }

    /// The name of a bucket.
    func bucket(_ person: Role, _ domain: String) -> String {
        "person/\(subjects[person] ?? "")/\(domain)"
    }

    /// The names of all buckets that hold a row.
    var buckets: [String] {
        ["public/catalogue"]
            + Self.people.flatMap { [bucket($0, "core"), bucket($0, "transport")] }
    }

    /// What a role may see of all the texts.
    static func sees(_ role: Role) -> Set<String> {
        let own = [publicText, text(role, "core")]
        switch role {
        case .owner, .other: return Set(own + [text(role, "transport")])
        case .withdrawn: return Set(own)
        case .holder: return Set(own + [text(role, "transport"), text(.owner, "transport")])
        default: return []
        }
    }

    /// Whether an address lets a role in.
    static func admits(_ role: Role, to need: Need) -> Bool {
        switch need {
        case .nothing: true
        case .device: people.contains(role)
        case .agency: role == .agency || role == .otherAgency
        }
    }

    /// One request of a role; the answer is without its date.
    func ask(
        _ role: Role, _ method: String, _ path: String, type: String = "application/json",
        _ body: [UInt8]? = nil
    ) throws -> HTTPTestClient.Answer {
        var fields = body == nil ? [:] : ["Content-Type": type]
        if let token = tokens[role] { fields["Authorization"] = "Bearer \(token)" }
        var answer = try running.request(method, path, fields, body, headOnly: path == "/v1/live")
        // Each loop renders its clock now and then, and the clock was moved.
        answer.head = answer.head.split(separator: "\r\n").filter { !$0.hasPrefix("Date: ") }
            .joined(separator: "\r\n")
        return answer
    }

    /// Frames as a body, in one of the two forms.
    static func body(_ frames: [Frame], lines: Bool) -> [UInt8] {
        var body: [UInt8] = []
        var writer = JSONFrameWriter()
        for frame in frames {
            if lines {
                writer.append(frame, to: &body)
            } else {
                BinaryFrames.append(frame, to: &body)
            }
        }
        return body
    }

    /// A number that the server counts.
    func metric(_ name: String) throws -> Int {
        let text = try running.request("GET", "/metrics").text
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(name) ") }
        return Int(line?.split(separator: " ").last ?? "") ?? -1
    }
}
