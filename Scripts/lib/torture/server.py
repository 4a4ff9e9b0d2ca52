"""Kills the server at random moments while devices push."""

import random
import signal
import threading
import time

from torture.devices import LineDevice, Mirror, check_ledgers
from torture.world import check


def torture_server(world, rounds, draw):
    world.start(seconds_max=10)
    person = world.admin("person", "add")["subject"]
    writers = [LineDevice(world, person, "writer-%d" % number) for number in range(4)]
    mirror = Mirror(LineDevice(world, person, "mirror"))
    go = threading.Event()
    stopping = threading.Event()
    idle = [threading.Event() for _ in writers]
    problems = []

    def work(number, writer):
        own = random.Random(draw.random())
        try:
            while not stopping.is_set():
                if not go.wait(timeout=0.05):
                    idle[number].set()
                    continue
                idle[number].clear()
                while go.is_set():
                    if not writer.waiting or own.random() < 0.3:
                        for _ in range(own.randint(1, 4)):
                            writer.write()
                    if own.random() < 0.05:
                        writer.resend_old(own)
                    if not writer.push():
                        time.sleep(0.01)
        except BaseException as problem:  # noqa: BLE001  reported by the main thread
            problems.append(problem)
            idle[number].set()

    threads = [threading.Thread(target=work, args=pair, daemon=True)
               for pair in enumerate(writers)]
    for thread in threads:
        thread.start()
    unknown_at_kill = 0
    for round_number in range(1, rounds + 1):
        go.set()
        time.sleep(draw.uniform(0.005, 0.5))
        world.end()
        go.clear()
        for number, flag in enumerate(idle):
            flag.clear()
            # One that has ended sets no flag any more, and says why.
            came_back = problems or flag.wait(timeout=30)
            if problems:
                raise problems[0]
            check(came_back, "writer %d does not come back" % number)
        if problems:
            raise problems[0]
        unknown_at_kill += sum(len(writer.waiting) for writer in writers)
        world.start()
        mirror.pull()
        check_ledgers(writers, mirror)
        world.verify()
        if round_number % 20 == 0:
            print("  round %d: %d acknowledged" % (round_number, sum(w.acked for w in writers)),
                  flush=True)
    stopping.set()
    for thread in threads:
        thread.join()
    for writer in writers:
        check(writer.push() or writer.push(), "%s cannot finish" % writer.name)
        check(writer.acked == writer.mid, "%s did not finish" % writer.name)
    mirror.pull()
    check_ledgers(writers, mirror)
    check(sum(mirror.counters().values()) == sum(writer.mid for writer in writers),
          "the counter is not the number of writes")
    fresh = Mirror(mirror.device)
    fresh.pull()
    check(fresh.rows == mirror.rows, "a new reader sees other rows than one over all crashes")
    check(world.end(signal.SIGTERM) == 0, "SIGTERM does not end with 0")
    return ("%d kills, %d writes acknowledged, %d unknown at a kill, %d requests cut, "
            "%d old ones sent again; slowest start %.2f s"
            % (rounds, sum(w.acked for w in writers), unknown_at_kill,
               sum(w.unknown for w in writers), sum(w.repeated for w in writers),
               max(world.starts)))
