"""Starts, stops and limits of the programs themselves."""

import os
import signal
import socket
import subprocess
import time

from torture import tools
from torture.disk import Writers
from torture.household import Household
from torture.world import NotStarted, World, check

DRAIN_SECONDS = 10
FILES_MAX = 64


def torture_process(world, rounds, draw):
    world.start(seconds_max=10)
    home = Household(world, names="ab", writers=3)
    home.settle_and_check("at first")
    done = []
    for number in range(rounds):
        for step in (terminate, double_start, stale, read_only, foreign, few_files, log_full):
            name = step.__name__.replace("_", " ")
            step(home, draw)
            home.settle_and_check("round %d, %s" % (number + 1, name))
            if not number:
                done.append(name)
    check(world.end(signal.SIGTERM) == 0, "SIGTERM does not end with 0")
    return "%d rounds of %s; %d writes of devices and %d of writers there once" % (
        rounds, ", ".join(done), len(home.acked), sum(w.acked for w in home.writers))


def terminate(home, draw):
    """SIGTERM under load: all that is acknowledged stays, within ten seconds, with code 0."""
    writers = Writers(home.writers, draw)
    time.sleep(draw.uniform(0.05, 0.4))
    begun = time.monotonic()
    code = home.world.end(signal.SIGTERM)
    took = time.monotonic() - begun
    writers.stop()
    check(code == 0, "SIGTERM under load ends with %d" % code)
    check(took < DRAIN_SECONDS + 2, "SIGTERM under load took %.1f s" % took)
    home.world.start()
    device = home.devices[0]
    home.pin(device)
    process = device.spawn("sync")
    time.sleep(draw.uniform(0, 0.05))
    process.send_signal(draw.choice([signal.SIGTERM, signal.SIGINT]))
    _, errors = process.communicate(timeout=30)
    check(process.returncode in (0, 1, 130, 143, -signal.SIGTERM, -signal.SIGINT),
          "a stopped sync ended with %d: %s" % (process.returncode, errors.decode()))


def double_start(home, draw):
    """A second server on the same directory goes away and harms nobody."""
    second = World(os.path.dirname(home.world.server_program), home.world.folder)
    second.data = home.world.data
    for _ in range(3):
        try:
            second.start(log=os.path.join(home.world.folder, "second.log"))
            check(False, "two servers on one directory")
        except NotStarted as ended:
            check(ended.code == 1, "a second server ended with %d" % ended.code)
        home.write()
    with open(os.path.join(home.world.folder, "second.log")) as log:
        check("server.store" in log.read(), "a second server does not say why it ends")


def stale(home, draw):
    """What a killed server left: a lock with a number that is somebody else's, a socket."""
    home.world.end()
    with open(os.path.join(home.world.data, "server.lock"), "w") as lock:
        lock.write("%d\n" % os.getpid())
    check(os.path.exists(os.path.join(home.world.data, "admin.sock")), "there is no stale socket")
    home.world.start()
    home.world.end()
    os.remove(os.path.join(home.world.data, "server.lock"))
    home.world.start()


def read_only(home, draw):
    """Directories that may not be written: refused with a reason, and as they were."""
    home.world.end(signal.SIGTERM)
    folders = [home.world.data, home.devices[0].folder]
    try:
        for folder in folders:
            tools.bind_read_only(folder)
        refused(home, "server.s")
        device = home.devices[0]
        for words in (("status",), ("pin", "never"), ("sync",)):
            code, errors = device.attempt(*words)
            home.judge(code, errors, words)
            check(words[0] != "pin" or code != 0, "a write on a read-only device succeeds")
    finally:
        for folder in folders:
            tools.unmount(folder)
    home.world.start()


def foreign(home, draw):
    """Files of another owner, and such that others may read, are not used."""
    if os.geteuid() == 0:
        home.world.end(signal.SIGTERM)
        store = os.path.join(home.world.data, "server.sqlite")
        os.chown(store, 65534, 65534)
        refused(home, "")
        os.chown(store, 0, 0)
        home.world.start()
    credentials = os.path.join(home.devices[0].account, "credentials")
    os.chmod(credentials, 0o644)
    code, errors = home.devices[0].attempt("sync")
    home.judge(code, errors, ("sync",))
    os.chmod(credentials, 0o600)


def refused(home, word):
    log = os.path.join(home.world.folder, "refused.log")
    try:
        home.world.start(seconds_max=10, log=log)
        check(False, "the server starts where it must not")
    except NotStarted as ended:
        check(ended.code == 1, "a server that cannot start ended with %d" % ended.code)
    with open(log) as lines:
        check("error " + word in lines.read(), "a server that cannot start does not say why")


def few_files(home, draw):
    """More connections than descriptors: the server waits without spinning, then goes on."""
    home.world.end(signal.SIGTERM)
    home.world.start(seconds_max=10)
    subprocess.run(["prlimit", "--pid", str(home.world.pid), "--nofile=%d" % FILES_MAX],
                   check=True)
    held = []
    for _ in range(3 * FILES_MAX):
        connection = socket.socket()
        connection.setblocking(False)
        try:
            connection.connect(("127.0.0.1", home.world.port))
        except BlockingIOError:
            pass
        held.append(connection)
    before = processor_seconds(home.world.pid)
    time.sleep(2)
    used = processor_seconds(home.world.pid) - before
    check(used < 0.4, "without descriptors the server used %.2f s of 2 s" % used)
    for connection in held:
        connection.close()


def processor_seconds(pid):
    with open("/proc/%d/stat" % pid) as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def log_full(home, draw):
    """A log that takes nothing: the service goes on."""
    home.world.end(signal.SIGTERM)
    home.world.start(seconds_max=10, log="/dev/full")
    for _ in range(5):
        check(home.write() or home.write(), "without a log nothing is taken")
    device = home.devices[0]
    with open("/dev/full", "wb") as full:
        for words in (("status",), ("sync",), ("dump", "--canonical")):
            process = device.spawn(*words, stdout=full)
            _, errors = process.communicate(timeout=60)
            check(process.returncode in (0, 1), "tangrat %s on a full output ended with %d: %s"
                  % (words, process.returncode, errors.decode()))
    home.world.end(signal.SIGTERM)
    home.world.start()
