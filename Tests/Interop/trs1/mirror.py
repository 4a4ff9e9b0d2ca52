"""What a device holds of the server, in memory: section 9."""

from . import hashes


class Row:
    """A row of the mirror; its hash is made from its bytes, never taken from a file."""

    __slots__ = ("bucket", "owner", "rev", "as_of", "source_version", "body", "hash")

    def __init__(self, key, bucket, owner, rev, as_of, source_version, body):
        self.bucket = bucket
        self.owner = owner
        self.rev = rev
        self.as_of = as_of
        self.source_version = source_version
        self.body = body
        self.hash = hashes.row_hash(*key, owner, as_of, source_version, body)


class SumsDiffer(Exception):
    """The rows held are not those that the server announced."""


class Mirror:
    """Rows by (table, id), buckets by name."""

    def __init__(self, rows=(), buckets=()):
        self.rows = dict(rows)
        self.buckets = dict(buckets)

    def copy(self):
        return Mirror(self.rows, self.buckets)

    def by_number(self):
        """The buckets as binary answers name them; lines always give the name."""
        return {bucket["number"]: bucket for bucket in self.buckets.values()
                if "number" in bucket}

    def announce(self, bucket):
        self.buckets[bucket["bucket"]] = {**self.buckets.get(bucket["bucket"], {}), **bucket}

    def lose(self, name):
        self.buckets.pop(name, None)
        self.rows = {key: row for key, row in self.rows.items() if row.bucket != name}

    def forget_awaited(self, known, came, announced):
        """Forgets new buckets of which nothing came, though something was to come.

        The right to them ended before their first row. `announced` are those of the last answer.
        """
        for name in self.buckets.keys() - known - came - announced:
            if self.buckets[name]["count"]:
                self.lose(name)

    def take(self, frame):
        """Applies a `row` or a `tombstone`."""
        key = frame["table"], frame["id"]
        if frame["frame"] == "row":
            self.rows[key] = Row(
                key, frame["bucket"], frame["owner"], frame["rev"], frame["as_of"],
                frame["source_version"], frame["body"])
        elif key in self.rows and self.rows[key].bucket == frame["bucket"]:
            del self.rows[key]

    def held(self):
        """The hashes of each bucket's rows, ascending."""
        held = {name: [] for name in self.buckets}
        for row in self.rows.values():
            held.setdefault(row.bucket, []).append(row.hash)
        for items in held.values():
            items.sort()
        return held

    def check(self):
        """Compares the rows held with what was announced of each bucket."""
        for name, items in self.held().items():
            bucket = self.buckets.get(name)
            if bucket is None or len(items) != bucket["count"] \
                    or hashes.total(items).hex() != bucket["sum"]:
                raise SumsDiffer(name)
