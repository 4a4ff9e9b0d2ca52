// What Glibc's Swift module does not carry. No _GNU_SOURCE here: it would clash with that module.
#ifndef TANGRAT_CLINUX_H
#define TANGRAT_CLINUX_H
#include <sys/epoll.h>
#include <sys/eventfd.h>
#endif
