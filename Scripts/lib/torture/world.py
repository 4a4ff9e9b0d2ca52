"""One server and its processes, as the torture test starts and kills them."""

import http.client
import json
import os
import signal
import subprocess
import time

# What the product promises: after a kill a program is there again within this.
START_SECONDS_MAX = 2.0
# The longest that a server may tell anybody to wait.
RETRY_SECONDS_MAX = 600
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TZ": "Asia/Bangkok",
    "SWIFT_BACKTRACE": "enable=no",
    # Some of what runs here asks with one token as fast as it can.
    "TANGRAT_DEVICE_RATE": "1000000",
}


class Violation(Exception):
    """Something that must never be."""


class Skipped(Exception):
    """A step that this machine cannot do: why, and what to do about it."""


class NotStarted(Violation):
    """The server ended before it listened."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def check(condition, message):
    if not condition:
        raise Violation(message)


def seconds_told(heads, what):
    """How long an answer says to wait: each 429 and 503 of the server must say it."""
    told = heads.get("retry-after", "")
    check(told.isascii() and told.isdigit() and 0 < int(told) <= RETRY_SECONDS_MAX,
          "%s does not say how long to wait: %r" % (what, heads))
    return int(told)


class World:
    """One server, its directory and the programs."""

    def __init__(self, binaries, folder):
        self.server_program = os.path.join(binaries, "tangrat-server")
        self.client_program = os.path.join(binaries, "tangrat")
        self.qa_program = os.path.join(binaries, "tangrat-qa")
        self.folder = folder
        self.data = os.path.join(folder, "server")
        self.port = 0
        self.process = None
        self.pid = 0
        self.starts = []
        # Whether the server is given too few threads for a check beside it.
        self.may_lack_threads = False
        # Programs beside server and devices, which end with the world.
        self.helpers = []
        self.environment = dict(ENVIRONMENT, HOME=folder)

    def start(self, wrapper=(), seconds_max=START_SECONDS_MAX, env=None, log=None):
        """Starts the server; under strace or another clock if a wrapper is given."""
        command = [*wrapper,
            self.server_program, "serve", "--data", self.data,
            "--listen", "127.0.0.1:%d" % self.port,
        ]
        errors = open(log or os.path.join(self.folder, "server.log"), "ab")
        begun = time.monotonic()
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
            env=dict(self.environment, **(env or {})))
        errors.close()
        line = self.process.stdout.readline().decode()
        took = time.monotonic() - begun
        if "listening on" not in line:
            code = self.process.wait(timeout=30)
            self.process.stdout.close()
            self.process = None
            raise NotStarted(code, "the server does not start: it ended with %d" % code)
        if not wrapper:
            self.starts.append(took)
        check(took < seconds_max, "the server took %.2f s to start" % took)
        self.port = int(line.rsplit(":", 1)[1])
        self.pid = self.process.pid
        if wrapper:
            # strace is the server's parent; setpriv and prlimit become the server.
            with open("/proc/%d/task/%d/children" % (self.pid, self.pid)) as children:
                self.pid = int((children.read().split() or [self.pid])[0])

    def end_all(self):
        """Ends everything."""
        self.end()
        for helper in self.helpers:
            if helper.poll() is None:
                helper.kill()
                helper.wait()
        self.helpers = []

    def end(self, number=signal.SIGKILL):
        """Ends the server and waits for it."""
        if self.process is None:
            return None
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            pass
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        self.process = None
        return code

    def operator(self, *words, env=None):
        """Runs an operator's command and gives how it ended."""
        return subprocess.run(
            [self.server_program, *words, "--data", self.data], capture_output=True,
            env=dict(self.environment, **(env or {})), timeout=120)

    def has_ended(self):
        """Whether the server is gone, waiting a moment for one that is going."""
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            return False
        self.process.stdout.close()
        code = self.process.returncode
        self.process = None
        return code

    def admin(self, *words):
        done = self.operator(*words)
        check(done.returncode == 0, "%s: %s" % (words, (done.stderr + done.stdout).decode()))
        return json.loads(done.stdout.splitlines()[0])

    def verify(self):
        try:
            answer = self.admin("verify")
        except Violation as refused:
            # It runs on a thread of its own beside the server, and says so where there is none.
            if self.may_lack_threads and "no thread can be started" in str(refused):
                return
            raise
        check(answer["sound"] == 1, "verify: %s" % answer["problems"])

    def request(self, method, path, body=b"", headers=None, connection=None, heads=None):
        """Status and body of an answer; its header fields are put into `heads`, if given."""
        own = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            own.request(method, path, body=body, headers=headers or {})
            answer = own.getresponse()
            if heads is not None:
                heads.update((name.lower(), value) for name, value in answer.getheaders())
            return answer.status, answer.read()
        finally:
            if connection is None:
                own.close()


def is_alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except OSError:
        return False
