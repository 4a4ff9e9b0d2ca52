"""Both forms of the frames: sections 5 and 6.

A frame is a dictionary as section 6 writes it, in both forms; only the body of a `row` is bytes,
because bodies are kept and hashed as they came.
"""

import base64

from .canonical import IDENTIFIER, canonical, parse

FRAME_LIMIT = 1_048_576
REQUIRED = object()

# Kinds: "uint" and "zigzag" are varints; the others travel as bytes and differ in their lines.
# Each field: number, member, kind, what it is where it is left out.
FRAMES = {
    1: ("sync", [
        (1, "cursor", "base64", ""), (2, "rows_max", "uint", 10_000),
        (3, "bytes_max", "uint", 262_144), (4, "schema", "uint", 1),
        (5, "outcomes_seen", "uint", 0), (6, "priority_max", "uint", 9),
        (7, "checkpoint", "uint", None)]),
    2: ("push", [(1, "base_chain", "link", REQUIRED)]),
    3: ("mutation", [
        (1, "mid", "uint", REQUIRED), (2, "packed", "uint", REQUIRED),
        (3, "device", "link", REQUIRED), (4, "schema", "uint", REQUIRED),
        (5, "chain", "link", REQUIRED), (6, "operations", "operations", []),
        (7, "origin", "origin", None)]),
    4: ("reconcile", [
        (1, "bytes_max", "uint", 262_144), (2, "schema", "uint", 1), (3, "goes_on", "uint", 0),
        (4, "mismatch", "uint", 0)]),
    5: ("sums", [
        (1, "bucket", "text", REQUIRED), (2, "depth", "uint", 0), (3, "low", "low", "0" * 16),
        (4, "split", "uint", REQUIRED), (5, "parts", "parts", REQUIRED)]),
    6: ("items", [
        (1, "bucket", "text", REQUIRED), (2, "depth", "uint", 0), (3, "low", "low", "0" * 16),
        (4, "hashes", "hashes", REQUIRED)]),
    16: ("hello", [(1, "magic", "text", REQUIRED), (2, "server_ms", "uint", REQUIRED)]),
    17: ("unchanged", [(1, "acked_mid", "uint", REQUIRED)]),
    18: ("bucket", [
        (1, "number", "uint", REQUIRED), (2, "bucket", "text", None), (3, "epoch", "uint", None),
        (4, "head", "uint", REQUIRED), (5, "count", "uint", REQUIRED), (6, "sum", "sum", REQUIRED),
        (7, "priority", "uint", None), (8, "lease_until", "uint", 0),
        (9, "ahead", "uint", REQUIRED)]),
    19: ("bucket_gone", [(1, "bucket", "text", REQUIRED)]),
    20: ("name", [(1, "index", "uint", REQUIRED), (2, "text", "text", REQUIRED)]),
    21: ("row", [
        (1, "bucket", "number", REQUIRED), (2, "table", "name", REQUIRED),
        (3, "id", "id", REQUIRED), (4, "rev", "uint", REQUIRED), (5, "owner", "name", REQUIRED),
        (6, "as_of", "zigzag", REQUIRED), (7, "source_version", "zigzag", REQUIRED),
        (8, "body", "body", REQUIRED)]),
    22: ("tombstone", [
        (1, "bucket", "number", REQUIRED), (2, "table", "name", REQUIRED),
        (3, "id", "id", REQUIRED), (4, "rev", "uint", REQUIRED)]),
    23: ("outcomes", [
        (1, "first", "uint", REQUIRED), (2, "last", "uint", REQUIRED),
        (3, "status", "status", REQUIRED), (4, "code", "text", ""), (5, "detail", "text", "")]),
    24: ("page", [
        (1, "cursor", "base64", REQUIRED), (2, "rows", "uint", REQUIRED),
        (3, "sum", "sum", REQUIRED)]),
    25: ("checkpoint", [
        (1, "cursor", "base64", REQUIRED), (2, "rows", "uint", REQUIRED),
        (3, "sum", "sum", REQUIRED), (4, "acked_mid", "uint", None), (5, "acked_chain", "link", None),
        (6, "lineage", "base64", None)]),
    26: ("pushed", [(1, "acked_mid", "uint", REQUIRED)]),
    27: ("restart", [(1, "reason", "text", REQUIRED)]),
    28: ("error", [
        (1, "code", "text", REQUIRED), (2, "message", "text", ""),
        (3, "retry_after_ms", "uint", 0), (4, "acked_mid", "uint", 0)]),
    29: ("parts", [
        (1, "bucket", "number", REQUIRED), (2, "depth", "uint", 0), (3, "low", "low", "0" * 16),
        (4, "split", "uint", REQUIRED), (5, "parts", "parts", REQUIRED)]),
    30: ("surplus", [(1, "bucket", "number", REQUIRED), (2, "hashes", "hashes", REQUIRED)]),
    31: ("reconciled", [
        (1, "cursor", "base64", ""), (2, "rows", "uint", REQUIRED), (3, "sum", "sum", REQUIRED),
        (4, "answered", "uint", REQUIRED)]),
}
TYPES = {name: number for number, (name, _) in FRAMES.items()}
VARINTS = {"uint", "zigzag", "number", "name", "status"}
STATUSES = {1: "accepted", 2: "merged", 3: "refused"}
OPERATIONS = ["create", "delete", "set", "raise", "mark", "add", "remove", "increment", "write",
              "submit"]


class WireProblem(ValueError):
    """Bytes that are not frames; `code` begins with `wire.`."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


# Varints and fields

def varint(value):
    result = bytearray()
    while value > 0x7F:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    result.append(value)
    return bytes(result)


def zigzag(value):
    return value << 1 if value >= 0 else (-value << 1) - 1


def unzigzag(value):
    return value >> 1 if value & 1 == 0 else -(value + 1 >> 1)


def read_varint(data, start):
    """The number at `start` and where the next byte stands."""
    value = shift = 0
    at = start
    while True:
        if at == len(data):
            raise WireProblem("wire.truncated")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
        if shift == 70:
            raise WireProblem("wire.number_too_large")
    if value >> 64:
        raise WireProblem("wire.number_too_large")
    if byte == 0 and at - start > 1:
        raise WireProblem("wire.number_padded")
    return value, at


def _field(number, value):
    """A field of a varint or of bytes, by the value's type."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def _fields(data):
    """All fields of a frame or an operation: (number, varint or bytes)."""
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        value, at = read_varint(data, at)
        if key & 7 == 2:
            if value > len(data) - at:
                raise WireProblem("wire.truncated")
            value, at = data[at:at + value], at + value
        elif key & 7:
            raise WireProblem("wire.field_kind")
        yield key >> 3, value


# Members as bytes

def _text(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise WireProblem("wire.text") from None


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    """The bytes of a text that has no padding, no other letters and no stray bits."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except ValueError:
        raise WireProblem("wire.base64") from None
    if b64(data) != text:
        raise WireProblem("wire.base64")
    return data


def encode_parts(parts):
    """Each part: a count and, unless that is 0, a sum."""
    return b"".join(
        varint(part["count"]) + (bytes.fromhex(part["sum"]) if part["count"] else b"")
        for part in parts)


def decode_parts(data):
    parts, at = [], 0
    while at < len(data):
        count, at = read_varint(data, at)
        width = 16 if count else 0
        if len(data) - at < width:
            raise WireProblem("wire.parts")
        parts.append({"count": count, "sum": (data[at:at + width] or bytes(16)).hex()})
        at += width
    return parts


def encode_origin(text):
    """The first name of a mutation: `<device>.<mid>.<link>` as bytes."""
    device, mid, link = text.split(".")
    return bytes.fromhex(device) + bytes.fromhex(link) + varint(int(mid))


def decode_origin(data):
    if len(data) < 17:
        raise WireProblem("wire.origin")
    mid, at = read_varint(data, 16)
    if at != len(data) or not 0 < mid < 1 << 62:
        raise WireProblem("wire.origin")
    return "%s.%d.%s" % (data[:8].hex(), mid, data[8:16].hex())


def encode_operation(operation):
    """The fields of an operation, ascending."""
    data = _field(1, OPERATIONS.index(operation["do"]) + 1)
    data += _field(2, operation["table"].encode()) + _field(3, operation["id"].encode())
    if "field" in operation:
        data += _field(4, operation["field"].encode())
    if "value" in operation:
        data += _field(5, canonical(operation["value"]))
    if "text" in operation:
        data += _field(6, operation["text"].encode())
    if "number" in operation:
        data += _field(7, zigzag(operation["number"]))
    for dot in operation.get("dots", []):
        device, _, mid = dot.partition(".")
        data += _field(8, bytes.fromhex(device) + varint(int(mid)))
    return data


def decode_operation(data):
    operation, dots = {}, []
    for number, value in _fields(data):
        if number == 1:
            operation["do"] = OPERATIONS[value - 1]
        elif number == 5:
            operation["value"] = parse(value)
        elif number == 7:
            operation["number"] = unzigzag(value)
        elif number == 8:
            dots.append("%s.%d" % (value[:8].hex(), read_varint(value, 8)[0]))
        elif number in (2, 3, 4, 6):
            operation[{2: "table", 3: "id", 4: "field", 6: "text"}[number]] = value.decode()
    if operation["do"] in ("remove", "write"):
        operation["dots"] = dots
    return operation


# Frames as bytes

class Encoder:
    """Writes frames; gives texts their indices. `numbers` are those of buckets, by name."""

    def __init__(self, numbers=None):
        self.names = {}
        self.numbers = dict(numbers or {})

    def frame(self, frame):
        """The bytes of a frame, behind those of the names that it is the first to use."""
        type = TYPES[frame["frame"]]
        ahead, data = b"", varint(type)
        if type == 3:
            packed, _, device = frame["time"].partition("-")
            frame = dict(frame, packed=int(packed, 16), device=device)
        if type == 18:
            number = self.numbers.setdefault(frame["bucket"], len(self.numbers))
            frame = dict(frame, number=number)
            if frame.get("is_held"):
                frame.update({"bucket": None, "epoch": None, "priority": None})
        for number, member, kind, default in FRAMES[type][1]:
            value = frame.get(member, default)
            if kind == "name" and value not in self.names:
                self.names[value] = len(self.names)
                ahead += self.frame({"frame": "name", "index": self.names[value], "text": value})
            if kind == "operations":
                data += b"".join(_field(number, encode_operation(item)) for item in value)
            elif not self._left_out(frame, member, value, default):
                data += _field(number, self._value(kind, value, frame))
        if len(data) > FRAME_LIMIT:
            raise WireProblem("wire.frame_too_large")
        return ahead + varint(len(data)) + data

    @staticmethod
    def _left_out(frame, member, value, default):
        if member in ("depth", "low"):
            return frame["depth"] == 0
        if member in ("rows_max", "bytes_max", "schema", "outcomes_seen", "retry_after_ms"):
            return False
        return value == default

    def _value(self, kind, value, frame):
        if kind == "zigzag":
            return zigzag(value)
        if kind in ("text", "id"):
            return value.encode()
        if kind in ("link", "sum"):
            return bytes.fromhex(value)
        if kind == "base64":
            return unb64(value)
        if kind == "origin":
            return encode_origin(value)
        if kind == "hashes":
            return b"".join(bytes.fromhex(item) for item in value)
        if kind == "parts":
            return encode_parts(value)
        if kind == "low":
            return bytes.fromhex(value)[:-(-frame["depth"] // 8)]
        if kind == "name":
            return self.names[value]
        if kind == "number":
            return self.numbers[value]
        if kind == "status":
            return {text: number for number, text in STATUSES.items()}[value]
        return value


class Decoder:
    """Reads frames; `held` are the buckets that the device knows by number: number → members."""

    def __init__(self, held=()):
        self.names = {}
        self.buckets = dict(held)

    def frames(self, data):
        at = 0
        while at < len(data):
            length, at = read_varint(data, at)
            if length == 0:
                raise WireProblem("wire.frame_empty")
            if length > FRAME_LIMIT:
                raise WireProblem("wire.frame_too_large")
            if length > len(data) - at:
                raise WireProblem("wire.truncated")
            frame = self._frame(data[at:at + length])
            at += length
            if frame is not None:
                yield frame

    def _frame(self, data):
        type, at = read_varint(data, 0)
        if type not in FRAMES:
            return None
        name, members = FRAMES[type]
        found, operations = {}, []
        known = {number: kind for number, _, kind, _ in members}
        for number, value in _fields(data[at:]):
            kind = known.get(number)
            if kind is None:
                continue
            if isinstance(value, int) != (kind in VARINTS):
                raise WireProblem("wire.field_kind")
            if kind == "operations":
                operations.append(decode_operation(value))
            elif number in found:
                raise WireProblem("wire.field")
            else:
                found[number] = value
        frame = {"frame": name}
        for number, member, kind, default in members:
            if kind == "operations":
                frame[member] = operations
            elif number in found:
                frame[member] = self._member(kind, found[number])
            elif default is REQUIRED:
                raise WireProblem("wire.field")
            elif default is not None:
                frame[member] = default
        return self._resolve(type, frame)

    def _resolve(self, type, frame):
        for owner, *together in ((18, "bucket", "epoch", "priority"), (25, "acked_mid", "acked_chain")):
            if type == owner and len({name in frame for name in together}) > 1:
                raise WireProblem("wire.field")
        if type == 25 and frame.get("acked_mid") == 0:
            raise WireProblem("wire.field")
        if type == 23 and frame["last"] < frame["first"]:
            raise WireProblem("wire.outcome")
        if type == 3 and not 0 < frame["mid"] < 1 << 62:
            raise WireProblem("wire.mutation")
        if type == 3:
            frame["time"] = "%016x-%s" % (frame.pop("packed"), frame.pop("device"))
        if type == 18:
            if "bucket" not in frame:
                held = self.buckets.get(frame["number"])
                if held is None:
                    raise WireProblem("wire.index")
                frame.update({name: held[name] for name in ("bucket", "epoch", "priority")})
            self.buckets[frame["number"]] = frame
        if type == 20:
            self.names[frame["index"]] = frame["text"]
            return None
        if type == 16 and frame["magic"] != "TRS1":
            raise WireProblem("wire.magic")
        return frame

    def _member(self, kind, value):
        if kind == "zigzag":
            return unzigzag(value)
        if kind == "text":
            return _text(value)
        if kind == "id":
            if not IDENTIFIER.match(_text(value)):
                raise WireProblem("wire.identifier")
            return value.decode()
        if kind in ("link", "sum"):
            if len(value) != (8 if kind == "link" else 16):
                raise WireProblem("wire.fixed" if kind == "link" else "wire.sum")
            return value.hex()
        if kind == "base64":
            return b64(value)
        if kind == "origin":
            return decode_origin(value)
        if kind == "hashes":
            if len(value) % 16:
                raise WireProblem("wire.items")
            return [value[at:at + 16].hex() for at in range(0, len(value), 16)]
        if kind == "parts":
            return decode_parts(value)
        if kind == "low":
            return value.ljust(8, b"\0").hex()
        if kind == "status":
            if value not in STATUSES:
                raise WireProblem("wire.outcome")
            return STATUSES[value]
        if kind in ("name", "number"):
            known = self.names if kind == "name" else self.buckets
            if value not in known:
                raise WireProblem("wire.index")
            return known[value] if kind == "name" else known[value]["bucket"]
        return value


# Frames as lines

def to_line(frame):
    frame = {name: value for name, value in frame.items() if name != "number"}
    if frame["frame"] == "row":
        frame["body"] = parse(frame["body"])
    return canonical(frame)


def from_line(line):
    frame = parse(line, depth=64)
    if frame.get("frame") == "row":
        frame["body"] = canonical(frame["body"])
    return frame
