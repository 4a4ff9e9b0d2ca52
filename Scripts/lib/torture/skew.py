"""A client and an agency of a later version, beside programs that do not know it."""

import json
import os
import sys
import time

from torture.devices import LineDevice, Mirror, hex16
from torture.world import check

sys.path.append(os.path.join(os.path.dirname(__file__), "../../../Tests/Interop"))
from trs1 import wire  # noqa: E402  (the client that was written from the protocol alone)

ROW = "%s"
# What a mutation has beside operations that every version knows, and how it ends: protocol.md
# sections 5, 6 and 10. `later` is a member, or a field, that this version does not have.
WRITES = {
    "nothing": ([], ""),
    "an unknown field of an operation": (
        [{"do": "create", "table": "request_draft", "id": ROW, "later": [1, {"a": "ข"}]}], ""),
    "an unknown operation": (
        [{"do": "merge_all", "table": "request_draft", "id": ROW}], "operation_unknown"),
    "an unknown table": (
        [{"do": "create", "table": "later_table", "id": ROW}], "table_unknown"),
    "an unknown field of a row": (
        [{"do": "set", "table": "request_draft", "id": ROW, "field": "later", "value": "x"}],
        "field_not_writable"),
}
LATER_OPERATION = 77
LATER_FRAME = 99
# Of a number, and of bytes: both are skipped without being known.
LATER_FIELDS = ((99, 7), (100, "ข".encode()))
# Depths, letters and numbers that a program which reads and writes again may change.
LATER_BODY = {"brand": "a", "later": {"deep": [[[{"ก": "ข/é", "n": 9007199254740993}]]],
                                      "none": None}, "zz_later": ""}
BINARY = {"Content-Type": "application/vnd.tangrat.sync", "Accept": "application/json"}


def field(number, value):
    if isinstance(value, int):
        return wire.varint(number << 3) + wire.varint(value)
    return wire.varint(number << 3 | 2) + wire.varint(len(value)) + value


def frame(number, *fields):
    """The bytes of a frame, with fields of a later version behind its own."""
    data = wire.varint(number) + b"".join(field(*pair) for pair in fields + LATER_FIELDS)
    return wire.varint(len(data)) + data


def encoded(operation):
    """The bytes of an operation, also of one that no version has yet."""
    if operation["do"] in wire.OPERATIONS:
        data = wire.encode_operation(operation)
    else:
        data = (field(1, LATER_OPERATION) + field(2, operation["table"].encode())
                + field(3, operation["id"].encode()))
    if "later" in operation:
        data += b"".join(field(*pair) for pair in LATER_FIELDS)
    return data


class Newer:
    """A device by hand, and an agency, that are newer than server and devices."""

    def __init__(self, home):
        self.home = home
        self.device = LineDevice(home.world, home.person, "newer")
        self.mirror = Mirror(self.device)
        self.lines = self.device.form
        self.key = home.world.admin("agency", "add", "later", "--tables", "vehicle")["key"]
        self.mid = self.taken = self.refused = self.fed = 0

    def push(self, draw, where):
        """All kinds of writes in one request, in each form, and each request twice."""
        for is_binary in (False, True):
            names = ["nothing"] + draw.sample(sorted(WRITES), len(WRITES)) + ["nothing"]
            first = self.mid + 1
            mutations = [self.mutation(first + place, name) for place, name in enumerate(names)]
            body = self.binary(mutations) if is_binary else self.text(mutations)
            self.device.form = BINARY if is_binary else self.lines
            for _ in range(2):
                self.outcomes(body, first, names, "%s, %s" % (
                    where, "binary" if is_binary else "lines"))
            self.device.form = self.lines
            self.mid += len(names)
            self.taken += sum(not WRITES[name][1] for name in names)
            self.refused += sum(bool(WRITES[name][1]) for name in names)
            self.mirror.pull()
            for mid, name in enumerate(names, first):
                is_there = ("request_draft", self.row(mid)) in self.mirror.rows
                check(is_there == (not WRITES[name][1]),
                      "%s: a write with %s is there: %s" % (where, name, is_there))
            parts = self.mirror.rows["annotation", "newer"]["fields"]["shown"][1]
            there = sum(added - taken for device, added, taken in parts
                        if device == self.device.device)
            check(there == self.taken, "%s: %d writes of a newer client are taken, %d are there"
                  % (where, self.taken, there))

    def row(self, mid):
        return "newer-%d" % mid

    def mutation(self, mid, name):
        """Operations that take effect whole or not at all, with those of a kind behind them."""
        operations = [
            {"do": "create", "table": "annotation", "id": "newer"},
            {"do": "increment", "table": "annotation", "id": "newer", "field": "shown",
             "number": 1},
            {"do": "create", "table": "request_draft", "id": self.row(mid)}]
        for operation in WRITES[name][0]:
            operations.append(
                dict(operation, id=operation["id"].replace(ROW, self.row(mid))))
        packed = int(time.time() * 1000) << 16 | (mid & 0xFFFF)
        return mid, packed, operations

    def text(self, mutations):
        later = '{"frame":"later","list":[1,{"a":"ข"}]}'
        lines = [later, '{"frame":"sync","rows_max":0,"schema":9,"later":{"a":1}}', later,
                 json.dumps({"frame": "push", "base_chain": hex16(self.mid), "later": 1})]
        for mid, packed, operations in mutations:
            lines += [later, json.dumps({
                "frame": "mutation", "mid": mid, "time": hex16(packed) + "-" + self.device.device,
                "schema": 1, "chain": hex16(mid), "operations": operations, "later": [mid]})]
        return "\n".join(lines + [later]).encode()

    def binary(self, mutations):
        later = frame(LATER_FRAME, (1, 1))
        body = [later, frame(1, (2, 0), (3, 262_144), (4, 9), (5, 0)), later,
                frame(2, (1, self.mid.to_bytes(8, "big")))]
        for mid, packed, operations in mutations:
            body += [later, frame(
                3, (1, mid), (2, packed), (3, bytes.fromhex(self.device.device)), (4, 1),
                (5, mid.to_bytes(8, "big")),
                *((6, encoded(operation)) for operation in operations))]
        return b"".join(body + [later])

    def outcomes(self, body, first, names, where):
        """Sends a request: each write has the end that is due, whatever stands beside it."""
        self.device.hang_up()
        status, answer = self.device.sync(body)
        check(status == 200, "%s: status %d: %r" % (where, status, answer[:300]))
        found = {}
        for line in map(json.loads, answer.splitlines()):
            if line["frame"] == "outcomes":
                for mid in range(line["first"], line["last"] + 1):
                    found[mid] = line["status"], line["code"]
        for mid, name in enumerate(names, first):
            status, code = found.get(mid, ("", ""))
            due = WRITES[name][1]
            check((status, code) == ("refused", due) if due else status in ("accepted", "merged"),
                  "%s: a write with %s ends with %s %s" % (where, name, status, code))

    def feed(self, where):
        """Rows with members of a later version, and lines that only a later server reads."""
        self.fed += 1
        good = {"table": "vehicle", "subject": self.home.person, "as_of": int(time.time() * 1000),
                "source_version": 1, "body": LATER_BODY}
        ids = ["newer-%d-%d" % (self.fed, number) for number in range(4)]
        lines = [dict(good, id=ids[0]), dict(good, id=ids[1], later=1),
                 dict(good, id=ids[2], table="later_table"), dict(good, id=ids[3])]
        status, answer = self.home.world.request(
            "POST", "/v1/agency/records", "\n".join(map(json.dumps, lines)).encode() + b"\n",
            {"Authorization": "Bearer " + self.key})
        check(status == 200, "%s: a feed: %d %r" % (where, status, answer[-300:]))
        told = [json.loads(line) for line in answer.splitlines()]
        codes = {line["line"]: line["code"] for line in told if line["status"] == "refused"}
        check(codes == {2: "feed.member_unknown", 3: "feed.table_unknown"},
              "%s: lines of a later version: %s" % (where, codes))
        check(told[-1]["status"] == "done" and told[-1]["applied"] == 2,
              "%s: good lines beside them: %s" % (where, told[-1]))
        return ids[0], ids[3]

    def check_kept(self, ids, where):
        """After a sync the devices hold such rows byte for byte."""
        body = json.dumps(
            LATER_BODY, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        for device in self.home.devices:
            dump = device.dump().decode()
            for name in ids:
                check('"body":%s,"id":"%s"' % (body, name) in dump,
                      "%s: %s does not hold %s as it came" % (where, device.name, name))
