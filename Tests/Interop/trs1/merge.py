"""The body of a row that citizens write, and how it merges: section 12."""

from . import hybrid
from .canonical import canonical, parse

ORDER = ["latest", "maximum", "flag", "set", "counter", "text"]
KINDS = {"set": "latest", "raise": "maximum", "mark": "flag", "increment": "counter", "add": "set",
         "remove": "set", "write": "text"}


TOTAL_MOST = (1 << 63) - 1


class Document:
    """Fields by name: (kind, state). States are values that nobody changes in place."""

    def __init__(self, touched, deleted=None, fields=None):
        self.touched = touched
        self.deleted = deleted
        self.fields = fields or {}
        # What was deleted before, while one mutation is being applied.
        self._deleted_before = None

    @property
    def is_alive(self):
        return self.deleted is None or self.touched > self.deleted

    # Writes

    def apply(self, operation, time, dot):
        """One operation of the mutation named `dot`, written at `time`."""
        do = operation["do"]
        if do == "delete":
            if self.deleted is None or self.deleted < time:
                self._deleted_before, self.deleted = self.deleted, time
            return
        if self.deleted == time:
            self.deleted = self._deleted_before
        self.touched = max(self.touched, time)
        if do != "create":
            self._join(operation["field"], self._written(operation, time, dot))

    def _written(self, operation, time, dot):
        """What an operation writes, as the state of a field that has nothing else."""
        do, text = operation["do"], operation.get("text")
        dots = frozenset(hybrid.parse_dot(item) for item in operation.get("dots", []))
        if do == "set":
            return "latest", (time, canonical(operation["value"]))
        if do == "raise":
            return "maximum", operation["number"]
        if do == "mark":
            return "flag", None
        if do == "add":
            return "set", (frozenset([(dot, text)]), frozenset())
        if do == "remove":
            return "set", (frozenset(), frozenset((item, text) for item in dots))
        if do == "write":
            return "text", (frozenset([(dot, text)]), dots - {dot})
        kind, counts = self.fields.get(operation["field"], ("counter", {}))
        added, taken = counts.get(time[1], (0, 0)) if kind == "counter" else (0, 0)
        step = operation["number"]
        return "counter", {time[1]: (
            min(added + max(step, 0), TOTAL_MOST), min(taken + max(-step, 0), TOTAL_MOST))}

    # Merging

    def merge(self, other):
        self.touched = max(self.touched, other.touched)
        self._deleted_before = None
        self.deleted = max(filter(None, (self.deleted, other.deleted)), default=None)
        for name, field in other.fields.items():
            self._join(name, field)

    def _join(self, name, theirs):
        ours = self.fields.get(name)
        if ours is None:
            kind, state = theirs
            ours = kind, {"set": (frozenset(),) * 2, "text": (frozenset(),) * 2}.get(kind, state)
        if ours[0] != theirs[0]:
            self.fields[name] = max(ours, theirs, key=lambda field: ORDER.index(field[0]))
            return
        self.fields[name] = ours[0], _joined(ours[0], ours[1], theirs[1])

    # Forms

    def body(self):
        """The canonical bytes."""
        value = {
            "fields": {name: _encoded(*field) for name, field in self.fields.items()},
            "touched": hybrid.text(self.touched)}
        if self.deleted is not None:
            value["deleted"] = hybrid.text(self.deleted)
        return canonical(value)

    @staticmethod
    def read(body):
        """Reads a body; refuses what this reader would not write itself."""
        value = parse(body)
        deleted = value.get("deleted")
        document = Document(
            hybrid.parse(value["touched"]), deleted and hybrid.parse(deleted),
            {name: _decoded(field) for name, field in value["fields"].items()})
        if document.body() != body:
            raise ValueError("not the body of a merged row")
        return document

    def shown(self):
        return {name: _shown(*field) for name, field in self.fields.items()}


def _joined(kind, a, b):
    if kind in ("latest", "maximum"):
        return max(a, b)
    if kind == "flag":
        return None
    if kind == "counter":
        none = (0, 0)
        return {
            device: tuple(map(max, a.get(device, none), b.get(device, none)))
            for device in a.keys() | b.keys()}
    gone = a[1] | b[1]
    if kind == "set":
        return (a[0] | b[0]) - gone, gone
    # A dot has one text; of two the larger bytes stay.
    texts = dict(sorted(a[0] | b[0], key=lambda item: item[1].encode()))
    return frozenset(item for item in texts.items() if item[0] not in gone), gone


def _pairs(items):
    return [[hybrid.dot_text(dot), text]
            for dot, text in sorted(items, key=lambda item: (item[0], item[1].encode()))]


def _encoded(kind, state):
    if kind == "latest":
        return [kind, parse(state[1]), hybrid.text(state[0])]
    if kind == "maximum":
        return [kind, state]
    if kind == "flag":
        return [kind]
    if kind == "counter":
        return [kind, [["%016x" % device, *counts] for device, counts in sorted(state.items())]]
    if kind == "set":
        return [kind, _pairs(state[0]), _pairs(state[1])]
    return [kind, _pairs(state[0]), [hybrid.dot_text(dot) for dot in sorted(state[1])]]


def _decoded(field):
    kind, rest = field[0], field[1:]
    if kind == "latest":
        return kind, (hybrid.parse(rest[1]), canonical(rest[0]))
    if kind == "maximum":
        return kind, rest[0]
    if kind == "flag":
        return kind, None
    if kind == "counter":
        return kind, {int(device, 16): (added, taken) for device, added, taken in rest[0]}
    pairs = [frozenset((hybrid.parse_dot(dot), text) for dot, text in side) for side in rest[:1]]
    if kind == "set":
        gone = frozenset((hybrid.parse_dot(dot), text) for dot, text in rest[1])
    else:
        gone = frozenset(hybrid.parse_dot(dot) for dot in rest[1])
    return kind, (pairs[0], gone)


def _shown(kind, state):
    if kind == "latest":
        return parse(state[1])
    if kind == "maximum":
        return state
    if kind == "flag":
        return 1
    if kind == "counter":
        total = sum(added - taken for added, taken in state.values())
        return max(-TOTAL_MOST - 1, min(total, TOTAL_MOST))
    if kind == "set":
        return sorted({text for _, text in state[0]}, key=str.encode)
    return [text for _, text in sorted(state[0], key=lambda item: item[0])]
