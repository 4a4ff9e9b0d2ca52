"""All bytes of the sync protocol that the benchmarks write or read, and nothing else.

The format is that of Sources/SyncProtocol/Wire: a frame is a varint length, a varint type and
fields; a field is a varint `number << 3 | kind` and a value, where kind 0 is a varint and kind 2
a length and that many bytes. `test_tangrat_wire.py` holds bytes that the Swift encoder wrote.
"""

from dataclasses import dataclass, field
import json

MEDIA_TYPE = "application/vnd.tangrat.sync"
SYNC_PATH = "/v1/sync"
LIVE_PATH = "/v1/live"
SCHEMA = 1

SYNC, PUSH, MUTATION = 1, 2, 3
HELLO, UNCHANGED, BUCKET, BUCKET_GONE, NAME = 16, 17, 18, 19, 20
ROW, TOMBSTONE, OUTCOMES, PAGE, CHECKPOINT = 21, 22, 23, 24, 25
PUSHED, RESTART, ERROR = 26, 27, 28
TERMINAL = {UNCHANGED, PAGE, CHECKPOINT, PUSHED, RESTART, ERROR}

CREATE, SET = 1, 3
REFUSED = 3


class WireError(Exception):
    """The bytes are not an answer of a sync server, or the answer is an error."""


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def put(number, value):
    """One field: an int becomes a varint, text and bytes are length-prefixed."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def frame(kind, fields):
    payload = varint(kind) + fields
    return varint(len(payload)) + payload


def fixed(number):
    return number.to_bytes(8, "big")


def sync_frame(cursor=b"", rows_max=10_000, bytes_max=256 * 1024, outcomes_seen=0, priority_max=9):
    out = put(1, cursor) if cursor else b""
    out += put(2, rows_max) + put(3, bytes_max) + put(4, SCHEMA) + put(5, outcomes_seen)
    if priority_max != 9:
        out += put(6, priority_max)
    return frame(SYNC, out)


def push_frame(base_chain):
    return frame(PUSH, put(1, fixed(base_chain)))


def canonical(value):
    """Canonical JSON: sorted keys, no space, text as UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def operation(kind, table, row, name=None, value=None):
    out = put(1, kind) + put(2, table) + put(3, row)
    if name is not None:
        out += put(4, name) + put(5, canonical(value))
    return out


def mutation_frame(mid, milliseconds, device, chain, operations, counter=0):
    """`device` is the number behind the sixteen hexadecimal digits."""
    out = put(1, mid) + put(2, milliseconds << 16 | counter) + put(3, fixed(device))
    out += put(4, SCHEMA) + put(5, fixed(chain))
    for each in operations:
        out += put(6, each)
    return frame(MUTATION, out)


def chain_link(device, mid):
    """The link the load tools use after mutation `mid`; `trsync.h` has the same function.

    The server checks that links continue, not how a device computed them.
    """
    mask = (1 << 64) - 1
    z = (device + mid * 0x9E3779B97F4A7C15) & mask
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & mask
    return z ^ z >> 31


def read_varint(data, at):
    number = shift = 0
    while True:
        if at >= len(data):
            raise WireError("a number is cut")
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7


def read_fields(data, at=0):
    """Fields by number; the last of a number wins."""
    found = {}
    while at < len(data):
        key, at = read_varint(data, at)
        if key & 7 == 0:
            value, at = read_varint(data, at)
        elif key & 7 == 2:
            length, at = read_varint(data, at)
            if at + length > len(data):
                raise WireError("a field is cut")
            value = data[at : at + length]
            at += length
        else:
            raise WireError("unknown kind of field: %d" % (key & 7))
        found[key >> 3] = value
    return found


def frames(data):
    """Yields (type, fields) of each frame."""
    at = 0
    while at < len(data):
        length, at = read_varint(data, at)
        if at + length > len(data):
            raise WireError("a frame is cut")
        payload = data[at : at + length]
        kind, start = read_varint(payload, 0)
        yield kind, read_fields(payload, start)
        at += length


@dataclass
class Answer:
    """What a response of /v1/sync says, as far as a benchmark cares."""

    end: int = 0  # the type of the terminal frame
    rows: int = 0  # row and tombstone frames
    cursor: bytes = b""
    acked_mid: int = 0
    refused: list = field(default_factory=list)  # codes
    bodies: int = 0  # bytes of row bodies
    size: int = 0  # bytes of the answer


def read_answer(data):
    """Reads a whole response body.

    Raises WireError unless it begins with `hello` and ends in exactly one terminal frame that is
    not an error.
    """
    answer = Answer(size=len(data))
    first = True
    for kind, found in frames(data):
        if first and (kind != HELLO or found.get(1) != b"TRS1"):
            raise WireError("the answer does not begin with hello: %r" % data[:80])
        first = False
        if answer.end:
            raise WireError("frames after the end")
        if kind in (ROW, TOMBSTONE):
            answer.rows += 1
            answer.bodies += len(found.get(8, b""))
        elif kind == OUTCOMES and found[3] == REFUSED:
            answer.refused.append(found.get(4, b"").decode() + " " + found.get(5, b"").decode())
        elif kind == ERROR:
            raise WireError("%s: %s" % (found[1].decode(), found[2].decode()))
        elif kind == RESTART:
            raise WireError("restart: " + found[1].decode())
        if kind in TERMINAL:
            answer.end = kind
            if kind in (UNCHANGED, PUSHED):
                answer.acked_mid = found[1]
            else:
                answer.cursor = found[1]
                answer.acked_mid = found.get(4, 0)
    if not answer.end:
        raise WireError("the answer has no end (%d bytes)" % len(data))
    return answer


def feed_line(table, row, as_of, version, subject, body):
    """One line of POST /v1/agency/records. Bodies hold integers and strings only."""
    record = {
        "table": table,
        "id": row,
        "as_of": as_of,
        "source_version": version,
        "subject": subject,
        "body": body,
    }
    return canonical(record) + b"\n"
