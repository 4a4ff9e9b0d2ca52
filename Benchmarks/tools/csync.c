// csync: the ceiling. A one-thread epoll HTTP/1.1 server over SQLite that does the bare sync job
// and nothing else (no TLS, no login, no validation): what this machine can do at best for the same
// bytes. cc -O2 -o csync csync.c -lsqlite3 usage: csync port db [F|N] [group]     F/N: synchronous
// FULL/NORMAL; group: one commit per epoll batch
//   GET  /u/<uid>/changes?since=<rev>    200
//   {"rev":R,"changes":[{"id":..,"rev":..,"data":{..}},..]}; 304 on If-None-Match: "R" GET
//   /u/<uid>/watch                  SSE stream: one "data: {"rev":R,"push":<body>}\n\n" per push to
//   that uid POST /u/<uid>/push                   body {"changes":[{"id":"..","data":{..}},..]} 200
//   {"rev":R} GET  /plain                          200, 200-byte body, no database
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
typedef struct Conn {
    int fd, watch;
    long uid;
    char *in;
    size_t inn, inc;
    char *out;
    size_t outn, outc, outoff;
    int pend;
    struct Conn *wnext;
} Conn;
static int ep, inTxn, group;
static sqlite3 *db;
static sqlite3_stmt *qrev, *qchg, *urev, *ups, *beg, *com;
static Conn *pendq[4096];
static int npend;
#define NB 65536
static Conn *wb[NB];
static struct {
    long uid;
    long rev;
    char *body;
} notq[4096];
static int nnot;
static void die(const char *m) {
    fprintf(stderr, "%s: %s\n", m, db ? sqlite3_errmsg(db) : strerror(errno));
    exit(1);
}
static void grow(Conn *c, size_t k) {
    if (c->outn + k > c->outc) {
        while (c->outn + k > c->outc) c->outc = c->outc ? c->outc * 2 : 1024;
        c->out = realloc(c->out, c->outc);
    }
}
static void put(Conn *c, const char *s, size_t n) {
    grow(c, n);
    memcpy(c->out + c->outn, s, n);
    c->outn += n;
}
static void xclose(Conn *c) {
    if (c->watch) {
        Conn **p = &wb[c->uid % NB];
        while (*p && *p != c) p = &(*p)->wnext;
        if (*p) *p = c->wnext;
    }
    close(c->fd);
    free(c->in);
    free(c->out);
    free(c);
}
static int flush(Conn *c) {
    while (c->outoff < c->outn) {
        ssize_t k = write(c->fd, c->out + c->outoff, c->outn - c->outoff);
        if (k < 0) {
            if (errno == EAGAIN) {
                struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
                epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
                return 0;
            }
            return -1;
        }
        c->outoff += k;
    }
    c->outn = c->outoff = 0;
    if (c->outc > 65536 || c->watch) {
        free(c->out);
        c->out = 0;
        c->outc = 0;
    }
    return 0;
}
static void step(sqlite3_stmt *s) {
    int r = sqlite3_step(s);
    if (r != SQLITE_DONE && r != SQLITE_ROW) die("step");
    sqlite3_reset(s);
}
static void begin(void) {
    if (!inTxn) {
        step(beg);
        inTxn = 1;
    }
}
static long rev_of(long uid) {
    long r = 0;
    sqlite3_bind_int64(qrev, 1, uid);
    if (sqlite3_step(qrev) == SQLITE_ROW) r = sqlite3_column_int64(qrev, 0);
    sqlite3_reset(qrev);
    return r;
}
static void head(Conn *c, const char *status, long len, long rev) {
    char h[256];
    int n = snprintf(h, sizeof h,
                     "HTTP/1.1 %s\r\nContent-Type: application/json\r\nETag: "
                     "\"%ld\"\r\nContent-Length: %ld\r\n\r\n",
                     status, rev, len);
    put(c, h, n);
}
static const char *objend(const char *p, const char *e) {
    int d = 0, s = 0;
    for (; p < e; p++) {
        if (s) {
            if (*p == '\\')
                p++;
            else if (*p == '"')
                s = 0;
        } else if (*p == '"')
            s = 1;
        else if (*p == '{' || *p == '[')
            d++;
        else if (*p == '}' || *p == ']') {
            if (!--d) return p + 1;
        }
    }
    return 0;
}
static void commit(void) {
    if (inTxn) {
        step(com);
        inTxn = 0;
    }
    for (int i = 0; i < npend; i++) {
        pendq[i]->pend = 0;
        if (flush(pendq[i])) xclose(pendq[i]);
    }
    npend = 0;
    for (int i = 0; i < nnot; i++) {
        char *m = 0;
        int n = wb[notq[i].uid % NB]
                    ? asprintf(&m, "data: {\"rev\":%ld,\"push\":%s}\n\n", notq[i].rev, notq[i].body)
                    : 0;
        free(notq[i].body);
        for (Conn *w = wb[notq[i].uid % NB], *nx; w; w = nx) {
            nx = w->wnext;
            if (w->uid == notq[i].uid) {
                put(w, m, n);
                if (flush(w)) xclose(w);
            }
        }
        free(m);
    }
    nnot = 0;
}
static int handle(Conn *c, char *h, size_t hl, char *b, size_t bl) {
    (void)hl;
    if (!strncmp(h, "GET /plain", 10)) {
        char t[200];
        memset(t, 'x', 200);
        head(c, "200 OK", 200, 1);
        put(c, t, 200);
        return 0;
    }
    char *u = strstr(h, "/u/");
    if (!u) {
        head(c, "404 Not Found", 0, 0);
        return 0;
    }
    long uid = strtol(u + 3, &u, 10);
    if (!strncmp(u, "/changes", 8)) {
        long rev = rev_of(uid);
        char *m = strcasestr(h, "\r\nIf-None-Match: \"");
        if (m && atol(m + 18) == rev) {
            char t[128];
            int n =
                snprintf(t, sizeof t, "HTTP/1.1 304 Not Modified\r\nETag: \"%ld\"\r\n\r\n", rev);
            put(c, t, n);
            return 0;
        }
        char *s = strstr(u, "since=");
        long since = s ? atol(s + 6) : 0;
        size_t at = c->outn;
        grow(c, 256);
        c->outn += 160;
        size_t b0 = c->outn;
        char t[64];
        int n = snprintf(t, sizeof t, "{\"rev\":%ld,\"changes\":[", rev);
        put(c, t, n);
        int first = 1;
        if (rev > since) {
            sqlite3_bind_int64(qchg, 1, uid);
            sqlite3_bind_int64(qchg, 2, since);
            while (sqlite3_step(qchg) == SQLITE_ROW) {
                const char *id = (void *)sqlite3_column_text(qchg, 0),
                           *d = (void *)sqlite3_column_text(qchg, 2);
                size_t dl = sqlite3_column_bytes(qchg, 2);
                n = snprintf(t, sizeof t, "%s{\"rev\":%lld,\"id\":\"", first ? "" : ",",
                             sqlite3_column_int64(qchg, 1));
                put(c, t, n);
                put(c, id, strlen(id));
                put(c, "\",\"data\":", 9);
                put(c, d, dl);
                put(c, "}", 1);
                first = 0;
            }
            sqlite3_reset(qchg);
        }
        put(c, "]}", 2);
        char hd[161];
        n = snprintf(hd, sizeof hd,
                     "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: "
                     "\"%ld\"\r\nContent-Length: %zu\r\nX-Pad: ",
                     rev, c->outn - b0);
        memset(hd + n, '-', 160 - n);
        memcpy(hd + 156, "\r\n\r\n", 4);
        memcpy(c->out + at, hd, 160);
        return 0;
    }
    if (!strncmp(u, "/watch", 6)) {
        c->uid = uid;
        c->watch = 1;
        c->wnext = wb[uid % NB];
        wb[uid % NB] = c;
        const char *r = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
        put(c, r, strlen(r));
        free(c->in);
        c->in = 0;
        c->inn = c->inc = 0;
        return 0;
    }
    if (!strncmp(u, "/push", 5)) {
        begin();
        sqlite3_bind_int64(urev, 1, uid);
        long rev = 0;
        if (sqlite3_step(urev) == SQLITE_ROW) rev = sqlite3_column_int64(urev, 0);
        sqlite3_reset(urev);
        char *p = b, *e = b + bl;
        while ((p = memmem(p, e - p, "\"id\":\"", 6))) {
            char *id = p + 6, *ie = memchr(id, '"', e - id);
            char *d = memmem(ie, e - ie, "\"data\":", 7);
            if (!d) break;
            d += 7;
            const char *de = objend(d, e);
            if (!de) break;
            sqlite3_bind_int64(ups, 1, uid);
            sqlite3_bind_text(ups, 2, id, ie - id, SQLITE_STATIC);
            sqlite3_bind_int64(ups, 3, rev);
            sqlite3_bind_text(ups, 4, d, de - d, SQLITE_STATIC);
            step(ups);
            p = (char *)de;
        }
        char t[64];
        int n = snprintf(t, sizeof t, "{\"rev\":%ld}", rev);
        head(c, "200 OK", n, rev);
        put(c, t, n);
        notq[nnot].uid = uid;
        notq[nnot].body = wb[uid % NB] ? strndup(b, bl) : 0;
        notq[nnot++].rev = rev;
        c->pend = 1;
        pendq[npend++] = c;
        if (!group || npend > 4000) commit();
        return 1;
    }
    head(c, "404 Not Found", 0, 0);
    return 0;
}
static int on_data(Conn *c) {
    for (;;) {
        char *e = c->inn ? memmem(c->in, c->inn, "\r\n\r\n", 4) : 0;
        if (!e) return 0;
        size_t hl = e + 4 - c->in, bl = 0;
        *e = 0;
        char *l = strcasestr(c->in, "\r\nContent-Length:");
        if (l) bl = atol(l + 17);
        if (hl + bl > c->inn) {
            *e = '\r';
            return 0;
        }
        handle(c, c->in, hl, c->in + hl, bl);
        if (c->watch) return flush(c);
        memmove(c->in, c->in + hl + bl, c->inn - hl - bl);
        c->inn -= hl + bl;
        if (!c->pend && flush(c)) return -1;
    }
}
int main(int ac, char **av) {
    if (ac < 3) return 2;
    signal(SIGPIPE, SIG_IGN);
    group = ac > 4;
    if (sqlite3_open(av[2], &db)) die("open");
    char *err = 0;
    sqlite3_exec(db,
                 "PRAGMA journal_mode=WAL; PRAGMA cache_size=-65536; CREATE TABLE IF NOT EXISTS "
                 "u(uid INTEGER PRIMARY KEY, rev INTEGER NOT NULL); CREATE TABLE IF NOT EXISTS "
                 "rec(uid INTEGER, id TEXT, rev INTEGER, data TEXT, UNIQUE(uid,id)); CREATE INDEX "
                 "IF NOT EXISTS rec_rev ON rec(uid,rev);",
                 0, 0, &err);
    sqlite3_exec(db,
                 ac > 3 && *av[3] == 'N' ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=FULL",
                 0, 0, &err);
#define PREP(q, s)                                                                                 \
    if (sqlite3_prepare_v2(db, s, -1, &q, 0)) die(s)
    PREP(qrev, "SELECT rev FROM u WHERE uid=?");
    PREP(qchg, "SELECT id,rev,data FROM rec WHERE uid=? AND rev>? ORDER BY rev");
    PREP(urev, "INSERT INTO u VALUES(?,1) ON CONFLICT(uid) DO UPDATE SET rev=rev+1 RETURNING rev");
    PREP(ups, "INSERT INTO rec VALUES(?,?,?,?) ON CONFLICT(uid,id) DO UPDATE SET "
              "rev=excluded.rev,data=excluded.data");
    PREP(beg, "BEGIN IMMEDIATE");
    PREP(com, "COMMIT");
    int ls = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    setsockopt(ls, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons(atoi(av[1])),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(ls, (void *)&a, sizeof a) || listen(ls, 4096)) die("bind");
    ep = epoll_create1(0);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = 0};
    epoll_ctl(ep, EPOLL_CTL_ADD, ls, &e);
    struct epoll_event ev[512];
    static char tmp[262144];
    for (;;) {
        int n = epoll_wait(ep, ev, 512, -1);
        for (int i = 0; i < n; i++) {
            Conn *c = ev[i].data.ptr;
            if (!c) {
                int fd;
                while ((fd = accept4(ls, 0, 0, SOCK_NONBLOCK)) >= 0) {
                    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    c = calloc(1, sizeof *c);
                    c->fd = fd;
                    struct epoll_event x = {.events = EPOLLIN, .data.ptr = c};
                    epoll_ctl(ep, EPOLL_CTL_ADD, fd, &x);
                }
                continue;
            }
            if (ev[i].events & EPOLLOUT) {
                struct epoll_event x = {.events = EPOLLIN, .data.ptr = c};
                epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &x);
                if (flush(c)) {
                    xclose(c);
                    continue;
                }
            }
            if (ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
                ssize_t k = read(c->fd, tmp, sizeof tmp);
                if (k <= 0) {
                    if (k < 0 && errno == EAGAIN) continue;
                    xclose(c);
                    continue;
                }
                if (c->watch) continue;
                if (c->inn + k + 1 > c->inc) {
                    c->inc = (c->inn + k + 1) * 2;
                    c->in = realloc(c->in, c->inc);
                }
                memcpy(c->in + c->inn, tmp, k);
                c->inn += k;
                c->in[c->inn] = 0;
                if (on_data(c)) xclose(c);
            }
        }
        if (npend || inTxn) commit();
    }
}
