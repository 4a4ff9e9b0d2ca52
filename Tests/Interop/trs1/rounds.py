"""Rounds: pushes, pulls, and what an answer changes. Sections 9, 10 and 14."""

from . import decisions, tables, wire
from .mirror import Mirror, SumsDiffer
from .repair import Repair, TooLarge
from .session import Trouble

PUSH_COUNT, PUSH_BYTES, RESTARTS = 200, 512 * 1_024, 3


class Round:
    """What lasts for one round only. Nothing of it shows before a checkpoint."""

    def __init__(self, client):
        self.client = client
        self.outbox = client.outbox
        self.is_repaired = False
        self.begin(client.mirror.copy(), client.cursor)
        self.taken = self.last = 0
        self.restarts = 0
        self.was_wrong = False

    def begin(self, mirror, cursor):
        self.mirror = mirror
        self.cursor = cursor
        self.is_whole = not cursor
        self.numbers = mirror.by_number()
        self.checkpoint = 0
        if self.is_whole:
            self.mirror = Mirror()
        # The buckets held before, and those of which something came since.
        self.known = set(self.mirror.buckets)
        self.came = set()

    def run(self, deep):
        if deep or not self.cursor and self.client.mirror.rows:
            self.repair()
        while not self.step():
            pass

    def step(self):
        """One request; True when the round has ended."""
        answer = self.client.ask("/v1/sync", self.request(), self.numbers)
        if any(frame["last"] > self.outbox.last_mid for frame in answer.outcomes):
            self.client.found_copy()
        self.outbox.note(answer.outcomes, self.last)
        self.taken = max([self.taken] + [min(frame["last"], self.last)
                                         for frame in answer.outcomes])
        self.numbers.update(
            (bucket["number"], bucket) for bucket in answer.buckets if "number" in bucket)
        end = answer.end
        if answer.kind == "error":
            self.failed(end)
        elif answer.kind == "restart":
            self.restarted(end)
        elif answer.kind == "unchanged":
            return self.unchanged(end["acked_mid"])
        else:
            for name in answer.gone:
                self.mirror.lose(name)
            for bucket in answer.buckets:
                self.mirror.announce(bucket)
            for item in answer.items:
                self.mirror.take(item)
                self.came.add(item["bucket"])
            self.cursor = end["cursor"]
            if answer.kind == "checkpoint":
                return self.reached(answer)
        return False

    def request(self):
        frames = [{
            "frame": "sync", "cursor": self.cursor, "rows_max": self.client.rows_max,
            "outcomes_seen": self.outbox.seen()}]
        if self.checkpoint or self.outbox.is_closing:
            frames[0]["checkpoint"] = 1
        batch, size = [], 0
        if self.outbox.stopped_at is None and not self.outbox.is_closing:
            for mutation in self.outbox.waiting:
                if mutation["mid"] <= self.taken:
                    continue
                size += len(wire.to_line(mutation))
                if len(batch) == PUSH_COUNT or size > PUSH_BYTES:
                    break
                batch.append(mutation)
        # The answer can tell of writes up to here; of later ones it tells what a copy did.
        self.last = batch[-1]["mid"] if batch else self.outbox.last_mid
        if batch:
            frames.append({"frame": "push", "base_chain": self.outbox.chain(batch[0]["mid"] - 1)})
        return frames + batch

    # How an answer ends

    def failed(self, error):
        do = decisions.of_error(error["code"])
        if do == "copy":
            self.client.found_copy()
        if do != "offer":
            raise Trouble(error["code"], error["message"])
        self.outbox.put_back(error["acked_mid"])
        self.taken = 0

    def restarted(self, restart):
        self.restarts += 1
        if self.restarts == RESTARTS:
            raise Trouble(restart["reason"], "the server refuses each cursor")
        if self.client.mirror.rows:
            self.repair()
        else:
            self.begin(Mirror(), "")

    def unchanged(self, acked):
        if self.outbox.is_copy(acked):
            self.client.found_copy()
        # What is above was stored after the request, or sent by a copy.
        acked = min(acked, self.last)
        goes_on = acked >= self.outbox.told
        self.acknowledge(acked)
        if goes_on:
            self.decide(self.client.undecided)
        return self.has_ended(False)

    def reached(self, answer):
        self.mirror.forget_awaited(
            self.known, self.came, {bucket["bucket"] for bucket in answer.buckets})
        try:
            self.mirror.check()
        except SumsDiffer:
            if self.was_wrong:
                raise Trouble("client.sums", "The sums differ after a repair as well.") from None
            self.was_wrong = True
            self.repair()
            return False
        acked, chain = answer.end.get("acked_mid", 0), answer.end.get("acked_chain") or ""
        if self.outbox.is_copy(acked, chain):
            self.client.found_copy()
        if acked and self.outbox.chain(acked) == chain:
            # They are this device's own, whoever sent them.
            self.outbox.note(answer.outcomes, max(self.last, acked))
        must_ask = self.apply(acked, chain, answer.end.get("lineage"))
        self.client.save()
        return self.has_ended(must_ask)

    def apply(self, acked, chain, lineage):
        """Takes the mirror of a checkpoint, and decides about buckets that are not in it.

        True if one more answer has to decide about one of them.
        """
        client = self.client
        goes_on = (not self.is_whole and not self.is_repaired and acked >= self.outbox.told
                   and (not lineage or lineage == client.lineage))
        vanished = {name for name in client.mirror.buckets.keys() - self.mirror.buckets.keys()
                    if name.startswith("person/")}
        older = client.undecided
        absent = (older | (set() if goes_on else vanished)) - self.mirror.buckets.keys()
        ended = vanished if goes_on else set()
        if acked >= self.outbox.told:
            ended = ended | {name for name in absent if self.outbox.refused_as_ended(
                tables.of({name}, client.subject))}
        client.undecided = absent - ended
        must_number = self.withdraw(ended, acked)
        client.mirror = self.mirror.copy()
        client.cursor = self.cursor
        client.lineage = lineage or client.lineage
        self.acknowledge(acked, chain, must_number)
        if goes_on:
            self.decide(older & client.undecided)
        self.known, self.came = set(self.mirror.buckets), set()
        self.is_whole = self.is_repaired = False
        self.checkpoint = 0
        return not absent <= older

    def acknowledge(self, acked, chain=None, must_number=False):
        if acked < self.outbox.acked[0] or must_number:
            self.taken = 0
        self.outbox.answered(acked, chain, must_number)

    def has_ended(self, must_ask):
        self.client.save()
        return not must_ask and not self.outbox.is_closing and (
            self.outbox.stopped_at is not None or not self.outbox.waiting)

    # Buckets that are not held any more

    def decide(self, buckets):
        """Withdraws what a server that went back may not have had, and has not got back."""
        if buckets and self.outbox.stopped_at is None and not self.outbox.is_closing \
                and not self.outbox.has_unanswered:
            self.withdraw(buckets, self.outbox.acked[0], is_known=False)
            self.client.undecided = self.client.undecided - buckets

    def withdraw(self, buckets, acked, is_known=True):
        """Removes what is kept about buckets; True if later writes need other numbers."""
        must_number = False
        for name in sorted(buckets):
            lost, has_gap, is_any = self.outbox.withdraw(
                tables.of({name}, self.client.subject), acked)
            must_number = must_number or has_gap
            if is_known or is_any:
                self.client.notices.append({"withdrawn": name, "lost": lost})
        return must_number

    # Repair

    def repair(self):
        self.client.repairs += 1
        mirror = self.client.mirror.copy()
        numbers = {}
        try:
            cursor = Repair(mirror, lambda frames: self.client.ask(
                "/v1/reconcile", frames, numbers)).run()
        except TooLarge:
            cursor = ""
        except Trouble as trouble:
            if trouble.code != "http.not_found":
                raise
            cursor = ""
        self.begin(mirror, cursor)
        self.is_repaired = True
        self.checkpoint = 1
