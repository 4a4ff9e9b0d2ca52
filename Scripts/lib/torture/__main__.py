"""Runs steps of the torture one after another: see `--list`."""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time

from torture import tools
from torture.steps import STEPS
from torture.world import Skipped, Violation, World


def arguments():
    parser = argparse.ArgumentParser(prog="Scripts/torture", description=__doc__)
    parser.add_argument("--bin", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--only", metavar="STEP,…", help="these steps alone")
    parser.add_argument("--rounds", type=int, help="rounds of each step; each has its default")
    parser.add_argument("--minutes", type=float,
                        help="go on with new seeds until so many minutes have passed")
    parser.add_argument("--seed", type=int, default=2569, help="what is drawn, is drawn from it")
    parser.add_argument("--short", action="store_true",
                        help="a few rounds of the steps that every change has to pass")
    parser.add_argument("--list", action="store_true", help="the steps, and what each does")
    options = parser.parse_args()
    names = [step.name for step in STEPS]
    options.steps = STEPS
    if options.only:
        wanted = options.only.split(",")
        for name in wanted:
            if name not in names:
                parser.error("there is no step %s; steps: %s" % (name, ", ".join(names)))
        options.steps = [step for step in STEPS if step.name in wanted]
    elif options.short:
        options.steps = [step for step in STEPS if step.rounds_short]
    return options


def run_step(step, options, seed):
    """Runs one step in a world of its own; true unless something was violated."""
    rounds = options.rounds or (step.rounds_short if options.short else 0) or step.rounds
    folder = tempfile.mkdtemp(prefix="tangrat-torture-")
    world = World(options.bin, folder)
    draw = random.Random("%d %s" % (seed, step.name))
    begun = time.monotonic()
    print("%-9s seed %d, rounds %d" % (step.name, seed, rounds), flush=True)
    try:
        tools.prepare(step.name, step.packages)
        summary = step.run(world, rounds, draw)
    except Skipped as skipped:
        world.end_all()
        shutil.rmtree(folder, ignore_errors=True)
        return True, "skipped: %s" % skipped
    except Violation as violation:
        world.end_all()
        print("VIOLATION (%s, seed %d): %s\n  again: Scripts/torture --only %s --seed %d "
              "--rounds %d\n  files: %s"
              % (step.name, seed, violation, step.name, seed, rounds, folder), file=sys.stderr)
        return False, "VIOLATION: %s" % violation
    finally:
        world.end_all()
        tools.unmount_all(folder)
    shutil.rmtree(folder)
    return True, "%s; %.0f s" % (summary, time.monotonic() - begun)


def main():
    options = arguments()
    if options.list:
        for step in STEPS:
            print("%-9s %s\n          rows %s; %d rounds%s" % (
                step.name, step.summary, ", ".join(step.rows), step.rounds,
                ", %d with --short" % step.rounds_short if step.rounds_short else ""))
        return 0
    deadline = time.monotonic() + 60 * options.minutes if options.minutes else None
    results = []
    seed = options.seed
    is_well = True
    while is_well:
        for step in options.steps:
            if deadline and time.monotonic() > deadline:
                break
            is_well, line = run_step(step, options, seed)
            results.append((step.name, seed, line))
            print("%-9s %s" % (step.name, line), flush=True)
            if not is_well:
                break
        if not deadline or time.monotonic() > deadline:
            break
        seed += 1
    print("summary: %d steps, %d skipped, %s" % (
        len(results), sum(line.startswith("skipped") for _, _, line in results),
        "no violation" if is_well else "ONE VIOLATION"))
    for name, seed, line in results:
        print("  %-9s seed %-6d %s" % (name, seed, line))
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
