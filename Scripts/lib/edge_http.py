"""HTTP/1.1 as bytes: sends what no client library would, and reads answers strictly."""

import asyncio
import itertools
import json
import re

# Past this the server has not done what it must; no verdict of a good run waits for it.
PATIENCE_SECONDS = 40

STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5][0-9][0-9]) [^\x00-\x1f\x7f]*")
DATE = re.compile(
    rb"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} "
    rb"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")
FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")

# Each connection comes from an address of its own, so that limits by address meet nobody here.
_numbers = itertools.count(1)


def next_source():
    number = next(_numbers)
    return "127.%d.%d.%d" % (1 + number // 62500 % 250, number // 250 % 250, 1 + number % 250)


class Answer:
    """One answer, as it stood on the wire."""

    def __init__(self, status, fields, body, framing):
        self.status = status
        self.fields = fields
        self.body = body
        self.framing = framing

    def field(self, name):
        values = [value for own, value in self.fields if own == name]
        return values[0] if len(values) == 1 else None

    @property
    def code(self):
        """The code of one of the server's own errors, or None."""
        try:
            return json.loads(self.body)["error"]["code"]
        except (ValueError, KeyError, TypeError):
            return None


class Malformed(Exception):
    """An answer that breaks a rule of HTTP."""


def read_answers(data, methods):
    """All answers in what a connection gave.

    `methods` are those of the requests, in order: an answer to HEAD has no body.
    """
    answers, finals = [], 0
    while data:
        head, separator, rest = data.partition(b"\r\n\r\n")
        if not separator:
            raise Malformed("bytes without an end: %r" % data[:200])
        lines = head.split(b"\r\n")
        status_line = STATUS_LINE.fullmatch(lines[0])
        if not status_line:
            raise Malformed("no status line: %r" % lines[0][:200])
        status = int(status_line[1])
        fields = []
        for line in lines[1:]:
            field = FIELD.fullmatch(line)
            if not field:
                raise Malformed("no field line: %r" % line[:200])
            fields.append((field[1].decode().lower(), field[2].rstrip(b" \t")))
        names = [name for name, _ in fields]
        lengths = [value for name, value in fields if name == "content-length"]
        is_chunked = "transfer-encoding" in names
        if len(lengths) + names.count("transfer-encoding") > 1:
            raise Malformed("framed twice: %r" % head[:300])
        has_body = not (
            status < 200 or status in (204, 304)
            or (finals < len(methods) and methods[finals] == b"HEAD"))
        if status >= 200:
            finals += 1
        if status < 200 or status == 204:
            if lengths or is_chunked:
                raise Malformed("%d with a length" % status)
            body, framing = b"", "none"
        elif not has_body:
            body, framing = b"", "none"
        elif is_chunked:
            body, rest = read_chunks(rest)
            framing = "chunked"
        elif lengths:
            if not re.fullmatch(rb"0|[1-9][0-9]*", lengths[0]):
                raise Malformed("Content-Length: %r" % lengths[0])
            length = int(lengths[0])
            if len(rest) < length:
                raise Malformed("cut in a body of %d bytes" % length)
            body, rest = rest[:length], rest[length:]
            framing = "length"
        else:
            raise Malformed("ends only with the connection: %r" % head[:200])
        answers.append(Answer(status, fields, body, framing))
        data = rest
    return answers


def read_chunks(data):
    body = b""
    while True:
        line, separator, rest = data.partition(b"\r\n")
        if not separator or not re.fullmatch(rb"[0-9a-fA-F]{1,8}", line):
            raise Malformed("no chunk: %r" % line[:60])
        size = int(line, 16)
        if rest[size:size + 2] != b"\r\n":
            raise Malformed("a chunk cut or too long")
        body += rest[:size]
        data = rest[size + 2:]
        if size == 0:
            return body, data


async def connect(port, tls=None, name=None):
    return await asyncio.open_connection(
        "127.0.0.1", port, local_addr=(next_source(), 0), ssl=tls,
        server_hostname=name if tls else None)


async def exchange(port, pieces, tls=None, name=None, ends=False):
    """Sends pieces, each alone, and returns all that comes until the end of the connection."""
    reader, writer = await connect(port, tls, name)

    async def send():
        try:
            for index, piece in enumerate(pieces):
                if index:
                    # Only so that the pieces are seldom read as one: no verdict depends on it.
                    await asyncio.sleep(0.002)
                writer.write(piece)
                await writer.drain()
            if ends and writer.can_write_eof():
                writer.write_eof()
        except OSError:
            pass  # The server has said its last word already; it is read below.

    sending = asyncio.ensure_future(send())
    data = b""
    try:
        while True:
            try:
                piece = await asyncio.wait_for(reader.read(65536), PATIENCE_SECONDS)
            except asyncio.TimeoutError:
                raise Malformed("the connection stays open; so far %r" % data[:300]) from None
            except ConnectionResetError:
                if tls and data:
                    return data  # nginx lingers less long than the server must.
                raise Malformed("reset; so far %r" % data[:300]) from None
            except OSError:
                return data  # TLS without a closing word.
            if not piece:
                return data
            data += piece
    finally:
        sending.cancel()
        writer.transport.abort()


async def dialogue(port, steps, tls=None, name=None):
    """Sends and reads in turns: `send` bytes, or the `answer` that must come before going on.

    A number of the table is the status that must come next; the rest is read to the end.
    """
    reader, writer = await connect(port, tls, name)
    seen, data = [], b""
    try:
        for step in steps:
            if "send" in step:
                writer.write(step["send"].encode("latin-1"))
                await writer.drain()
                continue
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_SECONDS)
            data = head
            status = int(head.split(b" ")[1])
            seen.append(status)
            length = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", head)
            if length:
                data += await asyncio.wait_for(
                    reader.readexactly(int(length[1])), PATIENCE_SECONDS)
            if status != step["answer"]:
                return seen, data
        return seen, data
    except asyncio.IncompleteReadError:
        return seen + ["closed"], data
    except asyncio.TimeoutError:
        return seen + ["silence"], data
    finally:
        writer.transport.abort()
