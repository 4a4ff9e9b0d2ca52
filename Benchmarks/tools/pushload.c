// pushload: closed-loop pushes to /v1/sync, one device a connection, mutation numbers continued.
//
// hload replays request bytes, but every push must carry the device's next numbers; this tool
// encodes each push when it is sent, and counts a mutation only when the answer acknowledges it.
//
// usage: pushload -p PORT -d DEVICES -b BATCH [-c CONNS] [-t SECS] [-w WARM_SECS] [-r RING]
//                 [-z TEXT_BYTES] [-P SERVER_PIDS] [-l LABEL]
// DEVICES has one device a line: token, id in hexadecimal, last acknowledged number. It is read at
// the start and written back at the end, when nothing is in flight, so the next run continues.
// Prints one JSON object with the same names as hload, and `acked`, `refused`.
#include "trsync.h"

typedef struct {
    int fd, busy;
    Device *device;
    Bytes out;
    size_t off;
    uint64_t sent;
    Response in;
} Conn;

static int ep, port, batch = 1, ring = 200;
static size_t text_bytes = 550;
static uint64_t *latency, bytes_in, bytes_out, done, acked, refused;
static size_t count, capacity;

static void flush_out(Conn *c) {
    while (c->off < c->out.n) {
        ssize_t k = write(c->fd, c->out.p + c->off, c->out.n - c->off);
        if (k < 0 && errno == EAGAIN) {
            struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
            epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
            return;
        }
        if (k < 0) die("write");
        c->off += k;
        bytes_out += k;
    }
}

static void start(Conn *c) {
    build_push(&c->out, c->device, port, batch, ring, text_bytes);
    c->off = 0;
    c->busy = 1;
    response_reset(&c->in);
    c->sent = now();
    flush_out(c);
}

static void finish(Conn *c) {
    uint64_t took = now() - c->sent;
    PushAnswer answer = read_push_answer(&c->in);
    if (answer.problem[0] || answer.acked != c->device->mid + batch) {
        fprintf(stderr, "device %016lx: %s; acknowledged %lu, expected %lu\n", c->device->number,
                answer.problem, answer.acked, c->device->mid + batch);
        exit(1);
    }
    c->device->mid = answer.acked;
    c->busy = 0;
    acked += batch;
    refused += answer.refused;
    done++;
    if (count == capacity) {
        capacity = capacity ? capacity * 2 : 1 << 16;
        latency = realloc(latency, capacity * 8);
    }
    latency[count++] = took;
}

int main(int argc, char **argv) {
    const char *file = 0, *pids = 0, *label = "";
    int conns = 1, o;
    double seconds = 2, warm = 0.3;
    while ((o = getopt(argc, argv, "p:d:b:c:t:w:r:z:P:l:")) > 0) switch (o) {
        case 'p': port = atoi(optarg); break;
        case 'd': file = optarg; break;
        case 'b': batch = atoi(optarg); break;
        case 'c': conns = atoi(optarg); break;
        case 't': seconds = atof(optarg); break;
        case 'w': warm = atof(optarg); break;
        case 'r': ring = atoi(optarg); break;
        case 'z': text_bytes = atoi(optarg); break;
        case 'P': pids = optarg; break;
        case 'l': label = optarg; break;
        default: return 2;
        }
    if (!port || !file || batch < 1 || batch > 1000 || ring < batch || text_bytes < 16 ||
        text_bytes > 8000) {
        fprintf(stderr, "need -p and -d; 1 <= batch <= 1000 <= ring; 16 <= text <= 8000\n");
        return 2;
    }
    Device *devices = 0;
    int ndevices = read_devices(file, &devices);
    if (ndevices < conns) {
        fprintf(stderr, "%d devices for %d connections\n", ndevices, conns);
        return 2;
    }
    ep = epoll_create1(0);
    Conn *list = calloc(conns, sizeof(Conn));
    for (int i = 0; i < conns; i++) {
        list[i].fd = dial(port);
        list[i].device = &devices[i];
        nonblocking(list[i].fd);
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = &list[i]};
        epoll_ctl(ep, EPOLL_CTL_ADD, list[i].fd, &e);
    }
    double cpu0 = 0, cpu1 = 0, pss = 0, unused;
    struct rusage r0, r1;
    uint64_t begin = now(), measured = begin + (uint64_t)(warm * 1e9), end = ~0ull, stopped = 0;
    uint64_t total = 0, total_acked = 0, total_refused = 0, total_in = 0, total_out = 0;
    int warming = 1, live = conns;
    for (int i = 0; i < conns; i++) start(&list[i]);
    static char buffer[1 << 18];
    struct epoll_event events[256];
    uint64_t last_answer = now();
    while (live) {
        int n = epoll_wait(ep, events, 256, 100);
        uint64_t t = now();
        if (n > 0) last_answer = t;
        if (t - last_answer > 20000000000ull) {
            fprintf(stderr, "no answer for 20 s\n");
            return 1;
        }
        if (warming && t >= measured) {
            warming = 0;
            count = 0;
            done = acked = refused = bytes_in = bytes_out = 0;
            tree_usage(pids, &cpu0, &unused);
            getrusage(RUSAGE_SELF, &r0);
            measured = now();
            end = measured + (uint64_t)(seconds * 1e9);
        }
        if (!stopped && t >= end) { // what is in flight is awaited, and not counted
            stopped = t;
            tree_usage(pids, &cpu1, &pss);
            getrusage(RUSAGE_SELF, &r1);
            total = done;
            total_acked = acked;
            total_refused = refused;
            total_in = bytes_in;
            total_out = bytes_out;
            qsort(latency, count, 8, by_value);
        }
        for (int i = 0; i < n; i++) {
            Conn *c = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) {
                struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
                epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
                flush_out(c);
            }
            if (!(events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) continue;
            ssize_t k = read(c->fd, buffer, sizeof buffer);
            if (k < 0 && errno == EAGAIN) continue;
            if (k <= 0) {
                fprintf(stderr, "the server closed a connection\n");
                return 1;
            }
            bytes_in += k;
            if (!response_feed(&c->in, buffer, k)) continue;
            if (stopped) {
                PushAnswer answer = read_push_answer(&c->in);
                if (!answer.problem[0]) c->device->mid = answer.acked;
                live--;
                c->busy = 0;
                continue;
            }
            finish(c);
            start(c);
        }
    }
    write_devices(file, devices, ndevices);
    double took = (stopped - measured) / 1e9, cpu = cpu1 - cpu0;
    double own =
        (r1.ru_utime.tv_sec - r0.ru_utime.tv_sec) + (r1.ru_stime.tv_sec - r0.ru_stime.tv_sec) +
        (r1.ru_utime.tv_usec - r0.ru_utime.tv_usec + r1.ru_stime.tv_usec - r0.ru_stime.tv_usec) /
            1e6;
#define Q(p) quantile_us(latency, count, p)
    printf("{\"label\":\"%s\",\"conns\":%d,\"batch\":%d,\"reqs\":%lu,\"acked\":%lu,\"refused\":%lu,"
           "\"secs\":%.3f,\"rps\":%.1f,\"p50_us\":%.1f,\"p90_us\":%.1f,\"p99_us\":%.1f,"
           "\"p999_us\":%.1f,\"max_us\":%.1f,\"in_per_req\":%.1f,\"out_per_req\":%.1f,"
           "\"errors\":0,\"client_cpu\":%.3f",
           label, conns, batch, total, total_acked, total_refused, took, total / took, Q(.5), Q(.9),
           Q(.99), Q(.999), Q(1), total ? (double)total_in / total : 0,
           total ? (double)total_out / total : 0, own);
    if (pids)
        printf(",\"server_cpu\":%.3f,\"server_cpu_util\":%.3f,\"req_per_cpu_s\":%.1f,"
               "\"server_pss_mb\":%.1f",
               cpu, cpu / took, cpu > 0 ? total / cpu : 0, pss / 1024);
    printf(",\"status\":{\"200\":%lu}}\n", total);
    return 0;
}
