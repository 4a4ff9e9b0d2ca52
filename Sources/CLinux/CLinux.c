// Here, outside the header, the GNU declarations do not meet Swift's module.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "CLinux.h"

int clinux_accept(int listener, int *family, uint8_t address[16]) {
  struct sockaddr_storage peer;
  socklen_t size = sizeof peer;
  memset(&peer, 0, sizeof peer);
  memset(address, 0, 16);
  int descriptor =
      accept4(listener, (struct sockaddr *)&peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor < 0) return -errno;
  *family = peer.ss_family;
  if (peer.ss_family == AF_INET) {
    memcpy(address, &((struct sockaddr_in *)&peer)->sin_addr, 4);
  } else if (peer.ss_family == AF_INET6) {
    memcpy(address, &((struct sockaddr_in6 *)&peer)->sin6_addr, 16);
  }
  return descriptor;
}

int clinux_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : -errno; }

void clinux_fill_standard_streams(void) {
  for (int stream = 0; stream <= 2; stream++) {
    // The lowest number that is free is given out: those below are taken by now.
    if (fcntl(stream, F_GETFD) < 0 && errno == EBADF)
      (void)open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY);
  }
}
