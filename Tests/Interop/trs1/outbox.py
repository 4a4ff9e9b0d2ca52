"""Writes of a device: numbers, times, chain, outcomes. Sections 8, 10, 11 and 14."""

import os

from . import hashes, hybrid, wire

KEPT = 10_000


def first_name(mutation):
    """The name that a mutation had first: `<device>.<mid>.<link>`."""
    return mutation.get("origin") or "%s.%d.%s" % (
        mutation["time"][17:], mutation["mid"], mutation["chain"])


def dot_of_origin(origin):
    _, mid, link = origin.split(".")
    return int(link, 16), int(mid)


def dot_of(mutation):
    """The identity of a mutation in sets and texts; with an origin it is the origin's."""
    if "origin" in mutation:
        return dot_of_origin(mutation["origin"])
    return hybrid.parse(mutation["time"])[1], mutation["mid"]


def renaming(operation, names):
    """The same operation with other dots in place of those that `names` has."""
    if "dots" not in operation:
        return operation
    return dict(operation, dots=[names.get(dot, dot) for dot in operation["dots"]])


class Outbox:
    """The writes that wait, those that are acknowledged and kept, and how each one ended.

    A mutation is a frame of section 6. `waiting` ascends by mid without a gap, and `kept` but
    for the numbers of those that went with a bucket, whose links are in `vacant`.
    """

    def __init__(self, saved=None, keeps=KEPT):
        saved = saved or {}
        self._keeps = keeps
        self.device = saved.get("device", "0" * 16)
        self.nonce = saved.get("nonce", "")
        self.last_time = saved.get("last_time", 0)
        self.offset = saved.get("offset", 0)
        self.waiting = saved.get("waiting", [])
        self.kept = saved.get("kept", [])
        self.acked = saved.get("acked", [0, ""])
        self.outcomes = {int(mid): outcome for mid, outcome in saved.get("outcomes", {}).items()}
        self.aside = saved.get("aside", [])
        # Writes are held back until the server has this number again.
        self.stopped_at = saved.get("stopped_at")
        self.vacant = {int(mid): link for mid, link in saved.get("vacant", {}).items()}
        # Number and link of the last one that is too old to be kept.
        self.base = saved.get("base", [0, ""])
        # What is kept gets new numbers at the next checkpoint.
        self.is_closing = saved.get("is_closing", False)
        # The last number used before numbers were given again.
        self.used = saved.get("used", 0)

    def saved(self):
        return {name: {str(mid): item for mid, item in value.items()}
                if name in ("outcomes", "vacant") else value
                for name, value in vars(self).items() if name != "_keeps"}

    # Writing

    @property
    def last_mid(self):
        newest = self.waiting or self.kept
        return max(newest[-1]["mid"] if newest else 0, self.acked[0])

    def chain(self, mid):
        """The link of a mutation that is still known, or None."""
        if mid == 0:
            return self.nonce
        if mid == self.acked[0]:
            return self.acked[1]
        for mutation in self.kept + self.waiting:
            if mutation["mid"] == mid:
                return mutation["chain"]
        return self.base[1] if mid == self.base[0] else self.vacant.get(mid)

    def write(self, operations, clock_ms, seen=0, origin=None):
        """Numbers a mutation and puts it in the outbox; `seen` is the newest time in its rows."""
        random = int.from_bytes(os.urandom(2), "big")
        self.last_time = hybrid.stamp(clock_ms, self.offset, self.last_time, seen, random)
        mid = self.last_mid + 1
        if origin is None and mid <= self.used:
            # Others may name the older write of this number: it has an identity of its own.
            before = bytes.fromhex(self.chain(mid - 1))
            link = hashes.link(before, mid, self.last_time, operations, None).hex()
            origin = "%s.%d.%s" % (link, mid, link)
        self._append(self.last_time, 1, operations, origin)

    def _append(self, packed, schema, operations, origin=None):
        mid = self.last_mid + 1
        link = hashes.link(bytes.fromhex(self.chain(mid - 1)), mid, packed, operations, origin)
        mutation = {
            "frame": "mutation", "mid": mid, "time": "%016x-%s" % (packed, self.device),
            "schema": schema, "chain": link.hex(), "operations": operations}
        if origin:
            mutation["origin"] = origin
        self.waiting.append(mutation)
        return mutation

    def dots(self, document, field, element=None):
        """The dots that a `remove` of an element or a `write` of a text has seen."""
        kind, state = document.fields.get(field, ("", (frozenset(), None)))
        return [hybrid.dot_text(dot) for dot, text in sorted(state[0])
                if element is None or text == element]

    # Devices

    @property
    def is_empty(self):
        return not self.kept and not self.waiting

    def become(self, device, left_out=frozenset()):
        """Numbers what is kept under a new name, but for what the server has: `left_out`."""
        pending = [item for item in self.kept + self.waiting if item["mid"] not in left_out]
        self.device, self.nonce = device, os.urandom(8).hex()
        self.kept, self.outcomes, self.vacant = [], {}, {}
        self.base, self.stopped_at, self.is_closing, self.used = [0, ""], None, False, 0
        self._number(pending, [0, self.nonce])

    def _number(self, pending, acked):
        """Puts mutations into the outbox behind one that the server has, with new numbers.

        Each tells its first name, unless it has the same number and link again.
        """
        self.waiting, self.acked = [], acked
        renamed = {}
        for mutation in pending:
            operations = [renaming(item, renamed) for item in mutation["operations"]]
            packed = int(mutation["time"][:16], 16)
            new = self._append(packed, mutation["schema"], operations, mutation.get("origin"))
            if new["chain"] != mutation["chain"] or new["time"] != mutation["time"]:
                self.waiting.pop()
                new = self._append(packed, mutation["schema"], operations, first_name(mutation))
            renamed[hybrid.dot_text(dot_of(mutation))] = hybrid.dot_text(dot_of(new))

    # Answers

    def seen(self):
        """The number up to which all outcomes are known."""
        mid = 0
        while mid + 1 in self.outcomes:
            mid += 1
        return mid

    @property
    def told(self):
        """The highest number that the server was known to have."""
        return max([self.acked[0], *self.outcomes])

    @property
    def has_unanswered(self):
        return any(mutation["mid"] not in self.outcomes for mutation in self.waiting)

    def note(self, frames, last):
        """Stores outcomes up to `last`: those above can be about writes of a copy."""
        for frame in frames:
            for mid in range(frame["first"], min(frame["last"], last) + 1):
                self.outcomes[mid] = [frame["status"], frame["code"], frame["detail"]]

    def is_copy(self, mid, chain=None):
        """Whether the server has a write that this device never made."""
        known = self.chain(mid)
        return mid > self.last_mid or bool(mid and chain and known) and known != chain

    def answered(self, mid, chain=None, must_number=False):
        """The mirror holds everything up to `mid`; lower than before means a restored server.

        `chain` is a checkpoint's; an `unchanged` has none. `must_number` says that a number
        above `mid` was left by a write that is gone, so that those behind it get others.
        """
        if mid < self.acked[0] and not self.is_closing and self.stopped_at is None:
            self.put_back(mid)
        if must_number or self.is_closing:
            self.is_closing = chain is None
            if chain is not None:
                self._close(mid, chain)
        if mid < self.acked[0]:
            return
        if self.stopped_at is not None and mid >= self.stopped_at:
            self.stopped_at = None
        done = [mutation for mutation in self.waiting if mutation["mid"] <= mid]
        self.waiting = self.waiting[len(done):]
        if mid > self.acked[0]:
            # What went with a bucket may have been the last one.
            self.acked = [mid, done[-1]["chain"] if done and done[-1]["mid"] == mid
                          else chain or self.chain(mid)]
        self._set_aside(done)
        self.kept += done
        for mutation in self.kept[:-self._keeps]:
            self.base = [mutation["mid"], mutation["chain"]]
        self.kept = self.kept[-self._keeps:]

    def put_back(self, mid):
        """Offers kept writes above `mid` again, closes a gap, or holds back where one is open."""
        again = [mutation for mutation in self.kept if mutation["mid"] > mid]
        vacant = [number for number in self.vacant if mid < number <= self.acked[0]]
        link = self.chain(mid)
        if link is None or len(again) + len(vacant) != self.acked[0] - mid:
            self.stopped_at = self.acked[0]
            return
        self.is_closing = bool(vacant)
        if self.is_closing:
            return
        self.kept = [mutation for mutation in self.kept if mutation["mid"] <= mid]
        self.waiting = again + self.waiting
        self.acked = [mid, link]
        self._forget(mid)

    def _forget(self, mid):
        """Forgets what was told of numbers above one that the server has."""
        self.outcomes = {key: item for key, item in self.outcomes.items() if key <= mid}
        self.vacant = {key: link for key, link in self.vacant.items() if key <= mid}

    def _close(self, mid, chain):
        """Numbers what the server has not behind what it has."""
        self.stopped_at = None
        self.used = max(self.used, self.last_mid)
        done = [item for item in self.waiting if item["mid"] <= mid]
        self._set_aside(done)
        pending = [item for item in self.kept + self.waiting if item["mid"] > mid]
        self.kept = [item for item in self.kept if item["mid"] <= mid] + done
        self._forget(mid)
        self._number(pending, [mid, chain if mid else self.nonce])

    # Buckets that are not held any more

    def refused_as_ended(self, tables):
        """Whether a write on one of these tables was answered with the end of the right."""
        return any(self.outcomes.get(item["mid"], ["", ""])[1] == "right_ended"
                   and touches(item, tables) for item in self.waiting)

    def withdraw(self, tables, mid):
        """Removes all that is about rows of these tables.

        Gives how many writes went that the server never had, as it has all up to `mid`, whether
        a number above `mid` is free now, and whether anything went at all.
        """
        before = len(self.kept) + len(self.waiting) + len(self.aside)
        gone = [item for item in self.kept + self.waiting if touches(item, tables)]
        lost = sum(item["mid"] > mid for item in self.waiting if touches(item, tables))
        self.vacant.update((item["mid"], item["chain"]) for item in gone)
        self.kept = [item for item in self.kept if not touches(item, tables)]
        self.waiting = [item for item in self.waiting if not touches(item, tables)]
        self.aside = [item for item in self.aside if not touches(item, tables)]
        for outcome in self.outcomes.values():
            if outcome[2].split("/")[0] in tables:
                outcome[2] = ""
        after = len(self.kept) + len(self.waiting) + len(self.aside)
        return lost, any(item["mid"] > mid for item in gone), after < before

    # Writes that wait for the person's decision

    def _set_aside(self, done):
        """Quarantine: stale creates, and later writes on the same row that found it absent."""
        for mutation in done:
            status, code, _ = self.outcomes.get(mutation["mid"], ["", "", ""])
            rows = [[item["table"], item["id"]] for item in mutation["operations"]]
            waiting = [row for item in self.aside for row in item["rows"]]
            if code == "create_stale" or code == "row_absent" and any(r in waiting for r in rows):
                self.aside.append({
                    "rows": rows, "operations": mutation["operations"],
                    "origin": first_name(mutation), "dot": hybrid.dot_text(dot_of(mutation))})


def touches(write, tables):
    return any(operation["table"] in tables for operation in write["operations"])
