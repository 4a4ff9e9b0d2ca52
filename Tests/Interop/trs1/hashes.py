"""Row hashes, bucket sums and the chain of mutations: section 8."""

import hashlib
import struct

from . import wire

ZERO = bytes(16)


def row_hash(table, id, owner, as_of, source_version, body):
    """16 bytes that stand for a row."""
    def prefixed(data):
        return struct.pack(">I", len(data)) + data
    data = (prefixed(table.encode()) + prefixed(id.encode()) + prefixed(owner.encode())
            + struct.pack(">qq", as_of, source_version) + prefixed(body))
    return hashlib.sha256(data).digest()[:16]


def _lanes(a, b, sign):
    pairs = zip(struct.unpack(">4I", a), struct.unpack(">4I", b))
    return struct.pack(">4I", *((x + sign * y) & 0xFFFF_FFFF for x, y in pairs))


def add(a, b):
    return _lanes(a, b, 1)


def subtract(a, b):
    return _lanes(a, b, -1)


def total(hashes):
    """The sum of many hashes."""
    result = ZERO
    for item in hashes:
        result = add(result, item)
    return result


def link(previous, mid, packed, operations, origin=None):
    """The chain's link of a mutation; links are 8 bytes, operations as in section 6."""
    data = previous + struct.pack(">QQ", mid, packed)
    if origin:
        device, number, first = origin.split(".")
        data += bytes.fromhex(device) + struct.pack(">Q", int(number)) + bytes.fromhex(first)
    data += b"".join(wire.encode_operation(operation) for operation in operations)
    return hashlib.sha256(data).digest()[:8]
