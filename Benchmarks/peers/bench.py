"""Runs the goals: starts the servers, measures in interleaved rounds, prints and keeps the table.

Called by Scripts/bench, which builds first. `prove` starts each peer and loads it for a moment.
"""

import argparse
import datetime
import json
import os
import platform
import resource
import signal
import statistics
import subprocess
import sys
import time

import ingest
import peerlib as lib
from goals import BESIDE, CLIENT_GOALS, GOALS, beside, summary
from peers import CSync, Kinto, Mosquitto, Nginx, SQLiteAnchors
from tangrat import Tangrat

PEERS = {
    "nginx": Nginx,
    "csync-full": lambda: CSync("csync-full"),
    "csync-group": lambda: CSync("csync-group", group=True),
    "kinto-pg": Kinto,
    "mosquitto": Mosquitto,
    "sqlite": SQLiteAnchors,
    "tangrat": Tangrat,
}
ONCE = {"resident"}  # before any load, in the first round only
DURABLE = {"push10", "put1", "fan"}  # wait for the disk, and so for what others have written
ORDER = [
    *("resident", "return200", "empty", "delta10", "init200", "init10k"),
    *("push10", "put1", "fan", "idle", "anchors"),
]


def shown(value):
    if value is None:
        return "–"
    size = abs(value)
    return "{:,.{}f}".format(value, 0 if size >= 100 else 1 if size >= 10 else 2)


def commit():
    def git(*arguments):
        done = subprocess.run(["git", *arguments], cwd=lib.ROOT, capture_output=True, text=True)
        return done.stdout.strip()

    name = git("rev-parse", "--short", "HEAD") or "unknown"
    return name + ("-changed" if git("status", "--porcelain", "--", "Sources") else "")


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo") as f:
        for line in f:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return "%s, %d cores, Linux %s" % (model, os.cpu_count(), platform.release())


def start_all(names):
    """Starts and fills; on a failure stops what was started."""
    running = {}
    try:
        for name in names:
            peer = PEERS[name]()
            begin = time.time()
            peer.start()
            running[name] = peer
            peer.seed()
            peer.prepare()
            print("%s: ready after %.1f s" % (name, time.time() - begin), flush=True)
    except BaseException:
        stop_all(running)
        raise
    return running


def stop_all(running):
    for peer in running.values():
        peer.stop()


def measure(goals, ours, rounds, seconds):
    """Returns one dictionary of cells a round. `ours` is the peer in the role of our server."""
    wanted = set().union(*(goal.cells() for goal in goals))
    real = lambda name: ours if name == "ours" else name
    cells = {(real(peer), workload, conns) for peer, workload, conns in wanted}
    names = [name for name in PEERS if name in {cell[0] for cell in cells}]
    running = start_all(names)
    try:
        same_bytes(running, ours)
        order = sorted(cells, key=lambda c: (ORDER.index(c[1]), c[2], names.index(c[0])))
        done, logs = [], os.path.join(lib.WORK, "cells.jsonl")
        for number in range(rounds):
            found = dict.fromkeys(wanted)
            begin = time.time()
            for cell in order:
                name, workload, conns = cell
                if workload in ONCE and number:
                    continue
                if workload in DURABLE:
                    lib.settle()
                busy, total = lib.busy_ticks()
                try:
                    figures = running[name].measure(workload, conns, seconds)
                except (RuntimeError, NotImplementedError, KeyError) as error:
                    print("  %s/%s/%d: %s %s" % (*cell, type(error).__name__, error))
                    continue
                busy_after, total_after = lib.busy_ticks()
                busy_share = (busy_after - busy) / max(1, total_after - total)
                figures["neighbours"] = busy_share - own_share(figures)
                with open(logs, "a") as f:
                    f.write(json.dumps({"cell": cell, "round": number, **figures}) + "\n")
                for peer in (name, "ours") if name == ours else (name,):
                    found[(peer, workload, conns)] = figures
            done.append(found)
            print("round %d of %d: %.0f s" % (number + 1, rounds, time.time() - begin), flush=True)
        return done
    finally:
        stop_all(running)


def own_share(figures):
    """The share of the machine that the cell itself used, where its tool says so."""
    if "server_cpu" not in figures:
        return float("nan")
    return (figures["server_cpu"] + figures["client_cpu"]) / figures["secs"] / os.cpu_count()


def neighbours(rounds):
    """What others used of the machine while cells ran: the reader's measure of trust."""
    shares = [
        figures["neighbours"]
        for cells in rounds
        for figures in cells.values()
        if figures and figures["neighbours"] == figures["neighbours"]
    ]
    return "%.0f %%" % (100 * max(0, statistics.median(shares))) if shares else "not measured"


def same_bytes(running, ours):
    """Makes nginx serve a file of exactly our answer's size, for the goal that compares them."""
    if "nginx" in running and ours in running and "delta10" in running[ours].works:
        figures = running[ours].load("delta10", 1, 0.3)
        running["nginx"].same_size["delta10"] = max(int(figures["in_per_req"]) - 150, 1)
        running["nginx"].prepare()


def client_lines(wanted):
    """Runs the client's benchmarks and reads their lines, if the executable speaks JSON."""
    program = os.path.join(lib.ROOT, ".build", "release", "sync-benchmarks")
    if not wanted or not os.path.exists(program):
        return [], []
    done = subprocess.run([program, "--json"], capture_output=True, text=True)
    summaries, others = [], []
    for line in done.stdout.splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if not isinstance(found, dict):
            continue
        goal = CLIENT_GOALS.get(str(found.get("goal")))
        if goal and isinstance(found.get("ratio"), (int, float)):
            if goal.family in wanted:
                summaries.append(client_summary(goal, found))
        else:
            others.append(found)
    if done.returncode or not (summaries or others):
        print("sync-benchmarks --json: exit %d, no goals in its output" % done.returncode)
    return summaries, others


def client_summary(goal, found):
    ratio = found["ratio"]
    return {
        "goal": goal.number,
        "title": goal.title,
        "unit": found.get("unit", goal.unit),
        "ours": found.get("ours"),
        "peer": found.get("peer"),
        "ratio": ratio,
        "ratio_min": found.get("ratio_min", ratio),
        "ratio_max": found.get("ratio_max", ratio),
        "cpu_ratio": None,
        "floor": goal.floor,
        "reach": goal.reach,
        "lower_is_better": goal.lower,
        "verdict": goal.verdict(ratio),
        "rounds": found.get("rounds", 1),
    }


def table(summaries):
    lines = [
        "| goal | | ours | peer | ratio (min–max) | per CPU-s | floor | reach | verdict |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for s in summaries:
        sign = "≤ " if s["lower_is_better"] else "≥ "
        spread = " (%s–%s)" % (shown(s["ratio_min"]), shown(s["ratio_max"]))
        lines.append(
            "| %s | %s | %s %s | %s | %s | %s | %s | %s | %s |"
            % (
                *(s["goal"], s["title"], shown(s["ours"]), s["unit"], shown(s["peer"])),
                shown(s["ratio"]) + (spread if s["rounds"] > 1 else ""),
                shown(s["cpu_ratio"]),
                *(sign + shown(s["floor"]), sign + shown(s["reach"]), s["verdict"]),
            )
        )
    return "\n".join(lines)


def rounded(value):
    """Digits beyond the fourth after the point say nothing."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {name: rounded(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(member) for member in value]
    return value


def keep(label, head, summaries, others, folder):
    name = "%s-%s" % (datetime.date.today().isoformat(), label)
    path = os.path.join(folder, name)
    os.makedirs(folder, exist_ok=True)
    with open(path + ".json", "w") as f:
        found = rounded({**head, "goals": summaries, "other": others})
        json.dump(found, f, indent=1, ensure_ascii=False)
        f.write("\n")
    with open(path + ".md", "w") as f:
        f.write("# Benchmarks, %s\n\n" % name)
        f.write("".join("- %s: %s\n" % item for item in head.items()) + "\n")
        f.write(table(summaries) + "\n")
        if others:
            f.write("\n## Other lines\n\n")
            f.write("".join("- `%s`\n" % json.dumps(o, ensure_ascii=False) for o in others))
    return path


def prove():
    """Starts each peer and loads it for a moment: the proof that the set-up works."""
    for name in [name for name in PEERS if name != "tangrat"]:
        running = start_all([name])
        try:
            peer = running[name]
            if name == "sqlite":
                figures = peer.measure("anchors", 1, 0)
                line = "%.0f rows/s of range reads" % figures["range_read_200_rows_s"]
            elif name == "mosquitto":
                line = "%.0f µs to one watcher" % peer.fan(1)["last_p50_us"]
            else:
                workload = "return200" if name == "nginx" else "empty"
                line = "%.0f req/s" % peer.load(workload, 16, 0.5)["rps"]
            print("%s: works, %s" % (name, line), flush=True)
        finally:
            stop_all(running)


def main():
    parser = argparse.ArgumentParser(prog="Scripts/bench", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (5)")
    parser.add_argument("--seconds", type=float, default=2, help="seconds a cell (2)")
    parser.add_argument("--only", type=int, nargs="+", metavar="GOAL", help="these goals alone")
    parser.add_argument("--label", default=None, help="of the results' files (the commit)")
    parser.add_argument("--ours", default="tangrat", choices=PEERS, help="who stands for ours")
    parser.add_argument("--ingest", type=int, metavar="LINES",
                        help="lines of the agency feeds (200000; 0 for none; none with --only)")
    parser.add_argument("--no-client", action="store_true", help="without sync-benchmarks")
    parser.add_argument("--no-keep", action="store_true", help="print, write no results")
    parser.add_argument("--prove", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20_000), hard))
    if options.prove:
        prove()
        return
    if options.rounds < 1 or options.seconds <= 0:
        parser.error("--rounds and --seconds must be above zero")
    fed = options.ingest
    if fed is None:
        fed = 0 if options.only or options.ours != "tangrat" else 200_000
    if fed < 0 or fed and options.ours != "tangrat":
        parser.error("--ingest takes a number of lines, and our own server")

    known = {goal.family for goal in GOALS} | {goal.family for goal in CLIENT_GOALS.values()}
    wanted = set(options.only or known)
    if wanted - known:
        parser.error("no such goals: %s" % ", ".join(map(str, sorted(wanted - known))))
    goals = [goal for goal in GOALS if goal.family in wanted]
    begin = time.time()
    rounds = measure(goals, options.ours, options.rounds, options.seconds) if goals else []
    summaries = [found for found in (summary(goal, rounds) for goal in goals) if found]
    client = set() if options.no_client else wanted & {g.family for g in CLIENT_GOALS.values()}
    client_summaries, others = client_lines(client)
    summaries += client_summaries
    others = [found for found in (beside(goal, rounds) for goal in BESIDE) if found] + others
    if fed:
        others = ingest.measure(fed) + others
    missing = sorted(wanted - {int("".join(filter(str.isdigit, s["goal"]))) for s in summaries})
    head = {
        "date": datetime.datetime.now().astimezone().isoformat(timespec="minutes"),
        "commit": commit(),
        "server": options.ours,
        "machine": machine(),
        "rounds": options.rounds,
        "seconds a cell": options.seconds,
        "others' share of the machine (median)": neighbours(rounds),
        "minutes": round((time.time() - begin) / 60, 1),
    }
    print("\n" + table(summaries))
    for other in others:
        if "beside_goal" in other:
            print("\nbeside goal %s: %s: %s %s, %s, ratio %s (%s–%s)" % (
                other["beside_goal"], other["title"], shown(other["ours"]), other["unit"],
                *(shown(other[name]) for name in ("peer", "ratio", "ratio_min", "ratio_max"))))
    if missing:
        print("\nnot measured: goals %s" % ", ".join(map(str, missing)))
    if not options.no_keep:
        # A stand-in's figures are not our results: they stay with the generated data.
        folder = lib.RESULTS if options.ours == "tangrat" else os.path.join(lib.WORK, "results")
        label = options.label or (commit() if options.ours == "tangrat" else options.ours)
        path = keep(label, head, summaries, others, folder)
        print("\nkept in %s.md and .json" % os.path.relpath(path, lib.ROOT))


if __name__ == "__main__":
    main()
