internal import Glibc

/// A system call that failed.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The call.
    package let call: String

    /// The error number.
    package let code: Int32

    init(_ call: String, _ code: Int32 = errno) {
        self.call = call
        self.code = code
    }

    /// The call and the system's words for the error.
    package var description: String {
        "\(call): \(String(cString: strerror(code))) (\(code))"
    }
}
