// Encodes pushes of TangRat Sync and reads their answers: the least of the binary wire that a load
// tool needs. `Benchmarks/peers/tangrat_wire.py` has the same bytes in Python, `trsync_selftest.c`
// the proof against bytes that the Swift encoder wrote.
#pragma once
#include "common.h"

typedef struct {
    uint8_t *p;
    size_t n, cap;
} Bytes;

// A signed-in device. `mid` is the last acknowledged mutation; it must survive between runs.
typedef struct {
    char token[512];
    uint64_t number, mid;
    int conn;
} Device;

static inline void add(Bytes *b, const void *p, size_t n) {
    if (b->n + n > b->cap) {
        while (b->n + n > b->cap) b->cap = b->cap ? b->cap * 2 : 1024;
        b->p = realloc(b->p, b->cap);
    }
    memcpy(b->p + b->n, p, n);
    b->n += n;
}
static inline void add_varint(Bytes *b, uint64_t v) {
    uint8_t t[10];
    int n = 0;
    for (; v >= 0x80; v >>= 7) t[n++] = (v & 0x7f) | 0x80;
    t[n++] = v;
    add(b, t, n);
}
static inline void add_number(Bytes *b, int field, uint64_t v) {
    add_varint(b, field << 3);
    add_varint(b, v);
}
static inline void add_bytes(Bytes *b, int field, const void *p, size_t n) {
    add_varint(b, field << 3 | 2);
    add_varint(b, n);
    add(b, p, n);
}
static inline void add_text(Bytes *b, int field, const char *s) {
    add_bytes(b, field, s, strlen(s));
}
static inline void add_fixed(Bytes *b, int field, uint64_t v) {
    uint8_t t[8];
    for (int i = 0; i < 8; i++) t[i] = v >> (56 - 8 * i);
    add_bytes(b, field, t, 8);
}
static inline void add_frame(Bytes *b, int type, const Bytes *payload) {
    add_varint(b, payload->n + 1); // types in requests are below 128: one byte
    add_varint(b, type);
    add(b, payload->p, payload->n);
}

// The link after mutation `mid`. The server checks that links continue, not how they are made, so
// a function of the number needs no stored state.
static inline uint64_t chain_link(uint64_t device, uint64_t mid) {
    uint64_t z = device + mid * 0x9E3779B97F4A7C15ull;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
}

static inline uint64_t wall_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * 1000ull + t.tv_nsec / 1000000;
}

static inline void add_sync_for_push(Bytes *out, uint64_t outcomes_seen) {
    static Bytes f;
    f.n = 0;
    add_number(&f, 2, 0);
    add_number(&f, 3, 256 * 1024);
    add_number(&f, 4, 1);
    add_number(&f, 5, outcomes_seen);
    add_frame(out, 1, &f);
}

// A mutation that creates a row and sets one text field of it.
static inline void add_mutation(Bytes *out, uint64_t device, uint64_t mid, uint64_t packed_time,
                                uint64_t chain, const char *table, const char *row,
                                const char *field, const char *text) {
    static Bytes f, op, json;
    f.n = op.n = json.n = 0;
    add_number(&f, 1, mid);
    add_number(&f, 2, packed_time);
    add_fixed(&f, 3, device);
    add_number(&f, 4, 1);
    add_fixed(&f, 5, chain);
    add_number(&op, 1, 1);
    add_text(&op, 2, table);
    add_text(&op, 3, row);
    add_bytes(&f, 6, op.p, op.n);
    op.n = 0;
    add(&json, "\"", 1);
    add(&json, text, strlen(text)); // plain ASCII: nothing to escape
    add(&json, "\"", 1);
    add_number(&op, 1, 3);
    add_text(&op, 2, table);
    add_text(&op, 3, row);
    add_text(&op, 4, field);
    add_bytes(&op, 5, json.p, json.n);
    add_bytes(&f, 6, op.p, op.n);
    add_frame(out, 3, &f);
}

// A whole HTTP request that pushes the next `batch` mutations of a device. Rows are taken from a
// ring of `ring` ids, so that a long run rewrites rows as the other servers' runs do.
static inline void build_push(Bytes *out, const Device *d, int port, int batch, int ring,
                              size_t text_bytes) {
    static Bytes body;
    static char text[8192], filler[8192 + 13], row[64], head[1024];
    if (!filler[0])
        for (size_t k = 0; k < sizeof filler; k++) filler[k] = "etaoin shrdlu"[k % 13];
    body.n = out->n = 0;
    add_sync_for_push(&body, d->mid);
    Bytes f = {0};
    add_fixed(&f, 1, chain_link(d->number, d->mid));
    add_frame(&body, 2, &f);
    free(f.p);
    uint64_t ms = wall_ms();
    for (int i = 1; i <= batch; i++) {
        uint64_t mid = d->mid + i;
        snprintf(row, sizeof row, "bench-%016lx-%06lu", d->number, mid % ring);
        memcpy(text, filler + mid % 13, text_bytes);
        put12(text, mid);
        text[text_bytes] = 0;
        add_mutation(&body, d->number, mid, ms << 16 | i, chain_link(d->number, mid),
                     "request_draft", row, "form.text", text);
    }
    int n = snprintf(head, sizeof head,
                     "POST /v1/sync HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n"
                     "Content-Type: application/vnd.tangrat.sync\r\n"
                     "Accept: application/vnd.tangrat.sync\r\nContent-Length: %zu\r\n\r\n",
                     port, d->token, body.n);
    add(out, head, n);
    add(out, body.p, body.n);
}

// An HTTP response being received.
typedef struct {
    Bytes raw, body;
    size_t head, parsed;
    int status, chunked;
    long length;
} Response;

static inline void response_reset(Response *r) {
    r->raw.n = r->body.n = r->head = r->parsed = 0;
    r->status = r->chunked = 0;
    r->length = 0;
}

// Takes bytes; returns 1 when the response is whole, and `body` holds its body.
static inline int response_feed(Response *r, const char *bytes, size_t count) {
    add(&r->raw, bytes, count);
    if (!r->head) {
        uint8_t *end = memmem(r->raw.p, r->raw.n, "\r\n\r\n", 4);
        if (!end) return 0;
        r->head = r->parsed = end + 4 - r->raw.p;
        *end = 0;
        char *head = (char *)r->raw.p;
        r->status = atoi(head + 9);
        char *l = strcasestr(head, "\r\nContent-Length:");
        if (l) r->length = atol(l + 17);
        r->chunked = strcasestr(head, "\r\nTransfer-Encoding: chunked") != 0;
    }
    if (!r->chunked) {
        if (r->raw.n - r->head < (size_t)r->length) return 0;
        r->body.n = 0;
        add(&r->body, r->raw.p + r->head, r->length);
        return 1;
    }
    for (;;) {
        uint8_t *at = r->raw.p + r->parsed, *stop = r->raw.p + r->raw.n;
        uint8_t *line = memmem(at, stop - at, "\r\n", 2);
        if (!line) return 0;
        size_t size = strtoul((char *)at, 0, 16);
        if ((size_t)(stop - line) < size + 4) return 0;
        add(&r->body, line + 2, size);
        r->parsed = line + 2 + size + 2 - r->raw.p;
        if (!size) return 1;
    }
}

static inline int read_varint(const uint8_t **p, const uint8_t *end, uint64_t *v) {
    *v = 0;
    for (int shift = 0; *p < end && shift < 64; shift += 7) {
        uint8_t byte = *(*p)++;
        *v |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return 1;
    }
    return 0;
}

typedef struct {
    uint64_t acked, refused;
    char problem[256]; // empty: the answer ended in `pushed`
} PushAnswer;

// Reads the frames of a push answer. Anything but outcomes and one `pushed` frame is a problem.
static inline PushAnswer read_push_answer(const Response *r) {
    PushAnswer a = {0};
    const uint8_t *p = r->body.p, *end = p + r->body.n;
    int done = 0;
    snprintf(a.problem, sizeof a.problem, "status %d, %zu bytes, no end", r->status, r->body.n);
    if (r->status != 200) return a;
    while (p < end) {
        uint64_t length, type, fields[8] = {0}, key, value;
        const uint8_t *text[8] = {0};
        if (!read_varint(&p, end, &length) || length > (uint64_t)(end - p)) return a;
        const uint8_t *stop = p + length;
        if (!read_varint(&p, stop, &type)) return a;
        while (p < stop) {
            if (!read_varint(&p, stop, &key) || !read_varint(&p, stop, &value)) return a;
            if ((key & 7) == 2) {
                if (value > (uint64_t)(stop - p)) return a;
                if (key >> 3 < 8) text[key >> 3] = p;
                p += value;
            }
            if (key >> 3 < 8) fields[key >> 3] = value;
        }
        if (type == 23 && fields[3] == 3) {
            if (!a.refused)
                fprintf(stderr, "refused: %.*s %.*s\n", (int)fields[4],
                        text[4] ? (char *)text[4] : "", (int)fields[5],
                        text[5] ? (char *)text[5] : "");
            a.refused += fields[2] - fields[1] + 1;
        } else if (type == 26) {
            a.acked = fields[1];
            done = 1;
        } else if (type == 28) {
            snprintf(a.problem, sizeof a.problem, "error %.*s: %.*s", (int)fields[1],
                     text[1] ? (char *)text[1] : "", (int)fields[2],
                     text[2] ? (char *)text[2] : "");
            return a;
        }
    }
    if (done) a.problem[0] = 0;
    return a;
}

// Devices, one a line: token, sixteen hexadecimal digits, last acknowledged mutation.
static inline int read_devices(const char *file, Device **list) {
    FILE *f = fopen(file, "r");
    if (!f) die(file);
    int n = 0;
    Device d;
    memset(&d, 0, sizeof d);
    while (fscanf(f, "%511s %lx %lu", d.token, &d.number, &d.mid) == 3) {
        *list = realloc(*list, (n + 1) * sizeof d);
        (*list)[n++] = d;
    }
    fclose(f);
    if (!n) {
        fprintf(stderr, "%s: no devices\n", file);
        exit(1);
    }
    return n;
}
static inline void write_devices(const char *file, const Device *list, int n) {
    FILE *f = fopen(file, "w");
    if (!f) die(file);
    for (int i = 0; i < n; i++)
        fprintf(f, "%s %016lx %lu\n", list[i].token, list[i].number, list[i].mid);
    if (fclose(f)) die(file);
}
