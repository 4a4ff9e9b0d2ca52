import CitizenData
public import SyncClientCore

/// The code of the article "Your first offline-first screen", as an app would hold it.
///
/// What stands between `// article` and `// end` is the article's, line by line:
/// `ArticleTests` compares both and runs it. This target sees only what is public, as
/// an app does: Package.swift builds it without the access of the package.
public struct ArticleScreen: Sendable {
    /// What the screen was asked to show.
    public var shown: [String] = []
    /// Told of each licence that was shown.
    public var told: AsyncStream<Void>.Continuation?

    /// Makes a screen that shows nothing yet.
    public init() {}

    mutating func show(_ words: String, owner: String, asOf: String) {
        shown.append("\(words) \(owner) \(asOf)")
        told?.yield()
    }

    mutating func show(_ message: String, advice: String) {
        shown.append("\(message) \(advice)")
    }

    mutating func showQuietly(_ message: String) { shown.append(message) }

    /// Opens the cache.
    public func open() async throws -> SyncClient {
        // article
        let client = try await SyncClient.open()
        // end
        return client
    }

    /// Signs in, if nobody is.
    public func signIn(_ client: SyncClient) async throws {
        // article
        if await client.account == nil {
            let prompt = try await client.beginSignIn(
                server: "https://sync.example.go.th", deviceName: "my laptop")
            print("Enter \(prompt.userCode) at \(prompt.verificationURL)")
            _ = try await client.completeSignIn(prompt)
        }
        // end
    }

    /// Shows the licences, now and after each change.
    public mutating func observe(_ client: SyncClient) async throws {
        // article
        for try await snapshot in client.observe(DrivingLicenceRecord.self) {
            for licence in snapshot.rows(of: DrivingLicenceRecord.self) {
                let expires = licence.view.expires.map { ThaiDateFormat.text($0, style: .full) }
                show(
                    "\(licence.view.number) \(licence.view.statusLabel.thai) \(expires ?? "-")",
                    owner: licence.row.owner, asOf: BangkokTime.thai(licence.row.asOfMilliseconds))
            }
        }
        // end
    }

    /// Shows the bills that are due.
    public mutating func bills(_ client: SyncClient) async throws {
        // article
        for bill in try await client.rows(of: BillRecord.self) {
            if let satang = bill.view.amountSatang, bill.view.state?.isDue == true {
                show(
                    "\(bill.view.billerThai) \(Money.baht(satang))",
                    owner: bill.row.owner, asOf: BangkokTime.thai(bill.row.asOfMilliseconds))
            }
        }
        // end
    }

    /// Keeps the cache current.
    public mutating func live(_ client: SyncClient) async {
        // article
        for await event in client.live() {
            if case .waiting(_, let failure) = event { showQuietly(failure.messageEnglish) }
        }
        // end
    }

    /// Makes a write.
    public func write(_ client: SyncClient) async throws -> QueuedWrite {
        // article
        let write = try await client.pin("driving-licence-check")
        // end
        return write
    }

    /// Shows what was refused.
    public mutating func outcomes(of write: QueuedWrite, _ client: SyncClient) async throws {
        // article
        if let outcome = try await client.outcome(of: write.mid), outcome.status == .refused {
            show(outcome.messageThai, advice: outcome.adviceThai)
        }
        for refused in try await client.status().refused {
            show(refused.messageThai, advice: refused.adviceThai)
        }
        // end
    }

    /// Drafts a request, checks it and hands it in.
    public mutating func request(_ client: SyncClient) async throws -> String {
        // article
        let draft = try await client.createDraft(service: "ticket-dispute", action: "new")
        try await client.editDraft(draft, form: ["ticket_ref": "T-1", "reason_code": "not_driver"])
        let problems = try await client.checkDraft(draft)
        for problem in problems {
            show("\(problem.field): \(problem.messageThai)", advice: problem.adviceThai)
        }
        if problems.isEmpty { try await client.submit(draft) }
        // end
        return draft
    }

    /// Takes a request back.
    public func withdraw(_ draft: String, _ client: SyncClient) async throws {
        // article
        try await client.withdraw(draft)
        // end
    }
}
