"""Repair by ranges of row hashes: section 19."""

from collections import deque

from . import decisions, ranges, wire
from .session import Trouble

ITEMS_MOST, SUMS_ONE, SUMS_SIXTEEN = 32, 512, 4_096
CLAIMS_MOST, CLAIM_BYTES = 4_096, 65_536


class TooLarge(Exception):
    """The server does not compare this: pull anew with an empty cursor."""


class Repair:
    """One comparison of what a device holds with what the server holds.

    `ask` sends frames to /v1/reconcile and gives the Answer. The mirror is a copy, which
    nobody sees before the checkpoint of the pull that follows.
    """

    def __init__(self, mirror, ask):
        self.mirror = mirror
        self.ask = ask
        self.held = mirror.held()
        self.cursor = ""
        # Open ranges: bucket, depth, low, whether the range is known to differ.
        self.open = deque((name, 0, 0, False) for name in sorted(self.held))

    def run(self):
        """Asks until no range is open; gives the cursor of the first answer."""
        goes_on = 0
        while self.open:
            claims, sent = self._claims()
            answer = self.ask([{"frame": "reconcile", "goes_on": goes_on}] + claims)
            if answer.kind == "error":
                code = answer.end["code"]
                if decisions.of_error(code, is_repairing=True) == "anew":
                    raise TooLarge(code)
                raise Trouble(code, answer.end["message"])
            if not goes_on:
                self.cursor = answer.end["cursor"]
            self._take(answer)
            answered = answer.end["answered"]
            self.open.extendleft(reversed(sent[answered:]))
            gone = set(answer.gone)
            self.open = deque(item for item in self.open if item[0] not in gone)
            goes_on = 1
        return self.cursor

    # Asking

    def _claims(self):
        claims, sent, size = [], [], 0
        while self.open and len(claims) < CLAIMS_MOST and size < CLAIM_BYTES:
            item = self.open.popleft()
            claims.append(self._claim(*item))
            sent.append(item)
            size += len(wire.Encoder().frame(claims[-1]))
        return claims, sent

    def _claim(self, bucket, depth, low, differs):
        inside = ranges.cut(self.held.get(bucket, []), depth, low)
        claim = {"bucket": bucket, "depth": depth, "low": "%016x" % low}
        if differs and len(inside) <= ITEMS_MOST:
            return dict(claim, frame="items", hashes=[item.hex() for item in inside])
        one = 0 if differs else SUMS_ONE
        sixteen = SUMS_SIXTEEN if differs else 8_192
        split = 0 if len(inside) <= one else 4 if len(inside) <= sixteen else 6
        split = min(split, 64 - depth)
        return dict(claim, frame="sums", split=split, parts=[
            {"count": count, "sum": sum.hex()}
            for _, _, count, sum in ranges.parts(self.held.get(bucket, []), depth, low, split)])

    # Taking an answer

    def _take(self, answer):
        for name in answer.gone:
            self.mirror.lose(name)
        for bucket in answer.buckets:
            self.mirror.announce(bucket)
        opened, doomed = [], set()
        for item in answer.items:
            if item["frame"] == "row":
                self.mirror.take(item)
            elif item["frame"] == "surplus":
                doomed.update((item["bucket"], bytes.fromhex(one)) for one in item["hashes"])
            elif item["frame"] == "parts":
                self._compare(item, opened, doomed)
        self.mirror.rows = {key: row for key, row in self.mirror.rows.items()
                            if (row.bucket, row.hash) not in doomed}
        self.held = self.mirror.held()
        self.open.extend(opened)

    def _compare(self, frame, opened, doomed):
        held = self.held.get(frame["bucket"], [])
        ours = ranges.parts(held, frame["depth"], int(frame["low"], 16), frame["split"])
        for (depth, low, count, sum), theirs in zip(ours, frame["parts"]):
            if count == theirs["count"] and sum.hex() == theirs["sum"]:
                continue
            if theirs["count"] == 0:
                doomed.update((frame["bucket"], one) for one in ranges.cut(held, depth, low))
            else:
                opened.append((frame["bucket"], depth, low, True))
