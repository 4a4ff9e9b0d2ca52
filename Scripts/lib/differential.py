"""Compares our request parser with h11, message by message.

Each message of the table (Tests/Vectors/http.json) is altered at random, from a seed,
and given to our parser. Whatever it takes as a whole request is given to h11, which
must take exactly those bytes as exactly that request: method, target, fields, body,
and whether the connection goes on. What ours refuses may be refused: it may be
stricter, never more lenient.

One difference is meant: RFC 9112 (2.2) asks servers to pass over an empty line before
a request. Ours does, h11 does not; the line is taken off before h11 sees the message.
"""

import argparse
import collections
import json
import pathlib
import random
import re
import struct
import subprocess
import sys
import threading

import h11

PIECES = [
    b"\r", b"\n", b"\r\n", b"\0", b" ", b"\t", b"\x0b", b"\x0c", b"\x7f", b"\x80", b"\xff",
    b":", b";", b",", b"=", b'"', b"\\", b"%", b"/", b"//", b"?", b"#", b"*", b"+", b"-", b"_",
    b"0", b"1", b"3", b"a", b"A", b"chunked", b"close", b"HTTP/1.1", b"HTTP/1.0", b"GET ",
    b"Host: b\r\n", b"Content-Length: 3\r\n", b"Content-Length: 0\r\n", b"X: y\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: identity\r\n",
    b"Connection: close\r\n", b"Connection: keep-alive\r\n", b"Expect: 100-continue\r\n",
    b"0\r\n\r\n", b"3\r\nabc\r\n", b"\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
]


def table():
    rows = json.loads(pathlib.Path("Tests/Vectors/http.json").read_text())
    messages = []
    for row in rows:
        parts = (p if isinstance(p, str) else p[0] * p[1] for p in row["input"])
        message = "".join(parts).encode("latin-1")
        if len(message) <= 3000:
            # What is refused as it stands seldom becomes good: give it less room.
            messages += [message] * (1 if "reject" in row["expected"] else 6)
    return messages


def alter(message, messages, rng):
    """One to four changes: bytes, known pieces, whole lines, parts of other messages."""
    data = bytearray(message)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 4))):
        place = rng.randrange(len(data) + 1)
        kind = rng.randrange(9)
        if kind == 0 and data:
            data[place % len(data)] = rng.randrange(256)
        elif kind == 1:
            del data[place:place + rng.choice((1, 1, 1, 2, 5))]
        elif kind in (2, 3):
            data[place:place] = rng.choice(PIECES)
        elif kind == 4:
            data[place:place + 1] = rng.choice(PIECES)
        elif kind == 5:
            lines = bytes(data).split(b"\r\n")
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
            data = bytearray(b"\r\n".join(lines))
        elif kind == 6:
            lines = bytes(data).split(b"\r\n")
            other = rng.choice(messages).split(b"\r\n")
            lines.insert(rng.randrange(1, len(lines) + 1), rng.choice(other))
            data = bytearray(b"\r\n".join(lines))
        elif kind == 7:
            data = bytearray(bytes(data).swapcase()) if rng.randrange(8) == 0 else data
            data[place:place] = rng.choice(messages)[:rng.randrange(40)]
        else:
            data += rng.choice(messages)
    return bytes(data[:6000])


class Ours:
    """The program with our parser."""

    def __init__(self, program):
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def verdicts(self, messages):
        data = b"".join(struct.pack(">I", len(m)) + m for m in messages)
        # The answers to one batch fit the pipe's buffers only if they are read meanwhile.
        writer = threading.Thread(target=self._write, args=(data,))
        writer.start()
        lines = [self.process.stdout.readline().decode("ascii") for _ in messages]
        writer.join()
        return lines

    def _write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()


def check(message, text):
    """Gives h11 what ours took; returns what differs, or None."""
    start, end, keeps, method, host, path, query, body, fields = text.split(":", 8)
    data = message[int(start):int(end)]
    if data.startswith(b"\r\n"):
        data = data[2:]
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    connection.receive_data(data)
    received = bytearray()
    request = None
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                return "h11 waits for more"
            if isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                received += event.data
            elif isinstance(event, h11.EndOfMessage):
                break
            else:
                return "h11 says %r" % event
    except h11.RemoteProtocolError as error:
        return "h11 refuses: %s" % error
    if connection.trailing_data[0]:
        return "h11 sees another message behind it"
    unhex = bytes.fromhex
    if request.method.decode() != method:
        return "method %r" % request.method
    target = unhex(path) + (b"" if query == "-" else b"?" + unhex(query))
    absolute = re.match(rb"(?i)https?://([^/?]*)(.*)", request.target)
    if absolute:
        if absolute[1] != unhex(host):
            return "authority %r" % request.target
        rest = absolute[2] if absolute[2].startswith(b"/") else b"/" + absolute[2]
        if rest != target:
            return "target %r" % request.target
    elif request.target != target:
        return "target %r, ours %r" % (request.target, target)
    ours = [tuple(unhex(x) for x in field.split("=")) for field in fields.split(",")]
    # h11 writes the names of codings in lower case.
    ours = [(n, v.lower() if n == b"transfer-encoding" else v) for n, v in ours]
    if [(bytes(n), bytes(v)) for n, v in request.headers] != ours:
        return "fields %r, ours %r" % (list(request.headers), ours)
    if bytes(received) != unhex(body):
        return "body %r" % bytes(received)
    # After a request to upgrade h11 waits for the refusal, and then goes on.
    if keeps == "1" and connection.their_state not in (h11.DONE, h11.MIGHT_SWITCH_PROTOCOL):
        return "h11 closes"
    return None


def h11_takes(message):
    """Whether h11 takes the first request whole, for the count of the stricter cases."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    connection.receive_data(message)
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.EndOfMessage):
                return True
            if event is h11.NEED_DATA or isinstance(event, h11.ConnectionClosed):
                return False
    except h11.RemoteProtocolError:
        return False


def main():
    parser = argparse.ArgumentParser(prog="Scripts/differential")
    parser.add_argument("program", help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    messages = table()
    ours = Ours(options.program)
    counts = collections.Counter()
    bad = 0
    left = options.count
    while left > 0:
        batch = [alter(rng.choice(messages), messages, rng) for _ in range(min(500, left))]
        left -= len(batch)
        for message, line in zip(batch, ours.verdicts(batch)):
            end, *taken = line.split()
            for text in taken:
                counts["requests that both take"] += 1
                difference = check(message, text)
                if difference:
                    bad += 1
                    print("MORE LENIENT: %s\n  %r" % (difference, message), file=sys.stderr)
            counts["messages with a request that is taken"] += bool(taken)
            if end.startswith("rejected"):
                counts["messages that ours refuses"] += 1
                if not taken and h11_takes(message):
                    counts["of them, h11 takes the first request"] += 1
            if bad >= 10:
                sys.exit(1)
    for name, count in sorted(counts.items()):
        print("%9d  %s" % (count, name))
    print("%9d  messages, seed %d, h11 %s: %s" % (
        options.count, options.seed, h11.__version__,
        "never more lenient" if bad == 0 else "%d times MORE LENIENT" % bad))
    sys.exit(1 if bad else 0)


main()
