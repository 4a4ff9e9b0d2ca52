"""Disks that are full, that may not be written, and that lose their power."""

import os
import random
import signal
import threading
import time

from torture import tools
from torture.household import Household
from torture.world import check


def torture_full(world, rounds, draw):
    """A server and a device on file systems that fill up, and are cleared again."""
    servers = os.path.join(world.folder, "small-server")
    devices = os.path.join(world.folder, "small-device")
    tools.mount("tmpfs", servers, "size=24m,mode=700")
    tools.mount("tmpfs", devices, "size=12m,mode=700")
    world.data = os.path.join(servers, "data")
    world.start(seconds_max=10)
    home = Household(world, names="ab", writers=2, folder=devices)
    home.settle_and_check("at first")
    refused = failed = reads = 0
    for number in range(rounds):
        for device in home.devices:
            home.pin(device)
        ballast = os.path.join(servers, "ballast")
        tools.fill(ballast)
        busy = sum(writer.refused_busy for writer in home.writers)
        for _ in range(400):
            home.write()
            if sum(writer.refused_busy for writer in home.writers) > busy:
                break
        now = sum(writer.refused_busy for writer in home.writers)
        check(now > busy, "a full disk never refused a write")
        refused += now - busy
        # What is stored is still read.
        home.mirror.pull()
        reads += 1
        for device in home.devices:
            home.sync(device)
        os.remove(ballast)
        home.settle_and_check("round %d, the server has room again" % (number + 1))
        ballast = os.path.join(devices, "ballast")
        tools.fill(ballast)
        before = failed
        for _ in range(400):
            code, errors = home.pin(home.devices[0])
            failed += code != 0
            if code != 0:
                check("storage" in errors, "a full device fails with: %s" % errors)
                break
        check(failed > before, "a full device never refused a write")
        home.sync(home.devices[0])
        code, errors = home.devices[0].attempt("status")
        check(code == 0, "a full device cannot be read: %d %s" % (code, errors))
        os.remove(ballast)
        home.settle_and_check("round %d, the device has room again" % (number + 1))
    check(world.end(signal.SIGTERM) == 0, "SIGTERM does not end with 0")
    return ("%d rounds; the server refused %d times and served %d reads, the device refused %d "
            "writes; %d writes there once" % (rounds, refused, reads, failed, len(home.acked)))


class Writers:
    """Writers by hand that push without a pause until they are told to stop."""

    def __init__(self, writers, draw):
        self.stopping = threading.Event()
        self.problems = []
        self.threads = [
            threading.Thread(target=self.run, args=(writer, random.Random(draw.random())),
                             daemon=True) for writer in writers]
        for thread in self.threads:
            thread.start()

    def run(self, writer, draw):
        try:
            while not self.stopping.is_set():
                for _ in range(draw.randint(1, 3)):
                    writer.write()
                if not writer.push():
                    time.sleep(0.01)
        except BaseException as problem:  # noqa: BLE001  reported by the main thread
            self.problems.append(problem)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(timeout=60)
        if self.problems:
            raise self.problems[0]


def torture_power(world, rounds, draw):
    """The power of the disk under server and device is cut while both write."""
    disk = tools.Disk(world.folder)
    world.data = os.path.join(disk.place, "server")
    world.start(seconds_max=10)
    home = Household(world, names="ab", writers=3, folder=disk.place)
    home.settle_and_check("at first")
    for number in range(rounds):
        writers = Writers(home.writers, draw)
        until = time.monotonic() + draw.uniform(0.05, 0.6)
        while time.monotonic() < until:
            device = draw.choice(home.devices)
            home.pin(device)
            if draw.random() < 0.3:
                home.sync(device)
        disk.cut()
        time.sleep(draw.uniform(0, 0.05))
        world.end()
        writers.stop()
        disk.again()
        world.start(seconds_max=10)
        home.mirror.pull()
        home.settle_and_check("after cut %d" % (number + 1))
    check(world.end(signal.SIGTERM) == 0, "SIGTERM does not end with 0")
    return ("%d power cuts, %d writes of devices and %d of writers there once; slowest start "
            "%.2f s" % (rounds, len(home.acked), sum(w.acked for w in home.writers),
                        max(world.starts)))
