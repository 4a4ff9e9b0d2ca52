// The fuzzer's way in. Compiled by Scripts/fuzz with one `-D FUZZ_…` for the target,
// and by nothing else.

#if FUZZ_REQUEST
    private let target = FuzzTarget.request
#elseif FUZZ_FRAMES
    private let target = FuzzTarget.frames
#elseif FUZZ_LINES
    private let target = FuzzTarget.lines
#elseif FUZZ_JSON
    private let target = FuzzTarget.json
#elseif FUZZ_CURSOR
    private let target = FuzzTarget.cursor
#elseif FUZZ_MUTATION
    private let target = FuzzTarget.mutation
#elseif FUZZ_ASSERTION
    private let target = FuzzTarget.assertion
#endif

/// Takes one input of libFuzzer.
///
/// - Returns: 0, always: a broken promise stops the process.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target.check(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
