internal import SyncProtocol

/// What a device's owner was promised, and how far the device was seen to be.
struct DeviceLedger {
    /// The name the device had when it was last looked at.
    var device = DeviceID(0)
    /// The writes stored under that name, by number.
    var writes: [UInt64: Mutation] = [:]
    /// The last number whose storing was confirmed to the person.
    var promised: UInt64 = 0
    /// The number of the next write when last looked at.
    var nextMid: UInt64 = 1
    /// The last number that the mirror contained.
    var ackedMid: UInt64 = 0
    /// The last number whose outcome on the device was compared for good.
    var outcomesSeen: UInt64 = 0
    /// The mirror when last looked at.
    var digest: UInt64 = 0
    var count = 0
    /// How far each bucket was.
    var heads: [String: (epoch: UInt64, head: UInt64)] = [:]
    /// The buckets it held when its writes were last looked at.
    var held: Set<String> = []
    /// The buckets that it did not hold any more then, and that might come back.
    var undecided: Set<String> = []
    /// The numbers of those writes that had to go with a part of the data.
    var letGo: Set<UInt64> = []
    /// Whether there is a reason to compare the whole mirror with the server's.
    var mayRepair = false
    /// When there was such a reason for the last time.
    var mightRepairAt: Int64?
    /// How often the server was restored when its mirror was last looked at.
    var history = 0
    /// Whether its cache was salvaged, and it asks the server which writes it has.
    var isSalvaged = false
    /// Whether the device may have gone back in time: its disk was replaced.
    var wasReplaced = false

    /// Its writes have other numbers from here on.
    mutating func forgetWrites() {
        writes = [:]
        promised = 0
        nextMid = 1
        ackedMid = 0
        outcomesSeen = 0
        letGo = []
    }
}
