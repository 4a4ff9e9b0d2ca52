// hload: small closed-loop HTTP/1.1 keep-alive load generator (one thread, epoll, loopback only).
// cc -O2 -o hload hload.c
// usage: hload -p port [-c conns] [-t secs | -n reqs] [-w warm_secs] [-P serverpid[,pid]] [-l
// label] -f reqfile reqfile: repeated "<len>\n<len raw bytes>". In the bytes, every 12-byte token
// %SEQ0000000% is replaced by a 12-digit global counter (a new value per occurrence) and
// %REQ0000000% by one value per request. Prints one JSON object: throughput, latency percentiles,
// statuses, bytes each way, server CPU and PSS.
#include "common.h"

typedef struct {
    char *p;
    size_t n;
    int nseq;
    uint32_t seq[64];
    int nreq;
    uint32_t req[64];
} Req;
typedef struct {
    int fd, next;
    char *out;
    size_t outn, outoff;
    uint64_t t0, tfirst;
    char hdr[65536];
    size_t hn;
    int inbody, chunked, close;
    long need;
    int cst;
    long chunk;
    int st;
} Conn;
static Req *reqs;
static int nreqs;
static uint64_t seqno = 1, reqno = 1;
static int port_;
static int ep;
static uint64_t *lat, *first;
static size_t nlat, clat;
static uint64_t bin_, bout_, done_, started_, errs_, stat_[600];

static void load(const char *fn) {
    FILE *f = fopen(fn, "rb");
    if (!f) die(fn);
    long n;
    while (fscanf(f, "%ld", &n) == 1) {
        fgetc(f);
        reqs = realloc(reqs, (nreqs + 1) * sizeof(Req));
        Req *r = &reqs[nreqs++];
        memset(r, 0, sizeof *r);
        r->p = malloc(n + 1);
        r->n = n;
        if (fread(r->p, 1, n, f) != (size_t)n) die("reqfile");
        r->p[n] = 0;
        for (size_t i = 0; i + 12 <= (size_t)n; i++)
            if (r->p[i] == '%') {
                if (!memcmp(r->p + i, "%SEQ0000000%", 12) && r->nseq < 64) r->seq[r->nseq++] = i;
                if (!memcmp(r->p + i, "%REQ0000000%", 12) && r->nreq < 64) r->req[r->nreq++] = i;
            }
    }
    fclose(f);
    if (!nreqs) {
        fprintf(stderr, "no requests\n");
        exit(1);
    }
}

static void flushout(Conn *c) {
    while (c->outoff < c->outn) {
        ssize_t k = write(c->fd, c->out + c->outoff, c->outn - c->outoff);
        if (k < 0) {
            if (errno == EAGAIN) {
                struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
                epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
                return;
            }
            c->close = 2;
            return;
        }
        c->outoff += k;
        bout_ += k;
    }
}
static void start(Conn *c) {
    Req *r = &reqs[c->next];
    c->next = (c->next + 1) % nreqs;
    c->out = realloc(c->out, r->n);
    memcpy(c->out, r->p, r->n);
    c->outn = r->n;
    c->outoff = 0;
    for (int i = 0; i < r->nseq; i++) put12(c->out + r->seq[i], seqno++);
    uint64_t q = reqno++;
    for (int i = 0; i < r->nreq; i++) put12(c->out + r->req[i], q);
    c->hn = 0;
    c->inbody = 0;
    c->t0 = now();
    c->tfirst = 0;
    started_++;
    flushout(c);
}
static void conn(Conn *c) {
    c->fd = dial(port_);
    nonblocking(c->fd);
    c->close = 0;
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
}
static int finish(Conn *c) {
    uint64_t d = now() - c->t0;
    if (nlat == clat) {
        clat = clat ? clat * 2 : 1 << 16;
        lat = realloc(lat, clat * 8);
        first = realloc(first, clat * 8);
    }
    first[nlat] = c->tfirst - c->t0;
    lat[nlat++] = d;
    done_++;
    if (c->st > 0 && c->st < 600) stat_[c->st]++;
    return 1;
}
// returns 1 when the response is complete
static int feed(Conn *c, char *b, size_t n) {
    size_t i = 0;
    while (i < n) {
        if (!c->inbody) {
            size_t k = n - i;
            if (k > sizeof c->hdr - 1 - c->hn) k = sizeof c->hdr - 1 - c->hn;
            size_t old = c->hn;
            memcpy(c->hdr + c->hn, b + i, k);
            c->hn += k;
            c->hdr[c->hn] = 0;
            char *e = strstr(c->hdr + (old > 3 ? old - 3 : 0), "\r\n\r\n");
            if (!e) {
                if (k == 0) {
                    c->close = 2;
                    return 0;
                }
                i += k;
                continue;
            }
            size_t hl = e + 4 - c->hdr;
            i += hl - old;
            *e = 0;
            c->st = atoi(c->hdr + 9);
            c->chunked = 0;
            c->need = 0;
            char *l = strcasestr(c->hdr, "\r\nContent-Length:");
            if (l) c->need = atol(l + 17);
            if (strcasestr(c->hdr, "\r\nTransfer-Encoding: chunked")) c->chunked = 1;
            if (strcasestr(c->hdr, "\r\nConnection: close") ||
                (!strncmp(c->hdr, "HTTP/1.0", 8) &&
                 !strcasestr(c->hdr, "\r\nConnection: keep-alive")))
                c->close = 1;
            if (c->st == 304 || c->st == 204) {
                c->need = 0;
                c->chunked = 0;
            }
            c->inbody = 1;
            c->cst = 0;
            c->chunk = 0;
            if (!c->chunked && !c->need) return finish(c);
        } else if (!c->chunked) {
            size_t k = n - i;
            if ((long)k > c->need) k = c->need;
            c->need -= k;
            i += k;
            if (!c->need) return finish(c);
        } else {
            char ch = b[i];
            if (c->cst == 0) {
                i++;
                if (isxdigit((unsigned char)ch))
                    c->chunk = c->chunk * 16 +
                               (isdigit((unsigned char)ch) ? ch - '0' : (tolower(ch) - 'a' + 10));
                else if (ch == '\n')
                    c->cst = c->chunk ? 1 : 3;
                else if (ch == ';')
                    c->cst = 4;
            } else if (c->cst == 4) {
                i++;
                if (ch == '\n') c->cst = c->chunk ? 1 : 3;
            } else if (c->cst == 1) {
                size_t k = n - i;
                if ((long)k > c->chunk) k = c->chunk;
                c->chunk -= k;
                i += k;
                if (!c->chunk) c->cst = 2;
            } else if (c->cst == 2) {
                i++;
                if (ch == '\n') c->cst = 0;
            } else {
                i++;
                if (ch == '\n') return finish(c);
            }
        }
    }
    return 0;
}
int main(int ac, char **av) {
    const char *file = 0, *pids = 0, *label = "";
    int port = 0, nc = 1, o;
    double secs = 0, warm = 0;
    long maxn = 0;
    while ((o = getopt(ac, av, "p:c:t:n:w:P:l:f:s:")) > 0) switch (o) {
        case 'p': port = atoi(optarg); break;
        case 'c': nc = atoi(optarg); break;
        case 't': secs = atof(optarg); break;
        case 'n': maxn = atol(optarg); break;
        case 'w': warm = atof(optarg); break;
        case 'P': pids = optarg; break;
        case 'l': label = optarg; break;
        case 'f': file = optarg; break;
        case 's': seqno = reqno = strtoull(optarg, 0, 10); break;
        default: return 2;
        }
    if (!port || !file) {
        fprintf(stderr, "need -p and -f\n");
        return 2;
    }
    load(file);
    port_ = port;
    ep = epoll_create1(0);
    Conn *cs = calloc(nc, sizeof(Conn));
    for (int i = 0; i < nc; i++) {
        conn(&cs[i]);
        cs[i].next = i % nreqs;
    }
    uint64_t t0 = now(), tw = t0 + (uint64_t)(warm * 1e9),
             t1 = secs > 0 ? tw + (uint64_t)(secs * 1e9) : ~0ull;
    int warming = warm > 0;
    double c0 = 0, c1 = 0, pss = 0, x;
    uint64_t wa = 0;
    if (!warming && pids) tree_usage(pids, &c0, &x);
    struct rusage r0, r1;
    getrusage(RUSAGE_SELF, &r0);
    uint64_t ts = now();
    int live = 0;
    for (int i = 0; i < nc; i++)
        if (!maxn || (long)started_ < maxn) {
            start(&cs[i]);
            live++;
        }
    static char buf[1 << 18];
    struct epoll_event ev[256];
    int stop = 0;
    uint64_t te = 0;
    while (live > 0) {
        int n = epoll_wait(ep, ev, 256, 100);
        uint64_t t = now();
        if (warming && t >= tw) {
            warming = 0;
            nlat = 0;
            done_ = bin_ = bout_ = errs_ = 0;
            memset(stat_, 0, sizeof stat_);
            if (pids) tree_usage(pids, &c0, &x);
            getrusage(RUSAGE_SELF, &r0);
            ts = now();
            if (secs > 0) t1 = ts + (uint64_t)(secs * 1e9);
        }
        if (!stop && t >= t1) {
            stop = 1;
            te = t;
            if (pids) tree_usage(pids, &c1, &pss);
            wa = done_;
            break;
        }
        for (int i = 0; i < n; i++) {
            Conn *c = ev[i].data.ptr;
            if (ev[i].events & EPOLLOUT) {
                struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
                epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
                flushout(c);
            }
            if (!(ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) continue;
            ssize_t k = read(c->fd, buf, sizeof buf);
            int fin = 0;
            if (k > 0) {
                bin_ += k;
                if (!c->tfirst) c->tfirst = now();
                fin = feed(c, buf, k);
            } else if (k < 0 && errno == EAGAIN)
                continue;
            else {
                if (c->inbody && !c->chunked && c->need <= 0) fin = 1;
                c->close = c->close ? c->close : 2;
                if (!fin) errs_++;
                fin = 1;
            }
            if (c->close == 2 || (fin && c->close)) {
                close(c->fd);
                conn(c);
                fin = 1;
                if (errs_ > 1000) {
                    fprintf(stderr, "too many errors\n");
                    exit(1);
                }
            }
            if (fin) {
                if (maxn && (long)started_ >= maxn)
                    live--;
                else
                    start(c);
            }
        }
    }
    if (!te) {
        te = now();
        if (pids) tree_usage(pids, &c1, &pss);
        wa = done_;
    }
    getrusage(RUSAGE_SELF, &r1);
    double el = (te - ts) / 1e9, my = (r1.ru_utime.tv_sec - r0.ru_utime.tv_sec) +
                                      (r1.ru_stime.tv_sec - r0.ru_stime.tv_sec) +
                                      (r1.ru_utime.tv_usec - r0.ru_utime.tv_usec +
                                       r1.ru_stime.tv_usec - r0.ru_stime.tv_usec) /
                                          1e6;
    qsort(lat, nlat, 8, by_value);
    qsort(first, nlat, 8, by_value);
    double cpu = c1 - c0;
    printf("{\"label\":\"%s\",\"conns\":%d,\"reqs\":%lu,\"secs\":%.3f,\"rps\":%.1f,\"p50_us\":%.1f,"
           "\"p90_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"max_us\":%.1f,\"first_byte_p50_us\":"
           "%.1f,\"in_per_req\":%.1f,\"out_per_req\":%.1f,\"errors\":%lu,\"client_cpu\":%.3f",
           label, nc, wa, el, wa / el, quantile_us(lat, nlat, .5), quantile_us(lat, nlat, .9),
           quantile_us(lat, nlat, .99), quantile_us(lat, nlat, .999), quantile_us(lat, nlat, 1),
           quantile_us(first, nlat, .5), wa ? (double)bin_ / wa : 0, wa ? (double)bout_ / wa : 0,
           errs_, my);
    if (pids)
        printf(",\"server_cpu\":%.3f,\"server_cpu_util\":%.3f,\"req_per_cpu_s\":%.1f,\"server_pss_"
               "mb\":%.1f",
               cpu, cpu / el, cpu > 0 ? wa / cpu : 0, pss / 1024);
    printf(",\"status\":{");
    int f = 1;
    for (int i = 0; i < 600; i++)
        if (stat_[i]) {
            printf("%s\"%d\":%lu", f ? "" : ",", i, stat_[i]);
            f = 0;
        }
    printf("}}\n");
    return 0;
}
