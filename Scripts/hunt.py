"""Looks how long the simulator takes to find each planted bug.

The tree is copied, the bugs of Tests/SimulationTests/Planted/bugs.txt are put in
behind a number that the environment variable PLANTED chooses, and everything is
built once. Nothing of this is ever in the product.
"""

import argparse
import functools
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
import planting  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
BUGS = ROOT / "Tests/SimulationTests/Planted/bugs.txt"
# What is not found by then asks for a stronger oracle, or for worlds that meet it sooner.
SECONDS_MAX = 60
# More the simulator refuses.
JOBS_MAX = 64
PLANS = ROOT / "Tests/SimulationTests/Regressions"
MODULES = ["SQLiteKit", "SyncProtocol", "SyncServerCore", "SyncClientCore"]


def run(program, number, arguments):
    """Runs the simulator with a bug and gives its answer."""
    environment = dict(os.environ, PLANTED=str(number))
    start = time.monotonic()
    done = subprocess.run(
        [str(program), "simulate", *arguments, "--json"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
    )
    seconds = time.monotonic() - start
    lines = done.stdout.decode(errors="replace").strip().splitlines()
    try:
        return json.loads(lines[-1]), seconds
    except (IndexError, ValueError):
        if done.returncode >= 0:
            sys.exit(f"bug {number}: the simulator ended with {done.returncode} and said nothing: {arguments}")
        # The bug stopped the program: that is found as well.
        return {"failures": [{"invariant": "crash", "what": "the program ended"}], "worlds": 0}, seconds


def attempts(options, last):
    """Where to look for a bug, one place after the other, and the words for it."""
    for scope in ["1,1,1", "2,1,1"]:
        yield "scope", ["--small-scope", scope]
    yield "seeds", ["--seeds", f"{options.first}..{last}", "--replay-every", "1000000",
                    "--jobs", str(min(JOBS_MAX, os.cpu_count() or 1))]
    # What new seeds hardly find, a plan of one that failed once may.
    for plan in sorted(PLANS.glob("*.json")):
        yield "plan", ["--plan", str(plan)]


def hunt(program, number, places):
    """What finds a bug: the invariant, the place or the number of worlds, the seconds."""
    seconds = 0
    for where, arguments in places:
        answer, more = run(program, number, arguments)
        seconds += more
        if not answer["failures"]:
            continue
        failure = answer["failures"][0]
        if where == "seeds":
            where = str(answer["worlds"])
            # A program that ended names no seed, and none of them ends without a bug.
            arguments = ["--seed", failure["seed"]] if "seed" in failure else None
        if arguments and fails_without_bug(program, tuple(arguments)):
            return "FALSE ALARM", where, seconds
        return failure["invariant"], where, seconds
    return "NOT FOUND", "", seconds


@functools.cache
def fails_without_bug(program, arguments):
    """Whether the same program fails there without any bug: then that is no find."""
    answer, _ = run(program, 0, list(arguments))
    return bool(answer["failures"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--only", help="numbers of bugs, with commas")
    parser.add_argument("--seeds", type=int, default=1000, help="seeds to try for each bug")
    parser.add_argument("--from", dest="first", type=int, default=1, help="the first seed")
    parser.add_argument("--debug", action="store_true", help="a debug build")
    parser.add_argument("--control", type=int, default=200, help="seeds without a bug")
    options = parser.parse_args()
    bugs = planting.read(BUGS)
    folder = ROOT / ".build/hunt"
    folder.mkdir(parents=True, exist_ok=True)
    planting.copy(ROOT, folder, bugs, MODULES)
    kind = "debug" if options.debug else "release"
    print(f"building {len(bugs)} bugs ({kind})", flush=True)
    subprocess.run(
        ["swift", "build", "-c", kind, "--product", "tangrat-qa"], cwd=folder, check=True,
        stdout=subprocess.DEVNULL,
    )
    program = folder / ".build" / kind / "tangrat-qa"
    last = options.first + options.seeds - 1
    chosen = {int(n) for n in options.only.split(",")} if options.only else None
    missed = 0
    if options.control and chosen is None:
        answer, seconds = run(
            program, 0, ["--seeds", f"{options.first}..{options.first + options.control - 1}"]
        )
        print(f"   without a bug: {len(answer['failures'])} failures in {answer['worlds']} seeds, {seconds:.0f} s")
        missed += len(answer["failures"])
    print("bug  found by  worlds  seconds  what")
    for number, what, _ in bugs:
        if chosen and number not in chosen:
            continue
        found, where, seconds = hunt(program, number, attempts(options, last))
        is_slow = seconds > SECONDS_MAX
        missed += found in ("NOT FOUND", "FALSE ALARM") or is_slow
        print(f"{number:3}  {found:8}  {where:>6}  {seconds:7.1f}  {what}"
              + ("  – TOO SLOW: the oracle or the workload is too weak" if is_slow else ""), flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    if shutil.which("swift") is None:
        sys.exit("swift is not in PATH")
    sys.exit(main())
