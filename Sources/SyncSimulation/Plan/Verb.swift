/// What an actor of a plan can do.
///
/// New verbs go to the end of their group; a plan that names a verb this version
/// does not know is refused.
package enum Verb: String, Hashable, Sendable, CaseIterable {
    // A person on a device.
    case note, nickname, label, unlabel, count, remind, delete, recreate
    case read, pin, unpin, prefer, seen
    case transfer, append, submit, half, poison
    case sync
    // A device.
    case open, close, kill, powerCut, stopAt
    case diskFault, diskFull, diskMend
    case clockSet, clockDrift
    case offline
    case signIn, keepDisk, rollDiskBack, cloneDisk
    // Everything is gone from it: a new telephone, or the program installed anew.
    case newDisk
    case updateApp
    // A second program on a device, beside the first one, on the same files.
    case openSecond, closeSecond
    // A screen that stays open and listens.
    case listen, stopListening
    // The server's machine.
    case serverKill, serverPowerCut, serverDiskFault, serverDiskFull, serverDiskMend, serverClock
    case updateServer
    // An agency.
    case feed, catalogue
    // An administrator.
    case revoke, backup, restore, verify, withdrawRight, giveRight, compact, rotate
    // Somebody who speaks the protocol and does not keep to it.
    case rogue

    /// What the arguments mean, in order.
    package var argumentNames: [String] {
        switch self {
        case .note, .nickname, .remind, .label, .unlabel, .append: ["row", "value"]
        case .count: ["row", "step"]
        case .delete, .recreate, .read, .submit, .half: ["row"]
        case .pin, .unpin, .seen: ["value"]
        case .prefer: ["field", "value"]
        case .transfer: ["from", "to", "amount"]
        case .poison: ["kind", "row"]
        case .rogue: ["kind", "other"]
        case .sync, .open, .close, .diskMend, .signIn, .keepDisk, .rollDiskBack, .newDisk,
            .openSecond, .listen, .stopListening:
            []
        case .closeSecond: ["killed"]
        case .updateApp, .updateServer: ["version", "changes", "power"]
        case .catalogue: ["version"]
        case .kill, .powerCut, .serverKill, .serverPowerCut: ["changes", "downtime"]
        case .stopAt: ["point", "skip", "power"]
        case .diskFault, .serverDiskFault: ["kind", "after", "times"]
        case .diskFull, .serverDiskFull: ["room"]
        case .serverDiskMend, .backup, .verify, .rotate: []
        case .restore: ["announced"]
        case .clockSet, .serverClock: ["offset"]
        case .clockDrift: ["perMillion"]
        case .offline: ["duration", "silent"]
        case .cloneDisk: ["from"]
        case .feed: ["first", "lines", "order", "altered"]
        case .revoke: ["device"]
        case .compact: ["days"]
        case .withdrawRight: ["person", "domain", "owner"]
        case .giveRight: ["person", "domain", "owner", "duration"]
        }
    }
}

/// Who does something.
package enum Actor: Hashable, Sendable {
    case device(Int)
    case server
    case agency
    case admin

    /// The name in a plan: `device 2`, `server`.
    package var text: String {
        switch self {
        case .device(let number): "device \(number)"
        case .server: "server"
        case .agency: "agency"
        case .admin: "admin"
        }
    }

    /// Reads a name.
    package init?(text: String) {
        switch text {
        case "server": self = .server
        case "agency": self = .agency
        case "admin": self = .admin
        default:
            let parts = text.split(separator: " ")
            guard parts.count == 2, parts[0] == "device", let number = Int(parts[1]) else {
                return nil
            }
            self = .device(number)
        }
    }
}

/// One thing that an actor does at one moment.
package struct Action: Hashable, Sendable {
    /// The action's name for ever, also when others are taken out of the plan.
    package var id: Int
    /// When, in milliseconds since the world began.
    package var at: Int64
    /// Who.
    package var actor: Actor
    /// What.
    package var verb: Verb
    /// With what, as ``Verb/argumentNames`` says.
    package var arguments: [Int64]

    /// Creates an action.
    package init(id: Int, at: Int64, actor: Actor, verb: Verb, arguments: [Int64] = []) {
        self.id = id
        self.at = at
        self.actor = actor
        self.verb = verb
        self.arguments = arguments
    }

    /// An argument, or zero where there is none.
    package func argument(_ index: Int) -> Int64 {
        index < arguments.count ? arguments[index] : 0
    }
}
