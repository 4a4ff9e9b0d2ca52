internal import CLinux
internal import Glibc

/// Keeping what is in memory out of files.
package enum ProcessSecrecy {
    /// Lets the process leave no core file and be read by no other of its user.
    ///
    /// Its memory holds rows of people and the keys of the store. Both settings
    /// last for the life of the process and are handed to what it starts.
    ///
    /// - Returns: Whether the system took both.
    @discardableResult
    package static func begin() -> Bool {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        let resource = __rlimit_resource_t(RLIMIT_CORE.rawValue)
        return setrlimit(resource, &limit) == 0 && clinux_forbid_dumps() == 0
    }
}
