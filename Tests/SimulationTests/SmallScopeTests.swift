import SyncSimulation
import Testing

/// Every history there is, instead of some that chance finds.
@Suite("The merging code")
struct SmallScopeTests {
    @Test(
        "comes to what the written rules give, for every order of arrival",
        arguments: [[2, 1], [1, 1, 1], [2, 1, 1]])
    func everyHistory(writes: [Int]) {
        let result = SmallScope.search(writes: writes)
        #expect(result.failure == nil)
        #expect(result.histories > 1_000)
        #expect(result.orders > result.histories)
    }
}
