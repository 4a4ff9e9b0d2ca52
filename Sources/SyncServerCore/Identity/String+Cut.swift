extension String {
    /// The longest beginning of whole characters that fits in so many bytes.
    func cut(toBytes bytesMax: Int) -> String {
        var end = startIndex
        var bytes = 0
        while end < endIndex {
            bytes += self[end].utf8.count
            if bytes > bytesMax { break }
            end = index(after: end)
        }
        return String(self[..<end])
    }
}
