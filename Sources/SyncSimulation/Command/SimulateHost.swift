/// What the command needs of the program around it.
package struct SimulateHost {
    /// Prints a line of the result.
    package var say: (String) -> Void
    /// Tells why nothing can be run: a code, and a sentence.
    package var complain: (String, String) -> Void
    /// Shows how far the run is; each line replaces the one before.
    package var progress: (String) -> Void
    /// Milliseconds of a clock that never steps.
    package var milliseconds: () -> Int64
    /// Reads a file, or gives nil.
    package var read: (String) -> [UInt8]?
    /// Writes a file; gives whether that worked.
    package var write: (String, [UInt8]) -> Bool

    /// Creates a host.
    package init(
        say: @escaping (String) -> Void, complain: @escaping (String, String) -> Void,
        progress: @escaping (String) -> Void,
        milliseconds: @escaping () -> Int64,
        read: @escaping (String) -> [UInt8]?,
        write: @escaping (String, [UInt8]) -> Bool
    ) {
        self.say = say
        self.complain = complain
        self.progress = progress
        self.milliseconds = milliseconds
        self.read = read
        self.write = write
    }
}
