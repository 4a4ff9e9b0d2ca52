"""Disk faults under the server, and a device killed at each system call of a sync (strace)."""

import os
import shutil
import signal
import subprocess

from torture.devices import (
    CommandDevice, LineDevice, Mirror, check_ledgers, check_mirror, count)
from torture.household import KILLED, Household
from torture.world import NotStarted, check, is_alive

FAULTS = [
    "fdatasync:error=EIO:when=2", "fdatasync:error=EIO:when=5..7", "fdatasync:error=EIO:when=3+",
    "pwrite64:error=EIO:when=4", "pwrite64:error=EIO:when=11..30", "pwrite64:error=EIO:when=6+",
    "pwrite64:error=ENOSPC:when=3", "pwrite64:error=ENOSPC:when=9..40",
    "pwrite64:error=ENOSPC:when=5+", "fdatasync:error=ENOSPC:when=4",
    "pwrite64:signal=KILL:when=9", "fdatasync:signal=KILL:when=4",
]


def torture_faults(world, rounds, draw):
    strace = shutil.which("strace")
    world.start(seconds_max=10)
    person = world.admin("person", "add")["subject"]
    writers = [LineDevice(world, person, "writer-%d" % number) for number in range(2)]
    mirror = Mirror(LineDevice(world, person, "mirror"))
    mirror.pull()
    log = os.path.join(world.data, "server.sqlite-wal")
    for fault in FAULTS:
        world.end()
        call = fault.split(":")[0]
        try:
            world.start(
                [strace, "-f", "-o", "/dev/null", "-P", log, "-e", "trace=" + call, "-e",
                 "inject=" + fault], seconds_max=20)
        except NotStarted as ended:
            # What a killed server left could not be made durable: then nobody is told of it.
            check(ended.code == 1, "%s: the server ended with %d" % (fault, ended.code))
            world.start(seconds_max=10)
            mirror.pull()
            check_ledgers(writers, mirror)
            world.verify()
            print("  %-34s did not start" % fault, flush=True)
            continue
        before = [(writer.acked, writer.refused_busy) for writer in writers]
        died = False
        reads = hidden = 0
        for _ in range(30):
            for writer in writers:
                for _ in range(draw.randint(1, 3)):
                    writer.write()
                writer.push()
            died = world.process.poll() is not None or not is_alive(world.pid)
            if died:
                break
            if mirror.pull(disk_fails=True):
                check_ledgers(writers, mirror)
                reads += 1
            else:
                hidden += 1
        acked = sum(w.acked for w in writers) - sum(pair[0] for pair in before)
        refused = sum(w.refused_busy for w in writers) - sum(pair[1] for pair in before)
        is_endless = fault.endswith("+")
        recovered = all(not writer.waiting for writer in writers)
        if not is_endless and not died:
            check(recovered, "%s: the server did not recover" % fault)
        if is_endless and not died:
            check(refused > 0, "%s: the fault was never met" % fault)
        world.end()
        world.start(seconds_max=10)
        mirror.pull()
        check_ledgers(writers, mirror)
        for writer in writers:
            # The first connection may be one that the old server had.
            check(writer.push() or writer.push(),
                  "%s: %s cannot finish after the repair" % (fault, writer.name))
        mirror.pull()
        check_ledgers(writers, mirror)
        check(sum(mirror.counters().values()) == sum(writer.mid for writer in writers),
              "%s: the counter is not the number of writes" % fault)
        world.verify()
        print("  %-34s %3d acknowledged, %2d times 503, %d pulls that would have shown more, %s"
              % (fault, acked, refused, hidden,
                 "stopped" if died else "recovered" if recovered
                 else "reads served %d times, no writes" % reads), flush=True)
    world.end()
    return "%d kinds; no acknowledged write lost" % len(FAULTS)


def torture_steps(world, rounds, draw):
    """Kills a device at its first, second, third … system call of each kind in a sync."""
    strace = shutil.which("strace")
    world.start(seconds_max=10)
    person = world.admin("person", "add")["subject"]
    first = CommandDevice(world, person, "a")
    second = CommandDevice(world, person, "b")
    hand = LineDevice(world, person, "hand")
    mirror = Mirror(LineDevice(world, person, "mirror"))
    first.run("sync")
    second.run("sync")
    acked = set()
    killed = 0
    for call in ("pwrite64", "fdatasync", "sendto", "unlink", "flock"):
        for step in range(1, 40):
            names = ["%s-%d-%d-%d" % (call, step, index, draw.randint(0, 999))
                     for index in range(2)]
            first.run("pin", names[0])
            second.run("pin", names[1])
            second.run("sync")
            acked.update(names)
            process = subprocess.Popen(
                [strace, "-f", "-o", "/dev/null", "-e", "trace=" + call, "-e",
                 "inject=%s:signal=KILL:when=%d" % (call, step), world.client_program, "sync",
                 "--data", first.folder],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                env=world.environment)
            _, errors = process.communicate(timeout=120)
            was_killed = process.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
            check(was_killed or process.returncode == 0,
                  "sync under strace ended with %d: %s" % (process.returncode, errors.decode()))
            killed += was_killed
            first.start()
            text = first.dump().decode()
            for name in acked:
                found = count(text, name, "pin")
                check(found <= 1 and (found == 1 or name == names[1]),
                      "killed at %s %d: %s is on the device %d times" % (call, step, name, found))
            # Behind the kill: a sync that is killed has the same calls in each round.
            hand.write()
            check(hand.push() or hand.push(), "the pushes of %s do not arrive" % hand.name)
            first.run("sync")
            second.run("sync")
            left, right = first.dump(), second.dump()
            check(left == right, "killed at %s %d: the devices differ" % (call, step))
            text = left.decode()
            check('{"pending"' not in text, "killed at %s %d: writes wait" % (call, step))
            # Both dumps are of one program: what the server has is seen from outside.
            mirror.pull()
            check_mirror(text, mirror, "killed at %s %d" % (call, step))
            check_ledgers([hand], mirror)
            check(sum(mirror.counters().values()) == hand.mid,
                  "killed at %s %d: the counter is not the number of writes" % (call, step))
            world.verify()
            for name in acked:
                check(count(text, name, "pin") == 1,
                      "killed at %s %d: %s is there %d times"
                      % (call, step, name, count(text, name, "pin")))
            if not was_killed:
                break
        print("  %-10s killed at each of %d calls" % (call, step - 1), flush=True)
    first.run("doctor")
    world.end()
    return ("%d kills, %d writes there once; slowest start of the device %.2f s"
            % (killed, len(acked), max(first.starts)))


CALLS = ("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "openat", "unlink")


def injection(call, kind, when, paths):
    """The words of strace that let a call on some files fail."""
    words = [shutil.which("strace"), "-f", "-o", "/dev/null"]
    for path in paths:
        words += ["-P", path]
    return words + ["-e", "trace=" + call, "-e", "inject=%s:%s:when=%s" % (call, kind, when)]


def drawn(draw):
    """A call, what happens to it, and at which of its turns."""
    call = draw.choice(CALLS)
    kind = draw.choice(["error=EIO", "error=ENOSPC", "signal=KILL"])
    first = draw.choice([1, 1, 2, 2, 3, 4, 5, 7, 9, 12, 16, 24])
    return call, kind, "%d%s" % (first, draw.choice(["", "", "+"]))


def torture_calls(world, rounds, draw):
    """A device whose n-th call fails once or for ever, while it writes and syncs."""
    world.start(seconds_max=10)
    home = Household(world, names="ab", writers=1)
    home.settle_and_check("at first")
    ends = {}
    for number in range(rounds):
        device = home.devices[0]
        call, kind, when = drawn(draw)
        where = "round %d, %s %s at %s" % (number + 1, call, kind, when)
        paths = [device.folder, os.path.join(device.folder, "current"), device.account] + [
            os.path.join(device.account, name) for name in (
                "credentials", "cache.sqlite", "cache.sqlite-wal", "cache.sqlite-shm",
                "writer.lock", "sync.lock")]
        wrapper = injection(call, kind, when, paths)
        for act in draw.sample([home.pin, home.sync, home.sync], 2):
            code, _ = act(device, wrapper=wrapper)
            ends[code] = ends.get(code, 0) + 1
        home.write()
        device.start()
        home.settle_and_check(where)
    home.devices[0].run("doctor")
    return "%d rounds, ends %s; %d writes there once" % (
        rounds, " ".join("%d: %d" % pair for pair in sorted(ends.items())), len(home.acked))


def torture_starts(world, rounds, draw):
    """A server whose n-th call fails while it starts, backs up, serves and stops."""
    world.start(seconds_max=10)
    home = Household(world, names="ab", writers=2)
    home.settle_and_check("at first")
    ends = {}
    for number in range(rounds):
        call, kind, when = drawn(draw)
        where = "round %d, %s %s at %s" % (number + 1, call, kind, when)
        world.end(draw.choice([signal.SIGKILL, signal.SIGTERM]))
        backup = os.path.join(world.folder, "backup-%d" % number)
        paths = [world.data, backup, backup + ".partial"] + [
            os.path.join(world.data, name) for name in (
                "server.sqlite", "server.sqlite-wal", "server.sqlite-shm", "server.history",
                "server.lock")]
        log = os.path.join(world.folder, "injected.log")
        try:
            world.start(injection(call, kind, when, paths), seconds_max=30, log=log)
            end = "ran"
        except NotStarted as ended:
            check(ended.code == 1 or ended.code in KILLED,
                  "%s: the server ended with %d: %s" % (where, ended.code, tail(log)))
            end = "did not start" if ended.code == 1 else "killed"
        if end == "ran":
            for _ in range(4):
                home.pin(draw.choice(home.devices))
                home.write()
            home.sync(home.devices[0])
            done = world.operator("backup", backup)
            check(done.returncode in (0, 1),
                  "%s: backup ended with %d: %s" % (where, done.returncode, done.stderr))
            home.sync(home.devices[1])
            home.write()
            code = world.end(draw.choice([signal.SIGKILL, signal.SIGTERM]))
            check(code in KILLED + (0, 1, None),
                  "%s: the server ended with %s: %s" % (where, code, tail(log)))
        ends[end] = ends.get(end, 0) + 1
        world.start(seconds_max=10)
        home.settle_and_check(where)
    return "%d rounds: %s; %d writes of devices and %d of writers there once" % (
        rounds, ", ".join("%d %s" % (n, end) for end, n in sorted(ends.items())),
        len(home.acked), sum(writer.acked for writer in home.writers))


def tail(path):
    with open(path, "rb") as log:
        return log.read()[-1500:].decode(errors="replace")
