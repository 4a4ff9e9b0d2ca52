"""One cache and two programs; caches that are copied, and caches that are damaged."""

import os
import shutil

from torture.devices import CommandDevice, count
from torture.household import Household
from torture.world import check

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
    """A cache in which bytes have changed: noticed, or without consequence; never wrong."""
    world.start(seconds_max=10)
    home = Household(world, names="ab", writers=1)
    home.settle_and_check("at first")
    fates = {}
    for number in range(rounds):
        first = home.devices[0]
        home.pin(first)
        home.sync(first)
        home.pin(first)
        broken = twin(first, "broken-%d" % number)
        place = spoil(broken, draw)
        fate = examine(home, first, broken, place)
        fates[fate] = fates.get(fate, 0) + 1
        shutil.rmtree(broken.folder)
        home.settle_and_check("round %d, %s" % (number + 1, place))
    return "%d damaged caches: %s" % (
        rounds, ", ".join("%d %s" % (n, fate) for fate, n in sorted(fates.items())))


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


def examine(home, sound, broken, place):
    """What a damaged device does: it may refuse with a reason, and must not crash or lie."""
    for words in (("status",), ("sync",), ("doctor", "--deep"), ("sync",)):
        code, errors = broken.attempt(*words)
        home.judge(code, errors, (place,) + words)
    if code != 0:
        check("storage" in errors or "[" in errors, "%s: no reason: %s" % (place, errors))
        return "refused with a reason"
    # It says that all is well: then it must hold what the server holds.
    home.sync(sound)
    if home.sync(sound)[0] != 0 or broken.attempt("sync")[0] != 0:
        return "told of a copy"
    left, right = sound.dump().decode(), broken.dump().decode()
    check(left == right, "%s: it says that all is well and holds other bytes" % place)
    for name in home.acked:
        check(count(right, name, "pin") == 1, "%s: %s is not there" % (place, name))
    return "mended or unharmed"
