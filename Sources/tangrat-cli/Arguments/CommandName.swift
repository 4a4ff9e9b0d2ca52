/// The commands of the program; the raw value is what a person types.
enum CommandName: String, CaseIterable, Sendable {
    case home
    case login, logout, sync, status, outcomes, aside, salvage, doctor, dump
    case licence, vehicles, tickets, bills, credit, entitlements, documents
    case socialSecurity = "social-security"
    case health, newborn, civil, consents
    case accessLog = "access-log"
    case delegations, devices, profile
    case services, notifications, prefs, pin, unpin, note
    case request, requests, why, show, help, version

    /// The table behind a screen that shows rows of a single kind.
    var table: String? {
        switch self {
        case .licence: "driving_licence"
        case .vehicles: "vehicle"
        case .tickets: "traffic_ticket"
        case .bills: "bill"
        case .credit: "credit_report"
        case .entitlements: "entitlement"
        case .documents: "document"
        case .socialSecurity: "social_security"
        case .health: "health_coverage"
        case .newborn: "newborn_subsidy"
        case .civil: "civil_registration"
        case .consents: "consent"
        case .accessLog: "access_event"
        case .delegations: "delegation"
        case .profile: "profile"
        default: nil
        }
    }

    /// The options that the command takes beside the common ones.
    var options: [OptionName] {
        switch self {
        case .login: [.server, .name]
        case .logout: [.discardUnsent]
        case .sync: [.watch, .trace]
        case .dump: [.canonical]
        case .doctor: [.deep]
        case .notifications, .requests, .show: [.all]
        case .request: [.all, .set, .statement, .attach, .detach, .action]
        default: table == nil ? [] : [.all]
        }
    }

    /// The most operands that the command takes; nil for any number.
    var operandsMax: Int? {
        switch self {
        case .services, .notifications, .request, .note: nil
        case .prefs: 3
        case .show, .aside, .salvage, .devices: 2
        case .pin, .unpin, .why, .help: 1
        default: table == nil ? 0 : 1
        }
    }

    /// How the command is written, without the program's name.
    var usage: String {
        switch self {
        case .home: ""
        case .login: "login --server URL [--name DEVICE]"
        case .logout: "logout [--discard-unsent]"
        case .sync: "sync [--watch] [--trace]"
        case .aside: "aside [use ROW|drop ROW]"
        case .devices: "devices [end NAME|ID]"
        case .salvage: "salvage [send FILE|drop]"
        case .dump: "dump --canonical"
        case .doctor: "doctor [--deep]"
        case .services: "services [WORD…]"
        case .notifications: "notifications [list|read ID…|read --all]"
        case .prefs: "prefs [get [KEY]|set KEY VALUE]"
        case .pin, .unpin: "\(rawValue) SERVICE"
        case .note: "note ROW TEXT"
        case .request: "request new|edit|check|submit|show|list|withdraw|delete …"
        case .why: "why ROW[.FIELD]"
        case .show: "show [TABLE [ID]] [--all]"
        case .help: "help [COMMAND]"
        default: table == nil ? rawValue : "\(rawValue) [ID] [--all]"
        }
    }
}
