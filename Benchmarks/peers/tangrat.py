"""Our own server as a peer. Bytes of the protocol come from tangrat_wire.py, none from here."""

import json
import os
import subprocess
import time
from urllib.parse import urlencode

import peerlib as lib
import tangrat_wire as wire
from peers import BIG, ROWS, USERS, Peer, Work

SERVER = os.path.join(lib.ROOT, ".build", "release", "tangrat-server")
TABLE = "traffic_ticket"  # an agency's table, in the bucket person/<subject>/transport
AGENCY = "bench"
PAGE_BYTES = 1024 * 1024
WATCHER_DEVICES = 320  # for 5,000 watchers: a device may hold 16 live connections
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def citizen_number(serial):
    """A synthetic 13-digit number: office code 9999, right check digit."""
    digits = "19999%07d" % serial
    total = sum(int(d) * (13 - i) for i, d in enumerate(digits))
    return digits + str((11 - total % 11) % 10)


def body(seed):
    """The benchmark's record in the form an agency may send: integers and text only."""
    made = lib.record(seed)
    return {**made, "done": int(made["done"]), "tags": " ".join(made["tags"])}


class Device:
    def __init__(self, token, device_id):
        self.token, self.id = token, device_id
        self.headers = {
            "Authorization": "Bearer " + token,
            "Content-Type": wire.MEDIA_TYPE,
            "Accept": wire.MEDIA_TYPE,
        }

    def line(self):
        """The line of pushload's file for a device that has written nothing yet."""
        return "%s %s 0\n" % (self.token, self.id)


class Tangrat(Peer):
    name = "tangrat"
    people = 0

    def start(self):
        if not os.path.exists(SERVER):
            raise SystemExit("%s is missing: swift build -c release" % SERVER)
        self.folder = lib.fresh_folder(self.name)
        # Before the server starts, so that the fan and idle cells have their person too.
        self.key = self.admin("agency", "add", AGENCY, "--tables", TABLE)["key"]
        self.port = lib.free_port()
        listen = "127.0.0.1:%d" % self.port
        command = [SERVER, "serve", "--data", self.folder, "--listen", listen, "--loops", "1"]
        self.process = lib.spawn(command, self.name)
        lib.wait_port(self.port, self.process, self.name)
        self.http = lib.Http(self.port)
        self.watcher = None

    def admin(self, *arguments):
        done = subprocess.run(
            [SERVER, *arguments, "--data", self.folder], capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit("tangrat-server %s: %s" % (" ".join(arguments), done.stderr))
        return json.loads(done.stdout) if done.stdout.lstrip().startswith("{") else {}

    def person(self):
        Tangrat.people += 1
        return self.admin("person", "add", "--pid", citizen_number(Tangrat.people))["subject"]

    def post_form(self, path, **fields):
        status, _, data = self.http("POST", path, urlencode(fields), FORM)
        if status != 200:
            raise SystemExit("%s: %d %r" % (path, status, data[:300]))
        return json.loads(data)

    def sign_in(self, subject, name="bench"):
        code = self.post_form(
            "/v1/oauth/device_authorization", client_id="tangrat", device_name=name
        )
        self.admin("approve", code["user_code"], "--person", subject)
        made = self.post_form(
            "/v1/oauth/token",
            grant_type=DEVICE_GRANT,
            device_code=code["device_code"],
            client_id="tangrat",
        )
        return Device(made["access_token"], made["device_id"])

    def feed(self, subject, user, first, end, version=1):
        headers = {"Authorization": "Bearer " + self.key, "Content-Type": "application/x-ndjson"}
        as_of = int(time.time() * 1000)
        for start in range(first, end, 1000):
            lines = b"".join(
                wire.feed_line(
                    *(TABLE, lib.record_id(user, i), as_of, version),
                    *(subject, body("%s/%d" % (user, i))),
                )
                for i in range(start, min(start + 1000, end))
            )
            status, _, data = self.http("POST", "/v1/agency/records", lines, headers)
            if status not in (200, 201, 207):
                raise SystemExit("feed: %d %r" % (status, data[:300]))

    def pull(self, device, cursor=b"", bytes_max=PAGE_BYTES):
        """Pulls to the checkpoint. Returns the cursors asked with, the end, and the rows."""
        asked, rows = [], 0
        while True:
            asked.append(cursor)
            frame = wire.sync_frame(cursor, rows_max=100_000, bytes_max=bytes_max)
            status, _, data = self.http("POST", wire.SYNC_PATH, frame, device.headers)
            if status != 200:
                raise SystemExit("sync: %d %r" % (status, data[:300]))
            answer = wire.read_answer(data)
            rows += answer.rows
            cursor = answer.cursor or cursor
            if answer.end != wire.PAGE:
                return asked, cursor, rows

    def seed(self):
        self.readers = []
        for i in range(USERS):
            user, subject = "u%d" % i, self.person()
            device = self.sign_in(subject)
            self.feed(subject, user, 0, ROWS - 10)
            _, device.since, _ = self.pull(device)
            self.feed(subject, user, ROWS - 10, ROWS)
            _, device.last, device.delta = self.pull(device, device.since)
            _, _, device.all = self.pull(device)
            self.readers.append(device)
        subject = self.person()
        self.big = self.sign_in(subject)
        self.feed(subject, "big", 0, BIG)
        self.big_pages, _, self.big_rows = self.pull(self.big)
        first = self.readers[0]
        print(
            "%s: %d rows first, %d delta, %d in %d pages"
            % (self.name, first.all, first.delta, self.big_rows, len(self.big_pages))
        )
        writers = [self.sign_in(self.person()) for _ in range(USERS)]
        text = "".join(device.line() for device in writers)
        self.writers = lib.write_bytes(self.name + "-writers", text.encode())
        bare = [dict(body("u0/%d" % i), id=lib.record_id("u0", i)) for i in range(ROWS - 10, ROWS)]
        self.bare_delta = len(lib.compact(bare))

    def request(self, device, cursor):
        frame = wire.sync_frame(cursor, rows_max=100_000, bytes_max=PAGE_BYTES)
        return lib.raw("POST", wire.SYNC_PATH, frame, device.headers, self.port)

    def work(self):
        every = lambda cursor: [self.request(device, cursor(device)) for device in self.readers]
        first = self.readers[0]
        pages = [self.request(self.big, cursor) for cursor in self.big_pages]
        return {
            "empty": Work(every(lambda device: device.last)),
            "delta10": Work(every(lambda device: device.since), first.delta),
            "init200": Work(every(lambda device: b""), first.all),
            "init10k": Work(pages, self.big_rows, len(pages)),
            "push10": Work([], 10),  # nothing to replay: pushload encodes them
            "put1": Work([]),
        }

    def load(self, workload, conns, seconds):
        label = "%s/%s" % (self.name, workload)
        if workload in ("push10", "put1"):
            figures = lib.tool(
                *("pushload", "-p", self.port, "-d", self.writers, "-c", conns, "-t", seconds),
                *("-b", 10 if workload == "push10" else 1, "-P", self.pid_list(), "-l", label),
            )
            if figures["refused"]:
                raise RuntimeError("%s: %d mutations refused" % (label, figures["refused"]))
            return figures
        figures = super().load(workload, conns, seconds)
        if workload == "delta10":
            figures["bare_bytes"] = self.bare_delta
        return figures

    def watch(self):
        """A person whose writer and watchers the fan-out cells use, made once an instance."""
        if self.watcher is None:
            subject = self.person()
            self.watcher = self.sign_in(subject, "writer")
            tokens = [self.sign_in(subject, "watcher").token for _ in range(WATCHER_DEVICES)]
            requests = [
                lib.raw(
                    "GET",
                    wire.LIVE_PATH,
                    headers={"Authorization": "Bearer " + token, "Accept": "text/event-stream"},
                    port=self.port,
                )
                for token in tokens
            ]
            self.preambles = lib.request_file(self.name + "-watch", requests)
            self.writer_file = lib.write_bytes(self.name + "-fan", self.watcher.line().encode())

    def watch_preambles(self):
        self.watch()
        return self.preambles

    def fan_arguments(self):
        self.watch()
        return ["-d", self.writer_file]
