"""A device that lies about the time, one that writes what nobody can read, and a later one."""

import json
import time

from torture.clocks import last_word
from torture.devices import LineDevice, hex16
from torture.household import Household
from torture.skew import Newer
from torture.world import check

# What a device may be ahead of the server, protocol.md section 11.
AHEAD_MILLISECONDS = 60_000
COUNTER_MAX = 0xFFFF
MILLISECONDS_MAX = (1 << 48) - 1
DAY = 86_400_000

GOOD = '{"do":"create","table":"request_draft","id":"%s"}'
SET = '{"do":"set","table":"request_draft","id":"%s","field":"form.a","value":%s}'
# Operations that no device of ours writes: the text, in which %s is a row that is there.
POISON = {
    "an unknown table": '{"do":"create","table":"nothing","id":"x"}',
    "an agency's table": '{"do":"create","table":"driving_licence","id":"x"}',
    "an unknown operation": '{"do":"explode","table":"request_draft","id":"%s"}',
    "an id of a megabyte": '{"do":"create","table":"request_draft","id":"' + "x" * 1_000_000 + '"}',
    "a value of ten megabytes": SET % ("%s", '"' + "x" * 10_000_000 + '"'),
    "six hundred arrays": SET % ("%s", "[" * 600 + "]" * 600),
    "a key twice": SET % ("%s", '{"a":1,"a":2}'),
    "1e400": SET % ("%s", "1e400"),
    "minus zero": SET % ("%s", "-0"),
    "beyond 64 bits": SET % ("%s", "99999999999999999999"),
    "U+0000": SET % ("%s", '"\\u0000"'),
    "half a surrogate": SET % ("%s", '"\\ud800"'),
    "bytes that are no text": SET % ("%s", '"\udcff\udcfe"'),
    "a counter of all": '{"do":"increment","table":"annotation","id":"x","field":"shown",'
                        '"number":9223372036854775807}',
    "a path": '{"do":"create","table":"request_draft","id":"../../etc/passwd"}',
    "nothing": "",
}
# Ids that look alike and are not: both stay, each its own row or refused, never one.
TWINS = ("caf\u00e9", "cafe\u0301")


def torture_liars(world, rounds, draw):
    """Invented times, writes that are poison, and a later version; neighbours are taken."""
    world.start(seconds_max=10)
    home = Household(world, names="ab", writers=1)
    home.settle_and_check("at first")
    liar = Liar(LineDevice(world, home.person, "liar"))
    newer = Newer(home)
    lies = poisons = 0
    for number in range(rounds):
        for name, packed in times(draw):
            where = "round %d, %s" % (number + 1, name)
            liar.lie(packed, where)
            lies += 1
        home.settle_and_check("round %d, lies" % (number + 1))
        last_word(home, "round %d, after the lies" % (number + 1))
        for name in draw.sample(sorted(POISON), len(POISON)):
            liar.poison(POISON[name], "round %d, %s" % (number + 1, name))
            poisons += 1
            home.pin(home.devices[0])
        liar.twins("round %d" % (number + 1))
        home.settle_and_check("round %d, poison" % (number + 1))
        where = "round %d, a later version" % (number + 1)
        newer.push(draw, where)
        fed = newer.feed(where)
        home.settle_and_check(where)
        newer.check_kept(fed, where)
        if number % 2:
            world.end()
            world.start()
            home.settle_and_check("round %d, started again" % (number + 1))
    return ("%d rounds: %d invented times, none believed; %d poisonous writes between %d good "
            "ones; of a later version %d writes taken and %d refused; %d writes of others there "
            "once" % (rounds, lies, poisons, liar.good, newer.taken, newer.refused,
                      len(home.acked)))


def times(draw):
    """What a device may claim the time to be, as packed numbers."""
    now = int(time.time() * 1000)
    return [(name, milliseconds << 16 | counter) for name, milliseconds, counter in (
        ("nothing", 0, 0), ("1970", 1, 1), ("a year ago", now - 365 * DAY, 7),
        ("half a minute ahead", now + AHEAD_MILLISECONDS // 2, 0),
        ("two minutes ahead", now + 2 * AHEAD_MILLISECONDS, 0),
        ("a day ahead", now + DAY, COUNTER_MAX), ("ten years ahead", now + 3_653 * DAY, 0),
        ("the last moment", MILLISECONDS_MAX, 0), ("the last number", MILLISECONDS_MAX, COUNTER_MAX),
        ("now, with the last counter", now, COUNTER_MAX), ("the same again", now, COUNTER_MAX),
        ("backwards", now - draw.randint(1, DAY), 0))]


class Liar:
    """A device by hand that sends what it wants."""

    def __init__(self, device):
        self.device = device
        self.mid = 0
        self.good = 0

    def send(self, mutations):
        """Pushes operations, each a text and a packed time; the outcomes by mid, or none."""
        frames = ['{"frame":"sync","rows_max":0}', json.dumps(
            {"frame": "push", "base_chain": hex16(self.mid)})]
        for offset, (packed, operations) in enumerate(mutations):
            mid = self.mid + 1 + offset
            frames.append(
                '{"frame":"mutation","mid":%d,"time":"%s-%s","schema":1,"chain":"%s","operations":[%s]}'
                % (mid, hex16(packed), self.device.device, hex16(mid), operations))
        body = "\n".join(frames).encode(errors="surrogateescape")
        self.device.hang_up()
        try:
            status, answer = self.device.sync(body)
        except BrokenPipeError:
            # Refused before the end of a body that is too large.
            return 413, {}
        check(status < 500, "a bad write is answered %d: %r" % (status, answer[:300]))
        outcomes = {}
        if status == 200:
            for line in map(json.loads, answer.splitlines()):
                if line["frame"] == "outcomes":
                    for mid in range(line["first"], line["last"] + 1):
                        outcomes[mid] = line["status"], line["code"]
        if outcomes:
            self.mid = max(outcomes)
        return status, outcomes

    def lie(self, packed, where):
        """A write with an invented time is taken, and its time is not believed."""
        latest = int(time.time() * 1000) + AHEAD_MILLISECONDS
        status, outcomes = self.send([(packed, (
            '{"do":"create","table":"preference","id":"me"},'
            '{"do":"set","table":"preference","id":"me","field":"language","value":"%s"}'
            % ("th" if self.mid % 2 else "en")))])
        check(status == 200 and outcomes[self.mid][0] in ("accepted", "merged"),
              "%s: %d %s" % (where, status, outcomes))
        if packed >> 16 > latest + AHEAD_MILLISECONDS // 2:
            check(outcomes[self.mid] == ("merged", "time_restamped"),
                  "%s: an invented time is believed: %s" % (where, outcomes))
        found = stamps(self.rows()["preference", "me"])
        # The counter may carry into the next millisecond, once for each write.
        soon = int(time.time() * 1000) + AHEAD_MILLISECONDS + self.mid
        check(found, "%s: no time is stored" % where)
        check(max(found) >> 16 <= soon, "%s: a time of %d is stored" % (where, max(found) >> 16))

    def poison(self, text, where):
        """A poisonous write between two good ones: refused, and the good ones are taken."""
        now = int(time.time() * 1000) << 16
        ids = ["liar-%d" % (self.good + 1), "liar-%d" % (self.good + 2)]
        bad = text.replace("%s", ids[0])
        first, last = self.mid + 1, self.mid + 3
        status, outcomes = self.send(
            [(now, GOOD % ids[0]), (now + 1, bad), (now + 2, GOOD % ids[1])])
        if status == 200 and outcomes:
            check(outcomes[first + 1][0] == "refused" and outcomes[first + 1][1],
                  "%s: not refused: %s" % (where, outcomes))
        else:
            # Not even a frame: nothing of the request is taken, and the rest can be sent again.
            check(not outcomes, "%s: half of a bad request is taken: %s" % (where, outcomes))
            last -= 1
            status, outcomes = self.send([(now, GOOD % ids[0]), (now + 2, GOOD % ids[1])])
        self.good += 2
        for mid in (first, last):
            check(outcomes.get(mid, ("", ""))[0] in ("accepted", "merged"),
                  "%s: a good neighbour is not taken: %d %s" % (where, status, outcomes))
        rows = self.rows()
        for name in ids:
            check(("request_draft", name) in rows, "%s: %s is not there" % (where, name))

    def twins(self, where):
        """Two ids that look the same are two rows, or none."""
        now = int(time.time() * 1000) << 16
        _, outcomes = self.send([(now, GOOD % twin) for twin in TWINS])
        taken = [twin for twin in TWINS if ("request_draft", twin) in self.rows()]
        said = sum(status != "refused" for status, _ in outcomes.values())
        check(len(taken) == said, "%s: of the twins %s are there, %d taken" % (where, taken, said))

    def rows(self):
        rows, cursor = {}, ""
        while True:
            status, answer = self.device.sync(json.dumps(
                {"frame": "sync", "cursor": cursor, "rows_max": 10_000}).encode())
            check(status == 200, "pull: %d" % status)
            for line in map(json.loads, answer.splitlines()):
                if line["frame"] == "row":
                    rows[line["table"], line["id"]] = line["body"]
                cursor = line.get("cursor", cursor)
            if line["frame"] in ("checkpoint", "unchanged"):
                return rows


def stamps(body):
    """The packed times in a row, wherever they stand."""
    found = []
    if isinstance(body, dict):
        body = list(body.values())
    if isinstance(body, list):
        for part in body:
            found += stamps(part)
    elif isinstance(body, str) and len(body) == 33 and body[16] == "-":
        try:
            found.append(int(body[:16], 16))
        except ValueError:
            pass
    return found
