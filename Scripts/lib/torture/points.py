"""Kills server and device at every named place, `tangrat-qa points`, and checks what is left."""

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import time

from torture.devices import CommandDevice, LineDevice
from torture.household import KILLED, Household
from torture.world import NotStarted, Skipped, check

# What a server does when it passes a point; all others are passed by a push.
SERVER_STARTS = ("server.open.after", "server.history.named", "server.history.marked")
ROW_BYTES = 60_000


def torture_points(world, rounds, draw):
    names = known_points(world)
    world.start(seconds_max=10)
    home = Household(world, names="ab", writers=2)
    home.key = world.admin("agency", "add", "dlt", "--tables", "driving_licence,service")["key"]
    home.version = 0
    home.spares = 0
    home.settle_and_check("at first")
    # Restores lose what no device keeps: writers by hand keep nothing, so they come last.
    # After a catalogue is there, nothing else can be pinned: the submission is the very last.
    names.sort(key=lambda name: (
        "submission" in name, name.startswith("server.restore"), name))
    if rounds < len(names):
        names = sorted(draw.sample(names, rounds), key=names.index)
    kills = 0
    for name in names:
        for count in turns(name, draw):
            at(home, name, count, draw)
            kills += 1
            home.settle()
            home.check("%s:%d" % (name, count))
    home.check_files()
    check(world.end(signal.SIGTERM) == 0, "SIGTERM does not end with 0")
    return ("%d points, %d kills, %d writes there once; slowest start after a kill: server "
            "%.2f s, device %.2f s"
            % (len(names), kills, len(home.acked), max(world.starts),
               max([0.0] + [took for device in home.devices for took in device.starts])))


def known_points(world):
    done = subprocess.run([world.qa_program, "points", "--json"], capture_output=True)
    points = [json.loads(line) for line in done.stdout.splitlines()]
    if not all(point["built_in"] for point in points):
        raise Skipped("these programs are built without crash points; take the debug build: "
                      "Scripts/torture --only points")
    return [point["point"] for point in points]


def turns(name, draw):
    """At which passing to kill: the first, and where many are passed, a later one."""
    many = ("server.push", "server.commit", "server.reply", "server.feed")
    return (1, draw.randint(2, 5)) if name.startswith(many) else (1,)


def at(home, name, count, draw):
    """Lets one point be passed by a process that kills itself there."""
    armed = {"TANGRAT_CRASH_AT": "%s:%d" % (name, count)}
    if name.startswith("store.migration"):
        migrations(home, name, armed)
    elif name.startswith("client."):
        client(home, name, armed)
    elif name.startswith("server.restore"):
        restore(home, armed, name)
    elif name in SERVER_STARTS:
        start(home, armed, name)
    else:
        server(home, name, armed, draw)


# MARK: the server


def restart(home, env=None):
    home.world.end()
    home.world.start(seconds_max=10, env=env)


def dies(home, name):
    code = home.world.has_ended()
    check(code is not False, "%s was never passed: the server lives" % name)
    check(code in KILLED, "at %s the server ended with %s" % (name, code))
    home.world.start()


def start(home, armed, name):
    """A server that dies while it starts, and one that starts after it."""
    home.world.end()
    try:
        home.world.start(seconds_max=10, env=armed)
        check(False, "%s was never passed" % name)
    except NotStarted as ended:
        check(ended.code in KILLED, "at %s the server ended with %d" % (name, ended.code))
    home.world.start()


def server(home, name, armed, draw):
    """A server that dies while it serves."""
    restart(home, armed)
    backup = os.path.join(home.world.folder, "backup-%s" % name)
    if name == "server.stop.drained":
        home.write()
        os.kill(home.world.pid, signal.SIGTERM)
    elif name.startswith("server.backup"):
        home.world.operator("backup", backup)
    elif name == "server.compact.purged":
        for _ in range(45):
            home.write()
        for _ in range(3):
            if home.world.operator("compact", "--days", "0").returncode != 0:
                break
            time.sleep(0.01)
    elif name == "server.feed.written":
        lines = feed_lines(home, 6, 100)
        push_rows(home, lines)
    elif name.startswith("server.checkpoint"):
        for _ in range(12):
            if not feed(home, 50, ROW_BYTES):
                break
    elif name == "server.submission.written":
        check(push_rows(home, [{
            "table": "service", "id": "obec-2", "as_of": int(time.time() * 1000),
            "source_version": 1,
            "body": {"agency": "obec", "name_en": "Replacement", "name_th": "ใบแทน"}}]),
            "the catalogue is not taken")
        home.devices[0].run("request", "new", "obec-2", "--set", "reason=lost",
                            "--statement", "Lost in a flood")
        listed = home.devices[0].run("request", "list", "--json").decode().splitlines()
        drafts = [row["id"] for row in map(json.loads, listed)
                  if row.get("service") == "obec-2" and row["state"] == "draft"]
        home.devices[0].run("request", "submit", drafts[0])
        home.submitted.append(drafts[0])
        home.sync(home.devices[0])
    else:
        while home.world.process.poll() is None and home.writers[0].mid < 10_000:
            device = draw.choice(home.devices)
            home.pin(device)
            if draw.random() < 0.5:
                home.sync(device)
            home.write()
    dies(home, name)
    if name == "server.feed.written":
        # Nobody knows what was taken of it: sent again, and once more from its end.
        check(push_rows(home, lines), "a cut feed is not taken again")
        again = push_rows(home, lines[::-1])
        check(again and again["unchanged"] == len(lines), "a repeated feed ends with %s" % again)
    if name.startswith("server.checkpoint"):
        empty(home)


def feed(home, rows, size):
    """Pushes rows of an agency; what the last line of the answer counts, if there is one."""
    return push_rows(home, feed_lines(home, rows, size))


def feed_lines(home, rows, size):
    home.version += 1
    return [{
        "table": "driving_licence", "id": "dlt-%d" % row, "subject": home.person,
        "as_of": int(time.time() * 1000), "source_version": home.version,
        # Other words each time: what stays the same is not written again.
        "body": {"text": "%03d" % (home.version % 1000) * (size // 3)}} for row in range(rows)]


def push_rows(home, rows):
    """Pushes lines of an agency; what the last line of the answer counts, if there is one."""
    try:
        status, answer = home.world.request(
            "POST", "/v1/agency/records", "\n".join(map(json.dumps, rows)).encode() + b"\n",
            {"Authorization": "Bearer " + home.key})
    except (OSError, http.client.HTTPException):
        return None
    if status != 200 or b'"status":"done"' not in answer:
        return None
    return json.loads(answer.splitlines()[-1])


def empty(home):
    """Makes the agency's rows small again, so that the next steps are quick."""
    check(feed(home, 50, 10), "the feed is not taken after the restart")


def restore(home, armed, name):
    """A restore that dies, the server as it is then, and the restore again."""
    home.settle()
    backup = os.path.join(home.world.folder, "backup-%s" % name)
    home.world.admin("backup", backup)
    for device in home.devices:
        home.pin(device)
        home.sync(device)
    home.world.end(signal.SIGTERM)
    died = home.world.operator("restore", backup, env=armed)
    check(died.returncode in KILLED, "at %s restore ended with %d" % (name, died.returncode))
    home.world.start()
    home.world.verify()
    home.world.end(signal.SIGTERM)
    home.world.admin("restore", backup)
    home.world.start()
    # Begins anew: the history that it knew is over.
    home.mirror.cursor = ""
    home.mirror.rows = {}


def migrations(home, name, armed):
    """A new store and a new cache that die while their tables are made."""
    folder, home.world.data = home.world.data, os.path.join(home.world.folder, "new-" + name)
    port, home.world.port = home.world.port, 0
    home.world.end()
    start(home, armed, name)
    home.world.verify()
    home.world.end()
    home.world.data, home.world.port = folder, port
    home.world.start()
    signing_in(home, name, armed)


# MARK: the device


def client(home, name, armed):
    device = home.devices[0]
    if name.startswith("client.signIn"):
        return signing_in(home, name, armed)
    if name.startswith("client.signOut"):
        return signing_out(home, name, armed)
    if name.startswith("client.write"):
        code, _ = home.pin(device, env=armed)
    elif name.startswith("client.stage"):
        check(feed(home, 50, ROW_BYTES), "the feed is not taken")
        code, _ = home.sync(device, env=armed)
    elif name.startswith("client.repair"):
        spoil(device)
        code, errors = device.attempt("doctor", "--deep", env=armed)
        home.judge(code, errors, ("doctor",))
    elif name.startswith("client.refresh"):
        forget_token(device)
        code, _ = home.sync(device, env=armed)
    elif name.startswith("client.offer"):
        for _ in range(2):
            home.pin(device)
        home.sync(device)
        offer(home, name)
        code, _ = home.sync(device, env=armed)
    else:
        home.pin(device)
        home.pin(device)
        code, _ = home.sync(device, env=armed)
    check(code in KILLED, "%s was never passed: the device ended with %d" % (name, code))
    device.start()
    if name.startswith("client.repair"):
        device.run("doctor", "--deep")
    if name.startswith("client.stage"):
        device.run("sync")
        empty(home)


def offer(home, name):
    """A server that lost the last writes, because an older backup was restored."""
    backup = os.path.join(home.world.folder, "backup-" + name)
    home.settle()
    home.world.admin("backup", backup)
    device = home.devices[0]
    home.pin(device)
    home.sync(device)
    home.world.end(signal.SIGTERM)
    home.world.admin("restore", backup)
    home.world.start()
    home.mirror.cursor = ""
    home.mirror.rows = {}


def spoil(device):
    """Changes a row of the mirror behind the client's back."""
    cache = sqlite3.connect(os.path.join(device.account, "cache.sqlite"))
    with cache:
        changed = cache.execute("UPDATE row SET hash = x'00' WHERE id IN (SELECT id FROM row LIMIT 1)")
        check(changed.rowcount >= 1, "there is no row to spoil")
    cache.close()


def forget_token(device):
    """Makes the access token one that the server does not know."""
    path = os.path.join(device.account, "credentials")
    with open(path) as file:
        credentials = json.load(file)
    token = credentials["access_token"]
    credentials["access_token"] = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
    with open(path, "w") as file:
        json.dump(credentials, file, sort_keys=True, separators=(",", ":"))


def signing_in(home, name, armed):
    """A device that dies while it signs in, and signs in again."""
    home.spares += 1
    spare = CommandDevice(home.world, home.person, "spare-%d" % home.spares, env=armed)
    code, _ = spare.attempt("status")
    check(code in (0, 4), "%s: status ends with %d" % (name, code))
    code, errors = spare.login()
    check(code == 0, "%s: signing in again: %s" % (name, errors))
    spare.run("pin", "spare-%d" % home.spares)
    spare.run("sync")
    spare.run("logout")


def signing_out(home, name, armed):
    """A device that dies while it signs out, and signs out again."""
    home.spares += 1
    spare = CommandDevice(home.world, home.person, "spare-%d" % home.spares)
    spare.run("sync")
    code, _ = spare.attempt("logout", env=armed)
    check(code in KILLED, "%s was never passed: logout ended with %d" % (name, code))
    code, errors = spare.attempt("status")
    check(code in (0, 4), "%s: status ends with %d: %s" % (name, code, errors))
    spare.attempt("logout")
    code, errors = spare.attempt("status")
    check(code == 4 or "signed" in errors or not os.path.exists(spare.account),
          "%s: still signed in: %d %s" % (name, code, errors))
    check(not os.path.exists(spare.account), "%s: the person's files are still there" % name)
