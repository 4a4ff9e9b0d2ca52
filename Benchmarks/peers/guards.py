"""What each guard of the server costs: the server as it is beside one without the guard.

The guards are taken away in a copy of the tree, by Benchmarks/guards.txt; the product has no
switch for them. Each round runs every variant on every workload, so that what is compared lies
seconds apart; a variant's cost is the median of its rounds' ratios.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import peerlib as lib
import tangrat
from bench import DURABLE, commit, machine

sys.path.insert(0, os.path.join(lib.ROOT, "Scripts", "lib"))
import planting  # noqa: E402

GUARDS = Path(lib.ROOT, "Benchmarks", "guards.txt")
# Workload, connections, and what it stands for.
WORKLOADS = [
    ("empty", 32, "a sync that finds nothing new"),
    ("delta10", 32, "a pull of ten rows"),
    ("init200", 16, "a first pull of 200 rows"),
    ("put1", 16, "a push of one write"),
    ("push10", 16, "a push of ten writes"),
]


def build():
    """Builds the copy with all guards in it, each behind its number."""
    folder = Path(lib.ROOT, ".build", "guards")
    folder.mkdir(parents=True, exist_ok=True)
    guards = planting.read(GUARDS)
    planting.copy(Path(lib.ROOT), folder, guards, ["SyncServerCore"])
    subprocess.run(
        ["swift", "build", "-c", "release", "--product", "tangrat-server"], cwd=folder, check=True,
        stdout=subprocess.DEVNULL,
    )
    return guards, str(folder / ".build" / "release" / "tangrat-server")


def start(number, server):
    """A filled server without one guard; number 0 has all of them."""
    os.environ["PLANTED"] = str(number)
    tangrat.SERVER = server
    peer = tangrat.Tangrat()
    peer.name = "tangrat-%d" % number
    peer.start()
    peer.seed()
    peer.prepare()
    return peer


def measure(peers, rounds, seconds):
    """Rates by workload and variant, one of each round."""
    found = {}
    for number in range(rounds):
        for workload, conns, _ in WORKLOADS:
            # Whoever comes first in one round comes last in the next.
            order = sorted(peers, reverse=bool(number % 2))
            for variant in order:
                if workload in DURABLE:
                    lib.settle()
                figures = peers[variant].measure(workload, conns, seconds)
                found.setdefault((workload, variant), []).append(
                    (figures["rate"], figures["rate_cpu"]))
        print("round %d of %d" % (number + 1, rounds), flush=True)
    return found


def cost(found, workload, variant, which):
    """How much faster the server is without the guard: median, least and most, in per cent."""
    pairs = zip(found[workload, variant], found[workload, 0])
    ratios = [100 * (without[which] / whole[which] - 1) for without, whole in pairs]
    return statistics.median(ratios), min(ratios), max(ratios)


def table(guards, found):
    lines = ["| Guard | " + " | ".join(what for _, _, what in WORKLOADS) + " |",
             "| --- |" + " --- |" * len(WORKLOADS)]
    for number, what, _ in guards:
        cells = []
        for workload, _, _ in WORKLOADS:
            rate, low, high = cost(found, workload, number, 0)
            processor = cost(found, workload, number, 1)[0]
            cells.append("%+.1f %% (%+.0f…%+.0f), processor %+.1f %%" % (rate, low, high, processor))
        lines.append("| %s | %s |" % (what, " | ".join(cells)))
    rates = ["%.0f" % statistics.median(rate for rate, _ in found[workload, 0])
             for workload, _, _ in WORKLOADS]
    lines.append("| requests a second with all guards | %s |" % " | ".join(rates))
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(prog="Scripts/bench --guards", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--no-keep", action="store_true", help="print, write no results")
    options = parser.parse_args()
    guards, server = build()
    peers = {}
    try:
        for number in [0] + [number for number, _, _ in guards]:
            peers[number] = start(number, server)
        found = measure(peers, options.rounds, options.seconds)
    finally:
        for peer in peers.values():
            peer.stop()
    text = table(guards, found)
    print(text)
    if not options.no_keep:
        path = os.path.join(lib.ROOT, "Benchmarks", "results", "guards-%s" % commit())
        with open(path + ".md", "w") as file:
            file.write("# What each guard costs, at %s\n\n%s\n\n" % (commit(), machine()))
            file.write("How much faster the server is without it: median (least…most) of %d rounds, and the "
                       "same\nper second of its processor's time.\n\n%s" % (options.rounds, text))
        with open(path + ".json", "w") as file:
            json.dump({"%s/%d" % key: rates for key, rates in found.items()}, file, indent=1)


if __name__ == "__main__":
    main()
