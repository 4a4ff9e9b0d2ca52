internal import SyncClientCore

extension Points {
    /// Everything that a good mixture of runs reaches.
    static let expected: [String] =
        ExchangeFault.Kind.allCases.map { "fault.network.\($0.rawValue)" }
        + ["error", "full", "short", "powerCut", "kill"].flatMap {
            ["fault.server.disk.\($0)", "fault.device.disk.\($0)"]
        }
        + ["fault.device.powerCut", "fault.server.powerCut"]
        + (1...OlderFiles.cache.count).map { "device.updatedFrom.\($0)" }
        + (1...OlderFiles.server.count).map { "server.updatedFrom.\($0)" }
        + Verb.allCases.map { "do.\($0.rawValue)" }
        + FaultPoint.allCases.map { "device.stoppedAt.\($0.rawValue)" }
        + [
            "admin.backup", "admin.compacted", "admin.compactedWithPushes", "admin.rotated",
            "admin.gave", "aside.dropped", "aside.used",
            "device.cloned", "device.new", "device.rolledBack", "device.undecided",
            "device.closedGap", "device.setAside", "server.createStale", "server.forgot",
            "server.purged",
            "admin.leased", "admin.putInPlace", "admin.withdrew",
            "answer.bucketGone", "answer.leased", "answer.othersBucket", "device.bucketGone",
            "device.shownLeased", "device.withdrew", "server.rightEnded", "admin.restored",
            "admin.revoked", "bounds.device", "bounds.log", "bounds.server",
            "answer.disclosed", "device.leaseOver", "device.openedTwice", "device.placeTaken",
            "device.waitedForOther",
            "feed.catalogue", "live.connected", "live.event", "live.opened", "live.quiet",
            "list.ordered", "live.revoked", "live.synced", "network.overtaken", "rogue.answered",
            "server.toldOfReading", "write.bySecond", "answer.reconciled", "answer.checkpoint",
            "answer.error",
            "answer.ownFirst", "answer.page",
            "answer.restart", "answer.unchanged", "device.atCheckpoint", "device.crashed",
            "device.openFailed", "device.renamed", "device.signedIn",
            "feed.applied", "feed.cut", "feed.whole", "network.reused", "server.crashed",
            "server.receipt", "server.refused", "server.restamped", "server.namedOtherwise",
            "server.takenBefore",
            "server.startFailed",
            "server.started", "server.taken", "sync.done", "sync.repaired",
            "sync.failed.account.sign_in_expired", "sync.failed.storage.failed",
            "sync.failed.storage.full", "sync.failed.sync.answer_unusable",
            "sync.failed.account.device_copied", "sync.failed.sync.no_answer",
            "sync.failed.sync.offline", "sync.failed.sync.server_busy",
        ]

    /// What was expected and not reached.
    package var never: [String] {
        Self.expected.filter { counts[$0, default: 0] == 0 }.sorted()
    }
}
