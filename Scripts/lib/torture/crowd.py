"""Crowds after an outage, and readers that do not read."""

import http.client
import json
import os
import random
import select
import socket
import threading
import time

from torture.devices import LineDevice, Mirror, check_ledgers
from torture.household import Household
from torture.world import Violation, check, seconds_told

PEOPLE = 20
DEVICES_OF_PERSON = 3
CHANNELS_OF_DEVICE = 8
SLOW_READERS = 60
# What a connection may hold that is not read, docs/limits.md.
BUFFERED_KIB_MAX = 256
# The write stall of docs/limits.md is 30 s; a machine under load notices later.
STALL_SECONDS_MAX = 90
# A pause as long as it was told is cut to this, so that a round ends in good time.
PAUSE_SECONDS_MAX = 20
# So many requests one after another are more than anybody has, and than a wait needs.
HURRY_MOST = 300
LETTERS = "กขคงจฉชซดตถทธนบปผพฟมยรลวสหอ"


class ToldToWait(Violation):
    """An answer that says to come later: wrong where nothing is in the way."""

    def __init__(self, seconds, message):
        super().__init__(message)
        self.seconds = seconds


def torture_crowd(world, rounds, draw):
    """Everybody comes at once after a kill; some never read what they asked for."""
    world.start(seconds_max=10)
    home = Household(world, names="ab", writers=1)
    home.settle_and_check("at first")
    people = [world.admin("person", "add")["subject"] for _ in range(PEOPLE)]
    crowd = [LineDevice(world, person, "crowd-%d" % number)
             for person in people for number in range(DEVICES_OF_PERSON)]
    # A device of each person looks on: what the others were promised is there.
    mirrors = [Mirror(device) for device in crowd[::DEVICES_OF_PERSON]]
    full = feed_much(world, draw)
    asked = busy = longest = channels = 0
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
        # One request a second and 30 at once: whoever comes back in a hurry is told to wait.
        world.start(env={"TANGRAT_DEVICE_RATE": "1"})
        tries, refused, told = come_back(world, crowd)
        asked, busy, longest = asked + tries, busy + refused, max(longest, told)
        world.end()
        world.start()
        for first, mirror in enumerate(mirrors):
            mirror.pull()
            start = first * DEVICES_OF_PERSON
            check_ledgers(crowd[start:start + DEVICES_OF_PERSON], mirror)
        home.settle_and_check(where + ", everybody at once")
        slow(home, full, where)
        home.settle_and_check(where + ", slow readers")
    return ("%d rounds: %d live channels cut by a kill, %d devices back at once with channel and "
            "push (%d attempts, %d times told to wait, up to %d s); %d readers that do not read, "
            "cut off"
            % (rounds, channels, len(crowd), asked, busy, longest, SLOW_READERS))


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
    first, *fields = head.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    if " 200 " not in first:
        line.close()
        check(first.split()[1] in ("429", "503"), "a live channel: %r" % head[:200])
        heads = {name.lower(): value.strip()
                 for name, _, value in (field.partition(":") for field in fields)}
        raise ToldToWait(seconds_told(heads, "a live channel"), "a live channel: %s" % first)
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
    """All devices in one moment: each asks until it is told to wait, opens its channel and pushes.

    Whoever is told to wait waits as long as the answer says, up to a limit; whoever gets no
    answer, a moment that is drawn. Gives attempts, how often it was said, and the longest wait.
    """
    barrier = threading.Barrier(len(crowd))
    problems, counts = [], [0, 0, 0]
    guard = threading.Lock()

    def wait(draw, told):
        if told is None:
            time.sleep(draw.uniform(0, 0.5))
            return
        with guard:
            counts[1] += 1
            counts[2] = max(counts[2], told)
        time.sleep(min(told, PAUSE_SECONDS_MAX))

    def attempt(ask):
        """Whether it was taken, and how long the answer said to wait, if there was one."""
        with guard:
            counts[0] += 1
        try:
            return ask()
        except ToldToWait as answer:
            return False, answer.seconds
        except (OSError, http.client.HTTPException):
            return False, None

    def return_of(device):
        def opens():
            channel(world, device).close()
            return True, None

        def pushes():
            return device.push(), device.retry_after

        try:
            draw = random.Random(device.device)
            device.may_be_slowed = True
            barrier.wait()
            for ask in (lambda: hurry(device), opens, pushes):
                for _ in range(HURRY_MOST):
                    is_done, told = attempt(ask)
                    if not is_done or told is not None:
                        wait(draw, told)
                    if is_done:
                        break
                check(is_done, "%s does not get through" % device.name)
        except BaseException as problem:  # noqa: BLE001  reported by the main thread
            problems.append(problem)

    threads = [threading.Thread(target=return_of, args=[device], daemon=True) for device in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
        check(not thread.is_alive(), "a device of the crowd hangs")
    if problems:
        raise problems[0]
    for device in crowd:
        check(device.acked == device.mid, "%s: not all is acknowledged" % device.name)
    check(counts[1] >= len(crowd), "of %d devices %d were told to wait" % (len(crowd), counts[1]))
    return counts


def hurry(device):
    """Asks for nothing as fast as it can: whether it was told to wait, and how long."""
    for _ in range(HURRY_MOST):
        status, answer = device.post(b'{"frame":"sync","rows_max":0}')
        if status in (429, 503):
            return True, seconds_told(device.heads, "%s: a %d" % (device.name, status))
        check(status == 200, "%s: status %d: %r" % (device.name, status, answer[:300]))
    raise Violation("%s may ask %d times at once" % (device.name, HURRY_MOST))


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
        # On loopback the kernel takes megabytes for whoever does not read; of short segments little.
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
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
