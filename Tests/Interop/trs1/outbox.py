"""Writes of a device: numbers, times, chain, outcomes. Sections 8, 10, 11 and 14."""

import os

from . import hashes, hybrid, wire

KEPT = 10_000


def dot_of(mutation):
    """The identity of a mutation in sets and texts; with an origin it is the origin's."""
    if "origin" in mutation:
        _, mid, link = mutation["origin"].split(".")
        return int(link, 16), int(mid)
    return hybrid.parse(mutation["time"])[1], mutation["mid"]


class Outbox:
    """The writes that wait, those that are acknowledged and kept, and how each one ended.

    A mutation is a frame of section 6. `waiting` and `kept` ascend by mid without a gap.
    """

    def __init__(self, saved=None):
        saved = saved or {}
        self.device = saved.get("device", "0" * 16)
        self.nonce = saved.get("nonce", "")
        self.last_time = saved.get("last_time", 0)
        self.offset = saved.get("offset", 0)
        self.waiting = saved.get("waiting", [])
        self.kept = saved.get("kept", [])
        self.acked = saved.get("acked", [0, ""])
        self.outcomes = {int(mid): outcome for mid, outcome in saved.get("outcomes", {}).items()}
        self.aside = saved.get("aside", [])
        self.stopped_at = saved.get("stopped_at")

    def saved(self):
        return dict(vars(self), outcomes={str(mid): item for mid, item in self.outcomes.items()})

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
        return None

    def write(self, operations, clock_ms, seen=0):
        """Numbers a mutation and puts it in the outbox; `seen` is the newest time in its rows."""
        random = int.from_bytes(os.urandom(2), "big")
        self.last_time = hybrid.stamp(clock_ms, self.offset, self.last_time, seen, random)
        self._append(self.last_time, 1, operations)

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
        old = self.device
        pending = [item for item in self.kept + self.waiting if item["mid"] not in left_out]
        self.device, self.nonce = device, os.urandom(8).hex()
        self.waiting, self.kept, self.acked, self.outcomes = [], [], [0, self.nonce], {}
        self.stopped_at = None
        renamed = {}
        for mutation in pending:
            operations = [
                dict(item, dots=[renamed.get(dot, dot) for dot in item["dots"]])
                if "dots" in item else item for item in mutation["operations"]]
            origin = mutation.get("origin") or "%s.%d.%s" % (
                old, mutation["mid"], mutation["chain"])
            new = self._append(
                int(mutation["time"][:16], 16), mutation["schema"], operations, origin)
            renamed[hybrid.dot_text(dot_of(mutation))] = hybrid.dot_text(dot_of(new))

    # Answers

    def seen(self):
        """The number up to which all outcomes are known."""
        mid = 0
        while mid + 1 in self.outcomes:
            mid += 1
        return mid

    def note(self, frames):
        for frame in frames:
            for mid in range(frame["first"], frame["last"] + 1):
                self.outcomes[mid] = [frame["status"], frame["code"], frame["detail"]]

    def is_copy(self, mid, chain=None):
        """Whether the server has a write that this device never made."""
        known = self.chain(mid)
        return mid > self.last_mid or bool(mid and chain and known) and known != chain

    def answered(self, mid):
        """A checkpoint holds everything up to `mid`; lower than before means a restored server."""
        if mid < self.acked[0]:
            if self.stopped_at is None:
                self.put_back(mid)
            return
        if self.stopped_at is not None and mid >= self.stopped_at:
            self.stopped_at = None
        done = [mutation for mutation in self.waiting if mutation["mid"] <= mid]
        self.waiting = self.waiting[len(done):]
        if done:
            self.acked = [mid, done[-1]["chain"]]
        self._set_aside(done)
        self.kept = (self.kept + done)[-KEPT:]

    def put_back(self, mid):
        """Offers kept writes above `mid` again. False if one that is missing leaves a gap."""
        again = [mutation for mutation in self.kept if mutation["mid"] > mid]
        link = self.chain(mid)
        if link is None or len(again) != self.acked[0] - mid:
            self.stopped_at = self.acked[0]
            return False
        self.kept = [mutation for mutation in self.kept if mutation["mid"] <= mid]
        self.waiting = again + self.waiting
        self.acked = [mid, link]
        self.outcomes = {key: item for key, item in self.outcomes.items() if key <= mid}
        return True

    def _set_aside(self, done):
        """Quarantine: stale creates, and later writes on the same row that found it absent."""
        for mutation in done:
            status, code, _ = self.outcomes.get(mutation["mid"], ["", "", ""])
            rows = [[item["table"], item["id"]] for item in mutation["operations"]]
            waiting = [row for item in self.aside for row in item["rows"]]
            if code == "create_stale" or code == "row_absent" and any(r in waiting for r in rows):
                self.aside.append({"rows": rows, "operations": mutation["operations"]})
