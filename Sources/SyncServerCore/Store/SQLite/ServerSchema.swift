internal import SQLiteKit

/// The tables of the server's file.
///
/// `row` holds live rows and tombstones alike: one current version of each.
/// Pulling walks `row_by_rev` from the cursor up; pushing and feeding find a row
/// by `row_by_key`. Names of tables and owners are numbers, because they repeat
/// in every row. Outcomes that are alike and follow each other are one row, so
/// that a push of ten writes one and not ten.
enum ServerSchema {
    static let migrations = Migrations(
        applicationID: 0x5452_5331,  // "TRS1"
        [
            Migration(
                "the first tables",
                sql: """
                    CREATE TABLE value(
                        name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
                    CREATE TABLE name(
                        no INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
                    CREATE TABLE person(
                        no INTEGER PRIMARY KEY, subject TEXT NOT NULL UNIQUE, tag BLOB UNIQUE,
                        added INTEGER NOT NULL) STRICT;
                    CREATE TABLE device(
                        no INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE,
                        person INTEGER NOT NULL, name TEXT NOT NULL, added INTEGER NOT NULL,
                        revoked INTEGER NOT NULL, last_mid INTEGER NOT NULL,
                        last_chain INTEGER NOT NULL, last_time INTEGER NOT NULL) STRICT;
                    CREATE INDEX device_by_person ON device(person);
                    CREATE TABLE token(
                        hash BLOB NOT NULL PRIMARY KEY, device INTEGER NOT NULL,
                        kind INTEGER NOT NULL, expires INTEGER NOT NULL,
                        used INTEGER NOT NULL) STRICT;
                    CREATE INDEX token_by_device ON token(device);
                    CREATE INDEX token_by_expiry ON token(expires);
                    CREATE TABLE sign_in(
                        hash BLOB NOT NULL PRIMARY KEY, user_code TEXT NOT NULL UNIQUE,
                        device_name TEXT NOT NULL, expires INTEGER NOT NULL,
                        person INTEGER NOT NULL) STRICT;
                    CREATE INDEX sign_in_by_expiry ON sign_in(expires);
                    CREATE TABLE agency(
                        code TEXT NOT NULL PRIMARY KEY, key BLOB NOT NULL UNIQUE,
                        tables TEXT NOT NULL, revoked INTEGER NOT NULL) STRICT;
                    CREATE TABLE bucket(
                        no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
                        person INTEGER NOT NULL, epoch INTEGER NOT NULL, head INTEGER NOT NULL,
                        floor INTEGER NOT NULL, count INTEGER NOT NULL,
                        tombstones INTEGER NOT NULL, sum BLOB NOT NULL,
                        priority INTEGER NOT NULL) STRICT;
                    CREATE INDEX bucket_by_person ON bucket(person);
                    CREATE TABLE row(
                        no INTEGER PRIMARY KEY, bucket INTEGER NOT NULL, rev INTEGER NOT NULL,
                        tab INTEGER NOT NULL, scope INTEGER NOT NULL, owner INTEGER NOT NULL,
                        as_of INTEGER NOT NULL, source_version INTEGER NOT NULL,
                        alive INTEGER NOT NULL, hash BLOB NOT NULL, id TEXT NOT NULL,
                        body BLOB NOT NULL) STRICT;
                    CREATE UNIQUE INDEX row_by_rev ON row(bucket, rev);
                    CREATE UNIQUE INDEX row_by_key ON row(id, tab, scope);
                    CREATE TABLE outcome(
                        device INTEGER NOT NULL, mid INTEGER NOT NULL, chain INTEGER NOT NULL,
                        status INTEGER NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL,
                        PRIMARY KEY(device, mid)) STRICT, WITHOUT ROWID;
                    """),
            Migration("outcomes in runs", body: OutcomeRuns.migrate),
            Migration(
                "the age of revisions, for purging tombstones",
                sql: """
                    ALTER TABLE bucket ADD COLUMN purged INTEGER NOT NULL DEFAULT 0;
                    CREATE TABLE mark(
                        bucket INTEGER NOT NULL, at INTEGER NOT NULL, head INTEGER NOT NULL,
                        PRIMARY KEY(bucket, at)) STRICT, WITHOUT ROWID;
                    """),
            Migration(
                "the device that signs in again",
                sql: "ALTER TABLE sign_in ADD COLUMN claimed INTEGER"),
            Migration(
                "the audit chain",
                sql: """
                    CREATE TABLE audit(
                        no INTEGER PRIMARY KEY, entry BLOB NOT NULL, link BLOB NOT NULL) STRICT;
                    """),
            Migration(
                "rights that are not as usual",
                sql: """
                    ALTER TABLE person ADD COLUMN rights INTEGER NOT NULL DEFAULT 0;
                    CREATE TABLE person_right(
                        person INTEGER NOT NULL, bucket INTEGER NOT NULL, until INTEGER NOT NULL,
                        PRIMARY KEY(person, bucket)) STRICT, WITHOUT ROWID;
                    """),
            Migration(
                "people who were erased",
                sql: "ALTER TABLE person ADD COLUMN erased INTEGER NOT NULL DEFAULT 0"),
            Migration(
                "writes that copies of a device may send again",
                sql: """
                    CREATE TABLE origin(
                        person INTEGER NOT NULL, chain INTEGER NOT NULL, device INTEGER NOT NULL,
                        mid INTEGER NOT NULL,
                        PRIMARY KEY(person, chain, device, mid)) STRICT, WITHOUT ROWID;
                    """),
            Migration(
                "people of whom nothing may be removed",
                sql: """
                    ALTER TABLE person ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
                    CREATE INDEX person_by_hold ON person(held) WHERE held > 0;
                    """),
        ])
}

/// Statements of the hot paths, so that a test can look at their plans.
package enum HotStatements {
    /// Walks a bucket from a cursor.
    static let rowsAfter: StaticString = """
        SELECT rev, tab, owner, as_of, source_version, alive, hash, id, body
        FROM row WHERE bucket = ?1 AND rev > ?2 ORDER BY rev
        """
    /// Walks a bucket for a repair; the columns before the body, so no long body is read.
    static let marksAfter: StaticString = """
        SELECT no, alive, hash FROM row WHERE bucket = ?1 AND rev > ?2 ORDER BY rev
        """
    static let rowByNumber: StaticString = """
        SELECT rev, tab, owner, as_of, source_version, alive, hash, id, body
        FROM row WHERE no = ?1
        """
    /// `IN (0, ?1) ORDER BY no` would sort in a table made for each run.
    static let bucketsOfPerson: StaticString = """
        SELECT no, name, person, epoch, head, floor, count, tombstones, sum, priority, purged
        FROM bucket WHERE person = 0
        UNION ALL SELECT no, name, person, epoch, head, floor, count, tombstones, sum, priority, purged
        FROM bucket WHERE person = ?1
        """
    static let bucketByNumber: StaticString = """
        SELECT no, name, person, epoch, head, floor, count, tombstones, sum, priority, purged
        FROM bucket WHERE no = ?1
        """
    static let bucketByName: StaticString = """
        SELECT no, name, person, epoch, head, floor, count, tombstones, sum, priority, purged
        FROM bucket WHERE name = ?1
        """
    static let tombstonesBetween: StaticString = """
        SELECT no, rev, scope FROM row
        WHERE bucket = ?1 AND rev > ?2 AND rev <= ?3 AND alive = 0 ORDER BY rev LIMIT ?4
        """
    static let rowByKey: StaticString = """
        SELECT no, bucket, rev, owner, as_of, source_version, alive, hash, body
        FROM row WHERE id = ?1 AND tab = ?2 AND scope = ?3
        """
    static let insertRow: StaticString = """
        INSERT INTO row(bucket, rev, tab, scope, owner, as_of, source_version, alive, hash, id, body)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        """
    /// Leaves the key alone: naming its columns would rewrite the index of keys.
    static let updateRow: StaticString = """
        UPDATE row SET bucket = ?1, rev = ?2, owner = ?3, as_of = ?4, source_version = ?5,
            alive = ?6, hash = ?7, body = ?8
        WHERE no = ?9
        """
    static let saveBucket: StaticString = """
        UPDATE bucket SET epoch = ?2, head = ?3, floor = ?4, count = ?5, tombstones = ?6, sum = ?7,
            priority = ?8, purged = ?9 WHERE no = ?1
        """
    static let deviceByNumber: StaticString = """
        SELECT no, id, person, name, added, revoked, last_mid, last_chain, last_time,
            (SELECT rights FROM person p WHERE p.no = device.person)
        FROM device WHERE no = ?1
        """
    static let pusher: StaticString = """
        SELECT d.no, d.id, d.person, d.name, d.added, d.revoked, d.last_mid, d.last_chain,
            d.last_time, p.rights, p.no, p.subject, p.added, p.erased, p.held,
            EXISTS (SELECT 1 FROM origin WHERE origin.person = d.person)
        FROM device d LEFT JOIN person p ON p.no = d.person WHERE d.no = ?1
        """
    static let activeDevices: StaticString = """
        SELECT no, id, person, name, added, revoked, last_mid, last_chain, last_time,
            (SELECT rights FROM person p WHERE p.no = device.person)
        FROM device WHERE person = ?1 AND revoked = 0 ORDER BY no DESC LIMIT ?2
        """
    static let saveDevice: StaticString = """
        UPDATE device SET name = ?2, revoked = ?3, last_mid = ?4, last_chain = ?5, last_time = ?6
        WHERE no = ?1
        """
    static let outcomesAfter: StaticString = """
        SELECT first, last, status, code, detail FROM outcome_run
        WHERE device = ?1 AND last > ?2 ORDER BY last
        """
    static let outcomeByMid: StaticString = """
        SELECT first, last, status, code, detail, chains FROM outcome_run
        WHERE device = ?1 AND last >= ?2 ORDER BY last LIMIT 1
        """
    static let insertOutcomes: StaticString = """
        INSERT INTO outcome_run(device, first, last, status, code, detail, chains)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        """
    static let tokenByHash: StaticString = """
        SELECT t.device, t.kind, t.expires, t.used, d.no, d.id, d.person, d.name, d.added,
            d.revoked, d.last_mid, d.last_chain, d.last_time,
            (SELECT rights FROM person p WHERE p.no = d.person)
        FROM token t JOIN device d ON d.no = t.device WHERE t.hash = ?1
        """
    static let rightsOfPerson: StaticString = """
        SELECT bucket, until FROM person_right WHERE person = ?1
        """
    static let personByNumber: StaticString = """
        SELECT no, subject, added, erased, held FROM person WHERE no = ?1
        """
    static let heldPeople: StaticString = "SELECT no FROM person WHERE held > 0"
    /// The columns before the body, so no long body is read.
    static let rowAges: StaticString = """
        SELECT no, tab, as_of, alive FROM row WHERE no > ?1 ORDER BY no LIMIT ?2
        """
    static let removeAudit: StaticString = """
        DELETE FROM audit WHERE no IN (SELECT no FROM audit WHERE no <= ?1 ORDER BY no LIMIT ?2)
        """
    static let appendAudit: StaticString = "INSERT INTO audit(no, entry, link) VALUES (?1, ?2, ?3)"
    static let auditHead: StaticString = """
        SELECT no, link FROM audit WHERE no = (SELECT max(no) FROM audit)
        """
    static let auditAfter: StaticString = """
        SELECT no, entry, link FROM audit WHERE no > ?1 ORDER BY no
        """
    static let personByTag: StaticString = """
        SELECT no, subject, added, erased, held FROM person WHERE tag = ?1
        """
    static let personBySubject: StaticString = """
        SELECT no, subject, added, erased, held FROM person WHERE subject = ?1
        """

    /// All of them.
    package static let all: [String] = [
        rowsAfter, marksAfter, rowByNumber, bucketsOfPerson, bucketByNumber, bucketByName,
        tombstonesBetween, rowByKey, insertRow, updateRow, saveBucket, deviceByNumber,
        pusher, activeDevices, saveDevice, outcomesAfter, outcomeByMid, insertOutcomes,
        tokenByHash, rightsOfPerson, personByNumber, personByTag, personBySubject,
        appendAudit, auditHead, auditAfter, heldPeople, rowAges, removeAudit,
    ].map { $0.description }
}
