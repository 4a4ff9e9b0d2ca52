"""Kills real processes at random moments and checks from outside what is left.

Standard library only; shares no code with the project. The server's clients are
written here on the JSON-lines form of the protocol; the devices are the real
`tangrat`. Everything comes from one seed, but for the timing of the processes.

What must hold, always:

* a write that was acknowledged is there, once, with the answer it was given;
* a write that was not is there once or not at all, and its resending makes it once;
* counters are exact: the sum of what is there, no more and no less;
* the server's own audit of its counts, sums and hashes finds nothing;
* all devices of one person end with the same bytes.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from torture_client import torture_client  # noqa: E402
from torture_faults import torture_faults, torture_steps  # noqa: E402
from torture_server import torture_server  # noqa: E402
from torture_world import Violation, World  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="the folder of the programs")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2569)
    parser.add_argument("--only", choices=["server", "client"])
    parser.add_argument("--faults", action="store_true")
    options = parser.parse_args()
    faults = [("faults", torture_faults), ("steps", torture_steps)]
    runs = faults if options.faults else [
        (name, run) for name, run in (("server", torture_server), ("client", torture_client))
        if options.only in (None, name)]
    for name, run in runs:
        folder = tempfile.mkdtemp(prefix="tangrat-torture-")
        world = World(options.bin, folder)
        draw = random.Random("%d %s" % (options.seed, name))
        begun = time.monotonic()
        print("%s: seed %d" % (name, options.seed), flush=True)
        try:
            run(*((world, draw) if options.faults else (world, options.rounds, draw)))
        except Violation as violation:
            print("VIOLATION (%s, seed %d): %s\n  files: %s"
                  % (name, options.seed, violation, folder), file=sys.stderr)
            return 1
        finally:
            world.end()
        shutil.rmtree(folder)
        print("%s: %.0f s" % (name, time.monotonic() - begun))
    return 0


if __name__ == "__main__":
    sys.exit(main())
