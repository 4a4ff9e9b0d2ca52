internal import FaultVFS
internal import SyncClientCore
internal import SyncServerCore

/// What grows with use, against what bounds it (I16).
///
/// Worlds are too small for the limits of `limits.md`, which have tests of their own. Here
/// something is looked for that is kept and belongs to nothing any more: it has no bound.
extension Oracle {
    /// How many connections of one sender, which has left them, may still be on their way out.
    private static let partingMax = 4

    /// How many pages of the log one group may write at most.
    ///
    /// A transaction writes each page once, and no world has so many.
    private static let groupPagesMax = 1_000

    /// The server has no connections and live streams that nobody else has.
    func checkServerBounds() {
        world.server.lookAround()
        guard let server = world.server.server else { return }
        let held = server.holdings
        // Each device with its second program, the agency, and somebody hostile.
        let senders = 2 * world.devices.count + 2
        let known = world.server.connectionCount
        if held.connections > known + senders * Self.partingMax {
            fail("I16", "the server has \(held.connections) connections, others \(known)")
        }
        if held.watchers < 0 || held.watchers > held.connections {
            fail("I16", "\(held.watchers) live streams on \(held.connections) connections")
        }
        world.points.count("bounds.server")
    }

    /// The log of the server's store is folded into its file.
    ///
    /// While its disk fails it may not be, so it is asked for when all is mended.
    func checkLogBound() {
        guard let server = world.server.server else { return }
        let policy = world.plan.options.serverLogPages
        // From `CheckpointMachine.Policy.restartPages` on the log begins anew.
        let most = 4 * policy + Self.groupPagesMax
        let pages = server.holdings.logPages
        if pages > most { fail("I16", "the server's log has \(pages) pages, of \(most) at most") }
        world.points.count("bounds.log")
    }

    /// A device at rest keeps what its limits allow, and nothing that belongs to nothing.
    func checkBounds(of device: Device, _ subject: String) {
        guard !device.disk.isDown else { return }
        device.disk.unwatched {
            do {
                let eye = try eye(of: device, subject)
                let held = try eye.look { try $0.holdings() }
                // The server has limits of this name as well.
                typealias Most = SyncClientCore.Limits
                for (what, count, most) in [
                    ("writes that wait", held.waiting, Most.outboxMax),
                    ("acknowledged writes", held.acknowledged, Most.acknowledgedMax),
                    ("outcomes", held.outcomes, Most.outcomesMax),
                    ("entries about writes that do not wait", held.strayEntries, 0),
                    ("pages of no round", held.strayPages, 0),
                ] where count > most {
                    fail("I16", "\(device.name) keeps \(count) \(what), of \(most) at most")
                }
                world.points.count("bounds.device")
            } catch {
                fail("I5", "the file of \(device.name) cannot be read: \(error)")
            }
        }
    }
}
