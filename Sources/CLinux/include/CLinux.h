// WORKAROUND(docs/workarounds.md#10)
// What Glibc's Swift module does not carry. No _GNU_SOURCE here: it would clash with that module.
#ifndef TANGRAT_CLINUX_H
#define TANGRAT_CLINUX_H
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

// The event bits as plain numbers: as imported, some are enum cases and EPOLLET is not there at all.
static const uint32_t clinux_epollin = 0x001;
static const uint32_t clinux_epollout = 0x004;
static const uint32_t clinux_epollerr = 0x008;
static const uint32_t clinux_epollhup = 0x010;
static const uint32_t clinux_epollrdhup = 0x2000;
static const uint32_t clinux_epollet = 1u << 31;

// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC. Returns the descriptor, or -errno. The peer's family
// and address (4 or 16 bytes, zero padded) are stored; a UNIX peer has no address.
int clinux_accept(int listener, int *family, uint8_t address[16]);

// PR_SET_DUMPABLE 0: no core file, no ptrace, no /proc/PID/mem. Returns 0, or -errno.
int clinux_forbid_dumps(void);

// Opens /dev/null in the place of each standard stream that is closed, the wrong way round: its use
// still fails. Else the next file or socket would be that stream, and be written to.
void clinux_fill_standard_streams(void);
#endif
