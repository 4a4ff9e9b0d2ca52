"""Kills a device at random moments while others of the same person write, and the server too."""

import json
import random
import signal
import subprocess
import threading
import time

from torture.devices import CommandDevice, LineDevice, Mirror, check_ledgers, count, rows_of
from torture.world import check

KINDS = ["draft", "note", "pin", "sync", "sync"]


class Ledger:
    """What a device of the real `tangrat` was told, command by command."""

    def __init__(self, device, letter, row):
        self.device = device
        self.letter = letter
        self.row = row
        self.serial = 0
        self.acked = {}
        self.unknown = {}
        self.notes = []
        self.kills = {}
        self.survived = 0
        self.offline = 0

    def next(self, draw):
        """Picks a command: its kind, the name it writes, and its words."""
        self.serial += 1
        name = "%s%d" % (self.letter, self.serial)
        kind = draw.choice(KINDS)
        return kind, name, {
            "draft": ("request", "new", "obec-2", "--set", "reason=" + name),
            "note": ("note", "driving_licence/" + self.row, name),
            "pin": ("pin", name),
            "sync": ("sync",),
        }[kind]

    def took(self, kind, name, was_killed):
        if kind == "note":
            self.notes.append((name, not was_killed))
        elif kind != "sync":
            (self.unknown if was_killed else self.acked)[name] = kind
        if was_killed:
            self.kills[kind] = self.kills.get(kind, 0) + 1

    def check_device(self, dump):
        """Before any sync: what was acknowledged is there, what was not at most once."""
        for name, kind in self.acked.items():
            found = count(dump, name, kind)
            check(found == 1, "%s %s is on the device %d times" % (kind, name, found))
        self.stored = {}
        for name, kind in self.unknown.items():
            self.stored[name] = count(dump, name, kind)
            check(self.stored[name] <= 1,
                  "the killed %s %s is on the device %d times" % (kind, name, self.stored[name]))

    def check_everywhere(self, dump):
        """After a sync: once for all; a write that was cut off is what the device had of it."""
        check('{"pending"' not in dump, "writes still wait after a sync")
        for name, kind in self.acked.items():
            found = count(dump, name, kind)
            check(found == 1, "%s %s is there %d times" % (kind, name, found))
        for name, kind in self.unknown.items():
            found = count(dump, name, kind)
            check(found == self.stored[name], "the killed %s %s was on the device %d times, is there %d"
                  % (kind, name, self.stored[name], found))
            if found:
                self.survived += 1
                self.acked[name] = kind
        self.unknown = {}
        self.check_note(dump)

    def check_note(self, dump):
        """One text stands: the last that was acknowledged, or one that was tried after it."""
        allowed = set()
        for name, is_acknowledged in self.notes:
            if is_acknowledged:
                allowed = set()
            allowed.add(name)
        for line in dump.splitlines():
            value = json.loads(line)
            if value.get("table") == "annotation" and value["id"] == "driving_licence:" + self.row:
                shown = [text for _, text in value["body"]["fields"]["note"][1]]
                check(len(shown) == 1 and shown[0] in allowed,
                      "the note on %s is %s, not one of %s" % (self.row, shown, allowed))
                return
        check(not any(acknowledged for _, acknowledged in self.notes), "the note is lost")


class Load:
    """Others of the same person, who write and sync until they are told to pause."""

    def __init__(self, world, workers):
        self.world = world
        self.go = threading.Event()
        self.stopping = threading.Event()
        self.problems = []
        self.idle = [threading.Event() for _ in workers]
        for flag, worker in zip(self.idle, workers):
            threading.Thread(target=self.run, args=(flag, worker), daemon=True).start()

    def run(self, flag, worker):
        try:
            while not self.stopping.is_set():
                if not self.go.wait(timeout=0.05):
                    flag.set()
                    continue
                while self.go.is_set():
                    worker()
        except BaseException as problem:  # noqa: BLE001  reported by the main thread
            self.problems.append(problem)
        flag.set()

    def pause(self):
        """Waits until all are between two writes; passes on what they found wrong."""
        self.go.clear()
        for number, flag in enumerate(self.idle):
            flag.clear()
            check(flag.wait(timeout=60) or self.problems, "worker %d does not come back" % number)
        if self.problems:
            raise self.problems[0]


def until_killed(ledger, draw, deadline):
    """Runs commands one after another and kills the one that runs at the deadline."""
    while True:
        kind, name, words = ledger.next(draw)
        process = ledger.device.spawn(*words)
        try:
            _, errors = process.communicate(timeout=max(0.001, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            _, errors = process.communicate()
        # One that ended before the signal arrived has told its answer.
        was_killed = process.returncode == -signal.SIGKILL
        check(was_killed or process.returncode == 0,
              "tangrat %s ended with %d: %s" % (words, process.returncode, errors.decode()))
        ledger.took(kind, name, was_killed)
        if was_killed:
            return


def one_command(ledger, draw):
    """A command of a device that nobody kills; without a server its sync says so."""
    kind, name, words = ledger.next(draw)
    process = ledger.device.spawn(*words)
    _, errors = process.communicate(timeout=120)
    if kind == "sync" and process.returncode == 1 and b"[sync." in errors:
        ledger.offline += 1
        return
    check(process.returncode == 0,
          "tangrat %s ended with %d: %s" % (words, process.returncode, errors.decode()))
    ledger.took(kind, name, False)


def one_push(device, draw):
    device.write()
    if not device.push():
        time.sleep(0.01)
    time.sleep(draw.uniform(0, 0.02))


def feed_licences(world, person, rows):
    key = world.admin("agency", "add", "dlt", "--tables", "driving_licence")["key"]
    lines = [
        {"table": "driving_licence", "id": row, "subject": person,
         "as_of": int(time.time() * 1000), "source_version": 1, "body": {"status": "active"}}
        for row in rows]
    status, _ = world.request(
        "POST", "/v1/agency/records", "\n".join(map(json.dumps, lines)).encode() + b"\n",
        {"Authorization": "Bearer " + key})
    check(status == 200, "feed: %d" % status)


def torture_client(world, rounds, draw):
    world.start(seconds_max=10)
    person = world.admin("person", "add")["subject"]
    feed_licences(world, person, ["dlt-1", "dlt-2"])
    first = Ledger(CommandDevice(world, person, "a"), "a", "dlt-1")
    second = Ledger(CommandDevice(world, person, "b"), "b", "dlt-2")
    hand = LineDevice(world, person, "hand")
    mirror = Mirror(LineDevice(world, person, "mirror"))
    for ledger in (first, second):
        ledger.device.run("sync")
    draws = [random.Random(draw.random()) for _ in range(2)]
    load = Load(world, [lambda: one_command(second, draws[0]), lambda: one_push(hand, draws[1])])
    server_kills = 0
    for round_number in range(1, rounds + 1):
        offline = second.offline
        load.go.set()
        until_killed(first, draw, time.monotonic() + draw.uniform(0.005, 0.5))
        kills_server = draw.random() < 1 / 3
        if kills_server:
            server_kills += 1
            world.end()
            world.start()
        first.device.start()
        load.pause()
        check(kills_server or second.offline == offline, "a sync failed while the server ran")
        first.check_device(first.device.dump().decode())
        second.check_device(second.device.dump().decode())
        check(hand.push() or hand.push(), "the pushes of %s do not arrive" % hand.name)
        order = draw.choice([(first, second, first), (second, first, second)])
        for ledger in order:
            ledger.device.run("sync")
        left, right = first.device.dump(), second.device.dump()
        check(left == right, "the devices differ after round %d" % round_number)
        text = left.decode()
        for ledger in (first, second):
            ledger.check_everywhere(text)
        mirror.pull()
        check_ledgers([hand], mirror)
        check(rows_of(text) == mirror.rows, "the devices hold other rows than the server")
        world.verify()
        if round_number % 20 == 0:
            print("  round %d: %d acknowledged" % (round_number, len(first.acked)), flush=True)
    load.stopping.set()
    first.device.run("doctor")
    check(world.end(signal.SIGTERM) == 0, "SIGTERM does not end with 0")
    return ("%d rounds, kills %s, %d writes there once, %d of them unknown at the kill, "
            "%d commands; beside it %d commands and %d pushes of other devices, %d kills of the "
            "server; slowest start of the device after a kill %.2f s, of the server %.2f s"
            % (rounds, dict(sorted(first.kills.items())), len(first.acked), first.survived,
               first.serial, second.serial, hand.mid, server_kills, max(first.device.starts),
               max(world.starts)))
