internal import Glibc

/// The number of cores, for the number of loops.
package enum ProcessorCount {
    /// The cores that are online, at least one.
    package static var online: Int {
        max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }
}
