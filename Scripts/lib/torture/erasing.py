"""What is left of a person on a device's disk after signing out."""

import os
import signal
import subprocess

from torture import tools
from torture.devices import CommandDevice, LineDevice, Mirror
from torture.world import check

ROWS = 200


def files_with(place, canary):
    """The files below a folder in which some bytes stand."""
    found = []
    for top, _, names in os.walk(place):
        for name in names:
            with open(os.path.join(top, name), "rb") as file:
                if canary in file.read():
                    found.append(name)
    return found


def blocks_with(image, canary):
    """How often some bytes stand in the image of a disk, in files or not."""
    with open(image, "rb") as disk:
        return disk.read().count(canary)


def torture_erasing(world, rounds, draw):
    """A device on a disk of its own signs out, offline, and its disk is searched."""
    disk = tools.Disk(world.folder, megabytes=64)
    world.start(seconds_max=10)
    before = after = 0
    for number in range(rounds):
        canary = b"CANARY-%016x" % draw.getrandbits(64)
        person = world.admin("person", "add")["subject"]
        device = CommandDevice(
            world, person, "erased", folder=os.path.join(disk.place, "device-%d" % number))
        key = world.admin("agency", "add", "erasing", "--tables", "vehicle")["key"]
        lines = ['{"table":"vehicle","id":"e%d-%d","subject":"%s","as_of":1,"source_version":1,'
                 '"body":{"brand":"%s"}}'
                 % (number, row, person, canary.decode() * (1 + row % 40)) for row in range(ROWS)]
        status, body = world.request("POST", "/v1/agency/records", "\n".join(lines), {
            "Authorization": "Bearer " + key})
        check(status == 200 and b'"applied":%d' % ROWS in body.replace(b" ", b""),
              "the rows were not taken: %d %r" % (status, body[-200:]))
        device.run("sync")
        check(files_with(disk.place, canary), "the rows are in no file of the device")
        subprocess.run(["sync"], check=True)
        before += blocks_with(disk.image, canary)
        world.end(signal.SIGTERM)
        device.run("logout")
        left = files_with(disk.place, canary)
        check(not left, "after signing out the rows are in %s" % left)
        subprocess.run(["sync"], check=True)
        after += blocks_with(disk.image, canary)
        world.start(seconds_max=10)
        # Only the device's copy is gone.
        mirror = Mirror(LineDevice(world, person, "mirror"))
        mirror.pull()
        vehicles = [row for table, row in mirror.rows if table == "vehicle"]
        check(len(vehicles) == ROWS, "after signing out the server has %d rows" % len(vehicles))
        world.verify()
    check(before > 0, "the search of the disk finds nothing at all")
    check(after == 0, "after signing out %d of %d places in the disk's blocks hold rows"
          % (after, before))
    return "%d devices, %d places in the blocks before signing out, none after" % (rounds, before)
