internal import SyncProtocol

extension Mutation {
    /// The mutation, held against the rules that need no row.
    ///
    /// Done on the loop that read it, because the writer is one thread for all of them. What
    /// breaks a rule waits for the writer as that, without what it asks for.
    var checked: Mutation {
        guard unreadable == nil else { return self }
        do throws(WriteRules.Problem) {
            try WriteRules.check(operations)
            return self
        } catch {
            return Mutation(mid: mid, time: time, schema: schema, chain: chain, unreadable: error)
        }
    }
}
