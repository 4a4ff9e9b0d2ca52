"""Programs of the system that steps need, and file systems of their own."""

import fcntl
import os
import shutil
import struct
import subprocess

from torture.world import Skipped

# FS_IOC_SHUTDOWN, and its flag that lets nothing more reach the disk.
SHUTDOWN = (2 << 30) | (4 << 16) | (ord("X") << 8) | 125
NO_LOG_FLUSH = 2


def prepare(step, packages):
    """Installs what a step needs and is not there, and names it."""
    missing = [name for name in packages if not is_installed(name)]
    if not missing:
        return
    command = ["apt-get", "-qq", "install", "-y", "--no-install-recommends", *missing]
    print("  installing %s" % " ".join(missing), flush=True)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    done = None
    for words in (command, ["apt-get", "-qq", "update"], command):
        try:
            done = subprocess.run(words, capture_output=True, env=environment)
        except FileNotFoundError:
            break
        if words is command and done.returncode == 0:
            return
    raise Skipped("%s needs %s. Run as root: %s"
                  % (step, " and ".join(missing), " ".join(command)))


def is_installed(package):
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status}", package], capture_output=True)
    return done.stdout == b"installed"


def mount(kind, place, options, source=None):
    """Mounts a file system for a step; Skipped where this machine allows none."""
    os.makedirs(place, exist_ok=True)
    command = ["mount", "-t", kind, "-o", options, source or kind, place]
    if shutil.which("mount") is None or os.geteuid() != 0:
        raise Skipped("mounting needs root. Run as root: Scripts/torture")
    done = subprocess.run(command, capture_output=True)
    if done.returncode != 0:
        raise Skipped("%s does not work here: %s. In a container, start it with "
                      "--privileged, or run on the machine itself"
                      % (" ".join(command), done.stderr.decode().strip()))


def bind_read_only(place):
    """Makes a directory one that nobody can write to, not even root."""
    mount("none", place, "bind", place)
    done = subprocess.run(
        ["mount", "-o", "remount,bind,ro", place], capture_output=True)
    if done.returncode != 0:
        unmount(place)
        raise Skipped("no directory can be made read-only: %s" % done.stderr.decode().strip())


def unmount(place):
    subprocess.run(["umount", "-l", place], capture_output=True)


def unmount_all(folder):
    """Ends all that is mounted below a folder."""
    with open("/proc/mounts") as mounts:
        places = [line.split()[1] for line in mounts]
    for place in reversed(places):
        if place.startswith(folder + "/"):
            unmount(place)


class Disk:
    """A disk in a file, whose power can be cut."""

    def __init__(self, folder, megabytes=256):
        self.image = os.path.join(folder, "disk.img")
        self.place = os.path.join(folder, "disk")
        with open(self.image, "wb") as image:
            image.truncate(megabytes << 20)
        try:
            subprocess.run(["mkfs.ext4", "-q", self.image], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as problem:
            raise Skipped("no ext4 can be made (%s). Install e2fsprogs" % problem)
        self.mount()

    def mount(self):
        mount("ext4", self.place, "loop", self.image)

    def cut(self):
        """Nothing that is not on the disk now ever gets there."""
        folder = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        except OSError as problem:
            raise Skipped("the kernel does not shut an ext4 down (%s)" % problem)
        finally:
            os.close(folder)

    def again(self):
        """The machine starts anew: the journal is replayed."""
        done = subprocess.run(["umount", self.place], capture_output=True)
        if done.returncode != 0:
            raise Skipped("the cut disk is still in use: %s" % done.stderr.decode())
        self.mount()


def fill(path):
    """Takes all room that a file system has left."""
    with open(path, "wb", buffering=0) as ballast:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    ballast.write(b"\0" * size)
            except OSError:
                continue


def faketime(clock):
    """The words before a program that let it see another time of day.

    The library alone will not do: it adds to the environment, and then Swift finds no
    arguments. The program `faketime` has added it before.
    """
    if clock is None:
        return ()
    program = shutil.which("faketime")
    if program is None:
        raise Skipped("there is no program faketime. Run as root: apt-get install faketime")
    return (program, "-m", "--exclude-monotonic", "-f", clock)
