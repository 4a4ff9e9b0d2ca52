#!/usr/bin/env python3
"""Makes the golden vectors that this client is the source of: python3 make_vectors.py

What comes out of an input is reckoned here, by the document; the Swift tests check that the
product agrees, and test_vectors.py that the files are what this program makes.
"""

import json
import os
import random

from trs1 import decisions, hashes, hybrid, merge, wire
from trs1.canonical import JSONProblem, canonical, parse
from trs1.mirror import Mirror

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Vectors")


def vector(id, input, expected, why):
    return {"id": id, "input": input, "expected": expected, "why": why}


def numbered(prefix, cases):
    return [vector("%s-%03d" % (prefix, number), *case) for number, case in enumerate(cases, 1)]


def hex64(number):
    return "%016x" % number


# Times, dots

def hybrid_times():
    cases = []
    for text, why in [
            ("0000000000000000-0000000000000000", "the first time"),
            ("019a7afd1e000001-00000000000000ab", "milliseconds, counter 1, device"),
            ("ffffffffffffffff-ffffffffffffffff", "the last time"),
            ("019A7AFD1E000001-00000000000000ab", "upper case"),
            ("19a7afd1e000001-00000000000000ab", "fifteen digits"),
            ("019a7afd1e000001_00000000000000ab", "no hyphen"),
            ("019a7afd1e000001-00000000000000ab ", "something behind it")]:
        try:
            packed, device = hybrid.parse(text)
            expected = {"milliseconds": packed >> 16, "counter": packed & 0xFFFF,
                        "device": hex64(device)}
        except ValueError:
            expected = {"refused": 1}
        cases.append(({"op": "time", "text": text}, expected, why))
    for text, why in [
            ("00000000000000ab.1", "device and number"),
            ("ffffffffffffffff.18446744073709551615", "the last dot"),
            ("00000000000000ab.0", "no number, but a dot by its form"),
            ("00000000000000ab.01", "a leading zero"), ("00000000000000ab.", "no digits"),
            ("ab.1", "too few digits"), ("00000000000000ab.18446744073709551616", "beyond 64 bits"),
            ("00000000000000ab.+1", "a sign")]:
        try:
            device, mid = hybrid.parse_dot(text)
            expected = {"device": hex64(device), "mid": str(mid)}
        except ValueError:
            expected = {"refused": 1}
        cases.append(({"op": "dot", "text": text}, expected, why))
    times = ["019a7afd1e000001-0000000000000001", "019a7afd1e000000-ffffffffffffffff",
             "8000000000000000-0000000000000000", "019a7afd1e000001-8000000000000000",
             "0000000000000000-0000000000000002"]
    cases.append(({"op": "order", "times": times},
                  {"times": [hybrid.text(time) for time in sorted(map(hybrid.parse, times))]},
                  "by packed number, then device, unsigned; the order of the texts"))
    ms = 1_800_000_000_000
    for clock, offset, last, seen, random, why in [
            (ms, 0, 0, 0, 0, "the clock"), (ms, -5_000, 0, 0, 0, "the server's clock is behind"),
            (ms, 0, ms << 16, 0, 0, "the same millisecond again: the counter"),
            (ms, 0, (ms << 16) + 0xFFFF, 0, 0, "the counter is full: the next millisecond"),
            (ms - 86_400_000, 0, ms << 16, 0, 0, "a clock that went back a day"),
            (ms, 0, 0, (ms + 50_000) << 16, 0, "a row that a fast clock has written"),
            (ms, 0, (ms + 60_000) << 16, (ms + 50_000) << 16, 0, "the later of both"),
            (0, -1, 0, 0, 0, "before 1970"), (1 << 48, 0, 0, 0, 0, "after the year 10889"),
            (ms, 0, hybrid.MAXIMUM, 0, 0, "there is no later time"),
            (ms, 0, 0, 0, 0xABCD, "the clock, and a random number"),
            (ms - 86_400_000, 0, ms << 16, 0, 0xFFFF, "a clock that went back, and the largest number"),
            (ms, 0, 0, (ms + 50_000) << 16, 7, "a row that a fast clock has written, and a number"),
            (1 << 48, 0, hybrid.MAXIMUM - 9, 0, 0xFFFF, "a number that reaches the end")]:
        cases.append(({"op": "stamp", "clock": clock, "offset": offset, "last": hex64(last),
                       "seen": hex64(seen), "random": random},
                      {"packed": hex64(hybrid.stamp(clock, offset, last, seen, random))}, why))
    for sent, server, previous, why in [
            (ms << 16, ms, 0, "as it was sent"),
            ((ms + 60_000) << 16 | 0xFFFF, ms, 0, "60 s ahead is as it was sent"),
            ((ms + 60_001) << 16, ms, 0, "a millisecond more is stamped anew"),
            ((ms - 10 ** 11) << 16, ms, 0, "the past is as it was sent"),
            (ms << 16, ms, ms << 16, "never behind the one before"),
            ((ms + 10 ** 9) << 16, ms, (ms << 16) + 7, "order is kept where all are stamped anew"),
            (0, ms, hybrid.MAXIMUM, "there is no later time")]:
        packed = hybrid.stored(sent, server, previous)
        cases.append(({"op": "store", "sent": hex64(sent), "server": server,
                       "previous": hex64(previous)},
                      {"packed": hex64(packed), "restamped": int(packed != sent)}, why))
    return numbered("hybrid", cases)


# JSON

def json_texts():
    cases = []
    for data, code, why in [
            ('{"b":1,"a":[true,false,null]}', None, "names ascend"),
            (' { "a" :\t[ ]\r\n} ', None, "no space between tokens"),
            ('{"\u00e9":1,"z":2,"e\u0301":3}', None, "by bytes; composed and decomposed are two names"),
            ('{"\\ud83d\\ude00":1,"\\ufffd":2}', None, "U+FFFD stands before U+1F600, in UTF-16 not"),
            ('"\\u0041\\/\\u007f\\u0001\\b\\t\\n\\f\\r\\"\\\\\\u001F"', None, "few escapes"),
            ('"กข\\u0e01"', None, "raw UTF-8"),
            ("-9223372036854775808", None, "the smallest number"),
            ("9223372036854775807", None, "the largest number"),
            ("[" * 32 + "]" * 32, None, "32 deep"), ("[" * 33 + "]" * 33, "json.depth", "33 deep"),
            ("9223372036854775808", "json.range", "beyond 64 bits"),
            ("-9223372036854775809", "json.range", "beyond 64 bits"),
            ('{"a":1,"a":2}', "json.duplicate_key", "twice"),
            ('{"a":1,"\\u0061":2}', "json.duplicate_key", "twice, escaped"),
            ("1.0", "json.fraction", "a fraction"), ("1e2", "json.fraction", "an exponent"),
            ("-0", "json.number", "minus zero"), ("01", "json.number", "a leading zero"),
            ("-", "json.number", "a minus without digits"), ('"\\u0000"', "json.nul", "U+0000"),
            ('"\\ud800"', "json.surrogate", "half of a pair"),
            ('"\\udc00\\ud800"', "json.surrogate", "the halves in the wrong order"),
            ('"\\x"', "json.escape", "an escape that JSON does not have"),
            ('"a\tb"', "json.control", "a raw tab"), ("\ufeff1", "json.bom", "a byte order mark"),
            ("1 2", "json.trailing", "two values"), ("[1,]", "json.syntax", "a trailing comma"),
            ("{'a':1}", "json.syntax", "other quotes"), ("NaN", "json.syntax", "no number of JSON"),
            ("", "json.end", "nothing"), ('{"a":', "json.end", "half of it"),
            (b'"\xff"', "json.utf8", "no UTF-8"), (b'"\xc0\x80"', "json.utf8", "a longer form"),
            (b'"\xed\xa0\x80"', "json.utf8", "a surrogate as UTF-8")]:
        data = data if isinstance(data, bytes) else data.encode()
        try:
            expected = {"canonical": canonical(parse(data)).decode()}
            assert code is None, data
        except JSONProblem:
            assert code is not None, data
            expected = {"code": code}
        cases.append(({"hex": data.hex()}, expected, why))
    return numbered("json", cases)


# Varints, base64, refusals

def wire_cases():
    cases = []
    for data in ["00", "01", "7f", "8001", "ff01", "ac02", "ffffffffffffffffff01"]:
        number = wire.read_varint(bytes.fromhex(data), 0)[0]
        cases.append(({"op": "varint", "hex": data},
                      {"number": str(number), "zigzag": str(wire.unzigzag(number))}, "a number"))
    for data, why in [("", "nothing"), ("80", "the rest is missing"), ("8000", "zero in two bytes"),
                      ("ff8000", "a padded number"), ("ffffffffffffffffff02", "65 bits"),
                      ("ffffffffffffffffffff01", "eleven bytes")]:
        cases.append(({"op": "varint", "hex": data}, {"code": code_of(
            lambda data=data: wire.read_varint(bytes.fromhex(data), 0))}, why))
    for text, why in [("", "no bytes"), ("AA", "one byte"), ("AAE", "two bytes"),
                      ("_-8A", "both letters"),
                      ("AA==", "padding"), ("A", "one letter"), ("AB", "stray bits"),
                      ("+/8A", "another alphabet"),
                      ("AA A", "a space")]:
        try:
            expected = {"hex": wire.unb64(text).hex()}
        except wire.WireProblem:
            expected = {"refused": 1}
        cases.append(({"op": "base64", "text": text}, expected, why))
    whole = [("00", "an empty frame"), ("8000", "a length that is padded"),
             ("818040", "more than 1 MiB"), ("0311", "the frame is not there"), ("80", "half a length")]
    frames = [
        ("100a04545253321000", "another magic"), ("11", "a field is missing"),
        ("1108010801", "a field twice"), ("110a0101", "bytes for a number"),
        ("110801790101", "an unknown field of a kind that does not exist"),
        ("110d01000000", "a kind that does not exist"), ("110880", "a field is cut"),
        ("020a0700000000000000", "seven bytes for a link"),
        ("180a0010001a0f" + "00" * 15, "a sum of 15 bytes"),
        ("17080110011804", "a status that is none"),
        ("17080210011801", "a run that ends before it begins"),
        ("140800", "a name without a text"), ("130a01ff", "a text that is not UTF-8"),
        ("12080012016120012800" + "3210" + "00" * 16 + "4800", "name without epoch and priority"),
        ("190a0010001a10" + "00" * 16 + "2001", "acked_mid without its link"),
        ("190a0010001a10" + "00" * 16 + "20002a08" + "00" * 7 + "01", "a link of no mutation"),
        ("0308001000" + "1a08" + "00" * 8 + "2001" + "2a08" + "00" * 8, "a mutation without a number")]
    found = whole + [(wire.varint(len(data) // 2).hex() + data, why) for data, why in frames]
    for data, why in found:
        code = code_of(lambda data=data: list(wire.Decoder().frames(bytes.fromhex(data))))
        assert code is not None, why
        cases.append(({"op": "frames", "hex": data}, {"code": code}, why))
    for data, why in [
            ("ff010801", "an unknown frame is skipped"),
            ("11080178ff01", "an unknown number is skipped"),
            ("1108017a0161", "unknown bytes are skipped"), ("11080178017802", "also twice"),
            ("020a080102030405060708", "a link"), ("17080110091801", "code and detail are left out")]:
        data = wire.varint(len(data) // 2).hex() + data
        lines = [wire.to_line(frame).decode() for frame in wire.Decoder().frames(bytes.fromhex(data))]
        cases.append(({"op": "frames", "hex": data}, {"lines": lines}, why))
    return numbered("wire", cases)


def code_of(body):
    try:
        body()
    except wire.WireProblem as problem:
        return problem.code
    return None


# Sums

def sums():
    cases = []
    dice = random.Random(19)
    drawn = [dice.randbytes(16).hex() for _ in range(5)]
    for items, why in [
            ([], "nothing"), (drawn[:1], "one hash"), (drawn, "five, in any order"),
            (["ffffffff" * 4, "00000001" * 4], "each lane wraps on its own"),
            (["ffffffff00000000ffffffff00000000", "00000001000000000000000100000000"],
             "no lane carries into the next")]:
        total = hashes.total(map(bytes.fromhex, items))
        without = hashes.subtract(total, bytes.fromhex(items[0])).hex() if items else "0" * 32
        cases.append(({"hashes": items}, {"sum": total.hex(), "without_first": without}, why))
    return numbered("sums", cases)


# Pushes

DEVICE = "00000000000000ab"


def pushes():
    row = {"table": "annotation", "id": "v-1"}
    me = {"table": "preference", "id": "me"}
    sets = [
        ("one write", [[dict(me, do="create"), dict(me, do="set", field="language", value="en")]]),
        ("each link follows the one before", [
            [dict(row, do="create"), dict(row, do="add", field="labels", text="บ้าน")],
            [dict(row, do="remove", field="labels", text="บ้าน", dots=[DEVICE + ".1"])],
            [dict(row, do="increment", field="shown", number=-3)],
            [dict(row, do="write", field="note", text="one\nline", dots=[])],
            [dict(row, do="delete")]]),
        ("every kind in one mutation", [[
            dict(me, do="create"),
            dict(me, do="set", field="notify.bills", value={"b": [1], "a": None}),
            {"table": "inbox", "id": "me", "do": "create"},
            {"table": "inbox", "id": "me", "do": "raise", "field": "seen_up_to", "number": 1 << 40},
            {"table": "notification_state", "id": "n-1", "do": "mark", "field": "read"},
            dict(row, do="write", field="note", text="b", dots=[DEVICE + ".7", "ffffffffffffffff.300"]),
            {"table": "request", "id": "r-1", "do": "submit",
             "value": {"action": "new", "form": {}, "service": "obec-1"}}]]),
        ("writes that had another name first; their dots are those of their origins", [
            [dict(row, do="add", field="labels", text="a")],
            [dict(row, do="remove", field="labels", text="a", dots=["90eadef75fa49617.41"])]]),
    ]
    # What a device whose name was another one sends of its older writes.
    origins = {3: [DEVICE[:-1] + "c.41.90eadef75fa49617", DEVICE[:-1] + "c.300.00000000000000ff"]}
    cases = []
    for number, (why, mutations) in enumerate(sets):
        nonce = "0123456789abcdef" if number == 0 else hex64(1 << 63 | number)
        link, frames, given = nonce, [], []
        for index, operations in enumerate(mutations):
            mid, packed = number * 100 + index + 1, (1_800_000_000_000 << 16) + index
            origin = {"origin": origins[number][index]} if number in origins else {}
            link = hashes.link(
                bytes.fromhex(link), mid, packed, operations, origin.get("origin")).hex()
            given.append(dict(
                origin, mid=mid, time=hex64(packed) + "-" + DEVICE, operations=operations))
            frames.append(dict(
                origin, frame="mutation", mid=mid, time=given[-1]["time"], schema=1, chain=link,
                operations=operations))
        head = [{"frame": "sync", "cursor": "AQID", "rows_max": 100, "outcomes_seen": number},
                {"frame": "push", "base_chain": nonce}]
        encoder = wire.Encoder()
        cases.append((
            {"nonce": nonce, "cursor": "AQID", "outcomes_seen": number, "mutations": given},
            {"chains": [frame["chain"] for frame in frames],
             "body": b"".join(encoder.frame(frame) for frame in head + frames).hex()}, why))
    return numbered("push", cases)


# Histories

def histories():
    """Small histories over every kind of field: one mutation of each of three devices."""
    created = (1_000 << 16, 1)
    cases = []
    hand = [
        ("a deletion that a write of its own mutation takes back leaves the one before", [
            (2_000, [("delete",)]), (3_000, [("delete",), ("set", "nickname", "x")])]),
        ("a deletion, taken back and made again in one mutation", [
            (2_000, [("set", "nickname", "x")]), (3_000, [("delete",), ("create",), ("delete",)])]),
        ("two kinds meet in one field: the later in the order of kinds stays", [
            (3_000, [("set", "f", "x")]), (2_000, [("increment", "f", 2)]),
            (4_000, [("raise", "f", 9)])]),
        ("at one moment of one packed time the device decides", [
            (2_000, [("set", "f", "b")]), (2_000, [("set", "f", "a")])]),
        ("totals stop at the largest number", [
            (2_000, [("increment", "f", (1 << 63) - 1), ("increment", "f", 5)]),
            (2_000, [("increment", "f", (1 << 63) - 1)])]),
        ("a step of nothing makes the entry", [(2_000, [("increment", "f", 0)])]),
        ("a removal names an addition of another text: both stay as they are", [
            (2_000, [("add", "f", "a")]), (3_000, [("remove", "f", "b", [(2, 1)])])]),
        ("a version does not replace itself; of two texts of one dot the larger bytes stay", [
            (2_000, [("write", "f", "a", [(2, 1)]), ("write", "f", "b", [(3, 1)]),
                     ("write", "f", "a", [])]),
            (2_000, [("write", "f", "z", [])])]),
        ("additions that are written and removed in one mutation", [
            (2_000, [("add", "f", "a"), ("remove", "f", "a", [(2, 1)]), ("add", "f", "a")])]),
    ]
    dice = random.Random(2026)
    for number in range(24):
        mutations = []
        for device in range(3):
            operations = [draw(dice) for _ in range(dice.randint(1, 3))]
            mutations.append((dice.choice([2_000, 3_000, 4_000]), operations))
        hand.append(("drawn: %d" % number, mutations))
    for why, mutations in hand:
        frames = [written(device, moment, operations)
                  for device, (moment, operations) in enumerate(mutations, 2)]
        document = merge.Document(created)
        for frame in frames:
            time = hybrid.parse(frame["time"])
            for operation in frame["operations"]:
                document.apply(operation, time, (time[1], frame["mid"]))
        cases.append((
            {"created": hybrid.text(created), "mutations": frames},
            {"body": document.body().decode(), "alive": document.is_alive,
             "shown": canonical(document.shown()).decode()}, why))
    return numbered("history", cases)


def draw(dice):
    dots = [(dice.randint(2, 4), 1) for _ in range(dice.randint(0, 2))]
    return dice.choice([
        ("create",), ("delete",), ("set", "nickname", dice.choice(["x", "y", {"a": [1]}])),
        ("raise", "seen", dice.randint(0, 5)), ("mark", "read"),
        ("add", "labels", dice.choice("กข")), ("remove", "labels", dice.choice("กข"), dots),
        ("increment", "shown", dice.randint(-3, 3)), ("write", "note", dice.choice("pq"), dots)])


def written(device, moment, operations):
    done = []
    for do, *rest in operations:
        operation = {"do": do, "table": "annotation", "id": "v-1"}
        if rest:
            operation["field"] = rest[0]
        if do == "set":
            operation["value"] = rest[1]
        elif do in ("raise", "increment"):
            operation["number"] = rest[1]
        elif do in ("add", "remove", "write"):
            operation["text"] = rest[1]
        if do in ("remove", "write"):
            dots = rest[2] if len(rest) > 2 else []
            operation["dots"] = [hybrid.dot_text(dot) for dot in dots]
        done.append(operation)
    return {"frame": "mutation", "mid": 1, "time": hybrid.text((moment << 16, device)), "schema": 1,
            "chain": "0" * 16, "operations": done}


# Pulls

class Script:
    """Answers of a server, with the state of its buckets as they tell it."""

    def __init__(self):
        self.numbers = {"person/s/core": 7, "person/s/transport": 300, "public/catalogue": 2}
        self.mirror = Mirror()
        self.held = set()

    def row(self, bucket, table, id, rev, body, owner="dlt", version=1):
        return {"frame": "row", "bucket": bucket, "table": table, "id": id, "rev": rev,
                "owner": owner, "as_of": 1_700_000_000_000 + rev, "source_version": version,
                "body": body.encode()}

    def gone(self, bucket, table, id, rev):
        return {"frame": "tombstone", "bucket": bucket, "table": table, "id": id, "rev": rev}

    def answer(self, buckets, items, end="checkpoint", lost=(), extra=b"", later=()):
        """An answer that is right; `later` are the rows that pages still bring."""
        for name in lost:
            self.mirror.lose(name)
        after = self.mirror.copy()
        for item in items:
            self.mirror.take(item)
        for item in list(items) + list(later):
            after.take(item)
        held = after.held()
        frames = [{"frame": "hello", "magic": "TRS1", "server_ms": 1_800_000_000_000}]
        frames += [{"frame": "bucket_gone", "bucket": name} for name in lost]
        for name in buckets:
            frames.append({
                "frame": "bucket", "bucket": name, "epoch": 1, "head": 9,
                "count": len(held.get(name, [])), "sum": hashes.total(held.get(name, [])).hex(),
                "priority": 1, "lease_until": 0, "ahead": 9, "is_held": name in self.held})
        rows = [hashes.row_hash(item["table"], item["id"], item["owner"], item["as_of"],
                                item["source_version"], item["body"])
                for item in items if item["frame"] == "row"]
        last = {"frame": end, "cursor": wire.b64(end.encode()), "rows": len(items),
                "sum": hashes.total(rows).hex()}
        if end == "checkpoint":
            last["lineage"] = wire.b64(bytes(range(16)))
        encoder = wire.Encoder(self.numbers)
        before = b"".join(encoder.frame(frame) for frame in frames + list(items))
        self.held.update(buckets)
        return before + extra + encoder.frame(last)

    def expected(self):
        return {"rows": [
            '{"agency":"%s","as_of":%d,"body":%s,"id":"%s","source_version":%d,"table":"%s"}' % (
                row.owner, row.as_of, row.body.decode(), id, row.source_version, table)
            for (table, id), row in sorted(self.mirror.rows.items())]}


def pulls():
    core, transport, public = "person/s/core", "person/s/transport", "public/catalogue"
    cases = []

    def case(why, *rounds, script):
        cases.append(({"rounds": [[one.hex() for one in answers] for answers in rounds]},
                      script.expected(), why))

    s = Script()
    rows = [s.row(transport, "vehicle", "v-1", 1, '{"plate":"1กก 1"}'),
            s.row(public, "service", "s-1", 1, '{"name":"x"}', owner="dga")]
    case("one answer, two buckets", [s.answer([transport, public], rows)], script=s)

    s = Script()
    first = s.row(core, "profile", "p", 1, '{"a":1}')
    again = s.row(core, "profile", "p", 3, '{"a":2}', version=2)
    other = s.row(core, "profile", "q", 2, "{}")
    case("a row that changes between pages comes again", [
        s.answer([core], [first], end="page", later=[other]),
        s.answer([core], [other, again])], script=s)

    s = Script()
    one = s.answer([core], [
        s.row(core, "document", "d", 1, "{}"), s.row(core, "document", "e", 2, "{}")])
    two = s.answer([core], [s.gone(core, "document", "d", 3), s.row(core, "document", "f", 4, "{}")])
    case("a later round names the bucket by its number; a tombstone removes", [one], [two], script=s)

    for is_first in (True, False):
        s = Script()
        one = s.answer([core, transport], [
            s.row(core, "document", "d", 1, '{"in":"core"}'),
            s.row(transport, "document", "e", 1, "{}")])
        moved = s.row(transport, "document", "d", 2, '{"in":"transport"}', version=2)
        left = s.gone(core, "document", "d", 2)
        two = s.answer([core, transport], [left, moved] if is_first else [moved, left])
        case("a row moves to another bucket: the tombstone %s" % ("first" if is_first else "last"),
             [one], [two], script=s)

    s = Script()
    one = s.answer([core, transport], [
        s.row(core, "document", "d", 1, "{}"), s.row(transport, "vehicle", "v", 1, "{}")])
    two = s.answer([], [], lost=[transport])
    case("a bucket is taken away with its rows", [one], [two], script=s)

    s = Script()
    strange = '{"a":[null,true,{"\\u0001":-9223372036854775808}],"ไม่รู้จัก":"é"}'
    one = s.answer([core], [s.row(core, "from_the_future", "x.1", 1, strange)],
                   extra=bytes.fromhex("07fa0108010a0161"))
    case("a table and a frame that nobody knows", [one], script=s)

    s = Script()
    one = s.answer([core], [s.row(core, "document", "d", 1, "{}")])
    two = s.answer([core], [s.gone(core, "document", "x", 2)])
    case("a tombstone of a row that is not held", [one], [two], script=s)

    # Answers that are not used: the mirror is as it was.
    s = Script()
    one = s.answer([core], [s.row(core, "document", "d", 1, '{"a":1}')])
    good = Script()
    good.mirror, good.held = s.mirror.copy(), set(s.held)
    two = good.answer([core], [good.row(core, "document", "e", 2, '{"b":1}')])
    hello = two[:15]
    unknown = Script()
    unknown.mirror, unknown.held = s.mirror.copy(), {transport}
    bad = [
        (two[:-1], "cut in the last frame"), (two[:-40], "cut before the last frame"),
        (hello, "cut after hello"), (b"", "nothing"), (two[15:], "no hello"),
        (hello + two, "two hellos"), (two + two[15:], "two ends"),
        (two.replace(b'{"b":1}', b'{"b":2}'), "a letter of a row is another"),
        (two.replace(b"TRS1", b"TRS2"), "another magic"),
        (two.replace(bytes.fromhex("10011a10"), bytes.fromhex("10021a10")),
         "the number of rows is wrong"),
        (unknown.answer([transport], [unknown.row(transport, "vehicle", "v", 1, "{}")]),
         "a bucket without a name that is not held"),
        (b"<html>sign in to the network</html>", "a page of somebody else")]
    for answer, why in bad:
        assert answer != two, why
        cases.append(({"rounds": [[one.hex()], [answer.hex()]]}, dict(s.expected(), refused=1), why))
    return numbered("pull", cases)


# Errors

def errors():
    cases = []
    for status, why in [
            (401, "the access token has ended"), (403, "no right to this"),
            (426, "the client is too old"),
            (400, "the request is wrong"), (404, "no such address"), (405, "another method"),
            (413, "too large"), (415, "another media type"), (408, "too slow: the outcome is unknown"),
            (429, "too often"), (500, "the outcome is unknown"), (502, "a proxy's answer"),
            (503, "busy, or the store cannot be written"), (504, "a proxy's answer"),
            (302, "a redirect is not followed")]:
        cases.append(({"status": status}, {"do": decisions.of_status(status)}, why))
    cases.append(({"status": 401, "is_refreshed": 1},
                  {"do": decisions.of_status(401, is_refreshed=True)},
                  "a fresh token is refused as well"))
    cases.append(({"status": 404, "is_repairing": 1},
                  {"do": decisions.of_status(404, is_repairing=True)}, "a server that cannot repair"))
    for code, why in [
            ("push.gap", "mutations before these are missing"), ("push.forked", "a copied device"),
            ("server.busy", "later"), ("client.too_old", "the client is too old"),
            ("schema.too_old", "its tables are too old"),
            ("reconcile.too_large", "where nothing is repaired"),
            ("something.new", "a code of a later version")]:
        cases.append(({"error": code}, {"do": decisions.of_error(code)}, why))
    cases.append(({"error": "reconcile.too_large", "is_repairing": 1},
                  {"do": decisions.of_error("reconcile.too_large", True)}, "a bucket beyond the limit"))
    return numbered("errors", cases)


FILES = {"errors": errors, "hybrid": hybrid_times, "json": json_texts, "wire": wire_cases, "sums": sums,
         "push": pushes, "history": histories, "pull": pulls}


def text(name):
    """The bytes of a file: one vector a line."""
    lines = [json.dumps(one, ensure_ascii=False) for one in FILES[name]()]
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def main():
    made = {name: text(name) for name in FILES}
    for name, data in made.items():
        with open(os.path.join(FOLDER, name + ".json"), "wb") as file:
            file.write(data)


if __name__ == "__main__":
    main()
