/// Holds up whoever arrives until it opens; who is cancelled passes in vain.
actor Gate {
    private var isOpen = false
    private var arrivals = 0
    private var waiting: [Int: CheckedContinuation<Bool, Never>] = [:]
    private var expecting: [CheckedContinuation<Void, Never>] = []

    /// Waits until the gate opens.
    ///
    /// - Returns: Whether it did; false for a task that was cancelled.
    func pass() async -> Bool {
        arrivals += 1
        let number = arrivals
        for one in expecting { one.resume() }
        expecting = []
        if isOpen { return true }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiting[number] = $0 }
        } onCancel: {
            Task { await self.giveUp(number) }
        }
    }

    /// Waits until somebody has arrived.
    func arrived() async {
        guard arrivals == 0 else { return }
        await withCheckedContinuation { expecting.append($0) }
    }

    func open() {
        isOpen = true
        for one in waiting.values { one.resume(returning: true) }
        waiting = [:]
    }

    private func giveUp(_ number: Int) {
        waiting.removeValue(forKey: number)?.resume(returning: false)
    }
}
