"""The goals: which two figures make each ratio, and where floor and reach lie.

The numbers are those of the design note on performance. A figure is (peer, workload, connections,
field); `ours` stands for the server under test. A ratio is made inside one round, and the median
over the rounds is what counts.
"""

from dataclasses import dataclass, replace
from statistics import median


@dataclass(frozen=True)
class Figure:
    peer: str
    workload: str
    conns: int
    field: str

    @property
    def cell(self):
        return self.peer, self.workload, self.conns

    def read(self, cells):
        figures = cells.get(self.cell)
        return figures.get(self.field) if figures else None


@dataclass(frozen=True)
class Goal:
    number: str
    title: str
    ours: Figure
    peer: tuple = ()  # figures that are added up; none for an absolute goal
    scale: float = 1  # of the peer's sum
    floor: float = 0
    reach: float = 0
    lower: bool = False  # whether less is better
    unit: str = ""

    @property
    def family(self):
        return int("".join(c for c in self.number if c.isdigit()))

    def cells(self):
        return {self.ours.cell} | {figure.cell for figure in self.peer}

    def values(self, cells):
        """(ours, peer, ratio) of one round, or None where something was not measured."""
        ours = self.ours.read(cells)
        parts = [figure.read(cells) for figure in self.peer]
        if ours is None or None in parts:
            return None
        if not parts:
            return ours, None, ours * self.scale
        peer = sum(parts) * self.scale
        return (ours, peer, ours / peer) if peer else None

    def cpu_ratio(self, cells):
        """The ratio of rates per second of server CPU, where both figures are rates of servers."""
        if len(self.peer) != 1 or self.ours.field not in ("rate", "records_s"):
            return None
        ours = replace(self.ours, field=self.ours.field + "_cpu").read(cells)
        peer = replace(self.peer[0], field=self.peer[0].field + "_cpu").read(cells)
        return ours / peer if ours and peer else None

    def verdict(self, ratio):
        at_least = lambda limit: ratio <= limit if self.lower else ratio >= limit
        return "reach" if at_least(self.reach) else "floor" if at_least(self.floor) else "BELOW"


def summary(goal, rounds):
    """Medians and spread over the rounds, or None."""
    values = [v for v in (goal.values(cells) for cells in rounds) if v]
    if not values:
        return None
    ours, peers, ratios = zip(*values)
    cpu_ratios = [ratio for ratio in map(goal.cpu_ratio, rounds) if ratio]
    return {
        "goal": goal.number,
        "title": goal.title,
        "unit": goal.unit,
        "ours": median(ours),
        "peer": None if peers[0] is None else median(peers),
        "ratio": median(ratios),
        "ratio_min": min(ratios),
        "ratio_max": max(ratios),
        "cpu_ratio": median(cpu_ratios) if cpu_ratios else None,
        "floor": goal.floor,
        "reach": goal.reach,
        "lower_is_better": goal.lower,
        "verdict": goal.verdict(median(ratios)),
        "rounds": len(values),
    }


def beside(goal, rounds):
    """A ratio that is told and not judged, as a line beside the table, or None."""
    found = summary(goal, rounds)
    told = ("title", "unit", "ours", "peer", "ratio", "ratio_min", "ratio_max", "rounds")
    return found and {"beside_goal": goal.number, **{name: found[name] for name in told}}


def ours(workload, conns, field):
    return Figure("ours", workload, conns, field)


NGINX, KINTO, MQTT = "nginx", "kinto-pg", "mosquitto"
CSYNC, GROUP, SQLITE = "csync-full", "csync-group", "sqlite"
ANCHORS = ("anchors", 1)


def against(peer, workload, conns, field="rate"):
    return (Figure(peer, workload, conns, field),)


GOALS = [
    Goal("1", "empty pull ÷ nginx return 200", ours("empty", 16, "rate"),
         against(NGINX, "return200", 16), floor=0.40, reach=0.65, unit="req/s"),
    Goal("2", "empty pull ÷ Kinto-PostgreSQL", ours("empty", 16, "rate"),
         against(KINTO, "empty", 16), floor=150, reach=250, unit="req/s"),
    Goal("3a", "empty pull, 1 connection: p50 ÷ nginx's", ours("empty", 1, "p50_us"),
         against(NGINX, "return200", 1, "p50_us"), floor=1.4, reach=1.15, lower=True, unit="µs"),
    Goal("3b", "empty pull, 1 connection: p99 ÷ nginx's", ours("empty", 1, "p99_us"),
         against(NGINX, "return200", 1, "p99_us"), floor=1.8, reach=1.3, lower=True, unit="µs"),
    Goal("4", "delta of 10 ÷ nginx, file of the same bytes", ours("delta10", 16, "rate"),
         against(NGINX, "delta10", 16), floor=0.40, reach=0.65, unit="req/s"),
    Goal("5", "delta of 10 ÷ Kinto-PostgreSQL", ours("delta10", 16, "rate"),
         against(KINTO, "delta10", 16), floor=100, reach=170, unit="req/s"),
    Goal("6", "initial 200 ÷ C SQLite range read", ours("init200", 8, "records_s"),
         against(SQLITE, *ANCHORS, "range_read_200_rows_s"), floor=0.40, reach=0.75,
         unit="records/s"),
    Goal("7a", "initial 200 ÷ Kinto-PostgreSQL", ours("init200", 8, "records_s"),
         against(KINTO, "init200", 8, "records_s"), floor=40, reach=65, unit="records/s"),
    Goal("7b", "initial 10,000 ÷ Kinto-PostgreSQL", ours("init10k", 1, "records_s"),
         against(KINTO, "init10k", 1, "records_s"), floor=14, reach=22, unit="records/s"),
    Goal("8a", "initial 10,000: first byte ÷ csync's delta of 10",
         ours("init10k", 1, "first_byte_p50_us"), against(CSYNC, "delta10", 1, "p50_us"),
         floor=3, reach=3, lower=True, unit="µs"),
    Goal("8b", "initial 10,000: growth of the server's memory", ours("init10k", 1, "growth_mb"),
         floor=8, reach=1, lower=True, unit="MB"),
    Goal("9", "push of 10, durable ÷ csync group commit", ours("push10", 16, "rate"),
         against(GROUP, "push10", 16), floor=0.45, reach=0.75, unit="req/s"),
    Goal("9b", "push of 10, durable, 1 client: p50 ÷ csync group commit",
         ours("push10", 1, "p50_us"), against(GROUP, "push10", 1, "p50_us"),
         floor=2.0, reach=1.3, lower=True, unit="µs"),
    Goal("10", "push of 10 ÷ Kinto-PostgreSQL", ours("push10", 16, "rate"),
         against(KINTO, "push10", 16), floor=250, reach=450, unit="req/s"),
    Goal("11", "single durable writes, 16 writers ÷ fdatasync appends", ours("put1", 16, "rate"),
         against(SQLITE, *ANCHORS, "fdatasync_4k_append_per_s"), floor=1.5, reach=3,
         unit="writes/s"),
    Goal("12", "single durable write, 1 writer: p50 ÷ csync FULL", ours("put1", 1, "p50_us"),
         against(CSYNC, "put1", 1, "p50_us"), floor=1.6, reach=1.2, lower=True, unit="µs"),
    Goal("14", "durable write → 1 watcher: p50 ÷ (write p50 + nginx round trip)",
         ours("fan", 1, "last_p50_us"),
         (ours("put1", 1, "p50_us"), Figure(NGINX, "return200", 1, "p50_us")),
         floor=1.6, reach=1.15, lower=True, unit="µs"),
    Goal("15a", "durable write → last of 100 watchers: p50 ÷ mosquitto",
         ours("fan", 100, "last_p50_us"), against(MQTT, "fan", 100, "last_p50_us"),
         floor=2.0, reach=1.2, lower=True, unit="µs"),
    Goal("15b", "durable write → last of 1,000 watchers: p50 ÷ mosquitto",
         ours("fan", 1000, "last_p50_us"), against(MQTT, "fan", 1000, "last_p50_us"),
         floor=2.0, reach=1.0, lower=True, unit="µs"),
    Goal("16a", "memory per idle watcher", ours("idle", 5000, "kb_per_watcher"),
         floor=4, reach=2, lower=True, unit="kB"),
    Goal("16b", "memory per idle watcher ÷ mosquitto's", ours("idle", 5000, "kb_per_watcher"),
         against(MQTT, "idle", 5000, "kb_per_watcher"), floor=5, reach=5, lower=True, unit="kB"),
    Goal("17", "server memory, 20 users and 10,000 records, idle", ours("resident", 0, "pss_mb"),
         floor=48, reach=30, lower=True, unit="MB"),
    Goal("18", "empty answer, all bytes", ours("empty", 16, "in_per_req"),
         floor=150, reach=110, lower=True, unit="B"),
    Goal("19", "delta of 10: bytes ÷ bare JSON of the same records",
         ours("delta10", 16, "in_per_req"), against("ours", "delta10", 16, "bare_bytes"),
         floor=1.10, reach=1.05, lower=True, unit="B"),
    Goal("22", "push answer: bytes a record, batch of 10", ours("push10", 16, "in_per_record"),
         floor=20, reach=12, lower=True, unit="B"),
]  # fmt: skip

# Told where both figures were measured anyway, and not judged. An answer with rows of a person
# waits for its entry in the audit chain to be durable: deltas have the disk beside them as writes.
# The writes of goal 14 are 2 ms apart, and many a disk takes longer after a pause: the event has the
# answer to the same write beside it, which is as late.
BESIDE = [
    Goal("4", "delta of 10, written down before it is answered ÷ fdatasync appends",
         ours("delta10", 16, "rate"), against(SQLITE, *ANCHORS, "fdatasync_4k_append_per_s"),
         unit="req/s"),
    Goal("14", "durable write → 1 watcher: p50 ÷ (that write's own answer + nginx round trip)",
         ours("fan", 1, "last_p50_us"),
         (ours("fan", 1, "ack_p50_us"), Figure(NGINX, "return200", 1, "p50_us")),
         unit="µs"),
]  # fmt: skip

# Measured by .build/release/sync-benchmarks; see Benchmarks/README.md for its lines.
CLIENT_GOALS = {
    "23": Goal("23", "client apply, rows/s ÷ C SQLite insert", ours("client", 0, "x"),
               floor=0.55, reach=0.80, unit="rows/s"),
    "24": Goal("24", "initial pull of 10,000: time ÷ the naive way", ours("client", 0, "x"),
               floor=0.55, reach=0.40, lower=True, unit="ms"),
    "25": Goal("25", "delta of 10: time ÷ the naive way", ours("client", 0, "x"),
               floor=0.50, reach=0.30, lower=True, unit="ms"),
}  # fmt: skip
