// fanout: from one writer to many watchers: delivery latency, and memory per idle watcher.
//
// One thread, one clock. Each watcher connects and sends its preamble. The writer sends a message
// when every watcher has the last one (or after 5 s), plus a gap. A delivery is the first sight of
// the message's marker on a watcher's stream.
//
// usage: fanout -p PORT -k WATCHERS -n MESSAGES -a PREAMBLES [-i GAP_US] [-s SETTLE_MS]
//               [-P SERVER_PIDS] [-l LABEL] and one of
//   -m MESSAGE [-b WRITER_PREAMBLE]  bytes; each %SEQ0000000% becomes twelve digits, and the marker
//                                    is "@@" and those digits
//   -d DEVICES                       pushes to /v1/sync by the first device; the marker is "event:"
//   -I                               no messages: hold the watchers idle and print the memory
// PREAMBLES is a file of "<length>\n<bytes>", used in turn; each %WID0000000% becomes the watcher's
// number. For -d the file of devices is written back, as pushload does.
#include "trsync.h"

#define WRITER 0xffffffffu
#define TAIL 13

typedef struct {
    char *p;
    size_t n;
} Blob;

typedef struct {
    int fd, tail;
    uint64_t seen;
    char last[TAIL];
} Watcher;

static int ep;
static char buffer[1 << 18];
static struct epoll_event events[512];
static Watcher *watchers;
static int nwatchers = 1;

static void replace(Blob b, const char *token, uint64_t value) {
    for (size_t i = 0; i + 12 <= b.n; i++)
        if (b.p[i] == '%' && !memcmp(b.p + i, token, 12)) put12(b.p + i, value);
}

static Blob read_whole(const char *file) {
    FILE *f = fopen(file, "rb");
    if (!f) die(file);
    Blob b = {malloc(1 << 20), 0};
    b.n = fread(b.p, 1, 1 << 20, f);
    fclose(f);
    return b;
}

static int read_list(const char *file, Blob **list) {
    FILE *f = fopen(file, "rb");
    if (!f) die(file);
    int n = 0;
    long length;
    while (fscanf(f, "%ld", &length) == 1) {
        fgetc(f);
        *list = realloc(*list, (n + 1) * sizeof(Blob));
        Blob b = {malloc(length), length};
        if (fread(b.p, 1, length, f) != (size_t)length) die(file);
        (*list)[n++] = b;
    }
    fclose(f);
    if (!n) {
        fprintf(stderr, "%s: no preambles\n", file);
        exit(1);
    }
    return n;
}

static void listen_to(int fd, uint32_t who) {
    nonblocking(fd);
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = who};
    epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
}

// Reads and forgets what watchers receive for a while; returns the bytes.
static uint64_t drain(uint64_t nanoseconds) {
    uint64_t begin = now(), got = 0;
    do {
        int n = epoll_wait(ep, events, 512, 1);
        for (int j = 0; j < n; j++) {
            uint32_t i = events[j].data.u32;
            if (i == WRITER) return got;
            ssize_t k;
            while ((k = read(watchers[i].fd, buffer, sizeof buffer)) > 0) got += k;
            if (k == 0) {
                fprintf(stderr, "watcher %u was closed\n", i);
                exit(1);
            }
        }
    } while (now() - begin < nanoseconds);
    return got;
}

int main(int argc, char **argv) {
    int port = 0, n = 100, gap = 2000, settle = 300, idle = 0, o;
    const char *preambles = 0, *message = 0, *hello = 0, *devices = 0, *pids = 0, *label = "";
    while ((o = getopt(argc, argv, "p:k:n:a:i:s:P:l:m:b:d:I")) > 0) switch (o) {
        case 'p': port = atoi(optarg); break;
        case 'k': nwatchers = atoi(optarg); break;
        case 'n': n = atoi(optarg); break;
        case 'a': preambles = optarg; break;
        case 'i': gap = atoi(optarg); break;
        case 's': settle = atoi(optarg); break;
        case 'P': pids = optarg; break;
        case 'l': label = optarg; break;
        case 'm': message = optarg; break;
        case 'b': hello = optarg; break;
        case 'd': devices = optarg; break;
        case 'I': idle = 1; break;
        default: return 2;
        }
    if (!port || !preambles || idle + !!message + !!devices != 1) {
        fprintf(stderr, "need -p, -a and one of -m, -d, -I\n");
        return 2;
    }
    struct rlimit files = {20000, 20000};
    setrlimit(RLIMIT_NOFILE, &files);
    Blob *list = 0, msg = {0};
    int nlist = read_list(preambles, &list);
    double cpu0, cpu1, pss0, pss1;
    tree_usage(pids, &cpu0, &pss0);
    ep = epoll_create1(0);
    watchers = calloc(nwatchers, sizeof(Watcher));
    for (int i = 0; i < nwatchers; i++) {
        Blob b = {malloc(list[i % nlist].n), list[i % nlist].n};
        memcpy(b.p, list[i % nlist].p, b.n);
        replace(b, "%WID0000000%", i);
        watchers[i].fd = dial(port);
        write_all(watchers[i].fd, b.p, b.n);
        listen_to(watchers[i].fd, i);
        free(b.p);
    }
    uint64_t greeting = drain(settle * 1000000ull);
    tree_usage(pids, &cpu1, &pss1);
    double kb = (pss1 - pss0) / nwatchers;
    if (idle) {
        printf("{\"label\":\"%s\",\"watchers\":%d,\"pss_before_kb\":%.0f,\"pss_after_kb\":%.0f,"
               "\"kb_per_watcher\":%.3f,\"greeting_bytes\":%lu}\n",
               label, nwatchers, pss0, pss1, kb, greeting);
        return 0;
    }

    int writer = dial(port), ndevices = 0;
    Device *device = 0;
    Bytes request = {0};
    Response response = {0};
    if (devices) ndevices = read_devices(devices, &device);
    if (message) msg = read_whole(message);
    if (hello) {
        Blob b = read_whole(hello);
        write_all(writer, b.p, b.n);
    }
    usleep(200000);
    nonblocking(writer);
    while (read(writer, buffer, sizeof buffer) > 0) {
    }
    listen_to(writer, WRITER);

    uint64_t *each = malloc(8ull * n * nwatchers), *last = malloc(8ull * n),
             *ack = malloc(8ull * n);
    size_t neach = 0, nack = 0, lost = 0, early = 0;
    uint64_t bytes = 0, began = now(), base = (began / 1000000) % 100000000000ull;
    Blob copy = {malloc(msg.n + 1), msg.n};
    tree_usage(pids, &cpu0, &pss0);
    for (int q = 1; q <= n; q++) {
        uint64_t id = base + q, final = 0;
        char marker[20];
        const char *bytes_out;
        size_t nout;
        if (devices) {
            response_reset(&response);
            build_push(&request, device, port, 1, 200, 550);
            bytes_out = (char *)request.p;
            nout = request.n;
            strcpy(marker, "event:");
        } else {
            if (msg.n) memcpy(copy.p, msg.p, msg.n);
            replace(copy, "%SEQ0000000%", id);
            bytes_out = copy.p;
            nout = copy.n;
            sprintf(marker, "@@%012lu", id);
        }
        size_t nmarker = strlen(marker);
        int left = nwatchers, acked = 0;
        for (int i = 0; i < nwatchers; i++) watchers[i].tail = 0;
        uint64_t sent = now();
        write_all(writer, bytes_out, nout);
        while ((left || !acked) && now() - sent < 5000000000ull) {
            int m = epoll_wait(ep, events, 512, 50);
            for (int j = 0; j < m; j++) {
                uint32_t i = events[j].data.u32;
                if (i == WRITER) {
                    ssize_t k = read(writer, buffer, sizeof buffer);
                    if (k == 0) {
                        fprintf(stderr, "the writer was closed\n");
                        return 1;
                    }
                    if (k < 0 || acked) continue;
                    if (devices) {
                        if (!response_feed(&response, buffer, k)) continue;
                        PushAnswer answer = read_push_answer(&response);
                        if (answer.problem[0] || answer.refused) {
                            fprintf(stderr, "push: %s\n", answer.problem);
                            return 1;
                        }
                        device->mid = answer.acked;
                    }
                    acked = 1;
                    ack[nack++] = now() - sent;
                    continue;
                }
                Watcher *w = &watchers[i];
                ssize_t k;
                while ((k = read(w->fd, buffer + TAIL, sizeof buffer - TAIL)) > 0) {
                    bytes += k;
                    memcpy(buffer + TAIL - w->tail, w->last, w->tail);
                    char *start = buffer + TAIL - w->tail;
                    size_t length = k + w->tail;
                    if (w->seen < id && memmem(start, length, marker, nmarker)) {
                        w->seen = id;
                        final = now();
                        each[neach++] = final - sent;
                        left--;
                    }
                    w->tail = length < nmarker - 1 ? length : nmarker - 1;
                    memcpy(w->last, start + length - w->tail, w->tail);
                }
                if (k == 0) {
                    fprintf(stderr, "watcher %u was closed\n", i);
                    return 1;
                }
            }
        }
        lost += left;
        last[q - 1] = left ? 5000000000ull : final - sent;
        early += drain(gap * 1000ull);
    }
    double seconds = (now() - began) / 1e9;
    tree_usage(pids, &cpu1, &pss1);
    if (devices) write_devices(devices, device, ndevices);
    qsort(each, neach, 8, by_value);
    qsort(last, n, 8, by_value);
    qsort(ack, nack, 8, by_value);
    printf("{\"label\":\"%s\",\"watchers\":%d,\"messages\":%d,\"lost\":%lu,\"deliver_p50_us\":%.1f,"
           "\"deliver_p99_us\":%.1f,\"last_p50_us\":%.1f,\"last_p99_us\":%.1f,\"ack_p50_us\":%.1f,"
           "\"bytes_per_delivery\":%.1f,\"bytes_between\":%lu,\"kb_per_watcher\":%.3f,"
           "\"server_cpu_us_per_delivery\":%.2f,\"secs\":%.2f}\n",
           label, nwatchers, n, lost, quantile_us(each, neach, .5), quantile_us(each, neach, .99),
           quantile_us(last, n, .5), quantile_us(last, n, .99), quantile_us(ack, nack, .5),
           neach ? (double)bytes / neach : 0, early, kb, neach ? (cpu1 - cpu0) * 1e6 / neach : 0,
           seconds);
    return 0;
}
