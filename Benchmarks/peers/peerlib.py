"""Shared pieces of the benchmarks: records, request files, processes, and the load tools.

Everything generated lives below `Benchmarks/.work`. Servers are pinned to core 0 and load to
core 1; everything listens on loopback only.
"""

import base64
import http.client
import json
import os
import random
import shutil
import socket
import subprocess
import time
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WORK = os.path.join(ROOT, "Benchmarks", ".work")
BIN = os.path.join(WORK, "bin")
DATA = os.path.join(WORK, "data")
LOGS = os.path.join(WORK, "logs")
VENV = os.path.join(WORK, "venv", "bin")
RESULTS = os.path.join(ROOT, "Benchmarks", "results")
SERVER_CORE, LOAD_CORE = 0, (os.cpu_count() or 1) - 1

WORDS = (
    "the of and to in is that it was for on are with as his they be at one have this from or had "
    "by hot but some what there we can out other were all your when up use word how said an each "
    "she which do their time if will way about many then them would write like so these her long "
    "make thing see him two has look more day could go come did my sound no most number who over "
    "know water than call first people may down side been now find any new work part take get "
    "place made live where after back little only round man year came show every good me give our "
    "under name very through just form much great think say help low line before turn cause same "
    "mean differ move right boy old too does tell sentence set three want air well also play small "
    "end put home read hand port large spell add even land here must big high such follow act why "
    "ask men change went light kind off need house picture try us again animal point mother world "
    "near build self earth father"
).split()


def record(seed, size=600):
    """A record of about `size` bytes with its id, once encoded compactly."""
    r = random.Random(seed)
    made = {
        "title": " ".join(r.choice(WORDS) for _ in range(6)),
        "done": r.random() < 0.3,
        "order": r.randrange(10_000),
        "list": str(uuid.UUID(int=r.getrandbits(128), version=4)),
        "tags": [r.choice(WORDS) for _ in range(3)],
        "due": 1_700_000_000_000 + r.randrange(10**10),
        "created": 1_690_000_000_000 + r.randrange(10**10),
        "by": "user-%04d" % r.randrange(500),
        "body": "",
    }
    left = size - len(compact(made)) - 48
    text = []
    while left > 0:
        text.append(r.choice(WORDS))
        left -= len(text[-1]) + 1
    made["body"] = " ".join(text)
    return made


def record_id(user, i):
    bits = random.Random("%s/%d" % (user, i)).getrandbits(128)
    return str(uuid.UUID(int=bits, version=4))


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def bare_records(user, count):
    """The records with their ids as one JSON array: the least that says the same."""
    return compact([dict(record(i), id=record_id(user, i)) for i in range(count)])


def raw(method, path, body=None, headers=None, port=80):
    """The bytes of a request."""
    lines = {"Host": "127.0.0.1:%d" % port, "User-Agent": "hload", "Accept": "*/*"}
    if isinstance(body, str):
        body = body.encode()
    if body is not None:
        lines["Content-Length"] = str(len(body))
    lines.update(headers or {})
    head = "%s %s HTTP/1.1\r\n" % (method, path)
    head += "".join("%s: %s\r\n" % line for line in lines.items())
    return (head + "\r\n").encode() + (body or b"")


def request_file(name, requests):
    """Writes requests for hload, or preambles for fanout."""
    os.makedirs(os.path.join(DATA, "requests"), exist_ok=True)
    path = os.path.join(DATA, "requests", name)
    with open(path, "wb") as f:
        for each in requests:
            f.write(b"%d\n" % len(each) + each)
    return path


def write_bytes(name, data):
    os.makedirs(DATA, exist_ok=True)
    path = os.path.join(DATA, name)
    with open(path, "wb") as f:
        f.write(data)
    return path


class Http:
    """One keep-alive connection, made again once if the server closed it."""

    def __init__(self, port, headers=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = headers or {}

    def __call__(self, method, path, body=None, headers=None):
        if body is not None and not isinstance(body, (str, bytes)):
            body = compact(body)
        for attempt in (0, 1):
            try:
                self.connection.request(method, path, body, {**self.headers, **(headers or {})})
                response = self.connection.getresponse()
                return response.status, response.headers, response.read()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.connection.close()
                if attempt:
                    raise


def basic(user, password="pw"):
    return "Basic " + base64.b64encode(("%s:%s" % (user, password)).encode()).decode()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def fresh_folder(name):
    path = os.path.join(DATA, name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


def spawn(command, log, env=None, user=None):
    """Starts a server on its core; its output goes to `.work/logs/<log>.log`."""
    os.makedirs(LOGS, exist_ok=True)
    more = {"user": user, "group": user, "extra_groups": []} if user else {}
    with open(os.path.join(LOGS, log + ".log"), "w") as out:
        return subprocess.Popen(
            ["taskset", "-c", str(SERVER_CORE)] + command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            start_new_session=True,
            cwd="/",
            **more,
        )


def wait_port(port, process, log, seconds=30):
    end = time.time() + seconds
    while time.time() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    path = os.path.join(LOGS, log + ".log")
    with open(path, errors="replace") as f:
        tail = "".join(f.readlines()[-15:])
    raise SystemExit("%s did not open port %d; the end of %s:\n%s" % (log, port, path, tail))


def stop(process, with_signal=None):
    if process.poll() is None:
        process.send_signal(with_signal) if with_signal else process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def tool(*command):
    """Runs a load tool on the load core and reads its one JSON object."""
    command = [os.path.join(BIN, command[0])] + [str(c) for c in command[1:]]
    done = subprocess.run(
        ["taskset", "-c", str(LOAD_CORE)] + command, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError("%s\n%s%s" % (" ".join(command), done.stderr, done.stdout))
    return json.loads(done.stdout)


def hload(port, file, conns, seconds, pids, label, warm=0.3):
    # A sequence that begins with the time keeps written ids apart between runs.
    sequence = int(time.time() * 1000) % 10**11
    return tool(
        *("hload", "-p", port, "-c", conns, "-f", file, "-t", seconds, "-w", warm),
        *("-P", pids, "-l", label, "-s", sequence),
    )


def memory_kb(pids):
    """Proportional memory of the process trees."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name) as f:
                    parent = int(f.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(name))
    total, left = 0, list(pids)
    while left:
        pid = left.pop()
        left += children.get(pid, [])
        try:
            with open("/proc/%d/smaps_rollup" % pid) as f:
                total += next(int(line.split()[1]) for line in f if line.startswith("Pss:"))
        except (OSError, StopIteration):
            pass
    return total


def settle(seconds_max=5):
    """Lets what other peers have written reach the disk, and their own tidying end.

    A commit of the file system's journal waits for everybody's data: without this, whoever
    comes after a peer with many dirty pages pays for them.
    """
    os.sync()
    for _ in range(int(seconds_max / 0.2)):
        busy, total = busy_ticks()
        time.sleep(0.2)
        busy_after, total_after = busy_ticks()
        if busy_after - busy <= 0.05 * (total_after - total):
            return


def busy_ticks():
    """(busy, all) ticks of the machine, to see how loud the neighbours are."""
    with open("/proc/stat") as f:
        ticks = list(map(int, f.readline().split()[1:]))
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)
