// What the load tools share: a clock, loopback connections, percentiles, and the CPU time and
// memory of a server's process tree. Loopback only.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static inline uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static inline void die(const char *what) {
    perror(what);
    exit(1);
}

// Connects to a loopback port.
static inline int dial(int port) {
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(fd, (void *)&to, sizeof to)) die("connect");
    return fd;
}

static inline void nonblocking(int fd) { fcntl(fd, F_SETFL, O_NONBLOCK); }

static inline void write_all(int fd, const char *bytes, size_t count) {
    while (count) {
        ssize_t k = write(fd, bytes, count);
        if (k < 0) {
            if (errno == EAGAIN || errno == EINTR) continue;
            die("write");
        }
        bytes += k;
        count -= k;
    }
}

// Twelve decimal digits, in place of a twelve-byte token.
static inline void put12(char *at, uint64_t value) {
    for (int i = 11; i >= 0; i--) {
        at[i] = '0' + value % 10;
        value /= 10;
    }
}

static inline int by_value(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

// The p-quantile of sorted nanoseconds, in microseconds.
static inline double quantile_us(const uint64_t *sorted, size_t count, double p) {
    return count ? sorted[(size_t)(p * (count - 1))] / 1000.0 : 0;
}

// The parent of a process, and its CPU seconds if asked for.
static inline int parent_of(int pid, double *cpu) {
    char b[1024], f[64];
    snprintf(f, sizeof f, "/proc/%d/stat", pid);
    FILE *h = fopen(f, "r");
    if (!h) return -1;
    size_t n = fread(b, 1, sizeof b - 1, h);
    fclose(h);
    b[n] = 0;
    char *p = strrchr(b, ')');
    if (!p) return -1;
    int parent;
    char s;
    unsigned long u, k;
    long cu, ck;
    if (sscanf(p + 2, "%c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld", &s, &parent, &u,
               &k, &cu, &ck) != 6)
        return -1;
    if (cpu) *cpu = (double)(u + k + cu + ck) / sysconf(_SC_CLK_TCK);
    return parent;
}

// CPU seconds and proportional memory of the process trees below a list of pids ("12,34").
static inline void tree_usage(const char *list, double *cpu, double *pss_kb) {
    static int pid[65536], parent[65536], in[65536];
    int n = 0;
    *cpu = *pss_kb = 0;
    if (!list) return;
    DIR *d = opendir("/proc");
    struct dirent *e;
    while ((e = readdir(d)) && n < 65536)
        if (isdigit((unsigned char)e->d_name[0])) {
            int p = atoi(e->d_name), q = parent_of(p, 0);
            if (q >= 0) {
                pid[n] = p;
                parent[n] = q;
                in[n++] = 0;
            }
        }
    closedir(d);
    char *copy = strdup(list), *save = 0;
    for (char *t = strtok_r(copy, ",", &save); t; t = strtok_r(0, ",", &save))
        for (int i = 0; i < n; i++)
            if (pid[i] == atoi(t)) in[i] = 1;
    free(copy);
    for (int changed = 1; changed;) {
        changed = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; !in[i] && j < n; j++)
                if (in[j] && parent[i] == pid[j]) in[i] = changed = 1;
    }
    for (int i = 0; i < n; i++) {
        if (!in[i]) continue;
        double c = 0;
        parent_of(pid[i], &c);
        *cpu += c;
        char f[64], line[256];
        snprintf(f, sizeof f, "/proc/%d/smaps_rollup", pid[i]);
        FILE *h = fopen(f, "r");
        if (!h) continue;
        long k;
        while (fgets(line, sizeof line, h))
            if (sscanf(line, "Pss: %ld", &k) == 1) {
                *pss_kb += k;
                break;
            }
        fclose(h);
    }
}
