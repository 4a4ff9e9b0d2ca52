"""Programs whose clock is wrong, jumps or stands still (libfaketime)."""

import signal

from torture import tools
from torture.household import Household
from torture.world import check

HOUR, DAY, YEAR = 3_600, 86_400, 31_557_600
# What a device may believe the time to be: offsets, and moments at which clocks stop or wrap.
CLOCKS = {
    "an hour ahead": "+%d" % HOUR, "an hour behind": "-%d" % HOUR,
    "a day ahead": "+%d" % DAY, "a day behind": "-%d" % DAY,
    "ten years ahead": "+%d" % (10 * YEAR), "ten years behind": "-%d" % (10 * YEAR),
    "1970": "@1970-01-01 00:00:01", "before 2038": "@2038-01-19 03:14:05",
    "after 2038": "@2038-01-19 03:14:09", "2106": "@2106-02-07 06:28:14",
    "frozen": "2026-01-01 00:00:00", "frozen in 1970": "1970-01-01 07:00:00",
    "one in a hundred fast": "+0 x1.01",
}
# A server whose clock is years off ends tokens, as it must; a day is a mistake of an operator.
SERVER_CLOCKS = ("an hour ahead", "an hour behind", "a day ahead", "a day behind")


def torture_clocks(world, rounds, draw):
    world.start(seconds_max=10)
    home = Household(world, names="abc", writers=1)
    home.settle_and_check("at first")
    skewed(home)
    names = draw.sample(sorted(CLOCKS), len(CLOCKS))
    names = (names + [draw.choice(names) for _ in range(rounds)])[:rounds]
    for number, name in enumerate(names):
        where = "round %d, %s" % (number + 1, name)
        wrong = tools.faketime(CLOCKS[name])
        other = tools.faketime(CLOCKS[draw.choice(names)])
        wrong_device, true_device = draw.sample(home.devices, 2)
        # Writes under a wrong clock, under another one, and under the true one.
        for clock in (wrong, other, (), wrong):
            code, errors = home.pin(wrong_device, wrapper=clock)
            check(code == 0, "%s: a write fails: %s" % (where, errors))
        home.pin(true_device)
        code, errors = home.sync(wrong_device, wrapper=wrong)
        check(code == 0, "%s: a sync fails: %s" % (where, errors))
        home.write()
        home.settle_and_check(where)
        last_word(home, where)
        if draw.random() < 0.4:
            server_wrong(home, draw)
    check(world.end(signal.SIGTERM) == 0, "SIGTERM does not end with 0")
    return "%d rounds, three devices three days apart; %d writes there once" % (
        rounds, len(home.acked))


def skewed(home):
    """Three devices, three days apart, write the same preference; all end with one value."""
    clocks = [tools.faketime(clock) for clock in ("-%d" % (3 * DAY), None, "+%d" % (3 * DAY))]
    for turn in range(3):
        for device, clock in zip(home.devices, clocks):
            code, errors = device.attempt(
                "prefs", "set", "language", "th" if turn % 2 else "en", wrapper=clock)
            home.judge(code, errors, ("prefs",))
            check(code == 0, "a preference is not stored: %s" % errors)
            home.pin(device, wrapper=clock)
            home.sync(device, wrapper=clock)
    home.settle_and_check("three days apart")
    last_word(home, "three days apart")


def last_word(home, where):
    """Whoever has seen everything and writes last, wins, whatever clocks have said before."""
    device = home.devices[1]
    for value in ("th", "en"):
        device.run("prefs", "set", "language", value)
        for one in [device] + home.devices:
            one.run("sync")
        for one in home.devices:
            shown = one.run("prefs", "get", "language", "--json").decode()
            check('"%s"' % value in shown,
                  "%s: %s shows %s and not the last word %s" % (where, one.name, shown, value))
    home.check(where + ", the last word")


def server_wrong(home, draw):
    """A server that starts with another time of day, and again with the true one."""
    name = draw.choice(SERVER_CLOCKS)
    home.world.end(signal.SIGTERM)
    home.world.start(seconds_max=10, wrapper=tools.faketime(CLOCKS[name]))
    for device in home.devices:
        home.pin(device)
        home.sync(device)
    home.world.end()
    home.world.start(seconds_max=10)
    home.settle_and_check("the server %s" % name)
