import TestSupport
import Testing

/// What is copied to a server, compared with the program that is to run there.
@Suite("The files for nginx and systemd")
struct DeployTests {
    private static let unit = "deploy/tangrat-server.service"
    private static let settings = "deploy/tangrat-server.env"

    /// The lines of a file without its comments.
    private func lines(_ path: String) throws -> [String] {
        String(decoding: try Repository.bytes(of: path), as: UTF8.self)
            .split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    private func text(_ path: String) throws -> String {
        String(decoding: try Repository.bytes(of: path), as: UTF8.self)
    }

    private func value(_ name: String) throws -> String {
        let lines = try lines(Self.unit).filter { $0.hasPrefix("\(name)=") }
        #expect(lines.count == 1, "\(name)")
        return String((lines.first ?? "").dropFirst(name.count + 1))
    }

    /// Without the first nobody can sign in from elsewhere, and without the second one network
    /// can take all places of sign-ins.
    @Test("start a server that people can reach, and that knows who asks")
    func unit() throws {
        let words = try value("ExecStart").split(separator: " ").map(String.init)
        let options = words.indices.dropFirst(2).filter { words[$0].hasPrefix("--") }
        let given = Dictionary(uniqueKeysWithValues: options.map { (words[$0], words[$0 + 1]) })
        #expect(Set(given.keys) == ["--data", "--listen", "--behind-proxy"])
        #expect(given["--behind-proxy"] == "yes")
        #expect(words[1] == "serve")
        let file = try value("EnvironmentFile")
        #expect(file.hasSuffix("/tangrat-server.env"))
        #expect(try text(Self.settings).contains("Copy to \(file),"))
        // Where it may write is where it is told to.
        let states = try value("StateDirectory").split(separator: " ").map { "/var/lib/\($0)" }
        #expect(given["--data"] == states.first)
        let heads = try #require(
            try lines(Self.settings).first { $0.hasPrefix("TANGRAT_AUDIT_HEADS=") })
        let folder = heads.split(separator: "=")[1].split(separator: "/").dropLast()
        #expect(states.contains("/" + folder.joined(separator: "/")))
        // One port in three places.
        let listen = try #require(given["--listen"])
        let port = try #require(listen.split(separator: ":").last)
        #expect(try lines(Self.unit).contains("SocketBindAllow=tcp:\(port)"))
        #expect(try text("deploy/nginx.conf").contains("    server \(listen);\n"))
    }

    @Test("set what the server reads, and nothing else")
    func settings() throws {
        let options = try text("Sources/SyncServerCore/Operations/ServerOptions.swift")
        let all = try text(Self.settings).split(separator: "\n").map { line in
            line.drop { $0 == "#" || $0 == " " }
        }
        let names = all.filter { $0.hasPrefix("TANGRAT_") }.map { $0.prefix { $0 != "=" } }
        #expect(names.count >= 3)
        for name in names { #expect(options.contains("\"\(name)\""), "\(name)") }
        let set = try lines(Self.settings)
        #expect(set.contains { $0.hasPrefix("TANGRAT_PUBLIC_URL=https://") })
        // The address is the site's own.
        let url = set.first { $0.hasPrefix("TANGRAT_PUBLIC_URL=") } ?? ""
        let host = url.split(separator: "/").last ?? ""
        #expect(try text("deploy/nginx.conf").contains("    server_name \(host);\n"))
    }

    /// A line of a log that tells a path tells codes, and whatever somebody put there.
    @Test("write nothing into nginx's logs that a client chose")
    func logs() throws {
        let site = try lines("deploy/nginx.conf").joined(separator: "\n")
        let start = try #require(site.firstRange(of: "log_format tangrat"))
        let format = site[start.lowerBound...].prefix { $0 != ";" }
        for name in ["uri", "request", "request_uri", "args", "http_", "remote_addr", "host"] {
            #expect(!format.contains("$\(name)\""), "\(name)")
        }
        #expect(!format.contains("$http_") && !format.contains("$arg_"))
        #expect(format.contains("\"$tangrat_place\""))
        let servers = site.split(separator: "\nserver {").dropFirst()
        #expect(servers.count == 2)
        for server in servers {
            #expect(server.contains(" error_log ") && server.contains(" crit;"))
        }
    }
}
