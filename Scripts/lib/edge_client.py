"""The real `tangrat` through nginx, with TLS and a private authority, over a line that is cut."""

import gzip
import json
import os
import re
import socket
import ssl
import subprocess
import threading
import time

from edge_world import NAME, Certificates, Nginx, check
from torture.devices import CommandDevice, LineDevice

ROWS = 2400
# About what a page holds, so that the line breaks in the second of three.
CUT_AFTER_BYTES = 1_500_000
PAGE_BYTES = 900_000
EVENT_SECONDS = 10
# Of an office that does not exist.
NUMBER = "1999900101791"


class Relay:
    """Passes bytes on to a port, until it has passed on so many; counts them."""

    def __init__(self, port):
        self.target = port
        self.cut_after = None
        self.down = 0
        self.cuts = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                near.close()
                continue
            for source, sink, is_down in ((near, far, False), (far, near, True)):
                threading.Thread(
                    target=self._pass, args=(source, sink, is_down), daemon=True).start()

    def _pass(self, source, sink, is_down):
        try:
            while data := source.recv(65536):
                if is_down:
                    with self.lock:
                        room = len(data)
                        if self.cut_after is not None:
                            room = min(room, self.cut_after - self.down)
                        self.down += room
                    if room < len(data):
                        sink.sendall(data[:room])
                        self.cuts += 1
                        break
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def close(self):
        self.listener.close()


class TrapServer:
    """A TLS server that notes what is asked of it, and answers with one answer."""

    def __init__(self, chain, key, answer=b""):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connections = 0
        self.heard = []
        self.answer = answer
        self.context = context
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            try:
                near.settimeout(10)
                with self.context.wrap_socket(near, server_side=True) as secure:
                    data = secure.recv(65536)
                    if data:
                        self.heard.append(data)
                        secure.sendall(self.answer)
            except OSError:
                pass

    def close(self):
        self.listener.close()


class Trust:
    """Runs commands in a mount namespace in which the system's authorities are others.

    `URLSession` on Linux reads the system's list and nothing else, so that is how a person's own
    authority is tried without installing it: docs/cli.md.
    """

    SYSTEM_LIST = "/etc/ssl/certs/ca-certificates.crt"

    def __init__(self, authority):
        check(os.path.exists(self.SYSTEM_LIST),
              "%s is missing: install ca-certificates" % self.SYSTEM_LIST)
        ours = ["unshare", "--mount"] + (
            [] if os.geteuid() == 0 else ["--map-root-user"])
        self.words = ours + [
            "sh", "-c", 'mount --bind "$0" %s && exec "$@"' % self.SYSTEM_LIST, authority]
        tried = subprocess.run(self.words + ["true"], capture_output=True)
        self.problem = "" if tried.returncode == 0 else tried.stderr.decode().strip()

    def command(self, words):
        return self.words + list(words)


class SecureDevice(CommandDevice):
    """A data directory of `tangrat` that signs in over https and trusts an authority."""

    def __init__(self, world, person, name, address, trust):
        self.trust = trust
        self.world = world
        self.folder = os.path.join(world.folder, "device-" + name)
        self.starts = []
        login = self.spawn("login", "--server", address, "--json")
        line = login.stdout.readline()
        if not line:
            output, errors = login.communicate(timeout=60)
            check(False, "login at %s: %s" % (address, errors.decode()))
        world.admin("approve", json.loads(line)["user_code"], "--person", person)
        output, errors = login.communicate(timeout=60)
        check(login.returncode == 0, "login: %s" % errors.decode())

    def spawn(self, *words, env=None):
        return subprocess.Popen(
            self.trust.command([self.world.client_program, *words, "--data", self.folder]),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(self.world.environment, **(env or {})))

    def attempt(self, *words):
        """Runs a command that may fail; its exit code and the code of its trouble."""
        process = self.spawn(*words, "--json")
        _, errors = process.communicate(timeout=120)
        return process.returncode, trouble(errors)


def trouble(errors):
    try:
        return json.loads(errors.splitlines()[0])["error"]["code"]
    except (ValueError, KeyError, IndexError):
        return errors.decode()


def refused_login(world, address, trust=None):
    """What becomes of a sign-in that must not be: exit code and code of the trouble."""
    command = [world.client_program, "login", "--server", address, "--json", "--data",
               os.path.join(world.folder, "refused")]
    done = subprocess.run(
        trust.command(command) if trust else command,
        stdin=subprocess.DEVNULL, capture_output=True, env=world.environment, timeout=120)
    return done.returncode, trouble(done.stderr)


def feed(world, key, person, first, count, version=1):
    lines = [json.dumps({
        "table": "driving_licence", "id": "edge-%d" % number, "subject": person,
        "as_of": int(time.time() * 1000), "source_version": version,
        "body": {"class_en": "Tractor", "expires": "2030-05-01",
                 "note": os.urandom(300).hex() + "ก" * 300},
    }) for number in range(first, first + count)]
    status, answer = world.request(
        "POST", "/v1/agency/records", "\n".join(lines).encode(),
        {"Authorization": "Bearer " + key, "Content-Type": "application/x-ndjson"})
    end = json.loads(answer.splitlines()[-1])
    check(status == 200 and end.get("applied") == count, "the feed: %s" % end)


def secure_request(nginx, certificates, head, body=b""):
    """One request over TLS, as bytes; the stream, to be read by the caller."""
    plain = socket.create_connection(("127.0.0.1", nginx.port), timeout=30)
    secure = certificates.context().wrap_socket(plain, server_hostname=NAME)
    secure.sendall(head.encode() + body)
    return secure.makefile("rb"), secure


def read_head(stream):
    lines = []
    while (line := stream.readline()) not in (b"\r\n", b""):
        lines.append(line.decode("latin-1").rstrip())
    fields = dict(line.split(": ", 1) for line in lines[1:])
    return lines[0].split(" ")[1] if lines else "", {k.lower(): v for k, v in fields.items()}


def read_body(stream, fields):
    if "content-length" in fields:
        return stream.read(int(fields["content-length"]))
    body = b""
    while size := int(stream.readline(), 16):
        body += stream.read(size)
        stream.readline()
    return body


def check_client(world, options):
    certificates = Certificates(os.path.join(world.folder, "tls"))
    trust = Trust(certificates.authority)
    if trust.problem and options.mode == "short":
        print("  skipped: this system allows no mount namespace (%s)" % trust.problem)
        return
    check(not trust.problem, "no mount namespace: " + trust.problem)
    nginx = Nginx(os.path.join(world.folder, "nginx"), certificates, world.port,
                  extra_names="localhost")
    nginx.start()
    relay = Relay(nginx.port)
    try:
        person = world.admin("person", "add")["subject"]
        key = world.admin("agency", "add", "dlt", "--tables", "driving_licence")["key"]
        feed(world, key, person, 0, ROWS)
        address = "https://localhost:%d" % relay.port
        device = SecureDevice(world, person, "tls", address, trust)
        check_cut(world, relay, device, SecureDevice(world, person, "uncut", address, trust))
        check_watch(world, nginx, certificates, device, person, key)
        check_gzip(world, nginx, certificates, person)
        check_refusals(world, nginx, certificates, relay, device, trust)
        check_secrets(world, nginx, key, visit(world, nginx, certificates))
    finally:
        relay.close()
        nginx.end()


def check_cut(world, relay, device, other):
    """A pull whose line dies in the midst goes on where it stopped."""
    relay.down = 0
    other.run("sync")
    whole = relay.down
    relay.down, relay.cut_after = 0, CUT_AFTER_BYTES
    code, problem = device.attempt("sync")
    check(relay.cuts > 0, "the line was not cut: %d bytes" % relay.down)
    check(code != 0, "a sync over a dead line ended with 0")
    relay.down, relay.cut_after = 0, None
    device.run("sync")
    rest = relay.down
    check(device.dump() == other.dump(), "the device differs from one whose line was never cut")
    check(rest < whole - PAGE_BYTES,
          "%d bytes after the cut, %d for all: it began from the start" % (rest, whole))
    print("  a pull of %d bytes cut after %d (%s), went on with %d; %d rows, equal to an uncut "
          "device's" % (whole, CUT_AFTER_BYTES, problem, rest, ROWS), flush=True)


def check_watch(world, nginx, certificates, device, person, key):
    """An event arrives while the stream stays open, to `tangrat` and as bytes."""
    watching = device.spawn("sync", "--watch", "--json")
    try:
        seen = []

        def wait_for(event, least=0):
            while True:
                line = watching.stdout.readline()
                check(line, "the watch ended: %s; %s" % (seen, watching.poll()))
                value = json.loads(line)
                seen.append(value)
                if value.get("event") == event and value.get("rows", 0) >= least:
                    return

        alarm = threading.Timer(60, watching.kill)
        alarm.start()
        wait_for("connected")
        feed(world, key, person, ROWS, 1)
        wait_for("synced", least=1)
        alarm.cancel()
        check(watching.poll() is None, "the watch ended with its first event")
    finally:
        watching.terminate()
        watching.communicate(timeout=30)
    token = LineDevice(world, person, "raw").token
    stream, secure = secure_request(
        nginx, certificates, "GET /v1/live HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"
        "Accept-Encoding: gzip\r\n\r\n" % (NAME, token))
    status, fields = read_head(stream)
    check(status == "200" and "content-encoding" not in fields, "live: %s %s" % (status, fields))
    feed(world, key, person, ROWS + 1, 1)
    secure.settimeout(EVENT_SECONDS)
    seen = b""
    while b"event: moved" not in seen:
        try:
            line = stream.readline()
        except OSError:
            line = b""
        check(line, "no event in %d s, before the first comment; came %r" % (EVENT_SECONDS, seen))
        seen += line
    secure.close()
    print("  watch: an event came through nginx while the stream was open", flush=True)


def check_gzip(world, nginx, certificates, person):
    """A pull is compressed for who asks, and no answer about tokens is."""
    token = LineDevice(world, person, "gzip").token
    pulls = []
    for encoding in ("identity", "gzip"):
        body = b'{"frame":"sync","rows_max":500}'
        stream, secure = secure_request(
            nginx, certificates,
            "POST /v1/sync HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: "
            "application/json\r\nAccept-Encoding: %s\r\nContent-Length: %d\r\n\r\n"
            % (NAME, token, encoding, len(body)), body)
        status, fields = read_head(stream)
        data = read_body(stream, fields)
        secure.close()
        check(status == "200", "pull: %s" % status)
        check((fields.get("content-encoding") == "gzip") == (encoding == "gzip"),
              "%s was asked for: %s" % (encoding, fields))
        size = len(data)
        if encoding == "gzip":
            data = gzip.decompress(data)
        pulls.append((size, [line for line in data.splitlines() if b'"frame":"row"' in line]))
    check(pulls[0][1] == pulls[1][1] and len(pulls[0][1]) > 100, "the pulls differ")
    form = b"client_id=edge"
    stream, secure = secure_request(
        nginx, certificates,
        "POST /v1/oauth/device_authorization HTTP/1.1\r\nHost: %s\r\nAccept-Encoding: gzip\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n"
        % (NAME, len(form)), form)
    status, fields = read_head(stream)
    secure.close()
    check(status == "200" and "content-encoding" not in fields, "sign-in: %s" % fields)
    print("  gzip: %d bytes of %d for the same %d rows; none for a sign-in"
          % (pulls[1][0], pulls[0][0], len(pulls[0][1])), flush=True)


def check_refusals(world, nginx, certificates, relay, device, trust):
    """What the client must not trust, follow or speak."""
    found = []

    def refuse(what, address, trust=None, code="sync.connection_untrusted"):
        exit_code, problem = refused_login(world, address, trust)
        check(exit_code != 0, "%s: the client signed in" % what)
        check(problem == code, "%s: %s and not %s" % (what, problem, code))
        found.append(what)

    refuse("plain http", "http://192.0.2.1:8470", code="sync.address_invalid")
    refuse("plain http to a name", "http://%s" % NAME, code="sync.address_invalid")
    refuse("an unknown authority", "https://localhost:%d" % nginx.port)
    misnamed = TrapServer(*certificates.for_another_name())
    refuse("another name", "https://localhost:%d" % misnamed.port, trust)
    check(misnamed.connections > 0 and not misnamed.heard,
          "the server of another name heard %s" % misnamed.heard)
    misnamed.close()
    lone = TrapServer(*certificates.self_signed())
    refuse("a self-signed server", "https://localhost:%d" % lone.port, trust)
    refuse("a self-signed server, by the system's list", "https://localhost:%d" % lone.port)
    check(lone.connections >= 2 and not lone.heard, "the self-signed server heard %s" % lone.heard)
    lone.close()
    other = TrapServer(certificates.chain, certificates.key)
    for status in (301, 302, 303, 307, 308):
        first = TrapServer(
            certificates.chain, certificates.key,
            ("HTTP/1.1 %d Elsewhere\r\nLocation: https://localhost:%d/v1/sync\r\nContent-Length: 0"
             "\r\nConnection: close\r\n\r\n" % (status, other.port)).encode())
        relay.target = first.port
        exit_code, problem = device.attempt("sync")
        check(exit_code != 0, "a sync that was sent elsewhere (%d) ended with 0" % status)
        check(any(b"Authorization: Bearer" in heard for heard in first.heard),
              "the first server was not asked: %s" % problem)
        first.close()
    check(other.connections == 0, "the client followed: %s" % other.heard)
    other.close()
    relay.target = nginx.port
    device.run("sync")
    print("  refused: %s; not followed: 301, 302, 303, 307, 308" % ", ".join(found), flush=True)


def visit(world, nginx, certificates):
    """Puts codes and numbers of people into addresses; what must not be found anywhere."""
    status, answer = world.request(
        "POST", "/v1/oauth/device_authorization", b"client_id=edge",
        {"Content-Type": "application/x-www-form-urlencoded"})
    check(status == 200, "sign-in: %s" % status)
    found = [json.loads(answer)["user_code"], NUMBER]
    seen = set()
    # Often enough that nginx refuses some, which it would write down with the whole address.
    for path in [start + value for value in found for start in (
            "/device/", "/", "/v1/", "/v1/sync/", "/v1/devices/", "/v1/oauth/", "/%2e/",
            "/device?code=", "/device/x?pid=")] + ["/device/" + found[0]] * 40:
        stream, secure = secure_request(
            nginx, certificates,
            "GET %s HTTP/1.1\r\nHost: %s\r\nReferer: https://x%s\r\nConnection: close\r\n\r\n"
            % (path, NAME, path))
        seen.add(read_head(stream)[0])
        secure.close()
    check({"200", "404", "429"} <= seen, "visits were answered %s" % sorted(seen))
    return found


def check_secrets(world, nginx, key, found_nowhere):
    """S06: no token and no key stands where programs or logs can be read, nor a code or number."""
    logs = [os.path.join(world.folder, "server.log")] + [
        os.path.join(nginx.folder, name) for name in sorted(os.listdir(nginx.folder))
        if name.endswith(".log")]
    check(len(logs) == 4, "the logs are %s" % logs)
    places = ["/proc/%d/cmdline" % world.pid, "/proc/%d/environ" % world.pid] + logs
    size = 0
    for place in places:
        with open(place, "rb") as file:
            data = file.read()
        size += len(data)
        found = re.search(rb"tr[akr]_[A-Za-z0-9_-]{20}", data)
        check(not found and key.encode() not in data, "%s holds a secret" % place)
        for text in found_nowhere:
            check(text.encode() not in data, "%s holds the code or number %s" % (place, text))
    check(size > 1000, "the logs are empty")
    with open(os.path.join(nginx.folder, "access.log")) as log:
        visits = [json.loads(line) for line in log]
    refused = [line for line in visits if line["status"] == 429]
    check(refused and all(line["place"] == "/device/CODE" for line in refused),
          "what was refused stands as %s" % refused[:3])
    places_seen = {line["place"] for line in visits}
    check({"/v1/sync", "/v1/live", "/v1/oauth/token", "/device/CODE", "other"} <= places_seen,
          "the access log tells of %s" % sorted(places_seen))
    check(not any(line["address"].endswith(".1") for line in visits), "a whole address is logged")
    print("  no token in %d bytes of logs, arguments and environment" % size, flush=True)
