"""All steps, in the order in which they run."""

import dataclasses
from typing import Callable

from torture.cache import torture_copies, torture_flips, torture_two
from torture.client import torture_client
from torture.clocks import torture_clocks
from torture.crowd import torture_crowd
from torture.disk import torture_full, torture_power
from torture.erasing import torture_erasing
from torture.faults import torture_calls, torture_faults, torture_starts, torture_steps
from torture.liars import torture_liars
from torture.misfed import torture_misfed
from torture.network import torture_proxy, torture_silence
from torture.points import torture_points
from torture.processes import torture_process
from torture.server import torture_server
from torture.starved import torture_memory, torture_threads


@dataclasses.dataclass(frozen=True)
class Step:
    """A kind of torture."""

    name: str
    summary: str
    # Rows of the fault catalogue, docs/testing.md.
    rows: tuple
    run: Callable
    # What a round is, the step says; some have none and always do all they do.
    rounds: int
    # With --short; zero leaves the step out.
    rounds_short: int = 0
    # Debian packages beside Python.
    packages: tuple = ()


STEPS = [
    Step("server", "kill -9 of the server under pushes of four writers", ("C02", "C06"),
         torture_server, 100, 4),
    Step("client", "kill -9 of a device in a command while others write, and of the server",
         ("C01", "C02", "C23"), torture_client, 100, 3),
    Step("points", "a kill at each place that tangrat-qa points names (debug builds)",
         ("C01", "C02", "C19", "C25", "C28", "C33", "C36", "C37"), torture_points, 100, 4),
    Step("faults", "a disk that fails under a server that writes (strace)",
         ("C12", "C14"), torture_faults, 1, 1, packages=("strace",)),
    Step("starts", "a disk that fails, or a kill, at the n-th call of a server's start, backup "
         "and stop (strace)", ("C02", "C14", "C25"), torture_starts, 60, packages=("strace",)),
    Step("steps", "a kill at each system call of a device's sync (strace)", ("C01",),
         torture_steps, 1, packages=("strace",)),
    Step("calls", "an error at the n-th system call of a device (strace)", ("C13", "C14"),
         torture_calls, 60, packages=("strace",)),
    Step("power", "a power cut of the disk under server and device (ext4, shut down)", ("C03",),
         torture_power, 30, packages=("e2fsprogs",)),
    Step("erasing", "what is left on a device's disk after signing out (ext4)", ("S36",),
         torture_erasing, 3, packages=("e2fsprogs",)),
    Step("full", "a disk that is full, for the server and for a device (tmpfs)",
         ("C12", "C13"), torture_full, 3),
    Step("proxy", "a bad network: every class of tangrat-qa proxy, and a push cut at each byte",
         ("C04", "C05", "C06", "C07", "C08", "C09", "C10", "C11"), torture_proxy, 15, 1),
    Step("silence", "a network that is silent on open connections", ("C08",),
         torture_silence, 1),
    Step("clocks", "wrong clocks: offsets, jumps, 1970, 2038, 2106, frozen, days apart",
         ("C16", "C17", "C23"), torture_clocks, 13, packages=("faketime",)),
    Step("liars", "a device that invents times, writes that are poison, and a client of a later "
         "version", ("C18", "C24", "C26"), torture_liars, 4, 1),
    Step("misfed", "a server whose own rows are bad: bodies, ids, sums", ("C27",),
         torture_misfed, 3),
    Step("process", "SIGTERM at work, a second start, stale locks, read-only and foreign files, "
         "no descriptors, no log", ("C38", "C39", "C40"), torture_process, 3),
    Step("threads", "a server of a user that may have no more threads (setpriv, prlimit)",
         ("C38",), torture_threads, 3),
    Step("memory", "a server that gets no more memory under load, and ends of it (prlimit)",
         ("C38",), torture_memory, 10),
    Step("crowd", "everybody at once after a kill, and readers that do not read",
         ("C30", "C31", "C32"), torture_crowd, 1),
    Step("two", "many programs at once on one cache", ("C22",), torture_two, 30, 2),
    Step("copies", "a cache that is copied to another device", ("C20",), torture_copies, 15),
    Step("flips", "a cache in which bytes have changed", ("C15",), torture_flips, 60),
]
