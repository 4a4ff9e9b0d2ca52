#!/usr/bin/env python3
"""A device for tests: python3 device.py HOME COMMAND. Answers are JSON lines.

Exit codes: 0 done, 1 a trouble, which stands on standard error as {"error":{"code","message"}}.
"""

import argparse
import json
import sys

from trs1 import hashes
from trs1.canonical import canonical, parse
from trs1.client import Client
from trs1.outbox import KEPT, touches
from trs1.session import BINARY, LINES, Trouble


def say(value):
    print(canonical(value).decode(), flush=True)


def sign_in(client, options):
    answer = client.sign_in(options.server, lambda begun: say({"user_code": begun["user_code"]}))
    say({"device": answer["device_id"], "subject": answer["subject"]})


def sync(client, options):
    client.session.lose = options.lose
    try:
        client.sync(options.deep)
    finally:
        say({"requests": client.session.requests, "up": client.session.bytes_up,
             "down": client.session.bytes_down, "repairs": client.repairs,
             "rows": len(client.mirror.rows), "waiting": len(client.outbox.waiting),
             "lineage": client.lineage, "aside": len(client.outbox.aside),
             # The number that the server must have again before anything is sent; 0 for none.
             "held_back": client.outbox.stopped_at or 0, "undecided": sorted(client.undecided)})


def write(client, options):
    for line in options.operations or sys.stdin:
        client.write(parse(line.encode()))
    say({"waiting": len(client.outbox.waiting), "last": client.outbox.last_mid})


def show(client, options):
    document = client.shown(options.table, options.id)
    say({"alive": 1 if document and document.is_alive else 0,
         "shown": document.shown() if document else {}})


def outcomes(client, options):
    closed = client.closed_tables()
    for mid, (status, code, detail) in sorted(client.outbox.outcomes.items()):
        # The detail names the row.
        detail = "" if detail.split("/")[0] in closed else detail
        say({"mid": mid, "status": status, "code": code, "detail": detail})


def aside(client, options):
    """Writes that wait for a person: lists them, uses them anew, or drops them."""
    if options.decision == "use":
        client.use_aside()
    if options.decision:
        client.outbox.aside = []
        client.save()
    for item in client.outbox.aside:
        if not touches(item, client.closed_tables()):
            say(item)


def notices(client, options):
    """The buckets that were withdrawn, and how many writes went with each unsent."""
    for item in client.notices:
        say(item)


def dump(client, options):
    """The mirror as canonical lines; bodies are the bytes that came, never made anew."""
    for (table, id), row in sorted(client.shown_rows().items()):
        print('{"agency":%s,"as_of":%d,"body":%s,"id":%s,"source_version":%d,"table":%s}' % (
            json.dumps(row.owner), row.as_of, row.body.decode(), json.dumps(id),
            row.source_version, json.dumps(table)))


def sums(client, options):
    for name, items in sorted(client.mirror.held().items()):
        bucket = client.mirror.buckets[name]
        say({"bucket": name, "count": len(items), "sum": hashes.total(items).hex(),
             "announced": bucket["sum"], "head": bucket["head"], "priority": bucket["priority"]})


def spoil(client, options):
    """What a bad disk does to a row: it is gone, or its body is another."""
    key = options.table, options.id
    if options.how == "gone":
        del client.mirror.rows[key]
    else:
        client.mirror.rows[key].body = options.how.encode()
    client.save()


def forget(client, options):
    """The access token is another, the cursor is gone, or its seal is broken."""
    if options.what == "token":
        client.session.tokens["access_token"] = "tra_none"
    elif options.what == "cursor":
        client.cursor = ""
    else:
        client.cursor = client.cursor[:-4] + "AAAA"
    client.save()


def revoke(client, options):
    client.revoke()
    say({"revoked": 1})


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home")
    parser.add_argument("--lines", action="store_true", help="speak JSON lines")
    parser.add_argument("--rows-max", type=int, default=10_000)
    parser.add_argument("--keep", type=int, default=KEPT, help="so many acknowledged writes")
    commands = parser.add_subparsers(required=True)
    for command in (sign_in, sync, write, show, outcomes, aside, notices, dump, sums, spoil, forget,
                    revoke):
        one = commands.add_parser(command.__name__.replace("_", "-"))
        one.set_defaults(command=command)
        if command is sign_in:
            one.add_argument("server")
        if command is sync:
            one.add_argument("--deep", action="store_true", help="compare everything")
            one.add_argument("--lose", type=int, default=0, help="lose so many answers")
        if command is write:
            one.add_argument("operations", nargs="*", help="a JSON list each; else from lines")
        if command in (show, spoil):
            one.add_argument("table")
            one.add_argument("id")
        if command is spoil:
            one.add_argument("how")
        if command is forget:
            one.add_argument("what", choices=["token", "cursor", "seal"])
        if command is aside:
            one.add_argument("decision", nargs="?", choices=["use", "drop"])
    return parser.parse_args()


def main():
    options = arguments()
    form = LINES if options.lines else BINARY
    client = Client(options.home, form, options.rows_max, options.keep)
    try:
        options.command(client, options)
    except Trouble as trouble:
        print(json.dumps({"error": {"code": trouble.code, "message": str(trouble)}}),
              file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
