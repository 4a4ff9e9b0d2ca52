"""Attacks the real server, alone and behind nginx, and looks at what comes back.

Standard library only; shares no code with the project. What must hold, always:

* a message that is refused is the last one of its connection: nothing behind it is answered;
* every answer has a length, a date, and nothing of the request in it;
* the process is the same afterwards, and holds no descriptor more than before;
* through nginx, an honest request after each bad one gets its own answer and no other.
"""

import argparse
import asyncio
import os
import random
import shutil
import signal
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from edge_client import check_client  # noqa: E402
from edge_http import Malformed, exchange, read_answers  # noqa: E402
from edge_process import check_process  # noqa: E402
from edge_refusals import (  # noqa: E402
    check_addresses, check_descriptors, check_paths, check_rates, check_tls)
from edge_schema import check_schema  # noqa: E402
from edge_slow import check_channels, check_drip, check_readers, check_slow  # noqa: E402
from edge_table import Table, run_table  # noqa: E402
from edge_world import NAME, Certificates, EdgeWorld, Nginx, check  # noqa: E402
from torture.world import Violation  # noqa: E402

CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


def report(verdicts, way):
    for problem in sorted(verdicts.problems)[:40]:
        print("  " + problem[:300], file=sys.stderr)
    check(not verdicts.problems, "%s: %d messages of %d were not answered as they must be"
          % (way, len(verdicts.problems), verdicts.messages))
    statuses = ", ".join("%d × %d" % pair[::-1] for pair in sorted(verdicts.statuses.items()))
    print("  %-7s %6d messages; answers: %s" % (way, verdicts.messages, statuses), flush=True)


def check_table(world, options):
    """Sections d and e: each row to the server's socket, and through nginx."""
    table = Table()
    print("  %d rows of %d classes" % (len(table.rows), len(table.classes)), flush=True)
    splitting = {"plain": "none", "direct": "some", "nginx": "none"}
    if options.mode == "long":
        splitting = dict.fromkeys(splitting, "every")
    before = world.descriptors()
    for way in ("plain", "direct"):
        # The short form leaves the server's clock to HTTPLimitTests, and waits for nginx's.
        report(asyncio.run(run_table(
            table, way, world.port, splitting[way], slow=options.mode == "long")), way)
    certificates = Certificates(os.path.join(world.folder, "tls"))
    nginx = Nginx(os.path.join(world.folder, "nginx"), certificates, world.port)
    nginx.start()
    context = certificates.context()

    async def honest(verdicts, row, way, shape):
        code = "".join(random.choices(CODE_LETTERS, k=4)) + "-" + "".join(
            random.choices(CODE_LETTERS, k=4))
        request = ("GET /device/%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                   % (code, NAME)).encode()
        try:
            answers = read_answers(
                await exchange(nginx.port, [request], context, NAME), [b"GET"])
        except (Malformed, OSError) as problem:
            verdicts.wrong(row, way, shape, "an honest request after it: %s" % problem)
            return
        if len(answers) != 1 or answers[0].status != 200 or code.encode() not in answers[0].body:
            verdicts.wrong(row, way, shape, "an honest request after it got another answer: %s"
                           % [answer.status for answer in answers])

    try:
        report(asyncio.run(run_table(
            table, "nginx", nginx.port, splitting["nginx"], context, honest)), "nginx")
        check(nginx.process.poll() is None, "nginx ended")
    finally:
        nginx.end()
    check(world.process.poll() is None, "the server ended")
    left = world.wait_for_descriptors(before)
    check(left == before, "%d descriptors before, %d after" % (before, left))
    print("  one process throughout, %d descriptors before and after" % before)


PARTS = {
    "long": [("table", check_table), ("paths", check_paths), ("tls", check_tls),
             ("rates", check_rates), ("addresses", check_addresses), ("client", check_client),
             ("descriptors", check_descriptors), ("process", check_process)],
    "slow": [("drip", check_drip), ("slow", check_slow), ("readers", check_readers),
             ("channels", check_channels)],
    "schema": [("schema", check_schema)],
}
PARTS["short"] = PARTS["long"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="the folder of the programs")
    parser.add_argument("--mode", choices=sorted(PARTS), default="long")
    parser.add_argument("--only", help="one part by its name")
    parser.add_argument("--count", type=int, help="connections of --slow, of each kind")
    parser.add_argument("--schemathesis", help="the program of that name")
    options = parser.parse_args()
    parts = [pair for pair in PARTS[options.mode] if options.only in (None, pair[0])]
    if not parts:
        parser.error("no part %s; there are: %s" % (
            options.only, ", ".join(name for name, _ in PARTS[options.mode])))
    for name, part in parts:
        folder = tempfile.mkdtemp(prefix="tangrat-edge-")
        world = EdgeWorld(options.bin, folder)
        begun = time.monotonic()
        print(name + ":", flush=True)
        try:
            world.start(seconds_max=20)
            part(world, options)
            check(world.end(signal.SIGTERM) == 0, "SIGTERM does not end with 0")
        except Violation as violation:
            print("VIOLATION (%s): %s\n  files: %s" % (name, violation, folder), file=sys.stderr)
            return 1
        finally:
            world.end()
        shutil.rmtree(folder)
        print("  %.0f s" % (time.monotonic() - begun), flush=True)
    print("edge: all parts passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
