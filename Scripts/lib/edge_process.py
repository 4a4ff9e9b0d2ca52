"""What the process itself may not do: files, connections, cores, and how it is started."""

import asyncio
import os
import re
import shutil
import signal
import stat
import subprocess

from edge_table import Table, run_table
from edge_world import check
from torture.devices import CommandDevice

# Outside its own directory the server reads what the system tells every program.
READ_BY_ALL = re.compile(
    r"/(etc/(ld\.so\.[a-z.]+|localtime|timezone|nsswitch\.conf|passwd)|proc/(self|sys|[0-9]+)/.*|"
    r"proc/(meminfo|cpuinfo|stat)|sys/.*|usr/.*|lib.*|opt/.*|dev/(u?random|null)|tmp/?)")


def check_process(world, options):
    check_hashing(world)
    check_modes(world)
    check_core(world)
    check_memory(world)
    check_calls(world)
    world.start(seconds_max=20)


def check_hashing(world):
    """S31: without a seed of its own a process's dictionaries can be filled with chosen keys."""
    world.end(signal.SIGTERM)
    done = subprocess.run(
        [world.server_program, "serve", "--data", world.data, "--listen", "127.0.0.1:0"],
        capture_output=True, timeout=30,
        env=dict(world.environment, SWIFT_DETERMINISTIC_HASHING="1"))
    check(done.returncode == 2 and b"server.hashing" in done.stderr,
          "started with SWIFT_DETERMINISTIC_HASHING: %r" % done.stderr)


def check_modes(world):
    """S34: whatever the mask, nothing of ours is open to others."""
    before = os.umask(0)
    try:
        world.start(seconds_max=20)
        person = world.admin("person", "add")["subject"]
        device = CommandDevice(world, person, "modes")
        device.run("sync")
        world.admin("backup", os.path.join(world.folder, "backup.sqlite"))
    finally:
        os.umask(before)
    found = 0
    for top in (world.data, device.folder, os.path.join(world.folder, "backup.sqlite")):
        paths = [top] + [os.path.join(folder, name) for folder, folders, files in os.walk(top)
                         for name in folders + files]
        for path in paths:
            mode = stat.S_IMODE(os.lstat(path).st_mode)
            check(mode & 0o077 == 0, "%s is open to others: %o" % (path, mode))
            found += 1
    link = os.path.join(world.folder, "link")
    os.symlink(device.folder, link)
    done = subprocess.run(
        [world.client_program, "status", "--data", link], capture_output=True, timeout=30,
        env=world.environment)
    check(done.returncode != 0, "a symbolic link is taken for the data directory")
    shutil.rmtree(device.folder)
    print("  with a mask of 000: %d files and directories, none open to others; a link refused"
          % found, flush=True)


def check_core(world):
    """S38: a crash leaves no picture of memory, however much the system would allow."""
    world.end(signal.SIGTERM)
    # As from a shell that wants cores; one that stays, as the server is looked for among its
    # children.
    world.start(["sh", "-c", 'cd "$1"; shift; ulimit -c unlimited; "$@"; exit $?', "sh",
                 world.folder], seconds_max=20)
    with open("/proc/%d/limits" % world.pid) as limits:
        core = re.search(r"Max core file size +(\S+) +(\S+)", limits.read())
    check(core and core.groups() == ("0", "0"), "core files are allowed: %s" % core[0])
    owner = os.stat("/proc/%d/mem" % world.pid).st_uid
    world.end(signal.SIGSEGV)
    left = [name for name in os.listdir(world.folder) if name.startswith("core")]
    check(not left and not os.path.exists(os.path.join(world.data, "core")), "a core: %s" % left)
    print("  a crash leaves no core%s; its memory belongs to user %d while it runs" % (
        ", where another program's leaves one" if other_leaves_core(world) else
        " (nor does another program's: this system writes none there)", owner), flush=True)


def other_leaves_core(world):
    """Whether a program that does not mind leaves one in the same place: that the test can fail."""
    place = os.path.join(world.folder, "other")
    os.mkdir(place)
    subprocess.run(["sh", "-c", "ulimit -c unlimited; kill -SEGV $$"], cwd=place,
                   capture_output=True, timeout=30)
    found = bool(os.listdir(place))
    shutil.rmtree(place)
    return found


def check_memory(world):
    """S38: nobody but root looks into the memory, not even another process of the same user."""
    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0 or setpriv is None:
        print("  memory: skipped, another user needs root and setpriv")
        return
    user = 65534
    place = os.path.join(world.folder, "of-nobody")
    os.mkdir(place)
    os.chown(place, user, user)
    os.chmod(world.folder, 0o711)
    program = os.path.join(world.folder, "server-of-nobody")
    shutil.copy(world.server_program, program)
    os.chmod(program, 0o755)
    words = [setpriv, "--reuid", str(user), "--regid", str(user), "--clear-groups"]
    server = subprocess.Popen(
        words + [program, "serve", "--data", place, "--listen", "127.0.0.1:0"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=world.environment)
    try:
        check(server.stdout.readline(), "a server of another user does not start")
        for name in ("mem", "environ", "maps"):
            looked = subprocess.run(words + ["cat", "/proc/%d/%s" % (server.pid, name)],
                                    capture_output=True, timeout=30)
            check(looked.returncode != 0 and not looked.stdout,
                  "/proc/PID/%s is open to its user" % name)
    finally:
        server.terminate()
        server.wait(timeout=20)
    os.chmod(world.folder, 0o700)
    shutil.rmtree(place)
    os.remove(program)
    print("  its memory, maps and environment are closed to its own user", flush=True)


def check_calls(world):
    """S20, S21: under attack it opens its own files and connects to nobody."""
    strace = shutil.which("strace")
    if strace is None:
        print("  system calls: skipped, strace is not installed")
        return
    log = os.path.join(world.folder, "calls")
    world.start([strace, "-f", "-o", log, "-e", "trace=openat,open,connect,execve,unlink,rename"],
                seconds_max=60)
    verdicts = asyncio.run(run_table(Table(), "direct", world.port, "none", slow=False))
    check(not verdicts.problems, "under strace: %s" % verdicts.problems[:3])
    world.admin("person", "add")
    world.end(signal.SIGTERM)
    opened, strange = 0, set()
    with open(log) as calls:
        for line in calls:
            if re.search(r"\bconnect\(", line) and "AF_UNIX" not in line:
                strange.add(line.strip())
            if re.search(r"\bexecve\(", line) and world.server_program not in line:
                strange.add(line.strip())
            path = re.search(r'\b(?:openat|open|unlink|rename)\([^"]*"([^"]*)"', line)
            if path and "ENOENT" not in line:
                opened += 1
                if not path[1].startswith(world.data) and not READ_BY_ALL.fullmatch(path[1]):
                    strange.add(line.strip())
    check(opened > 10, "strace saw %d files opened" % opened)
    check(not strange, "not its own: %s" % sorted(strange)[:5])
    print("  %d messages: %d files opened, each its own or the system's; no connection made, no "
          "program started" % (verdicts.messages, opened), flush=True)
