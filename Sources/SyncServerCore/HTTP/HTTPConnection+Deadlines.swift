internal import HTTPWire

/// What a connection may take its time for, and for how long.
extension HTTPConnection {
    func checkDeadlines(_ now: Int64) {
        let limits = service.limits
        if flags.contains(.isLingering) {
            if now - since >= limits.lingerMilliseconds { die() }
            return
        }
        if output != nil, isReadTooSlowly(now) { return die() }
        // What is not wanted now cannot be late.
        guard wantsInput else { return }
        let waited = now - since
        switch machine.phase {
        case .head where input != nil:
            if waited >= limits.headMillisecondsMax { timedOut(Rejection(408, .headTimeout)) }
        case .head where output == nil:
            let isNew = !flags.contains(.hasServed)
            if waited >= (isNew ? limits.headMillisecondsMax : limits.idleMillisecondsMax) {
                die()
            }
        case .body:
            let came = Int64(machine.bodyBytes - bodyBytesBefore)
            if waited >= limits.bodyGraceMilliseconds,
                came * 1000 < waited * limits.bodyBytesPerSecondMin
            {
                timedOut(Rejection(408, .bodyTimeout))
            }
        default: break
        }
    }

    /// Whether the client takes nothing of its answer, or next to nothing.
    private func isReadTooSlowly(_ now: Int64) -> Bool {
        let limits = service.limits
        if now - outputProgress >= limits.writeStallMillisecondsMax { return true }
        let waited = now - outputSince
        return waited >= limits.answerGraceMilliseconds
            && Int64(outputTaken) * 1000 < waited * limits.answerBytesPerSecondMin
    }

    private func timedOut(_ rejection: Rejection) {
        let isAnswered = machine.isPassingOver
        machine.close()
        if isAnswered {
            // A second answer would be taken for that of the next request.
            flags.insert(.closesAfterOutput)
        } else {
            reject(rejection)
        }
        advance()
    }
}
