import Foundation
import TestSupport
import Testing

extension WorldTests {
    /// Goal: what the runbook says at three in the morning works.
    ///
    /// Method: each block marked `sh` runs in bash, in the order of the document, against a
    /// server with a person, a device, an agency and rows. One marked `sh stopped` runs
    /// while no server does. The person is under a hold that began after the backup.
    @Suite("The runbook")
    struct RunbookTests {
        private struct Block {
            let line: Int
            let text: String
            let needsStop: Bool
        }

        private func blocks() throws -> [Block] {
            let document = String(
                decoding: try Repository.bytes(of: "docs/runbook.md"), as: UTF8.self)
            var blocks: [Block] = []
            var open: (line: Int, lines: [String], needsStop: Bool)?
            for (index, line) in document.components(separatedBy: "\n").enumerated() {
                if let begun = open {
                    if line == "```" {
                        blocks.append(
                            Block(
                                line: begun.line, text: begun.lines.joined(separator: "\n"),
                                needsStop: begun.needsStop))
                        open = nil
                    } else {
                        open?.lines.append(line)
                    }
                } else if line == "```sh" || line == "```sh stopped" {
                    open = (index + 1, [], line.hasSuffix("stopped"))
                }
            }
            return blocks
        }

        @Test("has commands that work")
        func commands() async throws {
            let blocks = try blocks()
            #expect(blocks.count > 15 && blocks.contains { $0.needsStop })
            try await RealWorld.run { world in
                let subject = try await world.person()
                let key = try await world.agency("dlt", "driving_licence")
                try await world.mustFeed(
                    [BadInputTests.line("r-1", subject, body: #"{"v":1}"#)], key: key)
                let device = try await world.device("a", of: subject)
                try await device.must("sync")
                let listed = try await world.admin("device", "list", "--person", subject)
                let backup = world.path("backup")
                try FileManager.default.createDirectory(
                    atPath: backup, withIntermediateDirectories: false)
                try await world.admin("backup", backup + "/tangrat.sqlite")
                try await world.admin("hold", subject, "--reason", "court order 11/2569")
                // A server writes the head of the chain down when it stops.
                _ = try await world.stop(SIGTERM)
                try await world.start()
                let programs = URL(fileURLWithPath: Programs.server).deletingLastPathComponent()
                var isStopped = false
                for block in blocks {
                    if isStopped, !block.needsStop {
                        // What runs from here on removes what is over, but nothing of theirs.
                        let restored = try await world.admin("person", "list")
                        #expect((restored["held_ms"] as? Int).map { $0 > 0 } == true)
                        try await world.start()
                        isStopped = false
                    }
                    let log = world.path("log")
                    _ = FileManager.default.createFile(
                        atPath: log, contents: Data((world.serverChild?.error ?? "").utf8))
                    if block.needsStop, !isStopped {
                        _ = try await world.stop(SIGTERM)
                        isStopped = true
                    }
                    let settings = [
                        "PATH=\(programs.path):/usr/local/bin:/usr/bin:/bin", "DATA=\(world.data)",
                        "URL=\(world.address)", "LOG=\(log)", "BACKUP=\(backup)",
                        "HEADS=\(world.data)/audit-heads.ndjson", "SUBJECT=\(subject)",
                        "DEVICE=\(listed["device"] as? String ?? "")",
                    ]
                    let run = try await world.run(
                        "/usr/bin/env", settings + ["bash", "-euo", "pipefail", "-c", block.text])
                    #expect(
                        run.code == 0, "line \(block.line): \(run.code) \(run.output) \(run.error)")
                }
                let verified = try await world.admin("verify")
                #expect(verified["sound"] as? Int == 1)
            }
        }
    }
}
