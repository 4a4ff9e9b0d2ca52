"""Kills real processes at random moments and checks from outside what is left.

Standard library only; shares no code with the project. The server's clients are
written here on the JSON-lines form of the protocol; the devices are the real
`tangrat`. Everything comes from one seed, but for the timing of the processes.

What must hold, always:

* a write that was acknowledged is there, once, with the answer it was given;
* a write that was not is there once or not at all, and its resending makes it once;
* counters are exact: the sum of what is there, no more and no less;
* the server's own audit of its counts, sums and hashes finds nothing;
* all devices of one person end with the same bytes.
"""

import argparse
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

START_SECONDS_MAX = 2.0
DRAFTS_KEPT = 40
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TZ": "Asia/Bangkok",
    "SWIFT_BACKTRACE": "enable=no",
}


class Violation(Exception):
    """Something that must never be."""


def check(condition, message):
    if not condition:
        raise Violation(message)


def hex16(number):
    return "%016x" % number


class World:
    """One server, its directory and the programs."""

    def __init__(self, binaries, folder):
        self.server_program = os.path.join(binaries, "tangrat-server")
        self.client_program = os.path.join(binaries, "tangrat")
        self.folder = folder
        self.data = os.path.join(folder, "server")
        self.port = 0
        self.process = None
        self.pid = 0
        self.starts = []
        self.environment = dict(ENVIRONMENT, HOME=folder)

    def start(self, wrapper=(), seconds_max=START_SECONDS_MAX):
        """Starts the server; under strace if a wrapper is given."""
        command = list(wrapper) + [
            self.server_program, "serve", "--data", self.data,
            "--listen", "127.0.0.1:%d" % self.port,
        ]
        errors = open(os.path.join(self.folder, "server.log"), "ab")
        begun = time.monotonic()
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
            env=self.environment)
        errors.close()
        line = self.process.stdout.readline().decode()
        took = time.monotonic() - begun
        check("listening on" in line, "the server does not start: %r" % line)
        if not wrapper:
            self.starts.append(took)
        check(took < seconds_max, "the server took %.2f s to start" % took)
        self.port = int(line.rsplit(":", 1)[1])
        self.pid = self.process.pid
        if wrapper:
            with open("/proc/%d/task/%d/children" % (self.pid, self.pid)) as children:
                self.pid = int(children.read().split()[0])

    def end(self, number=signal.SIGKILL):
        """Ends the server and waits for it."""
        if self.process is None:
            return None
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            pass
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        self.process = None
        return code

    def admin(self, *words):
        done = subprocess.run(
            [self.server_program, *words, "--data", self.data], capture_output=True,
            env=self.environment, timeout=120)
        check(done.returncode == 0, "%s: %s" % (words, (done.stderr + done.stdout).decode()))
        return json.loads(done.stdout.splitlines()[0])

    def verify(self):
        answer = self.admin("verify")
        check(answer["sound"] == 1, "verify: %s" % answer["problems"])

    def request(self, method, path, body=b"", headers=None, connection=None):
        own = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            own.request(method, path, body=body, headers=headers or {})
            answer = own.getresponse()
            return answer.status, answer.read()
        finally:
            if connection is None:
                own.close()


class LineDevice:
    """A device that speaks JSON lines, with a ledger of what it was promised."""

    def __init__(self, world, person, name):
        self.world = world
        self.name = name
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        _, body = world.request(
            "POST", "/v1/oauth/device_authorization",
            urllib.parse.urlencode({"client_id": "torture", "device_name": name}), form)
        begun = json.loads(body)
        world.admin("approve", begun["user_code"], "--person", person)
        _, body = world.request(
            "POST", "/v1/oauth/token",
            urllib.parse.urlencode({
                "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
                "device_code": begun["device_code"],
            }), form)
        granted = json.loads(body)
        self.token = granted["access_token"]
        self.device = granted["device_id"]
        self.mid = 0
        self.acked = 0
        self.waiting = []
        self.outcomes = {}
        self.unknown = 0
        self.refused_busy = 0
        self.repeated = 0
        self.connection = None

    def draft(self, mid):
        return "%s-%d" % (self.device, mid)

    def write(self):
        """Makes a mutation: a counter, a new draft, and an old draft thrown away."""
        self.mid += 1
        mid = self.mid
        operations = [
            {"do": "create", "table": "annotation", "id": "x"},
            {"do": "increment", "table": "annotation", "id": "x", "field": "shown", "number": 1},
            {"do": "create", "table": "request_draft", "id": self.draft(mid)},
            {"do": "set", "table": "request_draft", "id": self.draft(mid), "field": "form.n",
             "value": mid},
        ]
        if mid > DRAFTS_KEPT:
            operations.append(
                {"do": "delete", "table": "request_draft", "id": self.draft(mid - DRAFTS_KEPT)})
        stamp = int(time.time() * 1000) << 16 | (mid & 0xFFFF)
        self.waiting.append((mid, {
            "frame": "mutation", "mid": mid, "time": hex16(stamp) + "-" + self.device,
            "schema": 1, "chain": hex16(mid), "operations": operations,
        }))

    def sync(self, body):
        if self.connection is None:
            self.connection = http.client.HTTPConnection(
                "127.0.0.1", self.world.port, timeout=20)
        try:
            return self.world.request(
                "POST", "/v1/sync", body,
                {"Authorization": "Bearer " + self.token, "Content-Type": "application/json"},
                self.connection)
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise

    def push(self):
        """Sends what waits; true if all of it was acknowledged."""
        if not self.waiting:
            return True
        frames = [
            {"frame": "sync", "rows_max": 0},
            {"frame": "push", "base_chain": hex16(self.waiting[0][0] - 1)},
        ] + [mutation for _, mutation in self.waiting]
        body = "\n".join(json.dumps(frame) for frame in frames).encode()
        try:
            status, answer = self.sync(body)
        except (OSError, http.client.HTTPException):
            self.unknown += 1
            return False
        if status == 503:
            self.refused_busy += 1
            return False
        check(status == 200, "%s: status %d: %r" % (self.name, status, answer[:300]))
        lines = [json.loads(line) for line in answer.splitlines()]
        end = lines[-1]
        check(end["frame"] == "pushed", "%s: the push ended with %s" % (self.name, end))
        for line in lines:
            if line["frame"] != "outcomes":
                continue
            for mid in range(line["first"], line["last"] + 1):
                outcome = (line["status"], line["code"], line["detail"])
                check(
                    line["status"] in ("accepted", "merged"),
                    "%s: mutation %d was refused: %s" % (self.name, mid, outcome))
                check(
                    self.outcomes.setdefault(mid, outcome) == outcome,
                    "%s: mutation %d had two outcomes" % (self.name, mid))
        last = self.waiting[-1][0]
        check(end["acked_mid"] >= last, "%s: %d is not acknowledged" % (self.name, last))
        for mid, _ in self.waiting:
            check(mid in self.outcomes, "%s: mutation %d has no outcome" % (self.name, mid))
        self.acked = last
        self.waiting = []
        return True

    def resend_old(self, draw):
        """Sends an acknowledged mutation again, as a proxy might, hours later."""
        if self.acked == 0:
            return
        self.repeated += 1
        mid = draw.randint(max(1, self.acked - 20), self.acked)
        old = {
            "frame": "mutation", "mid": mid, "time": hex16(1) + "-" + self.device, "schema": 1,
            "chain": hex16(mid), "operations": [
                {"do": "increment", "table": "annotation", "id": "x", "field": "shown",
                 "number": 1000}],
        }
        frames = [
            {"frame": "sync", "rows_max": 0}, {"frame": "push", "base_chain": hex16(mid - 1)}, old]
        try:
            status, answer = self.sync("\n".join(map(json.dumps, frames)).encode())
        except (OSError, http.client.HTTPException):
            return
        if status != 200:
            return
        for line in map(json.loads, answer.splitlines()):
            if line["frame"] == "outcomes":
                check(
                    (line["status"], line["code"], line["detail"]) == self.outcomes[mid],
                    "%s: the repeated mutation %d got another outcome" % (self.name, mid))


class Mirror:
    """A device that only reads, and goes on from its cursor over every crash."""

    def __init__(self, device):
        self.device = device
        self.cursor = ""
        self.rows = {}
        self.restarts = 0

    def pull(self):
        # The server may have been killed since: a connection of its own.
        if self.device.connection is not None:
            self.device.connection.close()
            self.device.connection = None
        while True:
            status, answer = self.device.sync(
                json.dumps({"frame": "sync", "cursor": self.cursor, "rows_max": 10000}).encode())
            check(status == 200, "pull: status %d" % status)
            for line in map(json.loads, answer.splitlines()):
                kind = line["frame"]
                if kind == "row":
                    self.rows[line["table"], line["id"]] = line["body"]
                elif kind == "tombstone":
                    self.rows.pop((line["table"], line["id"]), None)
                elif kind in ("page", "checkpoint"):
                    self.cursor = line["cursor"]
                elif kind == "restart":
                    self.restarts += 1
                    raise Violation("the server does not know its own cursor: %s" % line)
                end = kind
            if end in ("checkpoint", "unchanged"):
                return

    def counters(self):
        """What each device has added to the shared counter."""
        body = self.rows.get(("annotation", "x"))
        if body is None:
            return {}
        return {part[0]: part[1] - part[2] for part in body["fields"]["shown"][1]}

    def drafts(self, device):
        return {name for table, name in self.rows
                if table == "request_draft" and name.startswith(device + "-")}


def check_ledgers(writers, mirror):
    """Compares what the server holds with what each writer was promised."""
    counters = mirror.counters()
    for writer in writers:
        there = counters.get(writer.device, 0)
        check(there >= writer.acked,
              "%s: %d writes acknowledged, %d there: acknowledged writes are lost"
              % (writer.name, writer.acked, there))
        check(there <= writer.mid, "%s: %d writes made, %d there: writes are doubled"
              % (writer.name, writer.mid, there))
        expected = {writer.draft(mid) for mid in range(max(1, there - DRAFTS_KEPT + 1), there + 1)}
        check(mirror.drafts(writer.device) == expected,
              "%s: the drafts are not those of the first %d writes: %s"
              % (writer.name, there, mirror.drafts(writer.device) ^ expected))


# MARK: Killing the server


def torture_server(world, rounds, draw):
    world.start(seconds_max=10)
    person = world.admin("person", "add")["subject"]
    writers = [LineDevice(world, person, "writer-%d" % number) for number in range(4)]
    mirror = Mirror(LineDevice(world, person, "mirror"))
    go = threading.Event()
    stopping = threading.Event()
    idle = [threading.Event() for _ in writers]
    problems = []

    def work(number, writer):
        own = random.Random(draw.random())
        try:
            while not stopping.is_set():
                if not go.wait(timeout=0.05):
                    idle[number].set()
                    continue
                idle[number].clear()
                while go.is_set():
                    if not writer.waiting or own.random() < 0.3:
                        for _ in range(own.randint(1, 4)):
                            writer.write()
                    if own.random() < 0.05:
                        writer.resend_old(own)
                    if not writer.push():
                        time.sleep(0.01)
        except BaseException as problem:  # noqa: BLE001  reported by the main thread
            problems.append(problem)
            idle[number].set()

    threads = [threading.Thread(target=work, args=pair, daemon=True)
               for pair in enumerate(writers)]
    for thread in threads:
        thread.start()
    unknown_at_kill = 0
    for round_number in range(1, rounds + 1):
        go.set()
        time.sleep(draw.uniform(0.005, 0.5))
        world.end()
        go.clear()
        for number, flag in enumerate(idle):
            flag.clear()
            check(flag.wait(timeout=30), "writer %d does not come back" % number)
        if problems:
            raise problems[0]
        unknown_at_kill += sum(len(writer.waiting) for writer in writers)
        world.start()
        mirror.pull()
        check_ledgers(writers, mirror)
        world.verify()
        if round_number % 20 == 0:
            print("  round %d: %d acknowledged" % (round_number, sum(w.acked for w in writers)),
                  flush=True)
    stopping.set()
    for thread in threads:
        thread.join()
    for writer in writers:
        check(writer.push() or writer.push(), "%s cannot finish" % writer.name)
        check(writer.acked == writer.mid, "%s did not finish" % writer.name)
    mirror.pull()
    check_ledgers(writers, mirror)
    check(sum(mirror.counters().values()) == sum(writer.mid for writer in writers),
          "the counter is not the number of writes")
    fresh = Mirror(mirror.device)
    fresh.pull()
    check(fresh.rows == mirror.rows, "a new reader sees other rows than one over all crashes")
    check(world.end(signal.SIGTERM) == 0, "SIGTERM does not end with 0")
    print("server: %d kills, %d writes acknowledged, %d unknown at a kill, %d requests cut, "
          "%d old ones sent again; slowest start %.2f s; no violation"
          % (rounds, sum(w.acked for w in writers), unknown_at_kill,
             sum(w.unknown for w in writers), sum(w.repeated for w in writers),
             max(world.starts)))


# MARK: Killing devices


class CommandDevice:
    """A data directory of `tangrat`."""

    def __init__(self, world, person, name):
        self.world = world
        self.folder = os.path.join(world.folder, "device-" + name)
        login = self.spawn("login", "--server", "http://127.0.0.1:%d" % world.port, "--json")
        code = json.loads(login.stdout.readline())["user_code"]
        world.admin("approve", code, "--person", person)
        output, errors = login.communicate(timeout=60)
        check(login.returncode == 0, "login: %s" % errors.decode())

    def spawn(self, *words):
        return subprocess.Popen(
            [self.world.client_program, *words, "--data", self.folder], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.world.environment)

    def run(self, *words):
        process = self.spawn(*words)
        output, errors = process.communicate(timeout=120)
        check(process.returncode == 0,
              "tangrat %s ended with %d: %s" % (words, process.returncode, errors.decode()))
        return output

    def dump(self):
        return self.run("dump", "--canonical")


def torture_client(world, rounds, draw):
    world.start(seconds_max=10)
    person = world.admin("person", "add")["subject"]
    key = world.admin("agency", "add", "dlt", "--tables", "driving_licence")["key"]
    line = {"table": "driving_licence", "id": "dlt-1", "subject": person,
            "as_of": int(time.time() * 1000), "source_version": 1, "body": {"status": "active"}}
    status, _ = world.request(
        "POST", "/v1/agency/records", json.dumps(line).encode() + b"\n",
        {"Authorization": "Bearer " + key})
    check(status == 200, "feed: %d" % status)
    first = CommandDevice(world, person, "a")
    second = CommandDevice(world, person, "b")
    first.run("sync")
    second.run("sync")
    serial = 0
    acked = {}
    unknown = {}
    notes = []
    kills = {}
    survived = 0
    for round_number in range(1, rounds + 1):
        deadline = time.monotonic() + draw.uniform(0.005, 0.5)
        while True:
            serial += 1
            name = "t%d" % serial
            kind = draw.choice(["draft", "note", "pin", "sync", "sync"])
            words = {
                "draft": ("request", "new", "obec-2", "--set", "reason=" + name),
                "note": ("note", "driving_licence/dlt-1", name),
                "pin": ("pin", name), "sync": ("sync",),
            }[kind]
            process = first.spawn(*words)
            left = deadline - time.monotonic()
            try:
                _, errors = process.communicate(timeout=max(0.001, left))
                was_killed = False
            except subprocess.TimeoutExpired:
                process.kill()
                _, errors = process.communicate()
                was_killed = process.returncode == -signal.SIGKILL
            check(was_killed or process.returncode == 0,
                  "tangrat %s ended with %d: %s" % (words, process.returncode, errors.decode()))
            if kind == "note":
                notes.append((name, not was_killed))
            elif kind != "sync":
                (unknown if was_killed else acked)[name] = kind
            if was_killed:
                kills[kind] = kills.get(kind, 0) + 1
                break
            if time.monotonic() >= deadline:
                break
        before = first.dump().decode()
        for name, kind in acked.items():
            check(count(before, name, kind) == 1,
                  "after the kill %s %s is on the device %d times"
                  % (kind, name, count(before, name, kind)))
        first.run("sync")
        second.run("sync")
        left, right = first.dump(), second.dump()
        check(left == right, "the devices differ after round %d" % round_number)
        text = left.decode()
        check('{"pending"' not in text, "writes still wait after a sync")
        for name, kind in acked.items():
            check(count(text, name, kind) == 1,
                  "%s %s is there %d times" % (kind, name, count(text, name, kind)))
        for name, kind in list(unknown.items()):
            found = count(text, name, kind)
            check(found <= 1, "%s %s is there %d times" % (kind, name, found))
            del unknown[name]
            if found:
                survived += 1
                acked[name] = kind
        check_note(text, notes)
        world.verify()
        if round_number % 20 == 0:
            print("  round %d: %d acknowledged" % (round_number, len(acked)), flush=True)
    first.run("doctor")
    check(world.end(signal.SIGTERM) == 0, "SIGTERM does not end with 0")
    print("client: %d rounds, kills %s, %d writes there once, %d of them unknown at the kill, "
          "%d commands; no violation"
          % (rounds, dict(sorted(kills.items())), len(acked), survived, serial))


def count(dump, name, kind):
    """How often a write is on a device: confirmed rows and pending writes."""
    found = 0
    for line in dump.splitlines():
        if '"%s"' % name not in line:
            continue
        value = json.loads(line)
        if "pending" in value:
            found += sum(1 for operation in value["pending"]["operations"]
                         if operation.get("value") == name)
        elif kind == "draft" and value["table"] == "request_draft":
            found += value["body"]["fields"]["form.reason"][1] == name
        elif kind == "pin" and value["table"] == "pinned":
            found += sum(1 for _, element in value["body"]["fields"]["services"][1]
                         if element == name)
    return found


def check_note(dump, notes):
    """One text stands: the last that was acknowledged, or one that was tried after it."""
    allowed = set()
    for name, is_acknowledged in notes:
        if is_acknowledged:
            allowed = set()
        allowed.add(name)
    for line in dump.splitlines():
        value = json.loads(line)
        if value.get("table") == "annotation":
            shown = [text for _, text in value["body"]["fields"]["note"][1]]
            check(len(shown) == 1 and shown[0] in allowed, "the note is %s, not one of %s"
                  % (shown, allowed))
            return
    check(not any(acknowledged for _, acknowledged in notes), "the note is lost")


# MARK: Faults of the disk

FAULTS = [
    "fdatasync:error=EIO:when=2", "fdatasync:error=EIO:when=5..7", "fdatasync:error=EIO:when=3+",
    "pwrite64:error=EIO:when=4", "pwrite64:error=EIO:when=11..30", "pwrite64:error=EIO:when=6+",
    "pwrite64:error=ENOSPC:when=3", "pwrite64:error=ENOSPC:when=9..40",
    "pwrite64:error=ENOSPC:when=5+", "fdatasync:error=ENOSPC:when=4",
    "pwrite64:signal=KILL:when=9", "fdatasync:signal=KILL:when=4",
]


def torture_faults(world, draw):
    strace = shutil.which("strace")
    if strace is None:
        print("faults: skipped, strace is not installed")
        return
    world.start(seconds_max=10)
    person = world.admin("person", "add")["subject"]
    writers = [LineDevice(world, person, "writer-%d" % number) for number in range(2)]
    mirror = Mirror(LineDevice(world, person, "mirror"))
    mirror.pull()
    log = os.path.join(world.data, "server.sqlite-wal")
    for fault in FAULTS:
        world.end()
        call = fault.split(":")[0]
        world.start(
            [strace, "-f", "-o", "/dev/null", "-P", log, "-e", "trace=" + call, "-e",
             "inject=" + fault], seconds_max=20)
        before = [(writer.acked, writer.refused_busy) for writer in writers]
        died = False
        reads = 0
        for _ in range(30):
            for writer in writers:
                for _ in range(draw.randint(1, 3)):
                    writer.write()
                writer.push()
            died = world.process.poll() is not None or not is_alive(world.pid)
            if died:
                break
            mirror.pull()
            check_ledgers(writers, mirror)
            reads += 1
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
        print("  %-34s %3d acknowledged, %2d times 503, %s"
              % (fault, acked, refused,
                 "stopped" if died else "recovered" if recovered
                 else "reads served %d times, no writes" % reads), flush=True)
    world.end()
    print("faults: %d kinds; no acknowledged write lost" % len(FAULTS))


def torture_steps(world, draw):
    """Kills a device at its first, second, third … system call of each kind in a sync."""
    strace = shutil.which("strace")
    if strace is None:
        print("steps: skipped, strace is not installed")
        return
    world.start(seconds_max=10)
    person = world.admin("person", "add")["subject"]
    first = CommandDevice(world, person, "a")
    second = CommandDevice(world, person, "b")
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
            text = first.dump().decode()
            for name in acked:
                found = count(text, name, "pin")
                check(found <= 1 and (found == 1 or name == names[1]),
                      "killed at %s %d: %s is on the device %d times" % (call, step, name, found))
            first.run("sync")
            second.run("sync")
            left, right = first.dump(), second.dump()
            check(left == right, "killed at %s %d: the devices differ" % (call, step))
            text = left.decode()
            check('{"pending"' not in text, "killed at %s %d: writes wait" % (call, step))
            for name in acked:
                check(count(text, name, "pin") == 1,
                      "killed at %s %d: %s is there %d times"
                      % (call, step, name, count(text, name, "pin")))
            if not was_killed:
                break
        print("  %-10s killed at each of %d calls" % (call, step - 1), flush=True)
    first.run("doctor")
    world.verify()
    world.end()
    print("steps: %d kills, %d writes there once; no violation" % (killed, len(acked)))


def is_alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except OSError:
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="the folder of the programs")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2569)
    parser.add_argument("--only", choices=["server", "client"])
    parser.add_argument("--faults", action="store_true")
    options = parser.parse_args()
    faults = [("faults", torture_faults), ("steps", torture_steps)]
    runs = faults if options.faults else [
        (name, run) for name, run in (("server", torture_server), ("client", torture_client))
        if options.only in (None, name)]
    for name, run in runs:
        folder = tempfile.mkdtemp(prefix="tangrat-torture-")
        world = World(options.bin, folder)
        draw = random.Random("%d %s" % (options.seed, name))
        begun = time.monotonic()
        print("%s: seed %d" % (name, options.seed), flush=True)
        try:
            run(*((world, draw) if options.faults else (world, options.rounds, draw)))
        except Violation as violation:
            print("VIOLATION (%s, seed %d): %s\n  files: %s"
                  % (name, options.seed, violation, folder), file=sys.stderr)
            return 1
        finally:
            world.end()
        shutil.rmtree(folder)
        print("%s: %.0f s" % (name, time.monotonic() - begun))
    return 0


if __name__ == "__main__":
    sys.exit(main())
