import Testing

/// The tests that start real processes, one world after another.
///
/// They run in turn, because some of them look at how long something took and
/// all of them share few cores; the tests of the CLI run beside them.
@Suite("The whole system", .serialized)
enum WorldTests {}
