"""Slow attackers and idle watchers in thousands, and what honest clients notice of them."""

import asyncio
import json
import os
import re
import resource
import socket
import subprocess
import threading
import time

from edge_http import connect, next_source
from edge_world import NAME, Certificates, Nginx, check
from torture.devices import LineDevice

ATTACKERS = 4_000
CHANNELS = 10_000
CHANNEL_KIB_MAX = 40
P99_MILLISECONDS_MAX = 250
# Of one device, as docs/limits.md says.
CHANNELS_OF_DEVICE = 16
HONEST_SECONDS = 30
CONNECT_SECONDS_MAX = 60
# Through nginx: what a drip holds there is the same for each, and one is as good as thousands.
DRIPS = 100
DRIP_SECONDS_MAX = 60
# Readers that take nothing of a page: devices of one person, each with fewer requests than it may
# have open at once (docs/limits.md).
READING_DEVICES = 16
READERS_OF_DEVICE = 28
# What waits for one of them: a page as it is if nothing is asked, and as much that is built.
READER_KIB_MAX = 512
# They are cut off after 30 s; the honest ones are measured before that, and the end waited for.
BESIDE_READERS_SECONDS = 20
READERS_SECONDS_MAX = 90

# The page that its readers ask for is small, so the kernel takes it whole: check_readers has those
# for whom the server itself must keep an answer.
KINDS = {
    "headers": ["-H", "-i", "3", "-x", "24", "-u", "/healthz"],
    "body": ["-B", "-i", "3", "-s", "8192", "-x", "24", "-u", "/v1/oauth/token"],
    "read": ["-X", "-k", "10", "-n", "5", "-w", "8", "-y", "16", "-z", "8", "-u", "/device"],
}


def many_descriptors():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def honest_traffic(world, token, seconds):
    """Syncs that find nothing new, by wrk; what they met."""
    script = os.path.join(world.folder, "sync.lua")
    status, answer = world.request(
        "POST", "/v1/sync", b'{"frame":"sync"}',
        {"Authorization": "Bearer " + token, "Content-Type": "application/json"})
    cursor = json.loads(answer.splitlines()[-1])["cursor"]
    with open(script, "w") as file:
        file.write(
            'wrk.method = "POST"\nwrk.body = %s\n'
            'wrk.headers["Content-Type"] = "application/json"\n'
            'wrk.headers["Authorization"] = "Bearer %s"\n'
            % (json.dumps(json.dumps({"frame": "sync", "cursor": cursor})), token))
    done = subprocess.run(
        ["wrk", "-t", "1", "-c", "16", "-d", "%ds" % seconds, "--timeout", "5s", "--latency",
         "-s", script, "http://127.0.0.1:%d/v1/sync" % world.port],
        capture_output=True, timeout=seconds + 60)
    text = done.stdout.decode()
    p99 = re.search(r"99%\s+([0-9.]+)(us|ms|s)", text)
    total = re.search(r"([0-9]+) requests in", text)
    check(p99 and total, "wrk: %s%s" % (text, done.stderr.decode()))
    milliseconds = float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]]
    errors = re.findall(r"Socket errors.*|Non-2xx.*", text)
    return int(total[1]), milliseconds, errors


def check_honest(world, token, what, seconds=HONEST_SECONDS):
    count, p99, errors = honest_traffic(world, token, seconds)
    print("  %-28s %7d syncs in %d s, p99 %.1f ms, %s"
          % (what, count, seconds, p99, "; ".join(errors) or "no errors"), flush=True)
    check(not errors, "honest clients met errors: %s" % errors)
    check(p99 <= P99_MILLISECONDS_MAX, "p99 of honest clients is %.1f ms" % p99)


def open_connections(world):
    """How many connections the server has, from the kernel's table."""
    port = ":%04X" % world.port
    with open("/proc/net/tcp") as table:
        return sum(1 for line in table
                   if line.split()[1].endswith(port) and line.split()[3] == "01")


def opened_by(log):
    """How many connections slowhttptest has opened, by its own count."""
    with open(log, errors="replace") as file:
        text = re.sub(r"\x1b\[[0-9;]*m", "", file.read())
    counts = [[int(number) for number in found] for found in re.findall(
        r"connected:\s+(\d+)\s+error:\s+\d+\s+closed:\s+(\d+)", text)]
    return max((sum(pair) for pair in counts), default=0)


def check_slow(world, options):
    many_descriptors()
    attackers = options.count or ATTACKERS
    person = world.admin("person", "add")["subject"]
    token = LineDevice(world, person, "honest").token
    before = world.descriptors()
    resident = world.resident_kib()
    check_honest(world, token, "without an attack", 10)
    for kind, words in KINDS.items():
        words = words[:-1] + ["http://127.0.0.1:%d%s" % (world.port, words[-1])]
        command = ["slowhttptest", "-c", str(attackers), "-r", str(attackers), "-p", "5",
                   "-l", str(HONEST_SECONDS + 30), *words]
        with open(os.path.join(world.folder, kind + ".log"), "w") as log:
            attack = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=world.folder)
        try:
            held, end = 0, time.monotonic() + 10
            while held < attackers * 0.9 and time.monotonic() < end:
                time.sleep(0.1)
                held = max(held, open_connections(world))
            # Not all at once: the first are cut off while the last are opened.
            most = [held, world.resident_kib()]
            running = threading.Event()

            def watch():
                while not running.wait(0.5):
                    most[0] = max(most[0], open_connections(world))
                    most[1] = max(most[1], world.resident_kib())

            watcher = threading.Thread(target=watch, daemon=True)
            watcher.start()
            check_honest(world, token, "%s, %d slow at its start" % (kind, most[0]))
            running.set()
            watcher.join()
            opened = opened_by(os.path.join(world.folder, kind + ".log"))
            check(opened >= attackers * 0.95,
                  "slowhttptest opened %d connections of %d" % (opened, attackers))
            print("  %-28s opened %d, at most %d at once; %d KiB resident (%d before)"
                  % ("", opened, most[0], most[1], resident), flush=True)
        finally:
            attack.terminate()
            attack.wait(timeout=30)
        left = world.wait_for_descriptors(before, 90)
        check(left <= before, "%s: %d descriptors before, %d after" % (kind, before, left))


def large_bucket(world):
    """A person with so many rows that a first sync has several pages."""
    person = world.admin("person", "add")["subject"]
    key = world.admin("agency", "add", "large", "--tables", "document")["key"]
    lines = [json.dumps({
        "table": "document", "id": "long-%d" % number, "subject": person,
        "as_of": int(time.time() * 1000), "source_version": 1,
        "body": {"note": "%d " % number * 500}}) for number in range(1_000)]
    status, answer = world.request(
        "POST", "/v1/agency/records", "\n".join(lines).encode() + b"\n",
        {"Authorization": "Bearer " + key, "Content-Type": "application/x-ndjson"})
    check(status == 200 and json.loads(answer.splitlines()[-1])["applied"] == len(lines),
          "feed: %d %r" % (status, answer[-300:]))
    return person


def stalled_reader(world, token, body):
    """A connection that has asked and takes nothing beyond the status of its answer.

    The kernel of a machine that talks to itself takes megabytes on behalf of who does not read; of
    a peer with small segments, as a phone has them, it takes some tens of KiB.
    """
    request = ("POST /v1/sync HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n"
               "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
               % (token, len(body))).encode() + body
    for _ in range(50):
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        line.settimeout(30)
        line.connect(("127.0.0.1", world.port))
        line.sendall(request)
        status = line.recv(12, socket.MSG_WAITALL)
        if status == b"HTTP/1.1 200":
            return line
        line.close()
        # First syncs are turned away first where there is much to do (decision 0101).
        check(status == b"HTTP/1.1 503", "a first sync: %r" % status)
        time.sleep(0.1)
    check(False, "a first sync is not answered")


def taken(line):
    """How many bytes there are for somebody who reads at last, until the connection ends."""
    count = 0
    line.settimeout(30)
    try:
        while piece := line.recv(65536):
            count += len(piece)
    except ConnectionError:
        pass
    except TimeoutError:
        check(False, "the connection of a reader that took nothing does not end")
    line.close()
    return count


def check_readers(world, options):
    """First syncs that nobody reads: kept in bounds, cut off, and nobody waits for them."""
    many_descriptors()
    person = large_bucket(world)
    honest = LineDevice(world, world.admin("person", "add")["subject"], "honest").token
    tokens = [LineDevice(world, person, "reader").token for _ in range(READING_DEVICES)]
    body = b'{"frame":"sync","rows_max":10000}'
    status, answer = world.request(
        "POST", "/v1/sync", body,
        {"Authorization": "Bearer " + tokens[0], "Content-Type": "application/json"})
    check(status == 200 and len(answer) >= 200_000,
          "a first sync: %d with %d bytes" % (status, len(answer)))
    check_honest(world, honest, "without readers", 5)
    before, resident = world.descriptors(), world.resident_kib()
    most = [resident]
    running = threading.Event()

    def watch():
        while not running.wait(0.2):
            most[0] = max(most[0], world.resident_kib())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    lines = []
    try:
        for token in tokens * READERS_OF_DEVICE:
            lines.append(stalled_reader(world, token, body))
        held = open_connections(world)
        check_honest(world, honest, "%d unread first syncs" % held, BESIDE_READERS_SECONDS)
        check(held >= len(lines) * 0.95, "%d readers of %d are held" % (held, len(lines)))
        left = world.wait_for_descriptors(before, READERS_SECONDS_MAX)
        check(left <= before, "readers: %d descriptors before, %d after" % (before, left))
        most_taken = max(taken(line) for line in lines)
        # Else the kernel had it all, and the server never waited for anybody.
        check(most_taken < len(answer) / 2,
              "a reader has %d bytes of %d: it was not the server who waited"
              % (most_taken, len(answer)))
    finally:
        running.set()
        watcher.join()
        for line in lines:
            line.close()
    each = (most[0] - resident) / len(lines)
    print("  %d readers of %d bytes that take nothing: at most %.0f KiB resident each, cut off "
          "with at most %d bytes" % (len(lines), len(answer), each, most_taken), flush=True)
    check(each <= READER_KIB_MAX, "a reader that takes nothing costs %.0f KiB" % each)


def check_drip(world, options):
    """Bodies that come a byte a second are ended behind nginx, which would wait for ever."""
    token = LineDevice(world, world.admin("person", "add")["subject"], "drip").token
    certificates = Certificates(os.path.join(world.folder, "tls"))
    nginx = Nginx(os.path.join(world.folder, "nginx"), certificates, world.port)
    nginx.start()
    before = world.descriptors()

    async def drip(number):
        path, fields = ("/v1/oauth/token", "") if number % 2 else (
            "/v1/sync", "Authorization: Bearer %s\r\nContent-Type: application/json\r\n" % token)
        # As many as one device may have open at once.
        framing = "Content-Length: 16000" if number % 4 < 2 else "Transfer-Encoding: chunked"
        reader, writer = await connect(nginx.port, certificates.context(), NAME)
        writer.write(("POST %s HTTP/1.1\r\nHost: %s\r\n%s%s\r\n\r\n"
                      % (path, NAME, fields, framing)).encode())
        piece = b" " if number % 4 < 2 else b"1\r\n \r\n"

        async def send():
            while True:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(1)

        sending = asyncio.ensure_future(send())
        try:
            line = await asyncio.wait_for(reader.readline(), DRIP_SECONDS_MAX)
        except (asyncio.TimeoutError, OSError):
            line = b""
        sending.cancel()
        writer.transport.abort()
        return line.split(b" ")[1].decode() if b" " in line else "nothing"

    async def all_of_them():
        return await asyncio.gather(*(drip(number) for number in range(DRIPS)))

    try:
        answers = asyncio.run(all_of_them())
        counts = {answer: answers.count(answer) for answer in sorted(set(answers))}
        # A device has 32 requests open at once; its others are refused when they begin.
        check(set(counts) <= {"408", "429"} and counts.get("408", 0) >= DRIPS // 2 + 32,
              "drips through nginx were answered %s" % counts)
        written = [name for folder, _, names in os.walk(nginx.folder) for name in names
                   if os.path.basename(folder) == "client_body"]
        check(not written, "nginx wrote bodies to files: %s" % written)
        left = world.wait_for_descriptors(before)
        # nginx keeps some connections for the next requests.
        check(left <= before + 64, "%d descriptors before, %d after" % (before, left))
    finally:
        nginx.end()
    print("  %d bodies of a byte a second through nginx: answered %s"
          % (DRIPS, ", ".join("%d × %s" % pair[::-1] for pair in counts.items())), flush=True)


def check_channels(world, options):
    """Idle live channels: their memory, and honest clients beside them."""
    room = many_descriptors()
    count = options.count or CHANNELS
    check(room > count + 500, "the limit of descriptors is %d: ulimit -n" % room)
    devices = -(-count // CHANNELS_OF_DEVICE)
    people = [world.admin("person", "add")["subject"] for _ in range(40)]
    tokens = [LineDevice(world, people[number % len(people)], "watcher").token
              for number in range(devices)]
    honest = LineDevice(world, people[0], "honest").token
    key = world.admin("agency", "add", "dlt", "--tables", "driving_licence")["key"]
    before = world.descriptors()
    check_honest(world, honest, "without channels", 10)
    check(world.wait_for_descriptors(before) == before, "wrk left connections behind")
    asyncio.run(hold_channels(world, tokens, count, honest, key, people[0]))


async def hold_channels(world, tokens, count, honest, key, person):
    before, resident = world.descriptors(), world.resident_kib()
    room = asyncio.Semaphore(64)
    events = [0]

    async def watch(number):
        async with room:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", world.port, local_addr=(next_source(), 0), limit=4096)
            writer.write(
                ("GET /v1/live HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n\r\n"
                 % tokens[number // CHANNELS_OF_DEVICE]).encode())
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), CONNECT_SECONDS_MAX)
            check(b" 200 " in head, "channel %d: %r" % (number, head[:200]))
        return reader, writer

    async def listen(reader):
        try:
            while line := await reader.readline():
                events[0] += line.startswith(b"event: moved")
        except (OSError, ValueError, asyncio.IncompleteReadError):
            pass
        return "ended"

    channels = await asyncio.gather(*(watch(number) for number in range(count)))
    listeners = [asyncio.ensure_future(listen(reader)) for reader, _ in channels]
    await asyncio.sleep(1)
    held = world.descriptors() - before
    check(held == count, "%d channels are open, not %d" % (held, count))
    each = (world.resident_kib() - resident) / count
    print("  %d channels: %d KiB resident before, %d with them: %.2f KiB each"
          % (count, resident, world.resident_kib(), each), flush=True)
    check(each <= CHANNEL_KIB_MAX, "a channel costs %.2f KiB" % each)
    await asyncio.to_thread(check_honest, world, honest, "beside %d channels" % count, 30)
    line = json.dumps({
        "table": "driving_licence", "id": "one", "subject": person,
        "as_of": int(time.time() * 1000), "source_version": 1, "body": {"class_en": "Tractor"}})
    watchers = sum(1 for number in range(count) if (number // CHANNELS_OF_DEVICE) % 40 == 0)
    await asyncio.to_thread(
        world.request, "POST", "/v1/agency/records", line.encode(),
        {"Authorization": "Bearer " + key, "Content-Type": "application/x-ndjson"})
    end = time.monotonic() + 20
    while events[0] < watchers and time.monotonic() < end:
        await asyncio.sleep(0.05)
    check(events[0] == watchers, "%d events for the %d channels of one person"
          % (events[0], watchers))
    each = (world.resident_kib() - resident) / count
    check(each <= CHANNEL_KIB_MAX, "a channel costs %.2f KiB after half a minute" % each)
    ended = sum(listener.done() for listener in listeners)
    check(ended == 0, "%d channels ended by themselves" % ended)
    print("  a change reached the %d channels of its person and no other; %.2f KiB each after "
          "half a minute" % (watchers, each), flush=True)
    for _, writer in channels:
        writer.transport.abort()
    await asyncio.gather(*listeners)
    left = await asyncio.to_thread(world.wait_for_descriptors, before)
    check(left == before, "%d descriptors before, %d after" % (before, left))
