internal import NetworkIO

extension TangRatServer.Configuration {
    /// Keeps descriptors back for files and loops, so that connections never take them all.
    ///
    /// A server without a descriptor cannot even open its log to write again; one
    /// with a few connections less answers those with 503 and goes on.
    ///
    /// - Parameter descriptors: How many the process may have.
    /// - Returns: A notice if there is room for fewer connections than the limit says.
    mutating func limitConnections(descriptors: Int) -> String? {
        let loops = loops ?? ProcessorCount.online
        let reserved = limits.descriptorsReserved + loops * limits.descriptorsReservedPerLoop
        let room = max(1, descriptors - reserved - limits.adminConnectionsMax)
        guard room < limits.http.connectionsMax else { return nil }
        limits.http.connectionsMax = room
        limits.watchersMax = min(limits.watchersMax, room * 5 / 6)
        return "\(descriptors) descriptors leave room for \(room) connections; raise LimitNOFILE"
    }
}
