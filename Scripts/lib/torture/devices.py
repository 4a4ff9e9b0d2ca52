"""The devices of the torture test: by hand over JSON lines, and the real `tangrat`."""

import http.client
import json
import os
import signal
import subprocess
import time
import urllib.parse

from torture.world import START_SECONDS_MAX, Violation, check, seconds_told

DRAFTS_KEPT = 40
# Then an id that was deleted is made again: a bucket takes so many rows and tombstones of people.
DRAFT_IDS = 1_000
# Rows that the server writes by itself, also between the sync of a device and a look at them.
TOLD_LATER = ("access_event",)


def hex16(number):
    return "%016x" % number


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
        self.renewal = granted["refresh_token"]
        self.device = granted["device_id"]
        self.mid = 0
        self.acked = 0
        self.waiting = []
        self.outcomes = {}
        self.unknown = 0
        self.refused_busy = 0
        # Whether it may be told that it asks too much, and how long the last answer said to wait.
        self.may_be_slowed = False
        self.retry_after = None
        self.repeated = 0
        self.connection = None
        self.port = None
        self.form = {"Content-Type": "application/json"}

    def draft(self, mid):
        return "%s-%d" % (self.device, mid % DRAFT_IDS)

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
        """Sends frames; an access token that is over is renewed once."""
        status, answer = self.post(body)
        if status == 401:
            _, renewed = self.world.request(
                "POST", "/v1/oauth/token",
                urllib.parse.urlencode(
                    {"grant_type": "refresh_token", "refresh_token": self.renewal}),
                {"Content-Type": "application/x-www-form-urlencoded"})
            tokens = json.loads(renewed)
            check("access_token" in tokens, "%s: no new token: %s" % (self.name, tokens))
            self.token, self.renewal = tokens["access_token"], tokens["refresh_token"]
            status, answer = self.post(body)
        return status, answer

    def post(self, body):
        self.heads = {}
        if self.connection is None:
            self.connection = http.client.HTTPConnection(
                "127.0.0.1", self.port or self.world.port, timeout=20)
        try:
            return self.world.request(
                "POST", "/v1/sync", body,
                dict(self.form, Authorization="Bearer " + self.token),
                self.connection, self.heads)
        except (OSError, http.client.HTTPException):
            self.hang_up()
            raise

    def push(self):
        """Sends what waits; true if all of it was acknowledged.

        Else `retry_after` has the seconds that the answer said to wait, or None.
        """
        self.retry_after = None
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
        if status == 503 or status == 429 and self.may_be_slowed:
            self.refused_busy += 1
            # Between here and the server somebody may answer who says nothing of it.
            if self.port is None:
                self.retry_after = seconds_told(self.heads, "%s: a %d" % (self.name, status))
            return False
        if self.port and not self.is_whole(status, answer):
            # Somebody between here and the server answered: nothing is known.
            self.unknown += 1
            self.hang_up()
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

    @staticmethod
    def is_whole(status, answer):
        """Whether an answer is one of the server's, to its last line."""
        try:
            lines = [json.loads(line) for line in answer.splitlines()]
        except ValueError:
            return False
        return status == 200 and bool(lines) and lines[-1].get("frame") == "pushed"

    def hang_up(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

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

    def pull(self, disk_fails=False):
        """Takes everything new; gives whether the server could show it.

        While its disk fails no row is shown that the audit chain cannot tell of.
        """
        # The server may have been killed since: a connection of its own.
        self.device.hang_up()
        while True:
            status, answer = self.device.sync(
                json.dumps({"frame": "sync", "cursor": self.cursor, "rows_max": 10000}).encode())
            if disk_fails and status == 503:
                check(b'"server.storage"' in answer, "pull: 503 %s" % answer)
                return False
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
                return True

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


class CommandDevice:
    """A data directory of `tangrat`."""

    def __init__(self, world, person, name, port=None, folder=None, env=None):
        self.world = world
        self.name = name
        self.person = person
        self.port = port or world.port
        self.folder = folder or os.path.join(world.folder, "device-" + name)
        self.starts = []
        code, errors = self.login(env=env)
        check(code == 0 or env, "login: %s" % errors)

    def login(self, env=None):
        """Signs in, and gives how that ended and what it complained of."""
        login = self.spawn(
            "login", "--server", "http://127.0.0.1:%d" % self.port, "--json", env=env)
        code = json.loads(login.stdout.readline())["user_code"]
        self.world.admin("approve", code, "--person", self.person)
        _, errors = login.communicate(timeout=60)
        return login.returncode, errors.decode()

    @property
    def account(self):
        """The folder of the person's account."""
        return os.path.join(self.folder, "accounts", self.person)

    def spawn(self, *words, env=None, wrapper=(), stdout=subprocess.PIPE):
        return subprocess.Popen(
            [*wrapper, self.world.client_program, *words, "--data", self.folder],
            stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
            env=dict(self.world.environment, **(env or {})))

    def attempt(self, *words, env=None, wrapper=(), seconds=300):
        """Runs a command that may fail: how it ended, and what it complained of."""
        process = self.spawn(*words, env=env, wrapper=wrapper)
        try:
            _, errors = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise Violation("tangrat %s does not end within %d s" % (words, seconds))
        return process.returncode, errors.decode(errors="replace")

    def run(self, *words, env=None):
        process = self.spawn(*words, env=env)
        output, errors = process.communicate(timeout=120)
        check(process.returncode == 0,
              "tangrat %s ended with %d: %s" % (words, process.returncode, errors.decode()))
        return output

    def start(self):
        """Starts after a kill, as a person who looks whether all is well; must be quick."""
        begun = time.monotonic()
        self.run("status")
        took = time.monotonic() - begun
        self.starts.append(took)
        check(took < START_SECONDS_MAX, "the device took %.2f s to start" % took)

    def dump(self):
        return self.run("dump", "--canonical")


def rows_of(dump):
    """The rows that a device holds, as a mirror has them; nothing may wait any more."""
    # Line breaks alone: other signs that part lines for Python stand raw in texts.
    rows = [json.loads(line) for line in dump.rstrip("\n").split("\n") if line]
    return {(row["table"], row["id"]): row["body"] for row in rows}


def check_mirror(dump, mirror, where):
    """Compares what a device holds with what the server gives to a reader by hand."""
    held, given = ({key: body for key, body in rows.items() if key[0] not in TOLD_LATER}
                   for rows in (rows_of(dump), mirror.rows))
    other = [key for key in sorted(held.keys() | given.keys()) if held.get(key) != given.get(key)]
    check(not other, "%s: %d rows of the devices are not those of the server: %s"
          % (where, len(other), other[:5]))


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
