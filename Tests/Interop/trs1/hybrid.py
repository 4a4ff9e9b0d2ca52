"""Hybrid time: section 11. A time is (packed, device), which is also its order."""

import re

TIME = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}\Z")
DOT = re.compile(r"[0-9a-f]{16}\.(0|[1-9][0-9]{0,19})\Z")
MAXIMUM = (1 << 64) - 1
CLOCK_MOST = (1 << 48) - 1
AHEAD_MS = 60_000


def pack(milliseconds, counter=0):
    return milliseconds << 16 | counter


def text(time):
    return "%016x-%016x" % time


def parse(value):
    if not TIME.match(value):
        raise ValueError("a time is 16 digits, a hyphen and 16 digits")
    return int(value[:16], 16), int(value[17:], 16)


def dot_text(dot):
    return "%016x.%d" % dot


def parse_dot(value):
    if not DOT.match(value) or int(value[17:]) > MAXIMUM:
        raise ValueError("a dot is 16 digits, a full stop and a number")
    return int(value[:16], 16), int(value[17:])


def stamp(clock_ms, offset_ms, last, seen=0, random=0):
    """The next packed time of a device: never behind its last one, nor what it has seen of the row.

    `random` is a new number of 16 bits, so that copies of a device do not stamp alike.
    """
    clock = min(max(clock_ms + offset_ms, 0), CLOCK_MOST)
    return min(max(pack(clock), last + 1, seen + 1) + random, MAXIMUM)


def stored(sent, server_ms, previous):
    """The packed time that the server stores for a mutation."""
    base = pack(server_ms) if sent >> 16 > server_ms + AHEAD_MS else sent
    return max(base, min(previous + 1, MAXIMUM))
