"""A person's devices, a stranger, and what each of them was promised."""

import json
import os
import signal

from torture.devices import (
    CommandDevice, LineDevice, Mirror, check_ledgers, check_mirror, count)
from torture.world import check

KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)
# A fault of Foundation, docs/testing.md: it ends the program where an answer's head is cut.
HEAD_IS_CUT = "Transfer completed, but there's no response."


class Household:
    """Two devices of the real `tangrat`, writers by hand, and a ledger over all of them."""

    def __init__(self, world, port=None, names="ab", writers=1, folder=None):
        self.world = world
        self.person = world.admin("person", "add")["subject"]
        # Whoever sees this id sees a stranger's row.
        self.stranger = LineDevice(world, world.admin("person", "add")["subject"], "stranger")
        self.stranger.write()
        check(self.stranger.push(), "the stranger cannot write")
        self.devices = [
            CommandDevice(world, self.person, name, port,
                          os.path.join(folder, "device-" + name) if folder else None)
            for name in names]
        self.writers = [
            LineDevice(world, self.person, "writer-%d" % number) for number in range(writers)]
        for writer in self.writers:
            writer.port = port
        self.mirror = Mirror(LineDevice(world, self.person, "mirror"))
        self.acked = set()
        self.unknown = set()
        # What is not there after a cut must never come.
        self.gone = set()
        # Requests that were handed in: each has one receipt, for ever.
        self.submitted = []
        self.serial = 0
        self.crashes = 0

    def pin(self, device, **how):
        """Writes on a device, and notes what it was told."""
        self.serial += 1
        name = "pin-%d" % self.serial
        code, errors = device.attempt("pin", name, **how)
        self.judge(code, errors, ("pin", name))
        (self.acked if code == 0 else self.unknown).add(name)
        return code, errors

    def sync(self, device, **how):
        """Syncs a device; it may fail, but only as programs fail."""
        code, errors = device.attempt("sync", **how)
        self.judge(code, errors, ("sync",))
        return code, errors

    def judge(self, code, errors, words):
        """A program ends with an answer, or because it was killed."""
        if code in (-signal.SIGILL, 132) and HEAD_IS_CUT in errors:
            self.crashes += 1
            return
        check(code in (0, 1, 3, 4) or code in KILLED,
              "tangrat %s ended with %d: %s" % (" ".join(words), code, errors[-2000:]))
        # A person reads the code in brackets, a script as a member.
        check(code in KILLED or code == 0 or "[" in errors or '"code":"' in errors,
              "tangrat %s failed without a code: %s" % (" ".join(words), errors))
        check("SQLITE" not in errors and "database is locked" not in errors,
              "tangrat %s speaks of the database: %s" % (" ".join(words), errors))

    def write(self):
        """The writers by hand write and push once; true if all was acknowledged."""
        is_done = True
        for writer in self.writers:
            writer.write()
            is_done = writer.push() and is_done
        return is_done

    def settle(self):
        """With nothing in the way: everything that waits is sent, and all have all."""
        for writer in self.writers:
            # The first connection may be one that the old server had.
            check(writer.push() or writer.push(), "the pushes of %s do not arrive" % writer.name)
        for device in self.devices + self.devices[:-1]:
            device.run("sync")

    def check(self, where):
        """The ledger against the devices, the server and its audit."""
        dumps = [device.dump().decode() for device in self.devices]
        for device, dump in zip(self.devices, dumps):
            check(dump == dumps[0], "%s: %s holds other bytes" % (where, device.name))
        text = dumps[0]
        check('{"pending"' not in text, "%s: writes still wait after a sync" % where)
        for name in sorted(self.acked):
            found = count(text, name, "pin")
            check(found == 1, "%s: the write %s is there %d times" % (where, name, found))
        for name in sorted(self.unknown):
            found = count(text, name, "pin")
            check(found <= 1, "%s: the cut write %s is there %d times" % (where, name, found))
            if found:
                self.acked.add(name)
        self.gone |= self.unknown - self.acked
        for name in self.gone:
            check(count(text, name, "pin") == 0, "%s: %s came back" % (where, name))
        self.unknown = set()
        receipts = [json.loads(line)["id"] for line in text.splitlines()
                    if '"table":"receipt"' in line]
        check(sorted(receipts) == sorted(self.submitted),
              "%s: the receipts are %s, handed in were %s" % (where, receipts, self.submitted))
        check(self.stranger.device not in text, "%s: a stranger's row is on a device" % where)
        self.mirror.pull()
        # All dumps are of one program: that they agree says nothing about what the server has.
        check_mirror(text, self.mirror, where)
        check_ledgers(self.writers, self.mirror)
        check(sum(self.mirror.counters().get(writer.device, 0) for writer in self.writers)
              == sum(writer.mid for writer in self.writers),
              "%s: the counter is not the number of writes" % where)
        check(not self.mirror.drafts(self.stranger.device),
              "%s: the server shows a stranger's row" % where)
        self.world.verify()

    def check_files(self):
        """No byte of the stranger is in any file of a device."""
        canary = self.stranger.device.encode()
        for device in self.devices:
            for folder, _, names in os.walk(device.folder):
                for name in names:
                    with open(os.path.join(folder, name), "rb") as file:
                        check(canary not in file.read(), "a stranger is in %s" % name)

    def settle_and_check(self, where):
        self.settle()
        self.check(where)
        self.check_files()
