import Foundation
import SyncClientCore

/// The code of the article "Your first offline-first screen", as an app would hold it.
///
/// What stands between `// article` and `// end` is the article's, line by line:
/// `ArticleTests` compares both. Only what is public is imported here.
struct ArticleScreen {
    /// What the screen was asked to show.
    var shown: [String] = []
    /// Told of each licence that was shown.
    var told: AsyncStream<Void>.Continuation?

    mutating func show(_ number: String?, owner: String, asOf: Date) {
        shown.append("\(number ?? "-") \(owner) \(Int(asOf.timeIntervalSince1970))")
        told?.yield()
    }

    mutating func show(_ message: String, advice: String) {
        shown.append("\(message) \(advice)")
    }

    mutating func showQuietly(_ message: String) { shown.append(message) }

    func open() async throws -> SyncClient {
        // article
        let client = try await SyncClient.open()
        // end
        return client
    }

    func signIn(_ client: SyncClient) async throws {
        // article
        if await client.account == nil {
            let prompt = try await client.beginSignIn(
                server: "https://sync.example.go.th", deviceName: "my laptop")
            print("Enter \(prompt.userCode) at \(prompt.verificationURL)")
            _ = try await client.completeSignIn(prompt)
        }
        // end
    }

    mutating func observe(_ client: SyncClient) async throws {
        // article
        for try await snapshot in client.observe("driving_licence") {
            for licence in snapshot.rows {
                let day = Date(timeIntervalSince1970: Double(licence.asOfMilliseconds) / 1_000)
                show(licence.text("licence_no"), owner: licence.owner, asOf: day)
            }
        }
        // end
    }

    mutating func live(_ client: SyncClient) async {
        // article
        for await event in client.live() {
            if case .waiting(_, let failure) = event { showQuietly(failure.messageEnglish) }
        }
        // end
    }

    func write(_ client: SyncClient) async throws -> QueuedWrite {
        // article
        let write = try await client.pin("driving-licence-check")
        // end
        return write
    }

    mutating func outcomes(of write: QueuedWrite, _ client: SyncClient) async throws {
        // article
        if let outcome = try await client.outcome(of: write.mid), outcome.status == .refused {
            show(outcome.messageThai, advice: outcome.adviceThai)
        }
        for refused in try await client.status().refused {
            show(refused.messageThai, advice: refused.adviceThai)
        }
        // end
    }

    func request(_ client: SyncClient) async throws -> String {
        // article
        let draft = try await client.createDraft(service: "ticket-dispute", action: "new")
        try await client.editDraft(draft, form: ["ticket_ref": "T-1", "reason_code": "not_driver"])
        let problems = try await client.checkDraft(draft)
        if problems.isEmpty { try await client.submit(draft) }
        // end
        return draft
    }

    func withdraw(_ draft: String, _ client: SyncClient) async throws {
        // article
        try await client.withdraw(draft)
        // end
    }
}
