"""Hybrid time: section 11. A time is (packed, device), which is also its order."""

MAXIMUM = (1 << 64) - 1
AHEAD_MS = 60_000


def pack(milliseconds, counter=0):
    return milliseconds << 16 | counter


def text(time):
    return "%016x-%016x" % time


def parse(value):
    packed, _, device = value.partition("-")
    if len(packed) != 16 or len(device) != 16 or value != value.lower():
        raise ValueError("a time is 16 digits, a hyphen and 16 digits")
    return int(packed, 16), int(device, 16)


def dot_text(dot):
    return "%016x.%d" % dot


def parse_dot(value):
    device, _, mid = value.partition(".")
    if len(device) != 16 or not mid.isdecimal() or str(int(mid)) != mid:
        raise ValueError("a dot is 16 digits, a full stop and a number")
    return int(device, 16), int(mid)


def stamp(clock_ms, offset_ms, last):
    """The next time of a device: never behind its last one."""
    return max(pack(max(0, clock_ms + offset_ms)), last + 1)


def stored(sent, server_ms, previous):
    """The time that the server stores for a mutation, and whether it is another than was sent."""
    base = pack(server_ms) if sent >> 16 > server_ms + AHEAD_MS else sent
    result = max(base, previous + 1)
    return result, result != sent
