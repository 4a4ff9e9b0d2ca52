"""A device: its state in one file, its writes, what is shown. Sections 12 and 14."""

import json
import os
import time

from . import hybrid, names, tables, wire
from .answer import Answer
from .merge import Document
from .mirror import Mirror, Row
from .outbox import KEPT, Outbox, dot_of, dot_of_origin, renaming
from .rounds import Round
from .session import BINARY, Session, Trouble


class Client:
    """One directory is one device. The file is replaced whole: it is the one transaction."""

    def __init__(self, home, form=BINARY, rows_max=10_000, keeps=KEPT):
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
        # Buckets that may come back; what a person is told; the newest time that was known.
        self.undecided = set(saved.get("undecided", []))
        self.notices = saved.get("notices", [])
        self.time_seen = saved.get("time_seen", 0)
        self.outbox = Outbox(saved.get("outbox"), keeps)
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
            "undecided": sorted(self.undecided), "notices": self.notices,
            "time_seen": self.time_seen, "outbox": self.outbox.saved(),
            "buckets": self.mirror.buckets,
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

    def write(self, operations, origin=None):
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
        self.outbox.write(done, now_ms(), seen, origin)
        self.save()

    def use_aside(self):
        """Writes what was set aside anew, under its first name: it counts once with a copy's."""
        names = {}
        while self.outbox.aside:
            item = self.outbox.aside.pop(0)
            operations = [renaming(one, names) for one in item["operations"]]
            self.write(operations, item["origin"])
            names[item["dot"]] = hybrid.dot_text(dot_of_origin(item["origin"]))

    def closed(self):
        """The buckets whose lease is over, by the newest time that was known.

        That time is kept, so that a clock that goes back opens none of them.
        """
        ends = {name: bucket.get("lease_until", 0) for name, bucket in self.mirror.buckets.items()}
        now = now_ms() + self.outbox.offset
        if any(ends.values()) and now > self.time_seen:
            self.time_seen = now
            self.save()
        return {name for name, end in ends.items() if 0 < end <= max(now, self.time_seen)}

    def shown_rows(self):
        """The rows of the mirror that may be shown now, by key."""
        closed = self.closed()
        return {key: row for key, row in self.mirror.rows.items() if row.bucket not in closed}

    def closed_tables(self):
        """The tables whose rows and writes may not be shown now."""
        return tables.of(self.closed(), self.subject)

    def shown(self, table, id):
        """The document, unless the lease on its bucket is over."""
        return None if table in self.closed_tables() else self.document(table, id)

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
        self.time_seen = answer.server_ms
        return answer

    def found_copy(self):
        self.is_copy = True
        self.save()
        raise Trouble("client.copied", "Another device has this device's name and other writes.")


def now_ms():
    return time.time_ns() // 1_000_000
