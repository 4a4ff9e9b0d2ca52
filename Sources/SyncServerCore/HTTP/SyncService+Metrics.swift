/// The text of `/metrics`.
extension SyncService {
    /// What the server counts, with what stands where at this moment.
    func operationsText() -> String {
        let (counts, bufferedBytes) = context.front
        let pressure = commits.pressure
        return metrics.text(
            extra: [
                ("tangrat_http_requests_total", Int64(counts.requests)),
                ("tangrat_http_refused_total", Int64(counts.rejections.values.reduce(0, +))),
                ("tangrat_http_received_bytes_total", Int64(counts.bytesIn)),
                ("tangrat_http_sent_bytes_total", Int64(counts.bytesOut)),
                ("tangrat_connections_total", Int64(counts.connectionsServed)),
                ("tangrat_connections_refused_total", Int64(counts.connectionsRefused)),
                ("tangrat_connections", Int64(counts.connectionsOpen)),
                ("tangrat_buffered_bytes", Int64(bufferedBytes)),
                ("tangrat_writer_queue", Int64(pressure.waiting)),
                ("tangrat_writer_oldest_milliseconds", pressure.oldestMilliseconds),
            ], times: counts.times)
    }
}
