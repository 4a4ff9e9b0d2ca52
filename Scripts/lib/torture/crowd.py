"""Crowds after an outage, and readers that do not read."""

import http.client
import json
import os
import random
import select
import socket
import threading
import time

from torture.devices import LineDevice
from torture.household import Household
from torture.world import check

PEOPLE = 20
DEVICES_OF_PERSON = 3
CHANNELS_OF_DEVICE = 8
SLOW_READERS = 60
# What a connection may hold that is not read, docs/limits.md.
BUFFERED_KIB_MAX = 256
# The write stall of docs/limits.md is 30 s; a machine under load notices later.
STALL_SECONDS_MAX = 90
LETTERS = "กขคงจฉชซดตถทธนบปผพฟมยรลวสหอ"


def torture_crowd(world, rounds, draw):
    """Everybody comes at once after a kill; some never read what they asked for."""
    world.start(seconds_max=10)
    home = Household(world, names="ab", writers=1)
    home.settle_and_check("at first")
    people = [world.admin("person", "add")["subject"] for _ in range(PEOPLE)]
    crowd = [LineDevice(world, person, "crowd-%d" % number)
             for person in people for number in range(DEVICES_OF_PERSON)]
    full = feed_much(world, draw)
    asked = busy = channels = 0
    for number in range(rounds):
        where = "round %d" % (number + 1)
        held = [channel(world, device) for device in crowd for _ in range(CHANNELS_OF_DEVICE)]
        channels = len(held)
        home.write()
        for device in crowd:
            device.write()
        world.end()
        for line in held:
            ends(line, 30, "%s: a channel of a killed server" % where)
        world.start()
        tries, refused = come_back(world, crowd)
        asked, busy = asked + tries, busy + refused
        home.settle_and_check(where + ", everybody at once")
        slow(home, full, where)
        home.settle_and_check(where + ", slow readers")
    return ("%d rounds: %d live channels cut by a kill, %d devices back at once with channel and "
            "push (%d requests, %d told to wait); %d readers that do not read, cut off"
            % (rounds, channels, len(crowd), asked, busy, SLOW_READERS))


def channel(world, device):
    """An open live stream, past the head of its answer."""
    line = socket.create_connection(("127.0.0.1", world.port), timeout=30)
    line.sendall(("GET /v1/live HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n\r\n"
                  % device.token).encode())
    head = b""
    while b"\r\n\r\n" not in head:
        piece = line.recv(4096)
        check(piece, "a live channel ends in its head: %r" % head)
        head += piece
    check(b" 200 " in head.split(b"\r\n")[0], "a live channel: %r" % head[:200])
    return line


def ends(line, seconds, what):
    """Reads until the other side ends the connection."""
    end = time.monotonic() + seconds
    while True:
        ready, _, _ = select.select([line], [], [], max(0, end - time.monotonic()))
        check(ready, "%s does not end" % what)
        try:
            if not line.recv(65536):
                break
        except ConnectionError:
            break
    line.close()


def come_back(world, crowd):
    """All devices in one moment: each opens its channel and pushes until both are taken.

    Whoever is told to wait waits as long as it is told, and no longer than asked.
    """
    barrier = threading.Barrier(len(crowd))
    problems, counts = [], [0, 0]
    guard = threading.Lock()

    def return_of(device):
        try:
            draw = random.Random(device.device)
            barrier.wait()
            for _ in range(50):
                with guard:
                    counts[0] += 2
                try:
                    line = channel(world, device)
                    line.close()
                    if device.push():
                        return
                    with guard:
                        counts[1] += 1
                except (OSError, http.client.HTTPException):
                    pass
                time.sleep(draw.uniform(0, 0.5))
            raise AssertionError("%s does not get through" % device.name)
        except BaseException as problem:  # noqa: BLE001  reported by the main thread
            problems.append(problem)

    threads = [threading.Thread(target=return_of, args=[device], daemon=True) for device in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
        check(not thread.is_alive(), "a device of the crowd hangs")
    if problems:
        raise problems[0]
    for device in crowd:
        check(device.acked == device.mid, "%s: not all is acknowledged" % device.name)
    return counts


def feed_much(world, draw):
    """A device of somebody with so many rows that no socket's buffer takes the answer."""
    person = world.admin("person", "add")["subject"]
    key = world.admin("agency", "add", "crowd", "--tables", "document")["key"]
    note = "".join(draw.choice(LETTERS) for _ in range(1_000))
    lines = [json.dumps({
        "table": "document", "id": "long-%d" % number, "subject": person,
        "as_of": int(time.time() * 1000), "source_version": 1,
        "body": {"note": note + str(number)}}) for number in range(4_000)]
    status, answer = world.request(
        "POST", "/v1/agency/records", "\n".join(lines).encode() + b"\n",
        {"Authorization": "Bearer " + key, "Content-Type": "application/x-ndjson"})
    check(status == 200 and json.loads(answer.splitlines()[-1])["applied"] == len(lines),
          "feed: %d %r" % (status, answer[-300:]))
    return LineDevice(world, person, "full")


def slow(home, full, where):
    """Readers that ask for everything and read nothing: bounded, cut off, and nobody waits."""
    world = home.world
    before, resident = descriptors(world), resident_kib(world)
    body = b'{"frame":"sync","rows_max":10000}'
    asked = ("POST /v1/sync HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n"
             "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
             % (full.token, len(body))).encode() + body
    readers = []
    for _ in range(SLOW_READERS):
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        line.settimeout(30)
        line.connect(("127.0.0.1", world.port))
        line.sendall(asked)
        readers.append(line)
    for writer in home.writers:
        # What it had open was the old server's.
        writer.hang_up()
    most = 0
    end = time.monotonic() + 5
    while time.monotonic() < end:
        check(home.write(), "%s: an honest write is not taken beside slow readers" % where)
        most = max(most, resident_kib(world) - resident)
    for device in home.devices:
        code, errors = home.sync(device)
        check(code == 0, "%s: an honest sync fails beside slow readers: %s" % (where, errors))
    check(most <= BUFFERED_KIB_MAX * SLOW_READERS + 32_768,
          "%s: %d slow readers cost %d KiB" % (where, SLOW_READERS, most))
    end = time.monotonic() + STALL_SECONDS_MAX
    while descriptors(world) > before and time.monotonic() < end:
        time.sleep(0.2)
    left = descriptors(world)
    check(left <= before, "%s: %d descriptors before, %d with readers that do not read"
          % (where, before, left))
    for line in readers:
        line.close()


def descriptors(world):
    return len(os.listdir("/proc/%d/fd" % world.pid))


def resident_kib(world):
    with open("/proc/%d/status" % world.pid) as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
