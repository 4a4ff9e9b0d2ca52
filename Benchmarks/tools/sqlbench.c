// sqlbench: what SQLite and the disk can do from C here. cc -O2 -DSQLITE_ENABLE_SESSION
// -DSQLITE_ENABLE_PREUPDATE_HOOK -o sqlbench sqlbench.c -lsqlite3 ; usage: sqlbench dir
// records.ndjson [anchors | ingest N] `anchors` measures only what the goals refer to: fdatasync, range reads,
// the client insert. records.ndjson: one JSON record a line ({"id":..,..}); 10,000 lines, used
// round-robin. `ingest N` measures only what a feed is held against: N new rows in the server's
// kind of table, 512 in each durable commit. Prints one JSON object.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/resource.h>
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}
static double cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}
#define NR 10000
static char *rec[NR];
static int rl[NR];
static char dir[512];
static void X(sqlite3 *d, const char *s) {
    char *e = 0;
    if (sqlite3_exec(d, s, 0, 0, &e)) {
        fprintf(stderr, "%s: %s\n", s, e);
        exit(1);
    }
}
static sqlite3 *fresh(const char *n, const char *sync, int schema) {
    char p[600];
    for (int i = 0; i < 3; i++) {
        snprintf(p, sizeof p, "%s/%s.db%s", dir, n, i == 0 ? "" : i == 1 ? "-wal" : "-shm");
        unlink(p);
    }
    snprintf(p, sizeof p, "%s/%s.db", dir, n);
    sqlite3 *d;
    sqlite3_open(p, &d);
    X(d, "PRAGMA journal_mode=WAL; PRAGMA cache_size=-65536");
    char q[64];
    snprintf(q, sizeof q, "PRAGMA synchronous=%s", sync);
    X(d, q);
    X(d, schema ? "CREATE TABLE rec(uid INTEGER, id TEXT, rev INTEGER, data TEXT, UNIQUE(uid,id)); "
                  "CREATE INDEX rr ON rec(uid,rev)"
                : "CREATE TABLE rec(id TEXT PRIMARY KEY, rev INTEGER, data TEXT)");
    return d;
}
static sqlite3_stmt *P(sqlite3 *d, const char *s) {
    sqlite3_stmt *q;
    if (sqlite3_prepare_v2(d, s, -1, &q, 0)) {
        fprintf(stderr, "%s: %s\n", s, sqlite3_errmsg(d));
        exit(1);
    }
    return q;
}
static void ids(char *b, long i) {
    sprintf(b, "%08lx-%04lx-4%03lx-a%03lx-%012lx", (unsigned long)(i * 2654435761u) & 0xffffffff,
            (unsigned long)(i * 40503) & 0xffff, (unsigned long)(i * 7) & 0xfff,
            (unsigned long)(i * 13) & 0xfff, (unsigned long)i);
}
static double put(sqlite3 *d, int schema, long a, long n, int per, long rev0) {
    sqlite3_stmt *q = P(d, schema ? "INSERT INTO rec VALUES(?1,?2,?3,?4) ON CONFLICT(uid,id) DO "
                                    "UPDATE SET rev=excluded.rev,data=excluded.data"
                                  : "INSERT INTO rec(id,rev,data) VALUES(?2,?3,?4) ON CONFLICT(id) "
                                    "DO UPDATE SET rev=excluded.rev,data=excluded.data");
    char b[64];
    double t = now();
    for (long i = a; i < a + n; i++) {
        if ((i - a) % per == 0) X(d, "BEGIN IMMEDIATE");
        ids(b, i);
        if (schema) sqlite3_bind_int64(q, 1, i / 200);
        sqlite3_bind_text(q, 2, b, 36, SQLITE_STATIC);
        sqlite3_bind_int64(q, 3, rev0 + i);
        sqlite3_bind_text(q, 4, rec[i % NR], rl[i % NR], SQLITE_STATIC);
        if (sqlite3_step(q) != SQLITE_DONE) exit(3);
        sqlite3_reset(q);
        if ((i - a) % per == per - 1 || i == a + n - 1) X(d, "COMMIT");
    }
    t = now() - t;
    sqlite3_finalize(q);
    return n / t;
}
static int conflict(void *c, int e, sqlite3_changeset_iter *i) { return SQLITE_CHANGESET_REPLACE; }
int main(int ac, char **av) {
    if (ac < 3) return 2;
    int anchors = ac > 3 && !strcmp(av[3], "anchors");
    snprintf(dir, sizeof dir, "%s", av[1]);
    FILE *f = fopen(av[2], "r");
    char *l = 0;
    size_t lc = 0;
    for (int i = 0; i < NR; i++) {
        ssize_t k = getline(&l, &lc, f);
        if (k <= 0) {
            rec[i] = rec[i - 1];
            rl[i] = rl[i - 1];
            continue;
        }
        if (l[k - 1] == '\n') l[--k] = 0;
        rec[i] = strdup(l);
        rl[i] = k;
    }
    printf("{\"sqlite\":\"%s\"", sqlite3_libversion());
    if (ac > 4 && !strcmp(av[3], "ingest")) {
        sqlite3 *d = fresh("i", "FULL", 1);
        printf(",\"ingest_rows_s\":%.0f", put(d, 1, 0, atol(av[4]), 512, 1));
        sqlite3_close(d);
        printf(",\"cpu_s\":%.2f}\n", cpu());
        return 0;
    }
    double t;
    char p[600];
    {
        snprintf(p, sizeof p, "%s/raw", dir);
        int fd = open(p, O_RDWR | O_CREAT | O_TRUNC, 0600);
        char z[4096];
        memset(z, 1, sizeof z);
        int n = 2000;
        for (int i = 0; i < 64; i++) write(fd, z, 4096);
        fsync(fd);
        t = now();
        for (int i = 0; i < n; i++) {
            pwrite(fd, z, 4096, (i % 64) * 4096);
            fdatasync(fd);
        }
        printf(",\"fdatasync_4k_overwrite_per_s\":%.0f", n / (now() - t));
        t = now();
        for (int i = 0; i < n; i++) {
            write(fd, z, 4096);
            fdatasync(fd);
        }
        printf(",\"fdatasync_4k_append_per_s\":%.0f", n / (now() - t));
        close(fd);
        unlink(p);
    }
    const char *sy[] = {"FULL", "NORMAL", "OFF"};
    for (int s = 0; s < 3; s++) {
        if (anchors && s != 1) continue;
        sqlite3 *d = fresh("a", sy[s], 0);
        printf(",\"client_insert_10k_one_txn_%s_rows_s\":%.0f", sy[s],
               put(d, 0, 0, 10000, 10000, 1));
        if (anchors) {
            sqlite3_close(d);
            continue;
        }
        printf(",\"client_upsert_same_10k_%s_rows_s\":%.0f", sy[s],
               put(d, 0, 0, 10000, 10000, 90000));
        sqlite3_close(d);
        d = fresh("a", sy[s], 0);
        printf(",\"client_insert_200_one_txn_%s_rows_s\":%.0f", sy[s], put(d, 0, 0, 4000, 200, 1));
        sqlite3_close(d);
        d = fresh("b", sy[s], 1);
        printf(",\"server_insert_100k_one_txn_%s_rows_s\":%.0f", sy[s],
               put(d, 1, 0, 100000, 100000, 1));
        printf(",\"server_insert_batches_of_10_%s_commits_s\":%.0f", sy[s],
               put(d, 1, 200000, 20000, 10, 1) / 10);
        printf(",\"server_single_row_%s_commits_s\":%.0f", sy[s], put(d, 1, 300000, 4000, 1, 1));
        sqlite3_close(d);
    }
    sqlite3 *d = fresh("c", "NORMAL", 1);
    put(d, 1, 0, 200000, 200000, 1);
    X(d, "PRAGMA wal_checkpoint(TRUNCATE)");
    sqlite3_stmt *q = P(d, "SELECT id,rev,data FROM rec WHERE uid=? AND rev>? ORDER BY rev");
    long rows = 0, bytes = 0;
    t = now();
    for (long u = 0; u < 1000; u++) {
        sqlite3_bind_int64(q, 1, (u * 7919) % 1000);
        sqlite3_bind_int64(q, 2, 0);
        while (sqlite3_step(q) == SQLITE_ROW) {
            sqlite3_column_text(q, 0);
            rows++;
            sqlite3_column_text(q, 2);
            bytes += sqlite3_column_bytes(q, 2);
        }
        sqlite3_reset(q);
    }
    t = now() - t;
    printf(",\"range_read_200_rows_s\":%.0f,\"range_read_200_mb_s\":%.0f", rows / t,
           bytes / t / 1e6);
    if (anchors) {
        sqlite3_finalize(q);
        sqlite3_close(d);
        printf(",\"cpu_s\":%.2f}\n", cpu());
        return 0;
    }
    rows = 0;
    t = now();
    for (long u = 0; u < 50000; u++) {
        long k = (u * 7919) % 1000;
        sqlite3_bind_int64(q, 1, k);
        sqlite3_bind_int64(q, 2, k * 200 + 190);
        while (sqlite3_step(q) == SQLITE_ROW) {
            sqlite3_column_text(q, 2);
            rows++;
        }
        sqlite3_reset(q);
    }
    t = now() - t;
    printf(",\"delta10_queries_s\":%.0f,\"delta10_rows_per_query\":%.1f", 50000 / t,
           rows / 50000.0);
    t = now();
    for (long u = 0; u < 200000; u++) {
        long k = (u * 7919) % 1000;
        sqlite3_bind_int64(q, 1, k);
        sqlite3_bind_int64(q, 2, k * 200 + 200);
        sqlite3_step(q);
        sqlite3_reset(q);
    }
    t = now() - t;
    printf(",\"empty_queries_s\":%.0f", 200000 / t);
    sqlite3_finalize(q);
    X(d, "BEGIN");
    q = P(d, "SELECT id,rev,data FROM rec WHERE uid=? AND rev>? ORDER BY rev");
    t = now();
    for (long u = 0; u < 200000; u++) {
        long k = (u * 7919) % 1000;
        sqlite3_bind_int64(q, 1, k);
        sqlite3_bind_int64(q, 2, k * 200 + 200);
        sqlite3_step(q);
        sqlite3_reset(q);
    }
    t = now() - t;
    printf(",\"empty_queries_in_txn_s\":%.0f", 200000 / t);
    X(d, "COMMIT");
    sqlite3_finalize(q);
    q = P(d, "SELECT sum(length(data)), sum(json_extract(data,'$.order')) FROM rec WHERE uid<100");
    t = now();
    sqlite3_step(q);
    t = now() - t;
    printf(",\"json_extract_mb_s\":%.0f,\"json_extract_rows_s\":%.0f",
           sqlite3_column_int64(q, 0) / t / 1e6, 20000 / t);
    sqlite3_finalize(q);
    {
        size_t n = 2;
        char *a = malloc(10000 * 700);
        a[0] = '[';
        size_t at = 1;
        for (int i = 0; i < 10000; i++) {
            if (i) a[at++] = ',';
            memcpy(a + at, rec[i], rl[i]);
            at += rl[i];
        }
        a[at++] = ']';
        q = P(d, "SELECT count(value ->> 'id') FROM json_each(?)");
        sqlite3_bind_text(q, 1, a, at, SQLITE_STATIC);
        t = now();
        sqlite3_step(q);
        t = now() - t;
        printf(",\"json_each_10k_mb_s\":%.0f", at / t / 1e6);
        sqlite3_finalize(q);
        sqlite3 *e = fresh("e", "NORMAL", 0);
        q = P(e, "INSERT INTO rec(id,rev,data) SELECT value ->> 'id', 1, value FROM json_each(?)");
        sqlite3_bind_text(q, 1, a, at, SQLITE_STATIC);
        t = now();
        sqlite3_step(q);
        t = now() - t;
        printf(",\"insert_from_json_each_10k_rows_s\":%.0f", 10000 / t);
        sqlite3_finalize(q);
        sqlite3_close(e);
        free(a);
        (void)n;
    }
    sqlite3_close(d);
    sqlite3 *o = fresh("o", "NORMAL", 0), *r = fresh("r", "NORMAL", 0);
    sqlite3_session *ss;
    sqlite3session_create(o, "main", &ss);
    sqlite3session_attach(ss, 0);
    double ti = put(o, 0, 0, 10000, 10000, 1);
    int cn;
    void *c;
    t = now();
    sqlite3session_changeset(ss, &cn, &c);
    printf(",\"session_insert_10k_rows_s\":%.0f,\"session_changeset_make_rows_s\":%.0f,\"session_"
           "bytes_per_insert\":%.0f",
           ti, 10000 / (now() - t), cn / 10000.0);
    t = now();
    X(r, "BEGIN");
    if (sqlite3changeset_apply(r, cn, c, 0, conflict, 0)) return 4;
    X(r, "COMMIT");
    printf(",\"session_apply_insert_rows_s\":%.0f", 10000 / (now() - t));
    sqlite3_free(c);
    sqlite3session_delete(ss);
    sqlite3session_create(o, "main", &ss);
    sqlite3session_attach(ss, 0);
    put(o, 0, 0, 10000, 10000, 500000);
    sqlite3session_changeset(ss, &cn, &c);
    t = now();
    X(r, "BEGIN");
    if (sqlite3changeset_apply(r, cn, c, 0, conflict, 0)) return 4;
    X(r, "COMMIT");
    printf(",\"session_apply_update_rows_s\":%.0f,\"session_bytes_per_rev_update\":%.0f",
           10000 / (now() - t), cn / 10000.0);
    sqlite3_free(c);
    sqlite3session_delete(ss);
    sqlite3_close(o);
    sqlite3_close(r);
    printf(",\"cpu_s\":%.2f}\n", cpu());
    return 0;
}
