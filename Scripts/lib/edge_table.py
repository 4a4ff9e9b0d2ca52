"""The HTTP table against a live socket: the server's own, and nginx before it."""

import asyncio
import json
import os
import re
from collections import Counter

from edge_http import DATE, Malformed, dialogue, exchange, read_answers
from edge_world import NAME, ROOT, check

# Its last word closes, so that every conversation has an end and nothing is waited for.
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
AT_ONCE = 24
# Addresses that take any message of the right method and look at its body; open to all at nginx.
READ = b"/device"
WRITE = b"/v1/oauth/token"
# Rows in which one byte more or less counts: their target stays as it is.
EXACT = ("H025", "H065")
# Rows that wait for a limit of the server's clock.
SLOW = "H118"
LONG_MIN = 1500
FRAMED = re.compile(rb"(?i)transfer-encoding|content-length|expect")


class Row:
    """A message, and what must come back."""

    def __init__(self, entry, overrides):
        self.id = entry["id"]
        self.ends = "ends" in entry
        self.data = b"".join(
            (part if isinstance(part, str) else part[0] * part[1]).encode("latin-1")
            for part in entry.get("input", []))
        self.steps = entry.get("dialogue")
        self.is_whole_server = "expected" not in entry
        expected = entry.get("expected", {})
        self.accepted = expected.get("accept", 0)
        self.rejection = expected.get("reject")
        self.code = expected.get("code")
        self.closes = "closes" in expected
        self.answers = {way: entry[way] for way in ("direct", "nginx") if way in entry}
        self.early = {"nginx": entry.get("early")}
        for way in ("direct", "nginx"):
            for name, override in sorted(overrides[way].items()):
                if self.id == name or self.id.startswith(name + "-"):
                    self.answers[way] = override["answers"]
                    self.early[way] = override.get("early")

    def message(self, way):
        """The bytes for one of the ways: as they stand, or aimed at a real address."""
        if way == "plain":
            return self.data
        data = self.data
        if not self.id.startswith(EXACT):
            data = data.replace(b" /v1/health ", b" / ")
            data = re.sub(rb" /(?= )", aimed, data)
            data = re.sub(rb"(GET|HEAD) /(?=[^ /?dsv])", rb"\1 %s/" % READ, data)
        return at_proxy(data) if way == "nginx" else data


def aimed(match):
    method = match.string[max(0, match.start() - 6):match.start()].split(b"\n")[-1].strip()
    return b" " + (WRITE if method in (b"POST", b"PUT", b"PATCH", b"DELETE") else READ)


def at_proxy(data):
    return re.sub(rb"(?i)(\nhost: )a\r\n", rb"\g<1>%s\r\n" % NAME.encode(), data)


class Table:
    """All rows, from the parser's table and the one of whole servers."""

    def __init__(self):
        vectors = os.path.join(ROOT, "Tests", "Vectors")
        with open(os.path.join(vectors, "http.json")) as file:
            parser_rows = json.load(file)
        with open(os.path.join(vectors, "http-edge.json")) as file:
            edge = json.load(file)
        self.rows = [Row(entry, edge) for entry in parser_rows + edge["rows"]]
        known = {row.id for row in self.rows}
        for way in ("direct", "nginx"):
            for name in edge[way]:
                check(any(own == name or own.startswith(name + "-") for own in known),
                      "http-edge.json speaks of a row that is not: " + name)
        found = {row.id.split("-")[0] for row in self.rows} | set(edge["covered_by"])
        for alias, name in edge["covered_by"].items():
            check(name in known, "%s is to be covered by %s, which is not" % (alias, name))
        self.classes = found
        check(set(edge["classes"]) <= found,
              "classes without a row: %s" % sorted(set(edge["classes"]) - found))


class Verdicts:
    """What was seen, and what was wrong with it."""

    def __init__(self):
        self.problems = []
        self.messages = 0
        self.statuses = Counter()
        self.bodies = {}

    def wrong(self, row, way, shape, text):
        self.problems.append("%s (%s, %s): %s" % (row.id, way, shape, text))

    def look(self, row, way, shape, data, message):
        self.messages += 1
        try:
            answers = read_answers(data, [message.split(b" ", 1)[0]])
        except Malformed as problem:
            self.wrong(row, way, shape, str(problem))
            return
        statuses = [answer.status for answer in answers if answer.status >= 200]
        self.statuses.update(statuses)
        # nginx passes a head on before the body has come, and then the answer to it.
        is_early = shape != "whole" and statuses == row.early.get(way)
        fault = None if is_early else self._fault(row, way, statuses, answers)
        if fault:
            self.wrong(row, way, shape, fault + "; came %s" % statuses)
        for answer in answers:
            fault = self._form(answer, way)
            if fault:
                self.wrong(row, way, shape, "%s in %s" % (fault, answer.fields))
            if way != "nginx" and answer.code:
                # Where in the message it was is all that an answer may take from it.
                body = re.sub(rb',"position":[0-9]+', b"", answer.body)
                key = "%d %s" % (answer.status, answer.code)
                self.bodies.setdefault(key, {}).setdefault(body, set()).add(row.id)
        # Whoever ends its own side knows without being told.
        if (statuses and not row.ends and not is_early
                and answers[-1].field("connection") != b"close"):
            self.wrong(row, way, shape, "closed without Connection: close")

    def _fault(self, row, way, statuses, answers):
        if way in row.answers:
            return None if statuses == row.answers[way] else "expected %s" % row.answers[way]
        follows = row.rejection is None and not row.closes and not row.ends
        if way == "plain" and set(statuses) == {404} and FRAMED.search(row.data):
            return None  # Nobody lives there, so the body is not read and the connection ends.
        if way == "nginx" and row.rejection is not None:
            # Refused by nginx or behind it, or not answered at all; in any case the last word.
            refusals = statuses[row.accepted:]
            if refusals and (len(refusals) > 1 or not 400 <= refusals[0] < 600):
                return "expected %d answers and a refusal" % row.accepted
            return None
        count = row.accepted + (row.rejection is not None) + follows
        if len(statuses) != count:
            return "expected %d answers" % count
        if row.rejection is not None:
            if statuses[-1] != row.rejection:
                return "expected %d" % row.rejection
            if way != "nginx" and answers[-1].body and answers[-1].code != row.code:
                return "expected the code %s, not %s" % (row.code, answers[-1].code)
        if follows and statuses[-1] != 404:
            return "the next request is not answered as it must"
        if way != "nginx" and row.data.startswith(b"OPTIONS * "):
            # Of the server as a whole, so no address has a say. nginx takes it for no address.
            if statuses[:1] != [204] or not answers[0].field("allow"):
                return "expected 204 and Allow"
        for status in statuses[:row.accepted]:
            if status not in (200, 204, 400, 404, 405):
                return "an accepted message is answered with %d" % status
        for answer in answers[:row.accepted]:
            if way != "nginx" and answer.status == 400 and answer.code not in (
                    None, "http.query"):
                return "an accepted message is refused: %s" % answer.code
        return None

    @staticmethod
    def _form(answer, way):
        if answer.status < 200:
            return None
        date = answer.field("date")
        if date is None or not DATE.fullmatch(date):
            return "no Date"
        if answer.framing == "chunked" and way != "nginx":
            return "not framed by a length"
        server = answer.field("server")
        if server not in (None, b"nginx"):
            return "Server says %r" % server
        if answer.status == 405 and way != "nginx" and not answer.field("allow"):
            return "405 without Allow"
        if answer.field("x-echo") is not None:
            return "a field of the request came back"
        return None

    def check_bodies(self):
        """A text that one row alone gets, where others get another, may hold what was sent."""
        for code, bodies in self.bodies.items():
            for rows in bodies.values():
                if len(bodies) > 1 and len(rows) == 1:
                    self.problems.append("%s (%s): a text of its own: does it repeat input?"
                                         % (code, *rows))


def places(count, every):
    """Where to split: at each byte, or at some."""
    if count < 2:
        return []
    if count > LONG_MIN:
        step = max(1, count // 60)
        return sorted({1, 2, count - 2, count - 1} | set(range(step, count - 1, step)))
    if every:
        return list(range(1, count))
    return sorted({1, count // 3, count // 2, count - 1} - {0})


def shapes(row, way, splitting):
    """The ways in which a message is sent: whole, in two, byte by byte."""
    message = row.message(way)
    payload = message if row.ends else message + (
        at_proxy(SMUGGLED) if way == "nginx" else SMUGGLED)
    yield "whole", [payload]
    if splitting == "none":
        return
    for place in places(len(message) + (0 if row.ends else 1), splitting == "every"):
        yield "split at %d" % place, [payload[:place], payload[place:]]
    if splitting == "every" and len(payload) < 300:
        yield "byte by byte", [payload[index:index + 1] for index in range(len(payload))]


async def run_table(table, way, port, splitting, tls=None, after=None, slow=True):
    """Sends each row in each shape, those that take ten seconds if asked; returns the verdicts."""
    verdicts = Verdicts()
    room = asyncio.Semaphore(AT_ONCE)
    name = NAME if tls else None

    async def one(row, shape, pieces):
        async with room:
            try:
                data = await exchange(port, pieces, tls, name, row.ends)
            except Malformed as problem:
                verdicts.wrong(row, way, shape, str(problem))
                return
            except OSError as problem:
                verdicts.wrong(row, way, shape, "no connection: %s" % problem)
                return
            verdicts.look(row, way, shape, data, b"".join(pieces))
            if after:
                await after(verdicts, row, way, shape)

    async def talk(row):
        async with room:
            steps = [dict(step) for step in row.steps if step.get("way", way) == way]
            for step in steps:
                if "send" in step and way == "nginx":
                    step["send"] = at_proxy(step["send"].encode("latin-1")).decode("latin-1")
            expected = [step["answer"] for step in steps if "answer" in step]
            seen, _ = await dialogue(port, steps, tls, name)
            verdicts.messages += 1
            if seen != expected:
                verdicts.wrong(row, way, "dialogue", "expected %s, came %s" % (expected, seen))

    work = []
    for row in table.rows:
        if way == "plain" and row.is_whole_server:
            continue
        if row.steps:
            if slow or not row.id.startswith(SLOW):
                work.append(talk(row))
            continue
        if row.ends and tls:
            continue  # TLS has no end of one direction that nginx would tell from both.
        is_chosen = splitting != "some" or row.rejection is not None
        for shape, pieces in shapes(row, way, splitting if is_chosen else "none"):
            work.append(one(row, shape, pieces))
    await asyncio.gather(*work)
    verdicts.check_bodies()
    return verdicts
