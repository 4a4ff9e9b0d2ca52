internal import SQLiteKit

/// The tables of a person's cache.
///
/// ```text
/// state         one row: cursor, clock, numbers of writes
/// name          texts of tables and owners, by number
/// bucket        what is held of each bucket: count and sum of the rows below
/// row           the confirmed mirror, with the hash of each row
/// staged_page   responses of an unfinished round, as they came
/// outbox        writes that no checkpoint contains yet; outbox_row: the rows they touch
/// acknowledged  writes of the last 14 days, for a server restored from a backup
/// vacant        numbers of those that are not kept, though nothing is lost by that
/// outcome       how each write ended
/// aside         writes on rows that may have been deleted: the person decides
/// notice        what happened to this cache that the person must be told
/// ```
enum CacheSchema {
    /// `TRSC` in ASCII.
    static let applicationID: Int32 = 0x5452_5343

    static let migrations = Migrations(
        applicationID: applicationID,
        [
            Migration(
                "the first tables",
                sql: """
                    CREATE TABLE state(
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        device INTEGER NOT NULL DEFAULT 0,
                        nonce INTEGER NOT NULL DEFAULT 0,
                        cursor BLOB NOT NULL DEFAULT x'',
                        lineage BLOB NOT NULL DEFAULT x'',
                        next_mid INTEGER NOT NULL DEFAULT 1,
                        last_chain INTEGER NOT NULL DEFAULT 0,
                        acked_mid INTEGER NOT NULL DEFAULT 0,
                        answered_mid INTEGER NOT NULL DEFAULT 0,
                        clock_last INTEGER NOT NULL DEFAULT 0,
                        clock_offset INTEGER NOT NULL DEFAULT 0,
                        server_last INTEGER NOT NULL DEFAULT 0,
                        synced_at INTEGER,
                        staged_cursor BLOB,
                        staged_is_whole INTEGER NOT NULL DEFAULT 0
                    ) STRICT;
                    INSERT INTO state(id) VALUES (1);
                    CREATE TABLE name(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
                    CREATE TABLE bucket(
                        id INTEGER PRIMARY KEY,
                        name TEXT NOT NULL UNIQUE,
                        epoch INTEGER NOT NULL,
                        head INTEGER NOT NULL,
                        count INTEGER NOT NULL,
                        sum BLOB NOT NULL,
                        priority INTEGER NOT NULL,
                        lease_until INTEGER NOT NULL
                    ) STRICT;
                    CREATE TABLE row(
                        table_id INTEGER NOT NULL,
                        id TEXT NOT NULL,
                        bucket_id INTEGER NOT NULL,
                        owner_id INTEGER NOT NULL,
                        rev INTEGER NOT NULL,
                        as_of INTEGER NOT NULL,
                        source_version INTEGER NOT NULL,
                        hash BLOB NOT NULL,
                        body BLOB NOT NULL,
                        UNIQUE (table_id, id)
                    ) STRICT;
                    CREATE TABLE staged_page(
                        number INTEGER PRIMARY KEY,
                        bytes BLOB NOT NULL
                    ) STRICT;
                    CREATE TABLE outbox(
                        mid INTEGER PRIMARY KEY,
                        previous_chain INTEGER NOT NULL,
                        chain INTEGER NOT NULL,
                        queued_at INTEGER NOT NULL,
                        mutation BLOB NOT NULL
                    ) STRICT;
                    CREATE TABLE outbox_row(
                        table_name TEXT NOT NULL,
                        row_id TEXT NOT NULL,
                        mid INTEGER NOT NULL,
                        UNIQUE (table_name, row_id, mid)
                    ) STRICT;
                    CREATE TABLE acknowledged(
                        mid INTEGER PRIMARY KEY,
                        previous_chain INTEGER NOT NULL,
                        chain INTEGER NOT NULL,
                        queued_at INTEGER NOT NULL,
                        mutation BLOB NOT NULL,
                        acknowledged_at INTEGER NOT NULL
                    ) STRICT;
                    CREATE TABLE outcome(
                        mid INTEGER PRIMARY KEY,
                        status INTEGER NOT NULL,
                        code TEXT NOT NULL,
                        detail TEXT NOT NULL,
                        received_at INTEGER NOT NULL
                    ) STRICT;
                    CREATE INDEX outcome_refused ON outcome(mid) WHERE status = 3;
                    """),
            Migration(
                "writes that the server misses for good",
                sql: "ALTER TABLE state ADD COLUMN missing_after INTEGER"),
            // What is held has no numbers yet: the next round pulls anew and brings them.
            Migration(
                "buckets by the server's number",
                sql: """
                    ALTER TABLE bucket ADD COLUMN number INTEGER NOT NULL DEFAULT -1;
                    DELETE FROM staged_page;
                    UPDATE state SET cursor = x'', staged_cursor = NULL, staged_is_whole = 0;
                    """),
            Migration(
                "what an acknowledgement ends is found without a scan",
                sql: """
                    CREATE INDEX outbox_row_mid ON outbox_row(mid);
                    CREATE INDEX acknowledged_age ON acknowledged(acknowledged_at);
                    """),
            Migration(
                "repair of the mirror",
                sql: "ALTER TABLE state ADD COLUMN repair INTEGER NOT NULL DEFAULT 0"),
            Migration(
                "writes that the person decides about, and copies of a device",
                sql: """
                    ALTER TABLE state ADD COLUMN is_copied INTEGER NOT NULL DEFAULT 0;
                    CREATE TABLE aside(
                        number INTEGER PRIMARY KEY,
                        chain INTEGER NOT NULL UNIQUE,
                        row TEXT NOT NULL,
                        queued_at INTEGER NOT NULL,
                        mutation BLOB NOT NULL
                    ) STRICT;
                    CREATE INDEX aside_row ON aside(row);
                    """),
            Migration(
                "whose cache it is, salvage, and the latest time seen",
                sql: """
                    ALTER TABLE state ADD COLUMN subject TEXT NOT NULL DEFAULT '';
                    ALTER TABLE state ADD COLUMN is_adopting INTEGER NOT NULL DEFAULT 0;
                    ALTER TABLE state ADD COLUMN time_seen INTEGER NOT NULL DEFAULT 0;
                    CREATE TABLE notice(
                        number INTEGER PRIMARY KEY,
                        at INTEGER NOT NULL,
                        kind TEXT NOT NULL,
                        kept INTEGER NOT NULL,
                        lost INTEGER,
                        export TEXT NOT NULL,
                        file TEXT NOT NULL,
                        detail TEXT NOT NULL
                    ) STRICT;
                    CREATE TABLE exported(chain INTEGER PRIMARY KEY) STRICT;
                    """),
            // No table changes. A program that does not know first names finds that a
            // write's link is wrong and would salvage a sound cache: it must not open it.
            Migration("writes that tell their first name") { _ in },
            Migration(
                "what is still to be erased, and parts that may come back",
                sql: """
                    ALTER TABLE state ADD COLUMN erasure INTEGER NOT NULL DEFAULT 0;
                    ALTER TABLE state ADD COLUMN undecided TEXT NOT NULL DEFAULT '';
                    """),
            Migration(
                "numbers of acknowledged writes that had to go",
                sql: """
                    CREATE TABLE vacant(mid INTEGER PRIMARY KEY) STRICT;
                    ALTER TABLE state ADD COLUMN used_mid INTEGER NOT NULL DEFAULT 0;
                    """),
        ])
}
