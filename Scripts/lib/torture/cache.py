"""One cache and two programs; caches that are copied, and caches that are damaged."""

import json
import os
import shutil
from collections import Counter

from torture.devices import CommandDevice, count
from torture.household import Household
from torture.world import check

# The kinds of notices that tell of a salvage.
SALVAGES = ("damaged", "foreign", "missing")
# Where SQLite's `user_version` stands in the head of a file.
VERSION_AT = 60
FILES = ("cache.sqlite", "cache.sqlite-wal", "cache.sqlite-shm")


def torture_two(world, rounds, draw):
    """Two programs on one cache in a loop: nobody hears of a lock, nothing is sent twice."""
    world.start(seconds_max=10)
    home = Household(world, names="ab", writers=1)
    home.settle_and_check("at first")
    commands = 0
    for number in range(rounds):
        device = home.devices[0]
        running = []
        for _ in range(3):
            home.serial += 1
            name = "pin-%d" % home.serial
            running.append((name, device.spawn("pin", name)))
            running.append((None, device.spawn("sync")))
            running.append((None, device.spawn(draw.choice(["status", "sync", "requests"]))))
        home.write()
        for name, process in running:
            _, errors = process.communicate(timeout=120)
            text = errors.decode()
            home.judge(process.returncode, text, ("two at once",))
            check(process.returncode == 0, "of two at once one ended with %d: %s"
                  % (process.returncode, text))
            if name:
                home.acked.add(name)
            commands += 1
        home.settle_and_check("round %d" % (number + 1))
    home.devices[0].run("doctor")
    return "%d rounds, %d commands at once, %d writes there once" % (
        rounds, commands, len(home.acked))


def torture_copies(world, rounds, draw):
    """A cache that is copied to a second device, or put back from an older copy."""
    world.start(seconds_max=10)
    home = Household(world, names="ab", writers=1)
    home.settle_and_check("at first")
    told = 0
    for number in range(rounds):
        first = home.devices[0]
        home.pin(first)
        if draw.random() < 0.5:
            home.sync(first)
        copy = twin(first, "copy-%d" % number)
        order = draw.sample([first, copy], 2)
        for device in order + order:
            home.pin(device)
            if draw.random() < 0.7:
                code, _ = home.sync(device)
                told += code == 4
        # Whoever is told signs in again, as the message says; nothing is lost by it. One
        # that takes the name's place ends it, so that the other is told as well.
        for _ in range(2):
            for device in order:
                code, errors = home.sync(device)
                if code != 0:
                    told += 1
                    code, errors = device.login()
                    check(code == 0, "signing in after a copy: %d %s" % (code, errors))
                    code, errors = home.sync(device)
                check(code == 0, "after a copy no sync succeeds: %d %s" % (code, errors))
        home.devices.append(copy)
        home.settle_and_check("round %d" % (number + 1))
        home.devices.remove(copy)
        shutil.rmtree(copy.folder)
    return "%d rounds, %d times told, %d writes there once" % (rounds, told, len(home.acked))


def twin(device, name):
    """A copy of a device's directory, as a backup or a phone's move makes it."""
    copy = CommandDevice.__new__(CommandDevice)
    copy.__dict__.update(device.__dict__)
    copy.name = name
    copy.starts = []
    copy.folder = os.path.join(device.world.folder, "device-" + name)
    shutil.copytree(device.folder, copy.folder)
    return copy


def torture_flips(world, rounds, draw):
    """A cache in which bytes have changed: nothing is lost, unless the person is told of it.

    The damaged copy alone holds one write, so that nobody else can bring it to the server.
    """
    world.start(seconds_max=10)
    home = Household(world, names="ab", writers=1)
    home.settle_and_check("at first")
    fates, kinds = Counter(), Counter()
    for number in range(rounds):
        first = home.devices[0]
        home.pin(first)
        home.sync(first)
        home.pin(first)
        broken = twin(first, "broken-%d" % number)
        own = "own-%d" % number
        code, errors = broken.attempt("pin", own)
        check(code == 0, "pin on a copy: %d %s" % (code, errors))
        # The first one is always one that cannot be opened, so that there is a salvage.
        place = spoil(broken, draw) if number else behead(broken)
        fate, told = examine(home, first, broken, place, own)
        fates[fate] += 1
        kinds.update(told)
        home.settle_and_check("round %d, %s" % (number + 1, place))
        shutil.rmtree(broken.folder)
        check(kinds, "%s is not salvaged" % place)
    return "%d damaged caches: %s; salvaged: %s" % (rounds, tally(fates), tally(kinds))


def tally(counts):
    return ", ".join("%d %s" % (n, name) for name, n in sorted(counts.items()))


def behead(device):
    """Changes every byte of the header of the cache."""
    with open(os.path.join(device.account, FILES[0]), "r+b") as file:
        head = file.read(100)
        file.seek(0)
        file.write(bytes(byte ^ 0xFF for byte in head))
    return "head of " + FILES[0]


def spoil(device, draw):
    """Changes bytes of one file, cuts it short, or puts another in its place."""
    there = [name for name in FILES if os.path.exists(os.path.join(device.account, name))
             and os.path.getsize(os.path.join(device.account, name))]
    name = draw.choice(there)
    path = os.path.join(device.account, name)
    size = os.path.getsize(path)
    kind = draw.choice(["flip", "flip", "flip", "header", "cut", "empty", "noise"])
    with open(path, "r+b") as file:
        if kind in ("flip", "header"):
            for _ in range(draw.choice([1, 8, 200])):
                at = draw.randrange(min(size, 100) if kind == "header" else size)
                file.seek(at)
                byte = file.read(1)[0]
                file.seek(at)
                file.write(bytes([byte ^ draw.randint(1, 255)]))
        elif kind == "noise":
            file.write(draw.randbytes(min(size, 8_192)))
        else:
            file.truncate(0 if kind == "empty" else draw.randrange(size))
    return "%s of %s" % (kind, name)


def content(device):
    """The bytes of the cache itself; its log and index are made anew as it is looked at."""
    with open(os.path.join(device.account, FILES[0]), "rb") as file:
        return file.read()


def version(device):
    """The number of the version in the head of a sound cache."""
    return content(device)[VERSION_AT:VERSION_AT + 4]


def doctor(home, device, place):
    """Examines a device: where it is not sound, the answer itself says what is not."""
    process = device.spawn("doctor", "--deep", "--json")
    output, errors = process.communicate(timeout=300)
    lines = output.splitlines()
    if process.returncode == 1 and not errors and lines:
        found = json.loads(lines[-1])
        check(found["sound"] == 0 and any(one["sound"] == 0 for one in found["checks"]),
              "%s: doctor fails and finds nothing: %s" % (place, found))
        return
    home.judge(process.returncode, errors.decode(), (place, "doctor"))


def examine(home, sound, broken, place, own):
    """What a damaged device does: it must not crash, lie, or lose a write in silence.

    Gives what became of the write that it alone had, and the kinds of salvage that it tells of.
    """
    before = content(broken)
    for words in (("status",), ("sync",)):
        code, errors = broken.attempt(*words)
        home.judge(code, errors, (place,) + words)
    doctor(home, broken, place)
    if "[cache.newer]" in errors:
        # What is damaged is the number of the version, and no program can know that it is: it
        # says that it is too old and keeps its hands off. Whoever puts the number back goes on.
        check(content(broken) == before, "%s: a cache of a newer version was touched" % place)
        with open(os.path.join(broken.account, FILES[0]), "r+b") as file:
            file.seek(VERSION_AT)
            file.write(version(sound))
    home.sync(broken)
    # Either may be told that it is a copy, and signs in as the message says; whoever takes the
    # name's place ends it, so that the other is told as well.
    for _ in range(2):
        for device in (broken, sound):
            code, errors = home.sync(device)
            if code == 4:
                code, errors = device.login()
                check(code == 0, "%s: signing in: %d %s" % (place, code, errors))
                code, errors = home.sync(device)
            check(code == 0, "%s: it stays refused: %d %s" % (place, code, errors))
    home.sync(broken)
    left, right = sound.dump().decode(), broken.dump().decode()
    check(left == right, "%s: it says that all is well and holds other bytes" % place)
    for name in home.acked:
        check(count(right, name, "pin") == 1, "%s: %s is not there once" % (place, name))
    notices = [json.loads(line) for line in broken.run("salvage", "--json").splitlines()]
    told = [notice["kind"] for notice in notices if notice["kind"] in SALVAGES]
    found = count(left, own, "pin")
    check(found <= 1, "%s: the write of the damaged device is there %d times" % (place, found))
    if found:
        home.acked.add(own)
        return "with every write", told
    # How many were lost cannot always be known; that some were must be said.
    check(any(notice["kind"] in SALVAGES and notice.get("lost") != 0 for notice in notices),
          "%s: the write that this device alone had is lost, and nobody is told: %s"
          % (place, notices))
    home.unknown.add(own)
    return "told of a loss", told
