"""The servers we measure against: how to start, fill and load each.

A peer has cells: a workload and a number of connections. The workloads:

    plain, return200   200 bytes and no work: what the kernel and a good server cost
    empty              a pull with nothing new          delta10   a pull of 10 changes of 200
    init200, init10k   a first pull of 200, 10,000      push10    a durable write of 10 records
    put1               a durable write of one record    fan       a write that watchers hear of
    idle               memory of idle watchers          resident  memory of the filled server
"""

import json
import os
import pwd
import signal
import subprocess
import time
from dataclasses import dataclass

import peerlib as lib

USERS, ROWS, BIG = 20, 200, 10_000
JSON_TYPE = {"Content-Type": "application/json"}
FAN_MESSAGES = {1: 300, 100: 100, 1000: 20}


@dataclass
class Work:
    """Requests to replay. A record count, and how many requests make one whole pull."""

    requests: list
    records: int = 1
    pages: int = 1


class Peer:
    """A server. Subclasses start it, fill it, and say which requests a workload has."""

    name = ""

    def __init__(self):
        self.port = 0
        self.process = None
        self.files = {}
        self.works = {}

    def start(self):
        """Starts an empty or earlier filled server on a free port."""
        raise NotImplementedError

    def seed(self):
        """Fills it."""

    def work(self):
        """Workload -> Work, for what hload can replay."""
        return {}

    def pids(self):
        return [self.process.pid]

    def stop(self):
        if self.process:
            lib.stop(self.process)
            self.process = None

    # What follows is the same for every peer.

    def prepare(self):
        self.works = self.work()
        for name, work in self.works.items():
            self.files[name] = lib.request_file("%s-%s" % (self.name, name), work.requests)

    def measure(self, workload, conns, seconds):
        """One cell: a dictionary of figures."""
        if workload == "fan":
            return self.fan(conns)
        if workload == "idle":
            return self.idle(conns)
        if workload == "resident":
            time.sleep(0.5)
            return {"pss_mb": lib.memory_kb(self.pids()) / 1024}
        before = lib.memory_kb(self.pids())
        figures = self.load(workload, conns, seconds)
        work = self.works[workload]
        figures["rate"] = figures["rps"] / work.pages
        figures["records_s"] = figures["rate"] * work.records
        # The same per second of the server's own CPU time: what neighbours disturb least.
        figures["rate_cpu"] = figures["req_per_cpu_s"] / work.pages
        figures["records_s_cpu"] = figures["rate_cpu"] * work.records
        figures["in_per_record"] = figures["in_per_req"] * work.pages / work.records
        figures["growth_mb"] = figures["server_pss_mb"] - before / 1024
        return figures

    def load(self, workload, conns, seconds):
        label = "%s/%s" % (self.name, workload)
        figures = lib.hload(self.port, self.files[workload], conns, seconds, self.pid_list(), label)
        strange = set(figures["status"]) - {"200", "201", "207", "304"}
        if strange or figures["errors"]:
            raise RuntimeError("%s: statuses %s" % (label, figures["status"]))
        return figures

    def pid_list(self):
        return ",".join(map(str, self.pids()))

    def fan_arguments(self):
        """Arguments of fanout that say how to watch and how to write."""
        raise NotImplementedError

    def watch_preambles(self):
        """A file of what an idle watcher sends."""
        raise NotImplementedError

    def fan(self, watchers):
        messages = FAN_MESSAGES.get(watchers, 50)
        figures = lib.tool(
            *("fanout", "-p", self.port, "-k", watchers, "-n", messages),
            *("-a", self.watch_preambles(), "-P", self.pid_list(), "-l", self.name),
            *self.fan_arguments(),
        )
        if figures["lost"]:
            raise RuntimeError("%s: %d deliveries lost" % (self.name, figures["lost"]))
        return figures

    def fresh(self):
        """Another, empty instance, started: for memory."""
        other = type(self)()
        other.name = self.name + "-fresh"
        other.start()
        return other

    def idle(self, watchers):
        other = self.fresh()
        try:
            common = ("-P", other.pid_list(), "-a", other.watch_preambles(), "-I")
            lib.tool("fanout", "-p", other.port, "-k", 50, *common)
            return lib.tool("fanout", "-p", other.port, "-k", watchers, "-s", 1500, *common)
        finally:
            other.stop()


class Nginx(Peer):
    """The bare cost of HTTP: a constant, and files of the same bytes as the answers."""

    name = "nginx"

    def __init__(self):
        super().__init__()
        self.same_size = {}

    def start(self):
        self.folder = lib.fresh_folder("nginx")
        os.makedirs(self.folder + "/www")
        os.chmod(self.folder, 0o755)
        self.port = lib.free_port()
        paths = " ".join(
            "%s_temp_path %s/%s;" % (kind, self.folder, kind)
            for kind in ("client_body", "proxy", "fastcgi", "scgi", "uwsgi")
        )
        config = """
            worker_processes 1; daemon off; pid %(dir)s/pid; error_log %(dir)s/err;
            worker_rlimit_nofile 20000; %(user)s
            events { worker_connections 16000; }
            http {
                access_log off; keepalive_requests 100000000; keepalive_timeout 3600;
                sendfile on; tcp_nodelay on;
                open_file_cache max=100; open_file_cache_valid 600s; %(paths)s
                server {
                    listen 127.0.0.1:%(port)d backlog=4096; root %(dir)s/www;
                    location /constant { return 200 "%(text)s"; }
                }
            }""" % {
            "dir": self.folder,
            "user": "user root;" if os.getuid() == 0 else "",
            "paths": paths,
            "port": self.port,
            "text": "x" * 200,
        }
        with open(self.folder + "/nginx.conf", "w") as f:
            f.write(config)
        program = "/usr/sbin/nginx"
        self.process = lib.spawn(
            [program, "-p", self.folder, "-c", self.folder + "/nginx.conf"], self.name
        )
        lib.wait_port(self.port, self.process, self.name)

    def work(self):
        files = {
            "plain": "x" * 200,
            "delta10": lib.bare_records("n", 10),
            "init200": lib.bare_records("n", ROWS),
            "init10k": lib.bare_records("n", BIG),
        }
        for name, size in self.same_size.items():
            files[name] = "x" * size
        for name, text in files.items():
            with open("%s/www/%s" % (self.folder, name), "w") as f:
                f.write(text)
        get = lambda path: [lib.raw("GET", path, port=self.port)]
        records = {"delta10": 10, "init200": ROWS, "init10k": BIG}
        works = {name: Work(get("/" + name), records.get(name, 1)) for name in files}
        works["return200"] = Work(get("/constant"))
        return works


class CSync(Peer):
    """The bare sync job in C: no login, no rights, no checks. What the machine can do."""

    def __init__(self, name="csync-full", group=False):
        super().__init__()
        self.name, self.group = name, group

    def start(self):
        self.port = lib.free_port()
        self.folder = lib.fresh_folder(self.name)
        command = [lib.BIN + "/csync", str(self.port), self.folder + "/db", "F"]
        self.process = lib.spawn(command + (["group"] if self.group else []), self.name)
        lib.wait_port(self.port, self.process, self.name)

    def body(self, user, first, end, salt=""):
        changes = [
            {"id": lib.record_id(user, i), "data": lib.record("%s/%d/%s" % (user, i, salt))}
            for i in range(first, end)
        ]
        return lib.compact({"changes": changes})

    def seed(self):
        http = lib.Http(self.port)
        for user in range(USERS):
            for i in range(0, ROWS, 10):
                _, _, data = http("POST", "/u/%d/push" % user, self.body(user, i, i + 10))
            self.rev = json.loads(data)["rev"]
        for i in range(0, BIG, 1000):
            http("POST", "/u/999/push", self.body(999, i, i + 1000))

    def work(self):
        auth = {"Authorization": "Bearer abcdefghijklmnopqrstuvwxyz"}
        get = lambda path: lib.raw("GET", path, headers=auth, port=self.port)
        since = lambda rev: [get("/u/%d/changes?since=%d" % (u, rev)) for u in range(USERS)]
        push = lambda i, n: lib.raw(
            "POST",
            "/u/%d/push" % (1000 + i % USERS),
            self.body(i % USERS, i, i + n),
            JSON_TYPE,
            self.port,
        )
        return {
            "plain": Work([get("/plain")]),
            "empty": Work(since(self.rev)),
            "delta10": Work(since(self.rev - 1), 10),
            "init200": Work(since(0), ROWS),
            "init10k": Work([get("/u/999/changes?since=0")], BIG),
            "push10": Work([push(i, 10) for i in range(100)], 10),
            "put1": Work([push(i, 1) for i in range(200)]),
        }

    def watch_preambles(self):
        watch = b"GET /u/5000/watch HTTP/1.1\r\nHost: x\r\n\r\n"
        return lib.request_file(self.name + "-watch", [watch])

    def fan_arguments(self):
        one = {"id": lib.record_id("f", 0), "data": {**lib.record("f"), "by": "@@%SEQ0000000%"}}
        push = lib.raw(
            "POST", "/u/5000/push", lib.compact({"changes": [one]}), JSON_TYPE, self.port
        )
        return ["-m", lib.write_bytes(self.name + "-message", push)]

    def fresh(self):
        other = CSync(self.name + "-fresh", self.group)
        other.start()
        return other


class Postgres:
    """A private cluster for Kinto, on a free port, with fsync on."""

    def __init__(self):
        self.process = None
        self.user = "postgres" if os.getuid() == 0 else None
        versions = "/usr/lib/postgresql"
        newest = max(os.listdir(versions), key=float)
        self.programs = "%s/%s/bin/" % (versions, newest)
        self.folder = os.path.join(lib.DATA, "pg")

    def as_user(self, command):
        more = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        subprocess.run(
            command, check=True, cwd="/", stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, **more
        )

    def create(self):
        if os.path.exists(self.folder + "/PG_VERSION"):
            return
        os.makedirs(self.folder, exist_ok=True)
        if self.user:
            entry = pwd.getpwnam(self.user)
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
            try:
                self.as_user(["test", "-w", self.folder])
            except (subprocess.CalledProcessError, PermissionError):
                raise SystemExit(
                    "PostgreSQL cannot run as root, and its user cannot reach %s.\n"
                    "Run as an ordinary user, or from a clone that others may enter." % self.folder
                ) from None
        initdb = [self.programs + "initdb", "-D", self.folder, "-A", "trust", "-U", "postgres"]
        self.as_user(initdb + ["-E", "UTF8", "--no-locale"])
        with open(self.folder + "/postgresql.conf", "a") as f:
            f.write(
                "listen_addresses='127.0.0.1'\nunix_socket_directories=''\nshared_buffers=512MB\n"
                "fsync=on\nsynchronous_commit=on\ntimezone='UTC'\n"
            )

    def start(self):
        self.create()
        self.port = lib.free_port()
        command = [self.programs + "postgres", "-D", self.folder, "-p", str(self.port)]
        self.process = lib.spawn(command, "postgres", user=self.user)
        lib.wait_port(self.port, self.process, "postgres")
        end = time.time() + 30
        while not self.query("select 1") and time.time() < end:
            time.sleep(0.1)
        if "1" not in (self.query("select 1 from pg_database where datname='kinto'") or ""):
            self.query("create database kinto encoding 'UTF8' template template0")

    def query(self, sql):
        done = subprocess.run(
            ["psql", "-XAtqh", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-c", sql],
            capture_output=True,
            text=True,
        )
        return (done.stdout or "ok") if done.returncode == 0 else None

    def stop(self):
        if self.process:
            lib.stop(self.process, signal.SIGINT)
            self.process = None


class Kinto(Peer):
    """Kinto on PostgreSQL behind waitress: a sync server people really run."""

    name = "kinto-pg"

    def start(self):
        self.postgres = Postgres()
        self.postgres.start()
        self.port = lib.free_port()
        with open(os.path.join(lib.HERE, "conf", "kinto-pg.ini")) as f:
            config = f.read().replace("@PGPORT@", str(self.postgres.port))
        ini = lib.write_bytes("kinto-pg.ini", config.encode())
        program = lib.VENV + "/kinto"
        migrated = subprocess.run([program, "migrate", "--ini", ini], capture_output=True, text=True)
        if migrated.returncode:
            raise SystemExit("kinto migrate failed:\n" + migrated.stderr[-2000:])
        self.process = lib.spawn(
            [program, "start", "--ini", ini, "--port", str(self.port)], self.name
        )
        lib.wait_port(self.port, self.process, self.name)

    def stop(self):
        super().stop()
        self.postgres.stop()

    def pids(self):
        return [self.process.pid, self.postgres.process.pid]

    def base(self, user):
        return "/v1/buckets/app/collections/%s/records" % user

    def put(self, user, i, salt=""):
        return {
            "path": "%s/%s" % (self.base(user), lib.record_id(user, i)),
            "body": {"data": lib.record("%s/%d/%s" % (user, i, salt))},
        }

    def batch(self, user, first, end, salt=""):
        requests = [self.put(user, i, salt) for i in range(first, end)]
        return {"defaults": {"method": "PUT"}, "requests": requests}

    def seed(self):
        self.headers = {"Authorization": lib.basic("bench"), **JSON_TYPE}
        http = lib.Http(self.port, self.headers)
        http("PUT", "/v1/buckets/app", {"data": {}})
        self.since, self.last = {}, {}
        users = [("u%d" % i, ROWS) for i in range(USERS)] + [("w%d" % i, 0) for i in range(USERS)]
        for user, count in users + [("big", BIG)]:
            http("PUT", "/v1/buckets/app/collections/" + user, {"data": {}})
            _, head, _ = http("HEAD", self.base(user))
            have = int(head.get("Total-Objects") or head.get("Total-Records") or 0)
            if have >= count:
                if count == ROWS:
                    self.since[user], self.last[user] = self.known_stamps(http, user)
                continue
            stamps = []
            for i in range(0, count, 100):
                batch = self.batch(user, i, min(i + 100, count), str(time.time()))
                status, _, data = http("POST", "/v1/batch", batch)
                if status != 200:
                    raise SystemExit("kinto: %d %r" % (status, data[:300]))
                answers = json.loads(data)["responses"]
                stamps += [answer["body"]["data"]["last_modified"] for answer in answers]
            if count == ROWS:
                self.since[user], self.last[user] = stamps[-11], stamps[-1]

    def known_stamps(self, http, user):
        """The stamps before the ten newest records and of the newest, from an earlier run."""
        _, _, data = http("GET", self.base(user) + "?_fields=last_modified")
        stamps = sorted(each["last_modified"] for each in json.loads(data)["data"])
        return stamps[-11], stamps[-1]

    def work(self):
        auth = {"Authorization": self.headers["Authorization"]}
        users = ["u%d" % i for i in range(USERS)]
        get = lambda user, query="": lib.raw(
            "GET", self.base(user) + query, headers=auth, port=self.port
        )
        since = lambda stamp: "?_since=%%22%d%%22" % stamp
        post = lambda i: lib.raw(
            "POST",
            "/v1/batch",
            lib.compact(self.batch("w%d" % i, 0, 10)),
            self.headers,
            self.port,
        )
        put = lambda i: lib.raw(
            "PUT",
            "%s/%s" % (self.base("w%d" % (i % USERS)), lib.record_id("p", i)),
            lib.compact({"data": lib.record(i)}),
            self.headers,
            self.port,
        )
        return {
            "empty": Work([get(u, since(self.last[u])) for u in users]),
            "delta10": Work([get(u, since(self.since[u])) for u in users], 10),
            "init200": Work([get(u) for u in users], ROWS),
            "init10k": Work([get("big")], BIG),
            "push10": Work([post(i) for i in range(USERS)], 10),
            "put1": Work([put(i) for i in range(ROWS)]),
        }


class Mosquitto(Peer):
    """An MQTT broker: QoS 1, retained, nothing on disk."""

    name = "mosquitto"

    def start(self):
        self.port = lib.free_port()
        config = (
            "listener %d 127.0.0.1\nallow_anonymous true\npersistence false\n"
            "max_inflight_messages 0\nmax_queued_messages 0\nset_tcp_nodelay true\n"
            "log_type error\n" % self.port
        )
        path = lib.write_bytes(self.name + ".conf", config.encode())
        program = "/usr/sbin/mosquitto"
        self.process = lib.spawn([program, "-c", path], self.name)
        lib.wait_port(self.port, self.process, self.name)

    @staticmethod
    def packet(kind, body):
        size, rest = bytearray(), len(body)
        while rest >= 0x80:
            size.append(rest & 0x7F | 0x80)
            rest >>= 7
        size.append(rest)
        return bytes([kind]) + bytes(size) + body

    @staticmethod
    def text(value):
        return len(value).to_bytes(2, "big") + value.encode()

    def connect(self, client):
        return self.packet(0x10, self.text("MQTT") + b"\4\2\0\0" + self.text(client))

    def watch_preambles(self):
        subscribe = self.packet(0x82, b"\0\1" + self.text("bench") + b"\1")
        preamble = self.connect("w%WID0000000%") + subscribe
        return lib.request_file(self.name + "-watch", [preamble])

    def fan_arguments(self):
        payload = lib.compact({**lib.record("f"), "by": "@@%SEQ0000000%"}).encode()
        publish = self.packet(0x33, self.text("bench") + b"\0\1" + payload)
        return [
            *("-b", lib.write_bytes(self.name + "-hello", self.connect("writer"))),
            *("-m", lib.write_bytes(self.name + "-message", publish)),
        ]


class SQLiteAnchors(Peer):
    """What SQLite and the disk do from C: sqlbench, not a server."""

    name = "sqlite"

    def start(self):
        self.folder = lib.fresh_folder("sqlbench")
        lines = (
            lib.compact(dict(lib.record(i), id=lib.record_id("s", i))) + "\n" for i in range(BIG)
        )
        self.records = lib.write_bytes("sqlbench/records.ndjson", "".join(lines).encode())

    def pids(self):
        return []

    def measure(self, workload, conns, seconds):
        return lib.tool("sqlbench", self.folder, self.records, "anchors")
