"""A bad network between real devices and a real server: `tangrat-qa proxy`."""

import json
import os
import resource
import signal
import subprocess
import time

from torture.household import Household
from torture.world import check

SYNC = "POST /v1/sync"
# How much of a core a device may use while it waits: it spun once, and used all of it.
WAITING_SHARE_MAX = 0.2
# One class a round, in the order of a seed. The faults end by themselves, or by a deadline of
# the client that the step can afford; silence is a step of its own.
CLASSES = {
    "cut-up": "cut-up=0%15, cut-up=120%15, cut-up=300%20, cut-up=100000%20",
    "cut-down": "cut-down=0%20, cut-down=30%10, cut-down=150%20, cut-down=260%20",
    "reset": "reset%30, reset=200%20",
    "swallow": "swallow%50",
    "drop": "drop%40 POST",
    "duplicate": "duplicate%80 POST",
    "replay": "replay=40%60 POST, replay=400%40 POST",
    "late": "late=300%40 " + SYNC,
    "delay": "delay=20~60",
    "rate": "rate=4000",
    "gateway": "answer=502%15, answer=503%15, answer=504%15, answer=429%15, answer=413%10",
    "portal": "answer=captive%25, answer=login%20, answer=empty%20",
    "bodies": "answer=gzip-cut%15, answer=gzip-junk%15, answer=length-long%15, "
              "answer=length-short%15",
    "masked": "mask=502%15, mask=504%15, mask=captive%15, mask=empty%10, mask=length-short%10",
    "all": "delay=1~20%50, duplicate%20 POST, replay=100%20 POST, swallow%10, reset%10, "
           "cut-up=200%10, cut-down=150%10, mask=504%10, answer=captive%10, late=200%10 " + SYNC,
}


class Proxy:
    """A running proxy; it comes back on the port that it had."""

    def __init__(self, world):
        self.world = world
        self.process = None
        self.port = 0
        self.counts = {}

    def start(self, faults="", seed=1):
        # Not a pipe, which nobody empties meanwhile.
        self.log = os.path.join(self.world.folder, "proxy.log")
        self.process = subprocess.Popen(
            [self.world.qa_program, "proxy", "--json", "--log", self.log, "--listen", "127.0.0.1:%d" % self.port,
             "--to", "http://127.0.0.1:%d" % self.world.port, "--seed", str(seed),
             *(["--faults", faults] if faults else [])],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=self.world.environment)
        self.world.helpers.append(self.process)
        line = self.process.stdout.readline()
        check(line, "the proxy does not start with %s" % faults)
        self.port = int(json.loads(line)["url"].rsplit(":", 1)[1])

    def end(self):
        """Ends it, and gives what it did to how many requests."""
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)
        check(self.process.returncode == 0, "the proxy ended with %d" % self.process.returncode)
        with open(self.log) as log:
            self.events = [json.loads(line) for line in log]
        last = self.events[-1]
        for name, number in last["faults"].items():
            self.counts[name] = self.counts.get(name, 0) + number
        return last


def torture_proxy(world, rounds, draw):
    world.start(seconds_max=10)
    proxy = Proxy(world)
    proxy.start()
    home = Household(world, port=proxy.port, names="ab", writers=2)
    home.settle_and_check("at first")
    proxy.end()
    names = [draw.choice(sorted(CLASSES)) for _ in range(max(0, rounds - len(CLASSES)))]
    names = (draw.sample(sorted(CLASSES), len(CLASSES)) + names)[:rounds]
    for number, name in enumerate(names):
        proxy.start(CLASSES[name], draw.randint(0, 1 << 32))
        for _ in range(3):
            for device in home.devices:
                home.pin(device)
                home.sync(device)
            for _ in range(4):
                home.write()
            if draw.random() < 0.2:
                world.end()
                world.start(seconds_max=10)
        done = proxy.end()
        check(done["faults"], "%s: nothing befell any of %d requests" % (name, done["requests"]))
        proxy.start()
        home.settle_and_check("round %d, %s" % (number + 1, name))
        proxy.end()
    cuts = every_byte(world, home, proxy) if rounds >= len(CLASSES) else 0
    return ("%d rounds, %d writes of devices and %d of writers there once, a push cut at each of "
            "%d bytes; %d times Foundation's fault; faults %s"
            % (len(names), len(home.acked), sum(w.mid for w in home.writers), cuts, home.crashes,
               " ".join("%s %d" % pair for pair in sorted(proxy.counts.items()))))


def every_byte(world, home, proxy):
    """One small push, cut after each of its bytes, and then whole."""
    writer = home.writers[0]
    writer.write()
    proxy.start()
    check(writer.push() or writer.push(), "a push through the proxy is not taken")
    proxy.end()
    size = max(event["up"] for event in proxy.events if event.get("path") == "/v1/sync")
    rules = ", ".join("cut-up=%d@%d %s" % (cut, cut + 1, SYNC) for cut in range(size + 40))
    proxy.start(rules)
    writer.write()
    cut = 0
    while not writer.push():
        cut += 1
        check(cut <= size + 80, "the push never arrives")
    proxy.end()
    proxy.start()
    home.settle_and_check("cut at each byte")
    proxy.end()
    return cut


def torture_silence(world, rounds, draw):
    """A server that says nothing on open connections: the device must notice by itself."""
    world.start(seconds_max=10)
    proxy = Proxy(world)
    proxy.start()
    home = Household(world, port=proxy.port, names="ab", writers=0)
    home.settle_and_check("at first")
    proxy.end()
    shares = []
    for number in range(rounds):
        proxy.start("half-open=%d@1 %s, silence@2 %s" % (draw.choice([0, 100, 250]), SYNC, SYNC))
        for device in home.devices:
            home.pin(device)
        began, used = time.monotonic(), used_by_children()
        running = [device.spawn("sync") for device in home.devices]
        for device, process in zip(home.devices, running):
            _, errors = process.communicate(timeout=300)
            home.judge(process.returncode, errors.decode(), ("sync",))
        share = (used_by_children() - used) / (time.monotonic() - began)
        shares.append(share / len(running))
        check(shares[-1] < WAITING_SHARE_MAX,
              "waiting for a silent network takes %.2f of a core" % shares[-1])
        proxy.end()
        proxy.start()
        home.settle_and_check("round %d" % (number + 1))
        proxy.end()
    return "%d rounds, %d writes there once; waiting took %.1f %% of a core" % (
        rounds, len(home.acked), 100 * max(shares))


def used_by_children():
    """Seconds of processor time of all processes that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
