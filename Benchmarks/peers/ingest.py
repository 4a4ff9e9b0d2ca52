"""Feeds one server through POST /v1/agency/records: rows a second, bytes, memory, and the answers.

Every feed is one request whose body is made while it is sent, so that nothing but the server could
hold it. Each line must be answered; what became of the lines is known beforehand and checked.
"""

import http.client
import json
import os
import random
import socket
import threading
import time

import peerlib as lib
import tangrat_wire as wire
from tangrat import AGENCY, TABLE, Tangrat, body

ROWS_OF_PERSON = 200
BODIES = 997  # different ones, taken in turn: a prime, so that a person's rows differ
VERSIONS = 5  # of each row in the shuffled feed
PART_BYTES = 64 * 1024
AS_OF = 1_794_582_060_000
LINE = (
    b'{"as_of":%%d,"body":%%b,"id":"%s-%%08d","source_version":%%d,"subject":"%%b","table":"%s"}\n'
    % (AGENCY.encode(), TABLE.encode())
)


class AdminSocket(http.client.HTTPConnection):
    """The operator's door of a running server: one process less for each person."""

    def __init__(self, folder):
        super().__init__("localhost", timeout=60)
        self.path = os.path.join(folder, "admin.sock")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)

    def add_person(self):
        self.request("POST", "/admin", json.dumps({"command": "person.add"}))
        return json.loads(self.getresponse().read())["rows"][0]["subject"]


class Status:
    """What the kernel says of a process's memory, in bytes."""

    def __init__(self, pid):
        self.path = "/proc/%d/status" % pid

    def __call__(self, name):
        with open(self.path) as f:
            return next(int(line.split()[1]) * 1024 for line in f if line.startswith(name + ":"))


class Answer:
    """Reads an answer beside the sending, and holds it against the lines that were sent."""

    def __init__(self, connection):
        self.connection = connection
        self.bytes, self.next, self.counts, self.done, self.problem = 0, 1, {}, None, None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        try:
            response = http.client.HTTPResponse(self.connection, method="POST")
            response.begin()
            if response.status != 200:
                raise RuntimeError("feed: %d %r" % (response.status, response.read(500)))
            for line in response:
                self.bytes += len(line)
                self.take(json.loads(line))
        except Exception as problem:  # raised again by the thread that waits
            self.problem = problem

    def take(self, line):
        if line["status"] == "done":
            self.done = line
            return
        first, last = line.get("from", line.get("line")), line.get("to", line.get("line"))
        if first != self.next:
            raise RuntimeError("line %d is not answered: %r" % (self.next, line))
        count = last - first + 1
        self.counts[line["status"]] = self.counts.get(line["status"], 0) + count
        self.next = last + 1

    def end(self, lines):
        self.thread.join()
        if self.problem:
            raise self.problem
        if self.next != lines + 1 or not self.done or self.done["lines"] != lines:
            raise RuntimeError("%d lines sent, answered to %d: %r" % (lines, self.next, self.done))


class Ingest(Tangrat):
    """A server of its own, so that its memory is that of feeding alone."""

    name = "ingest"

    def __init__(self, lines):
        super().__init__()
        self.lines = lines

    def start(self):
        super().start()
        people = -(-self.lines // ROWS_OF_PERSON)
        admin = AdminSocket(self.folder)
        self.subjects = [admin.add_person().encode() for _ in range(people)]
        admin.close()
        self.bodies = [wire.canonical(body("i/%d" % i)) for i in range(BODIES)]
        self.status = Status(self.process.pid)

    def line(self, row, version):
        """The bytes of a row's version, by hand: the sender must not be what is slow."""
        return LINE % (
            AS_OF + version,
            self.bodies[(row + 31 * version) % BODIES],
            row,
            version,
            self.subjects[row // ROWS_OF_PERSON],
        )

    def feed(self, pairs):
        """Sends (row, version) pairs as one chunked request; gives its figures."""
        peak, before = self.status("VmHWM"), self.status("RssAnon")
        anonymous = before
        connection = socket.create_connection(("127.0.0.1", self.port), 120)
        head = "POST /v1/agency/records HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\n" % (
            self.key
        )
        head += "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
        cpu, begin = cpu_seconds(self.process.pid), time.monotonic()
        connection.sendall(head.encode())
        answer = Answer(connection)
        part, size, lines, sent = [], 0, 0, 0

        def send():
            connection.sendall(b"%x\r\n%b\r\n" % (size, b"".join(part)))

        for row, version in pairs:
            made = self.line(row, version)
            part.append(made)
            size += len(made)
            lines += 1
            if size >= PART_BYTES:
                send()
                sent += size
                part, size = [], 0
                if answer.problem:
                    break
                anonymous = max(anonymous, self.status("RssAnon"))
        if size:
            send()
        connection.sendall(b"0\r\n\r\n")
        answer.end(lines)
        took = time.monotonic() - begin
        connection.close()
        used = cpu_seconds(self.process.pid) - cpu
        return {
            "lines": lines,
            **answer.counts,
            "rows_s": round(lines / took),
            "rows_per_cpu_s": round(lines / used),
            "MB_sent": round((sent + size) / 1e6),
            "answer_bytes": answer.bytes,
            "VmHWM_MB_before": round(peak / 2**20, 1),
            "VmHWM_MB_after": round(self.status("VmHWM") / 2**20, 1),
            "growth_MB": round((max(anonymous, self.status("RssAnon")) - before) / 2**20, 1),
        }


def cpu_seconds(pid):
    """The processor seconds that a process has used."""
    with open("/proc/%d/stat" % pid) as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def expect(figures, **counts):
    found = {name: figures.get(name, 0) for name in ("applied", "unchanged", "stale", "refused")}
    wanted = {**dict.fromkeys(found, 0), **counts}
    if found != wanted:
        raise RuntimeError("expected %r, found %r" % (wanted, found))


def ceiling(lines):
    """The rows a second that SQLite takes from C under the same conditions."""
    folder = lib.fresh_folder("sqlbench-ingest")
    records = (lib.compact(dict(lib.record(i), id=lib.record_id("s", i))) for i in range(BODIES))
    path = lib.write_bytes("sqlbench-ingest/records.ndjson", "\n".join(records).encode() + b"\n")
    return lib.tool("sqlbench", folder, path, "ingest", lines)


def measure(lines):
    """The four feeds; gives one dictionary of figures each, for the lines below the table."""
    rows = max(lines // VERSIONS, 1)
    server = Ingest(lines)
    found = []
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {lib.LOAD_CORE})

    def keep(measure, figures, **more):
        found.append({"measure": measure, **figures, **more})
        print("  %s" % json.dumps(found[-1]), flush=True)
        return figures

    try:
        server.start()
        every = [(row, 1) for row in range(lines)]
        first = keep("ingest, new rows", server.feed(every))
        expect(first, applied=lines)
        again = keep("ingest, the same feed again", server.feed(every))
        expect(again, unchanged=lines)
        # Every version of some rows, in any order: only the highest may stand.
        versions = [(row, version) for row in range(rows) for version in range(2, 2 + VERSIONS)]
        random.Random(2569).shuffle(versions)
        mixed = keep("ingest, %d versions of each row, shuffled" % VERSIONS, server.feed(versions))
        expect(
            {**mixed, "applied": mixed["applied"] + mixed.get("stale", 0), "stale": 0},
            applied=len(versions),
        )
        last = [(row, 1 + VERSIONS) for row in range(rows)]
        expect(keep("ingest, the highest versions again", server.feed(last)), unchanged=rows)
        if server.admin("verify")["sound"] != 1:
            raise RuntimeError("the server's counts and sums do not agree")
        anchor = ceiling(min(lines, 200_000))
        keep(
            "ingest ÷ C SQLite, inserts of 512 rows a durable commit",
            {
                "ours_rows_s": first["rows_s"],
                "c_rows_s": anchor["ingest_rows_s"],
                "ratio": round(first["rows_s"] / anchor["ingest_rows_s"], 2),
            },
        )
        return found
    finally:
        server.stop()
        os.sched_setaffinity(0, cores)
