"""A server whose own rows are bad, by a fault of its own: what a device makes of them."""

import contextlib
import json
import os
import signal
import sqlite3
import sys
import time

from torture.household import Household
from torture.world import check

sys.path.append(os.path.join(os.path.dirname(__file__), "../../../Tests/Interop"))
from trs1 import hashes  # noqa: E402  (the client that was written from the protocol alone)

# What a body can be that is none. A row with one stands beside the others.
BODIES = {
    "half a body": b'{"brand":"t',
    "bytes that are no text": b"\xff\xfe\x00{",
    "a body of another kind": b"[1,2,3]",
    "no body": b"",
    "half a surrogate": b'{"brand":"\\ud800"}',
}
# Ids that are none: an answer with one is no answer.
IDS = {
    "a blank in an id": "v 1",
    "a line break in an id": "v\n1",
    "a path in an id": "../../v1",
    "an id of a thousand letters": "v" * 1_000,
}


def torture_misfed(world, rounds, draw):
    """Each kind of bad row: it keeps no row from the screen and no write from the server."""
    world.start(seconds_max=10)
    home = Household(world, names="ab", writers=1)
    key = world.admin("agency", "add", "dlt", "--tables", "vehicle")["key"]
    feed(world, key, home.person, "good", 1)
    home.settle_and_check("at first")
    kinds = ([("body", name) for name in BODIES] + [("id", name) for name in IDS]
             + [("sum", "sums"), ("hash", "a row for everyone whose hash is none")])
    public = world.admin("agency", "add", "dga", "--tables", "onboarding")["key"]
    told = 0
    for number in range(rounds):
        for kind, name in draw.sample(kinds, len(kinds)):
            where = "round %d, %s" % (number + 1, name)
            row = "bad-%d-%d" % (number, kinds.index((kind, name)))
            if kind == "hash":
                feed_everyone(world, public, row)
            else:
                feed(world, key, home.person, row, 1)
            world.end(signal.SIGTERM)
            spoil(world, row, kind, name)
            world.start()
            if kind == "hash":
                # Nothing of its own: only such an answer leaves while it is made.
                code, _ = home.sync(home.devices[0])
                check(code != 0, "%s: an answer that was broken off is taken" % where)
            told += one(home, row, kind, where)
            # Its next version puts it right, once its id is one again.
            if kind != "body":
                world.end(signal.SIGTERM)
                mend(world, row, kind, name)
                world.start()
            if kind != "hash":
                feed(world, key, home.person, row, 2)
            home.settle_and_check(where + ", put right")
    return "%d rounds: %d kinds of bad rows, %d answers refused and told; %d writes there once" % (
        rounds, len(kinds), told, len(home.acked))


def one(home, row, kind, where):
    """Two devices meet the row; gives how many of them refused the answer."""
    device, other = home.devices
    before = rows(device.dump())
    pins = []
    for writer in (device, other):
        code, errors = home.pin(writer)
        check(code == 0, "%s: a write is not stored: %s" % (where, errors))
        pins.append("pin-%d" % home.serial)
    refused = 0
    for reader in (device, other):
        code, errors = home.sync(reader)
        check((code == 0) == (kind == "body"), "%s: a sync ends with %d: %s" % (where, code, errors))
        refused += code != 0
    # What was there is there, and what was written has arrived: seen from outside.
    after = rows(device.dump())
    missing = {key for key in before if key[0] == "vehicle" and key not in after}
    check(not missing, "%s: the screen lost %s" % (where, sorted(missing)))
    if kind == "body":
        check(("vehicle", row) in after, "%s: the row is not shown at all" % where)
    arrived = pinned(home.world)
    for pin in pins:
        check(b'"%s"' % pin.encode() in arrived, "%s: the write %s does not arrive" % (where, pin))
    return refused


def rows(dump):
    lines = map(json.loads, dump.decode(errors="surrogateescape").rstrip("\n").split("\n"))
    return {(line["table"], line["id"]) for line in lines if "table" in line}


def feed_everyone(world, key, row):
    """Rows for everyone, of which the last one is `row`.

    They fill more than one slice of an answer: when the server comes to the last one, the first
    ones have left, and it can only break the answer off.
    """
    rows = ["%s-%d" % (row, number) for number in range(80)] + [row]
    lines = [{"table": "onboarding", "id": name, "as_of": int(time.time() * 1000),
              "source_version": 1, "body": {"text": "x" * 1_000}} for name in rows]
    send(world, key, lines)


def feed(world, key, person, row, version):
    send(world, key, [{"table": "vehicle", "id": row, "subject": person,
                       "as_of": int(time.time() * 1000), "source_version": version,
                       "body": {"brand": row}}])


def send(world, key, lines):
    status, body = world.request(
        "POST", "/v1/agency/records", b"".join(json.dumps(line).encode() + b"\n" for line in lines),
        {"Authorization": "Bearer " + key})
    check(status == 200 and b'"applied":%d' % len(lines) in body.replace(b" ", b""),
          "the rows are not taken: %d %r" % (status, body[-200:]))


@contextlib.contextmanager
def store(world):
    connection = sqlite3.connect(os.path.join(world.data, "server.sqlite"))
    try:
        with connection:
            yield connection
    finally:
        connection.close()


def pinned(world):
    """What the server has of all that was pinned."""
    with store(world) as connection:
        return b"".join(body for (body,) in connection.execute(
            "SELECT body FROM row WHERE tab = (SELECT no FROM name WHERE text = 'pinned')"))


def spoil(world, row, kind, name):
    """Makes a row bad, as its server has it."""
    with store(world) as connection:
        if kind == "id":
            connection.execute(
                "UPDATE row SET id = ? WHERE id = ?", (IDS[name], row))
        elif kind == "sum":
            flip_sum(connection, row)
        elif kind == "hash":
            connection.execute("UPDATE row SET hash = x'00' WHERE id = ?", (row,))
        else:
            change_body(connection, row, BODIES[name])


def mend(world, row, kind, name):
    """Makes a row good again."""
    with store(world) as connection:
        if kind == "id":
            connection.execute("UPDATE row SET id = ? WHERE id = ?", (row, IDS[name]))
        elif kind == "hash":
            table, owner, as_of, version, _, body = stored(connection, row)
            right = hashes.row_hash(table, row, owner, as_of, version, body)
            connection.execute("UPDATE row SET hash = ? WHERE id = ?", (right, row))
        else:
            flip_sum(connection, row)


def flip_sum(connection, row):
    """Flips a bit of the sum of a row's bucket; once more, and it is right again."""
    bucket, total = bucket_of(connection, row)
    flipped = bytes([total[0] ^ 1]) + total[1:]
    connection.execute("UPDATE bucket SET sum = ? WHERE no = ?", (flipped, bucket))


def bucket_of(connection, row):
    return connection.execute(
        "SELECT bucket.no, bucket.sum FROM bucket JOIN row ON row.bucket = bucket.no "
        "WHERE row.id = ?", (row,)).fetchone()


def stored(connection, row):
    return connection.execute(
        "SELECT t.text, o.text, row.as_of, row.source_version, row.hash, row.body FROM row "
        "JOIN name t ON t.no = row.tab JOIN name o ON o.no = row.owner WHERE row.id = ?",
        (row,)).fetchone()


def change_body(connection, row, body):
    """Gives a row another body, with its hash and its bucket's sum: protocol.md section 8."""
    table, owner, as_of, version, old, before = stored(connection, row)
    hashed = [hashes.row_hash(table, row, owner, as_of, version, part) for part in (before, body)]
    check(hashed[0] == old, "the hash of %s is another" % row)
    bucket, total = bucket_of(connection, row)
    total = hashes.add(hashes.subtract(total, old), hashed[1])
    connection.execute("UPDATE row SET body = ?, hash = ? WHERE id = ?", (body, hashed[1], row))
    connection.execute("UPDATE bucket SET sum = ? WHERE no = ?", (total, bucket))
