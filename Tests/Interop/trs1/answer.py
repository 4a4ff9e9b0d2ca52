"""An answer as a whole: section 4. What was cut or altered is not used, not even in part."""

from . import hashes, wire
from .session import BINARY, NoAnswer

ENDS = {"unchanged", "page", "checkpoint", "pushed", "restart", "error", "reconciled"}


class Answer:
    """`end` says how the request ended; the other frames are sorted by what they are for."""

    def __init__(self, data, form, held):
        try:
            if form == BINARY:
                frames = list(wire.Decoder(held).frames(data))
            else:
                frames = [wire.from_line(line) for line in data.split(b"\n") if line]
        except ValueError as problem:
            raise NoAnswer("client.answer", str(problem)) from problem
        names = [frame["frame"] for frame in frames]
        if names[:1] != ["hello"] or "hello" in names[1:] or frames[0]["magic"] != "TRS1":
            raise NoAnswer("client.answer", "the answer does not begin with hello, once")
        if names[-1] not in ENDS or ENDS.intersection(names[:-1]):
            raise NoAnswer("client.answer", "the answer was cut")
        self.server_ms = frames[0]["server_ms"]
        self.end = frames[-1]
        self.kind = names[-1]
        self.outcomes = [frame for frame in frames if frame["frame"] == "outcomes"]
        self.gone = [frame["bucket"] for frame in frames if frame["frame"] == "bucket_gone"]
        self.buckets = [frame for frame in frames if frame["frame"] == "bucket"]
        self.items = [frame for frame in frames
                      if frame["frame"] in ("row", "tombstone", "parts", "surplus")]
        self._check()

    def _check(self):
        counted = 0 if self.kind == "reconciled" else sum(
            item["frame"] == "tombstone" for item in self.items)
        rows = [hashes.row_hash(
            item["table"], item["id"], item["owner"], item["as_of"], item["source_version"],
            item["body"]) for item in self.items if item["frame"] == "row"]
        if self.kind in ("page", "checkpoint", "reconciled"):
            if counted + len(rows) != self.end["rows"] or hashes.total(rows).hex() != self.end["sum"]:
                raise NoAnswer("client.answer", "number or sum of the rows is wrong")
        elif self.items:
            raise NoAnswer("client.answer", "rows before " + self.kind)
