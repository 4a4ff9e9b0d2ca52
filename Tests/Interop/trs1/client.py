"""A device: its state in one file, its writes, its rounds. Sections 9, 10 and 14."""

import json
import os
import time

from . import decisions, hybrid, names, wire
from .answer import Answer
from .merge import Document
from .mirror import Mirror, Row, SumsDiffer
from .outbox import Outbox, dot_of
from .repair import Repair, TooLarge
from .session import BINARY, Session, Trouble

PUSH_COUNT, PUSH_BYTES, RESTARTS = 200, 512 * 1_024, 3


class Client:
    """One directory is one device. The file is replaced whole: it is the one transaction."""

    def __init__(self, home, form=BINARY, rows_max=10_000):
        self.path = os.path.join(home, "state.json")
        self.form = form
        self.rows_max = rows_max
        self.repairs = 0
        saved = {}
        if os.path.exists(self.path):
            with open(self.path, encoding="utf-8") as file:
                saved = json.load(file)
        os.makedirs(home, mode=0o700, exist_ok=True)
        self.subject = saved.get("subject")
        self.cursor = saved.get("cursor", "")
        self.lineage = saved.get("lineage", "")
        self.is_copy = saved.get("is_copy", False)
        self.outbox = Outbox(saved.get("outbox"))
        self.session = Session(saved.get("server", ""), saved.get("tokens"), self.save)
        self.mirror = Mirror(
            (((table, id), Row((table, id), *rest, body.encode()))
             for table, id, *rest, body in saved.get("rows", [])),
            saved.get("buckets", {}))

    def save(self):
        """Writes the file anew, durably, and puts it in place."""
        value = {
            "server": self.session.server, "tokens": self.session.tokens, "subject": self.subject,
            "cursor": self.cursor, "lineage": self.lineage, "is_copy": self.is_copy,
            "outbox": self.outbox.saved(), "buckets": self.mirror.buckets,
            "rows": [[*key, row.bucket, row.owner, row.rev, row.as_of, row.source_version,
                      row.body.decode()] for key, row in self.mirror.rows.items()]}
        with open(self.path + ".new", "w", encoding="utf-8", opener=lambda path, flags: os.open(
                path, flags, 0o600)) as file:
            json.dump(value, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(self.path + ".new", self.path)

    # Sign-in

    def sign_in(self, server, shown):
        """Signs in; says which device this has been, unless it is a copy or misses writes."""
        self.session.server = server
        known = self.outbox.device if self.subject else None
        if self.is_copy or self.outbox.stopped_at is not None:
            known = None
        begun = self.session.begin("interop", known)
        shown(begun)
        answer = self.session.complete(begun)
        if self.subject not in (None, answer["subject"]):
            raise Trouble("client.other_person", "This directory belongs to another person.")
        self.subject = answer["subject"]
        if answer["device_id"] != self.outbox.device and self.outbox.is_empty:
            self.become(answer["device_id"])
        # The tokens and the name that they are for become durable together.
        self.session.keep(answer)
        return answer

    def become(self, device, left_out=frozenset()):
        """Goes on under another name; a cursor belongs to the device that it was made for."""
        self.outbox.become(device, left_out)
        self.cursor = ""
        self.is_copy = False

    def replace(self):
        """Takes a new name, once the server has told which writes it has under the old one."""
        old, new = self.outbox.device, self.session.tokens.get("device_id")
        if new in (None, old):
            return
        left_out = names.taken(self.outbox, lambda after: self.session.replace(old, after))
        self.become(new, left_out)
        self.save()

    def revoke(self):
        self.session.revoke()
        self.session.tokens = {}
        self.save()

    # Writing and showing

    def write(self, operations):
        """Stores a mutation; `remove` and `write` without dots replace what is shown."""
        done = []
        for operation in operations:
            if operation["do"] in ("remove", "write") and "dots" not in operation:
                document = self.document(operation["table"], operation["id"])
                element = operation["text"] if operation["do"] == "remove" else None
                operation = dict(operation, dots=self.outbox.dots(
                    document, operation["field"], element) if document else [])
            done.append(operation)
        documents = [self.document(item["table"], item["id"]) for item in done]
        seen = max((item.touched[0] for item in documents if item), default=0)
        self.outbox.write(done, now_ms(), seen)
        self.save()

    def document(self, table, id):
        """A citizen's row with the writes that wait, or None."""
        row = self.mirror.rows.get((table, id))
        document = Document.read(row.body) if row and row.owner == "citizen" else None
        for mutation in self.outbox.waiting:
            if self.outbox.outcomes.get(mutation["mid"], [""])[0] == "refused":
                continue
            stamp = hybrid.parse(mutation["time"])
            for operation in mutation["operations"]:
                if (operation["table"], operation["id"]) != (table, id):
                    continue
                if document is None and operation["do"] == "create":
                    document = Document(stamp)
                if document is not None:
                    document.apply(operation, stamp, dot_of(mutation))
        return document

    # A round

    def sync(self, deep=False):
        """Pushes and pulls until the mirror is what the server holds."""
        self.replace()
        if self.is_copy:
            raise Trouble("client.copied", "Sign in: this is a copy of another device.")
        Round(self).run(deep)

    def ask(self, path, frames, held):
        """Sends frames and gives the answer, which is whole or a trouble."""
        if self.form == BINARY:
            encoder = wire.Encoder()
            body = b"".join(encoder.frame(frame) for frame in frames)
        else:
            body = b"\n".join(wire.to_line(frame) for frame in frames)
        before = now_ms()
        answer = Answer(self.session.exchange(path, body, self.form), self.form, held)
        self.outbox.offset = answer.server_ms - before
        return answer

    def found_copy(self):
        self.is_copy = True
        self.save()
        raise Trouble("client.copied", "Another device has this device's name and other writes.")


class Round:
    """What lasts for one round only. Nothing of it shows before a checkpoint."""

    def __init__(self, client):
        self.client = client
        self.outbox = client.outbox
        self.begin(client.mirror.copy(), client.cursor)
        self.taken = 0
        self.restarts = 0
        self.was_wrong = False

    def begin(self, mirror, cursor):
        self.mirror = mirror
        self.cursor = cursor
        self.numbers = mirror.by_number()
        self.checkpoint = 0
        if not cursor:
            self.mirror = Mirror()

    def run(self, deep):
        if deep or not self.cursor and self.client.mirror.rows:
            self.repair()
        while not self.step():
            pass

    def step(self):
        """One request; True when the round has ended."""
        answer = self.client.ask("/v1/sync", self.request(), self.numbers)
        self.outbox.note(answer.outcomes)
        self.taken = max([self.taken] + [frame["last"] for frame in answer.outcomes])
        self.numbers.update(
            (bucket["number"], bucket) for bucket in answer.buckets if "number" in bucket)
        end = answer.end
        if answer.kind == "error":
            self.failed(end)
        elif answer.kind == "restart":
            self.restarted(end)
        elif answer.kind == "unchanged":
            return self.finish(end["acked_mid"])
        else:
            for name in answer.gone:
                self.mirror.lose(name)
            for bucket in answer.buckets:
                self.mirror.announce(bucket)
            for item in answer.items:
                self.mirror.take(item)
            self.cursor = end["cursor"]
            if answer.kind == "checkpoint":
                return self.reached(end)
        return False

    def request(self):
        frames = [{
            "frame": "sync", "cursor": self.cursor, "rows_max": self.client.rows_max,
            "outcomes_seen": self.outbox.seen()}]
        if self.checkpoint:
            frames[0]["checkpoint"] = 1
        batch, size = [], 0
        if self.outbox.stopped_at is None:
            for mutation in self.outbox.waiting:
                if mutation["mid"] <= self.taken:
                    continue
                size += len(wire.to_line(mutation))
                if len(batch) == PUSH_COUNT or size > PUSH_BYTES:
                    break
                batch.append(mutation)
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

    def reached(self, end):
        try:
            self.mirror.check()
        except SumsDiffer:
            if self.was_wrong:
                raise Trouble("client.sums", "The sums differ after a repair as well.") from None
            self.was_wrong = True
            self.repair()
            return False
        self.client.mirror = self.mirror.copy()
        self.client.cursor = self.cursor
        self.client.lineage = end.get("lineage") or self.client.lineage
        self.checkpoint = 0
        return self.finish(end.get("acked_mid", 0), end.get("acked_chain"))

    def finish(self, acked, chain=None):
        """The mirror holds everything up to `acked`."""
        if self.outbox.is_copy(acked, chain):
            self.client.found_copy()
        if acked < self.outbox.acked[0]:
            self.taken = 0
        self.outbox.answered(acked)
        self.client.save()
        return self.outbox.stopped_at is not None or not self.outbox.waiting

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
        self.checkpoint = 1


def now_ms():
    return time.time_ns() // 1_000_000
