package import SyncProtocol

/// The database as the machines above it see it: one seam, one conformance suite.
///
/// A store hands out readers, one for each event loop, and one writer. What a
/// reader sees inside one ``StoreReader/snapshot(_:)`` is one moment in time.
/// What the writer does inside one ``StoreWriter/transaction(_:)`` is durable
/// when the call returns, or has not happened.
package protocol ReplicaStore: Sendable {
    /// The identity of this history.
    var lineage: Lineage { get }

    /// The key that seals cursors.
    var cursorKey: HMACKey { get }

    /// The key under which national numbers are looked up.
    var personKey: HMACKey { get }

    /// Opens a reader for one thread.
    func makeReader() throws -> any StoreReader

    /// Opens the writer. There is only one at a time.
    ///
    /// After a writer whose storage failed, this makes sure first that what was
    /// acknowledged is on the disk.
    func makeWriter() throws -> any StoreWriter

    /// Checks the file and recounts every bucket, at one moment and beside readers and writer.
    ///
    /// Reads everything: to be called on a thread of its own.
    ///
    /// - Returns: What is wrong.
    /// - Throws: `StoreFailure.interrupted`, or the store's failure.
    func verify() throws -> [String]

    /// Ends all checks and copies, and those that begin later; they throw
    /// `StoreFailure.interrupted`.
    func stopLongReads()

    /// Gives up what the store holds, a directory or connections, for another to take.
    ///
    /// Readers and the writer must be closed before. Closing twice does nothing.
    func close()
}

/// A reader that belongs to one thread.
package protocol StoreReader: AnyObject {
    /// Reads at one moment in time.
    func snapshot<Result>(_ body: (any StoreSnapshot) throws -> Result) throws -> Result

    /// Reads at a moment that holds every commit counted so far.
    ///
    /// Beginning a moment can cost more than a short read, so the reader may
    /// take the one of its last call again, if no commit was counted since.
    ///
    /// - Parameters:
    ///   - commits: How many commits have been published, read by the caller
    ///     before this call.
    ///   - body: Reads.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws, or the store's failure.
    func snapshot<Result>(
        holding commits: UInt64, _ body: (any StoreSnapshot) throws -> Result
    ) throws -> Result

    /// Ends a moment that was kept; to be called before the thread waits.
    func endSnapshot()

    /// The text of a name number that rows carry.
    func name(_ number: Int64) throws -> String

    /// Closes the reader.
    func close()
}

/// A store for which a moment costs nothing keeps none.
extension StoreReader {
    package func snapshot<Result>(
        holding commits: UInt64, _ body: (any StoreSnapshot) throws -> Result
    ) throws -> Result {
        try snapshot(body)
    }

    package func endSnapshot() {}
}

/// One moment in time.
package protocol StoreSnapshot: AnyObject {
    /// The buckets of a person and of everyone, in any order.
    func buckets(of person: PersonNumber) throws -> [BucketRecord]

    /// Finds a bucket by its number.
    func bucket(_ number: BucketNumber) throws -> BucketRecord?

    /// Gives rows and tombstones above a revision in its order until `body` says stop.
    func rows(
        in bucket: BucketNumber, after rev: UInt64, _ body: (RowInPlace) throws -> Bool) throws

    /// Gives number, life and hash of the rows above a revision in its order.
    ///
    /// Bodies are not read.
    func marks(in bucket: BucketNumber, after rev: UInt64, _ body: (RowMark) throws -> Void) throws

    /// Gives a row or tombstone by its number.
    ///
    /// - Returns: Whether there is one.
    func row(_ number: Int64, _ body: (RowInPlace) throws -> Void) throws -> Bool

    /// Finds a device by its number.
    func device(_ number: DeviceNumber) throws -> DeviceRecord?

    /// The devices of a person whose rights have not ended, the newest first.
    func activeDevices(of person: PersonNumber, max: Int) throws -> [DeviceRecord]

    /// The first outcomes of a device's mutations above one, in order: at most
    /// ``OutcomeRecord/answerMax``.
    func outcomes(of device: DeviceNumber, after mid: UInt64) throws -> [Outcome]

    /// Finds a token by its hash, with its device.
    func token(_ hash: Digest32) throws -> (token: TokenRecord, device: DeviceRecord)?

    /// Finds an agency by the hash of its key.
    func agency(key hash: Digest32) throws -> AgencyRecord?

    /// Finds a person by number.
    func person(_ number: PersonNumber) throws -> PersonRecord?

    /// Gives the entries of the audit chain above a number in order until `body` says stop.
    func auditRecords(after number: Int64, _ body: (AuditRecord) throws -> Bool) throws

    /// Where the audit chain ends.
    func auditHead() throws -> AuditHead

    /// Where the audit chain begins, if its first entries were cut off.
    func auditCut() throws -> AuditCut?

    /// The rights of a person that are not as usual, in any order.
    func rights(of person: PersonNumber) throws -> [RightRecord]
}

/// The one that writes.
package protocol StoreWriter: AnyObject {
    /// Runs a transaction that is durable when this returns.
    ///
    /// - Throws: What `body` throws, `StoreFailure.storage` if the disk is full or
    ///   fails, or another failure of the store. Nothing has happened then, and
    ///   the writer must be closed.
    func transaction<Result>(_ body: (any StoreTransaction) throws -> Result) throws -> Result

    /// Whether its storage failed in something else than a transaction: it must be closed then.
    var hasFailed: Bool { get }

    /// Folds the log into the database file if it has grown enough.
    ///
    /// Called between transactions, when nobody waits for an answer.
    ///
    /// - Returns: What was done, or nil if nothing had to be.
    /// - Throws: The store's failure; the writer must be closed then.
    func maintainLog() throws -> LogUpkeep?

    /// The pages of the log as of the last commit; zero where there is no such thing.
    var logPages: Int { get }

    /// Folds the whole log into the database file and empties it, where the store has such
    /// a thing.
    ///
    /// - Returns: Whether it is empty: false where a reader keeps a part of it.
    /// - Throws: `StoreFailure`
    @discardableResult
    func checkpoint() throws -> Bool

    /// Tells copies of the file that were made until now from what it is from now on.
    ///
    /// Called between transactions, now and then. If it cannot be done, writing goes on.
    ///
    /// - Throws: The store's failure; ``hasFailed`` says whether the writer must be closed then.
    func markHistory() throws

    /// Begins a copy of the database as it is now.
    ///
    /// From here on the copy is an older state than the store, and the history says
    /// so before anything else is committed.
    ///
    /// - Returns: The copy, which may be carried out on another thread.
    /// - Throws: `StoreFailure.storage`, or another failure of the store.
    func beginCopy() throws -> any StoreCopy

    /// Checks the file and recounts every bucket; gives what is wrong.
    ///
    /// The writer does nothing else meanwhile: beside others, ``ReplicaStore/verify()``.
    func verify() throws -> [String]

    /// Leaves nothing of what was removed in free pages or in the log.
    ///
    /// - Returns: Whether the log is empty; false while a reader keeps it.
    /// - Throws: The store's failure; the writer must be closed then.
    func scrub() throws -> Bool

    /// Closes the writer.
    func close()
}

extension StoreWriter {
    /// A store without a log.
    package var logPages: Int { 0 }

    /// Copies the database as it is now into a file of its own, where nobody else waits.
    ///
    /// - Throws: `StoreFailure.taken` if there is such a file, or the store's failure.
    package func backup(to path: String) throws {
        let copy = try beginCopy()
        defer { copy.close() }
        try copy.write(to: path)
    }
}

/// A copy of the whole store, of the moment in which it was begun.
///
/// Whoever began it hands it to one thread, which carries it out and closes it.
package protocol StoreCopy: AnyObject, Sendable {
    /// Writes the copy; the file appears under its name when it is complete and durable.
    ///
    /// - Throws: `StoreFailure.taken` if there is such a file, `StoreFailure.interrupted`,
    ///   or the store's failure.
    func write(to path: String) throws

    /// Lets go of the moment.
    func close()
}

/// The writer's view inside a transaction.
///
/// It also reads what it has written.
package protocol StoreTransaction: StoreSnapshot {
    // Rows and buckets.
    func bucket(named name: String) throws -> BucketRecord?
    func addBucket(named name: String, person: PersonNumber) throws -> BucketRecord
    func save(_ bucket: BucketRecord) throws
    func row(_ key: RowKey, scope: Int64) throws -> RowRecord?
    func insert(_ row: RowRecord) throws
    func update(_ row: RowRecord) throws
    func remove(row number: Int64) throws

    // Purging.
    func buckets(after number: BucketNumber, max: Int) throws -> [BucketRecord]

    /// The newest mark of a bucket that is not younger than a time.
    func lastMark(of bucket: BucketNumber, notAfter milliseconds: Int64) throws -> HeadMark?
    func add(_ mark: HeadMark, of bucket: BucketNumber) throws
    func removeMarks(of bucket: BucketNumber, before milliseconds: Int64) throws

    /// Removes tombstones in the order of their revisions.
    ///
    /// Of agencies' rows key, owner and version stay, in ``RowScope/buried``.
    ///
    /// - Parameters:
    ///   - bucket: The bucket.
    ///   - floor: The revision above which they stand.
    ///   - rev: The last revision.
    ///   - max: The most of them.
    /// - Returns: How many there were, and the last one's revision.
    /// - Throws: The store's failure.
    func purge(
        _ bucket: BucketNumber, above floor: UInt64, through rev: UInt64, max: Int
    ) throws -> PurgedRows

    // Rights.

    /// Stores a right, and counts the change for the person's devices.
    func save(_ right: RightRecord, of person: PersonNumber) throws

    /// Makes a right as usual again, and counts the change for the person's devices.
    func removeRight(to bucket: BucketNumber, of person: PersonNumber) throws

    // Devices and their outcomes.
    func save(_ device: DeviceRecord) throws
    func outcome(of device: DeviceNumber, mid: UInt64) throws -> OutcomeRecord?
    func add(_ outcomes: [OutcomeRecord], of device: DeviceNumber) throws
    /// Finds the device that pushes, with its person, in one statement.
    func pusher(_ number: DeviceNumber) throws -> Pusher?
    /// Whether a write of a person took effect under a later name than its first one.
    func hasTaken(_ origin: MutationOrigin, of person: PersonNumber) throws -> Bool
    /// The origins of writes of a person which took effect under later names.
    ///
    /// - Parameters:
    ///   - links: The chain links of the writes, under their first names.
    ///   - person: Whose writes.
    /// - Returns: Those that have one of the links, in no order.
    /// - Throws: What the store throws.
    func origins(linked links: Set<UInt64>, of person: PersonNumber) throws -> [MutationOrigin]
    /// Notes that a write took effect under a later name.
    func add(_ origin: MutationOrigin, of person: PersonNumber) throws

    // Identity.
    func person(tag: Digest32) throws -> PersonRecord?
    func person(subject: String) throws -> PersonRecord?
    func addPerson(subject: String, tag: Digest32?, added: Int64) throws -> PersonRecord
    func people(after number: PersonNumber, max: Int) throws -> [PersonRecord]
    func addDevice(
        id: DeviceID, person: PersonNumber, name: String, added: Int64
    ) throws -> DeviceRecord
    func device(id: DeviceID) throws -> DeviceRecord?
    func devices(of person: PersonNumber) throws -> [DeviceRecord]
    func save(_ token: TokenRecord) throws
    func removeTokens(of device: DeviceNumber) throws
    func removeTokens(expiredBefore milliseconds: Int64) throws
    func signIn(device hash: Digest32) throws -> SignInRecord?
    func signIn(userCode: String) throws -> SignInRecord?
    /// How many sign-ins are stored; asked so often that it must not count them each time.
    func pendingSignIns() throws -> Int
    func save(_ signIn: SignInRecord) throws
    func remove(_ signIn: SignInRecord) throws
    func removeSignIns(expiredBefore milliseconds: Int64) throws
    func agency(code: String) throws -> AgencyRecord?
    func agencies() throws -> [AgencyRecord]
    func save(_ agency: AgencyRecord, key: Digest32) throws

    // What is given out about a person, and removed.

    /// A row or tombstone by its number.
    func record(ofRow number: Int64) throws -> RowRecord?
    func tokens(of device: DeviceNumber) throws -> [TokenRecord]
    /// How many tokens a device has, counted up to `max`.
    func tokenCount(of device: DeviceNumber, max: Int) throws -> Int
    /// The sign-ins that were approved for a person and not fetched yet.
    func signIns(of person: PersonNumber) throws -> [SignInRecord]
    /// Empties the words of a device's outcomes, which may name what the device wrote.
    func forgetDetails(of device: DeviceNumber) throws
    /// The same, of the runs of outcomes that end above one mutation and not above another.
    func forgetDetails(of device: DeviceNumber, after: UInt64, through: UInt64) throws
    /// Removes the first names of a person's writes.
    func forgetOrigins(of person: PersonNumber) throws
    /// Removes the tag under which a person's number is looked up, for ever.
    func forgetTag(of person: PersonNumber, at milliseconds: Int64) throws

    /// Puts a record at the end of the audit chain.
    func append(_ record: AuditRecord) throws

    // Retention.

    /// Gives what is known of rows and tombstones without their bodies, by their numbers.
    func rowAges(after number: Int64, max: Int, _ body: (RowAge) throws -> Void) throws
    func deviceNumbers(after number: DeviceNumber, max: Int) throws -> [DeviceNumber]
    /// The people about whom nothing may be removed.
    func heldPeople() throws -> Set<PersonNumber>
    /// Begins or, with 0, ends a hold.
    func hold(_ person: PersonNumber, since milliseconds: Int64) throws
    /// Removes entries of the audit chain up to one, the first of them first.
    ///
    /// - Returns: How many.
    func removeAudit(through number: Int64, max: Int) throws -> Int
    /// From now on to its end this transaction leaves nothing of what it removes in the file.
    func overwriteRemoved() throws

    // Small values: counters and heads of chains.
    func value(_ name: String) throws -> [UInt8]?
    func set(_ name: String, _ value: [UInt8]) throws
}
