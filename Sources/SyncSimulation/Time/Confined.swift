/// Carries something through closures that ask for more than it can promise.
///
/// `@unchecked Sendable`: whatever is inside was made on the world's thread, is
/// used on the world's thread, and ``RunQueue`` checks that nothing runs elsewhere.
struct Confined<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
