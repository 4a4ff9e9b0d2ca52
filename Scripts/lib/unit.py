"""Inside the system that Scripts/unit boots: looks at the server that systemd runs."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from torture.devices import LineDevice, Mirror, check_ledgers  # noqa: E402
from torture.world import START_SECONDS_MAX, Violation, World, check  # noqa: E402

UNIT = "tangrat-server"


def systemctl(*words):
    return subprocess.run(["systemctl", *words], capture_output=True, text=True, timeout=60)


def shown(name):
    return systemctl("show", "-P", name, UNIT).stdout.strip()


class UnitWorld(World):
    """The server of the unit, and its operators' commands as its own user."""

    def __init__(self, folder):
        super().__init__("/usr/local/bin", folder)
        self.data = "/var/lib/tangrat"
        self.port = 8470

    def operator(self, *words, env=None):
        return subprocess.run(
            ["setpriv", "--reuid", "tangrat", "--regid", "tangrat", "--clear-groups",
             self.server_program, *words, "--data", self.data],
            capture_output=True, env=dict(self.environment, **(env or {})), timeout=120)

    def answers(self):
        try:
            return self.request("GET", "/healthz")[0] == 200
        except OSError:
            return False

    def wait(self, seconds):
        """Waits until the server answers; how long that took."""
        begun = time.monotonic()
        while not self.answers():
            check(time.monotonic() - begun < seconds, "the server does not answer in %s s" % seconds)
            time.sleep(0.01)
        return time.monotonic() - begun


def status_of(pid):
    with open("/proc/%d/status" % pid) as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def check_start(world):
    done = systemctl("start", UNIT)
    check(done.returncode == 0, "the unit does not start: %s\n%s" % (
        done.stderr, systemctl("status", "--no-pager", "-l", UNIT).stdout))
    took = world.wait(20)
    check(not os.listdir("/opt"), "a toolchain is in sight")
    print("started, and answers after %.2f s" % took)


def check_confinement(pid):
    """What the unit keeps from the process, as the kernel tells it."""
    import pwd
    user = pwd.getpwnam("tangrat").pw_uid
    status = status_of(pid)
    check(set(status["Uid"].split()) == {str(user)}, "it runs as %s" % status["Uid"])
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        check(int(status[name], 16) == 0, "it has rights: %s %s" % (name, status[name]))
    check(status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", "calls are not filtered")
    with open("/proc/%d/limits" % pid) as file:
        limits = {line[:26].strip(): line[26:].split()[:2] for line in file}
    check(limits["Max core file size"] == ["0", "0"], "it may leave a core")
    check(limits["Max open files"] == ["16384", "16384"], "files: %s" % limits["Max open files"])
    with open("/proc/%d/mountinfo" % pid) as file:
        mounts = {line.split()[4]: line.split()[5].split(",") for line in file}
    check("ro" in mounts["/"], "it may write everywhere")
    check("rw" in mounts["/var/lib/tangrat"], "it may not write its own data")
    for home in ("/root", "/home"):
        try:
            check(not os.listdir("/proc/%d/root%s" % (pid, home)), "it sees %s" % home)
        except PermissionError:
            pass
    for place in ("/var/lib/tangrat", "/var/lib/tangrat-heads"):
        found = os.stat(place)
        check((found.st_uid, found.st_mode & 0o777) == (user, 0o700), "%s: %o, of %d" % (
            place, found.st_mode, found.st_uid))
    print("runs as its own user, with no rights, calls filtered, no core; all but its own read-only")


def check_kills(world, kills, draw):
    """S28: killed under load it is there again within two seconds, and nothing is lost."""
    person = world.admin("person", "add")["subject"]
    writers = [LineDevice(world, person, "writer-%d" % number) for number in range(2)]
    mirror = Mirror(LineDevice(world, person, "mirror"))
    for writer in writers:
        writer.may_be_slowed = True
    slowest = 0.0
    for number in range(kills):
        stopped = threading.Event()
        problems = []

        def write(writer):
            try:
                while not stopped.is_set():
                    writer.write()
                    writer.push()
                    # A device may ask twenty times in a second.
                    time.sleep(0.06)
            except Violation as violation:
                problems.append(violation)

        threads = [threading.Thread(target=write, args=(writer,)) for writer in writers]
        for thread in threads:
            thread.start()
        time.sleep(draw.uniform(0.3, 1.0))
        pid = int(shown("MainPID"))
        os.kill(pid, signal.SIGSEGV if number % 2 else signal.SIGKILL)
        begun = time.monotonic()
        while int(shown("MainPID")) in (0, pid):
            check(time.monotonic() - begun < 20, "it is not started again")
        world.wait(20)
        slowest = max(slowest, time.monotonic() - begun)
        stopped.set()
        for thread in threads:
            thread.join()
        check(not problems, "%s" % problems)
        for writer in writers:
            check(writer.push() or writer.push(), "%s cannot push" % writer.name)
        mirror.pull()
        check_ledgers(writers, mirror)
    check(slowest <= START_SECONDS_MAX, "it took %.2f s to be there again" % slowest)
    check(int(shown("NRestarts")) == kills, "%s starts after %d kills" % (shown("NRestarts"), kills))
    world.verify()
    print("%d kills under load: %d writes acknowledged, all there once; there again after at most "
          "%.2f s" % (kills, sum(writer.acked for writer in writers), slowest))


def check_backup(world):
    """A backup while serving lies where the unit's head says, for its user alone."""
    place = "/var/backups/tangrat"
    answer = world.admin("backup", place + "/drill.sqlite")
    found = os.stat(place + "/drill.sqlite")
    check(found.st_mode & 0o077 == 0 and found.st_size > 0, "the backup: %s" % (found,))
    # What the server wrote into a /tmp of its own, which goes with it, is no backup.
    unseen = world.operator("backup", "/tmp/drill.sqlite")
    check(unseen.returncode == 1 and b"admin.backup_unseen" in unseen.stderr,
          "a backup that nobody sees ends with %d: %s" % (unseen.returncode, unseen.stderr))
    print("a backup while serving: %d bytes, %s" % (found.st_size, sorted(answer)))


def check_settings(world):
    """A wrong setting is told once, and no start is tried again."""
    path = "/etc/tangrat/tangrat-server.env"
    with open(path) as file:
        before = file.read()
    with open(path, "a") as file:
        file.write("TANGRAT_DEVICE_RATE=many\n")
    systemctl("stop", UNIT)
    systemctl("start", UNIT)
    begun = time.monotonic()
    while shown("ActiveState") != "failed":
        check(time.monotonic() - begun < 20, "a wrong setting leaves it %s" % shown("ActiveState"))
        time.sleep(0.05)
    check(shown("ExecMainStatus") == "2" and shown("NRestarts") == "0",
          "a wrong setting: ended with %s, started again %s times" % (
              shown("ExecMainStatus"), shown("NRestarts")))
    told = subprocess.run(
        ["journalctl", "--no-pager", "-o", "cat", "-n", "3", "_SYSTEMD_UNIT=%s.service" % UNIT],
        capture_output=True, text=True, timeout=60).stdout
    check("device-rate" in told, "the journal does not say what is wrong: %s" % told)
    with open(path, "w") as file:
        file.write(before)
    check(systemctl("start", UNIT).returncode == 0, "it does not start with the setting mended")
    world.wait(20)
    print("a wrong setting: one start, the journal names it, and mended it starts")


def check_end(world):
    """It ends when it is told to, in order, and tells so in lines of JSON."""
    begun = time.monotonic()
    check(systemctl("restart", UNIT).returncode == 0, "it does not restart")
    world.wait(20)
    check(systemctl("stop", UNIT).returncode == 0, "it does not stop")
    check(shown("Result") == "success" and shown("ExecMainStatus") == "0",
          "it ended with %s, %s" % (shown("Result"), shown("ExecMainStatus")))
    lines = subprocess.run(
        ["journalctl", "--no-pager", "-o", "cat", "_SYSTEMD_UNIT=%s.service" % UNIT],
        capture_output=True, text=True, timeout=60).stdout.splitlines()
    # What is wrong with a setting is for whoever typed it, and no line of the log.
    codes = [json.loads(line)["code"] for line in lines if line.startswith("{")]
    check(all(line.startswith(("{", "listening on ", "error usage", "  advice")) for line in lines),
          "the journal: %s" % lines)
    check("server.started" in codes and codes[-1] == "server.stopped", "the journal: %s" % codes)
    check(os.path.getsize("/var/lib/tangrat-heads/audit-heads.ndjson") > 0, "no heads are written")
    cores = [name for name in os.listdir("/var/lib/tangrat") if "core" in name]
    check(not cores, "a core: %s" % cores)
    print("restarted and stopped in order in %.1f s; %d lines in the journal, each JSON" % (
        time.monotonic() - begun, len(codes)))


def main():
    folder = sys.argv[1]
    code = 1
    try:
        kills = int(sys.argv[2])
        world = UnitWorld(folder)
        check_start(world)
        check_confinement(int(shown("MainPID")))
        check_kills(world, kills, random.Random(kills))
        check_backup(world)
        check_settings(world)
        check_end(world)
        code = 0
    except Violation as violation:
        print("VIOLATION: %s" % violation)
    except Exception as problem:  # pylint: disable=broad-except
        print("%s: %s" % (type(problem).__name__, problem))
    finally:
        with open(os.path.join(folder, "journal"), "w") as file:
            subprocess.run(["journalctl", "--no-pager", "-n", "60"], stdout=file, check=False)
        with open(os.path.join(folder, "end"), "w") as file:
            print(code, file=file)
        sys.stdout.flush()
        # Halts this system, and nothing else: the signal goes to its first process.
        os.kill(1, signal.SIGRTMIN + 13)


if __name__ == "__main__":
    main()
