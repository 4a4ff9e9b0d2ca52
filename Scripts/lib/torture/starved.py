"""A server that gets no more threads, and one that gets no more memory."""

import os
import shutil
import signal
import socket
import subprocess
import time

from torture.disk import Writers
from torture.household import Household
from torture.world import NotStarted, Skipped, check

# Limits of threads are those of a user, and not root's: one that has no other process.
USER = 64989
# Bodies that are not complete, each with its buffer: as many as a token may have open.
BODIES = 30
BODY_BYTES = 1 << 20
END_SECONDS_MAX = 20


def torture_threads(world, rounds, draw):
    """No threads: at a start it is refused or goes on, later it goes on."""
    as_user(world)
    world.start(seconds_max=10)
    home = Household(world, names="ab", writers=2)
    home.settle_and_check("at first")
    needed = threads(world.pid)
    refused = []
    for number in range(rounds):
        where = "round %d, " % (number + 1)
        world.may_lack_threads = True
        check(world.end(signal.SIGTERM) == 0, "SIGTERM does not end with 0")
        give(world.data, USER)
        for most in range(1, needed + 1):
            if not is_started(world, most):
                refused.append(most)
                continue
            home.settle_and_check(where + "%d threads" % most)
            check(world.end(signal.SIGTERM) == 0, "SIGTERM does not end with 0")
        check(is_started(world, needed + 4), "the server does not start with room for threads")
        writers = Writers(home.writers, draw)
        time.sleep(draw.uniform(0.05, 0.3))
        # Nothing more from here on, whatever it asks for.
        limit(world.pid, "nproc", 1, words_of_user())
        for device in home.devices:
            home.pin(device)
            home.sync(device)
        writers.stop()
        home.settle_and_check(where + "no more threads")
        check(world.end(signal.SIGTERM) == 0, "SIGTERM without threads does not end with 0")
        give(world.data, 0)
        world.may_lack_threads = False
        world.start(seconds_max=10)
        home.settle_and_check(where + "threads again")
    if not refused:
        raise Skipped("a limit of threads changes nothing here. Run as root, outside a "
                      "user namespace")
    check(world.end(signal.SIGTERM) == 0, "SIGTERM does not end with 0")
    return ("%d rounds; %d threads are needed, with fewer the start was refused %d times; %d "
            "writes of devices and %d of writers there once"
            % (rounds, needed, len(refused), len(home.acked),
               sum(writer.acked for writer in home.writers)))


def as_user(world):
    """Lets another user reach the programs and the directory; Skipped where that fails."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        raise Skipped("another user needs root and setpriv. Run as root: Scripts/torture")
    os.chmod(world.folder, 0o711)
    done = subprocess.run([*words_of_user(), "test", "-x", world.server_program])
    if done.returncode != 0:
        raise Skipped("other users cannot run %s. Let them into its directories"
                      % world.server_program)


def words_of_user():
    return ("setpriv", "--reuid", str(USER), "--regid", str(USER), "--clear-groups")


def is_started(world, most):
    """Starts the server with so many threads at most; false if it says why it does not."""
    log = os.path.join(world.folder, "threads.log")
    if os.path.exists(log):
        os.remove(log)
    try:
        world.start((*words_of_user(), "prlimit", "--nproc=%d" % most), seconds_max=10, log=log)
    except NotStarted as ended:
        check(ended.code == 1, "a server without threads ended with %d" % ended.code)
        with open(log) as lines:
            check("error server.start: pthread_create" in lines.read(),
                  "a server without threads does not say why it ends")
        return False
    return True


def give(folder, user):
    """Gives a directory and the files in it to a user."""
    os.chown(folder, user, user)
    for place, folders, names in os.walk(folder):
        for name in folders + names:
            os.chown(os.path.join(place, name), user, user, follow_symlinks=False)


def torture_memory(world, rounds, draw):
    """No memory: the server ends under load, as from the kernel's hand, and has lost nothing."""
    world.start(seconds_max=10)
    home = Household(world, names="ab", writers=3)
    home.settle_and_check("at first")
    ends = []
    for number in range(rounds):
        for device in home.devices:
            home.pin(device)
        held = memory(world.pid)
        limit(world.pid, "data", held + draw.randint(0, 8 << 20))
        writers = Writers(home.writers, draw)
        time.sleep(draw.uniform(0, 0.3))
        bodies = [unfinished(world, writer) for writer in home.writers for _ in range(BODIES)]
        until = time.monotonic() + END_SECONDS_MAX
        while world.process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        code = world.process.poll()
        for body in bodies:
            body.close()
        writers.stop()
        world.end()
        check(code is not None, "the server holds %d more bytes than it may, and lives"
              % (len(bodies) * BODY_BYTES))
        check(code < 0, "without memory the server ended by itself, with %d" % code)
        ends.append(signal.Signals(-code).name)
        world.start(seconds_max=10)
        home.mirror.pull()
        home.settle_and_check("round %d, ended by %s" % (number + 1, ends[-1]))
    check(world.end(signal.SIGTERM) == 0, "SIGTERM does not end with 0")
    return ("%d ends without memory (%s), %d writes of devices and %d of writers there once; "
            "slowest start %.2f s"
            % (rounds, ", ".join(sorted(set(ends))), len(home.acked),
               sum(writer.acked for writer in home.writers), max(world.starts)))


def unfinished(world, writer):
    """A request for which the server has to keep almost all of its body."""
    connection = socket.socket()
    connection.settimeout(5)
    head = ("POST /v1/sync HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n"
            "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            % (writer.token, BODY_BYTES))
    try:
        connection.connect(("127.0.0.1", world.port))
        connection.sendall(head.encode() + b" " * (BODY_BYTES - 1))
    except OSError:
        pass
    return connection


def limit(pid, name, number, words=()):
    """Lowers a limit of a process that runs, which is that of the same user."""
    done = subprocess.run(
        [*words, "prlimit", "--pid", str(pid), "--%s=%d" % (name, number)], capture_output=True)
    if done.returncode != 0:
        raise Skipped("prlimit does not work here: %s" % done.stderr.decode().strip())


def threads(pid):
    return len(os.listdir("/proc/%d/task" % pid))


def memory(pid):
    """The bytes that count against the limit of data."""
    with open("/proc/%d/status" % pid) as status:
        for line in status:
            if line.startswith("VmData:"):
                return int(line.split()[1]) << 10
    raise Skipped("/proc does not tell how much memory a process has")
