internal import Glibc

/// A file descriptor with exactly one owner.
///
/// Closing is explicit, because *when* a descriptor closes is part of the
/// protocol: the kernel hands the number to the next caller at once. Reaching
/// `deinit` with the descriptor open is a mistake and stops a debug build.
package struct OwnedDescriptor: ~Copyable {
    /// The number, to be used only while the owner lives.
    package let number: Int32

    /// Takes over a descriptor that nobody else will close.
    package init(owning number: Int32) {
        precondition(number >= 0, "not a descriptor: \(number)")
        self.number = number
    }

    deinit {
        assertionFailure("descriptor \(number) dropped without close()")
        _ = Glibc.close(number)
    }

    /// Closes the descriptor, ending the value's life.
    ///
    /// `EINTR` is not retried: on Linux the descriptor is already gone, and a
    /// second `close` could close somebody else's.
    package consuming func close() {
        _ = Glibc.close(number)
        discard self
    }

    /// Gives the number away; whoever gets it must own it again.
    package consuming func release() -> Int32 {
        let number = self.number
        discard self
        return number
    }
}
