"""What the edge promises beside the table: addresses, versions of TLS, whose address it is that
asks and how often it may, descriptors that run out."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import time

from edge_http import PATIENCE_SECONDS, connect, exchange, read_answers
from edge_world import NAME, ROOT, Certificates, Nginx, check, free_port

# With the first there is room for one connection beside the store's own files.
OPEN_LIMITS = (64, 128)
KNOCKERS = 200
# Sign-ins that nginx lets one network begin at once, as deploy/nginx.conf says, and one more.
SIGN_INS = 31
# More polls than there may be sign-ins, and fewer than nginx lets through.
POLLS = 300
# What nginx lets one network ask at once, and each second after that, as deploy/nginx.conf says.
REQUESTS_AT_ONCE, REQUESTS_A_SECOND = 200, 50
TOKENS_AT_ONCE, TOKENS_A_SECOND = 600, 20
# So many are asked on one connection, until one is refused.
ASKED_TOGETHER = 100
# Requests that one network may have open at nginx, each on a connection of its own, and the time
# in which a body that does not come is waited for: held ones are older by then than they may be.
CONNECTIONS = 200
HELD_SECONDS_MAX = 9
TOLD = "X-Edge-Address"


def described_paths():
    """Each address of docs/openapi.yaml with one of its methods."""
    found, path = [], None
    with open(os.path.join(ROOT, "docs", "openapi.yaml")) as file:
        for line in file:
            if match := re.match(r"  (/[^:]*):$", line):
                path = match[1]
            elif path and (match := re.match(r"    (get|post|delete|put):$", line)):
                found.append((match[1].upper(), re.sub(r"\{[a-z_]+\}", "BCDF-GHJK", path)))
            elif line.startswith("components:"):
                break
    return found


def check_paths(world, options):
    """The site passes on every address that is described, and nothing else."""
    certificates = Certificates(os.path.join(world.folder, "tls"))
    nginx = Nginx(os.path.join(world.folder, "nginx"), certificates, world.port)
    nginx.start()
    kept = {"/metrics", "/healthz", "/readyz"}

    def ask(method, path):
        request = "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        data = asyncio.run(exchange(
            nginx.port, [(request % (method, path, NAME)).encode()], certificates.context(), NAME))
        return read_answers(data, [method.encode()])[0]

    try:
        paths = described_paths()
        check(len(paths) > 8, "docs/openapi.yaml has %d addresses" % len(paths))
        for method, path in paths:
            answer = ask(method, path)
            if path in kept:
                check(answer.status == 403, "%s is open to all: %d" % (path, answer.status))
            else:
                # The server's own 404 has a code: an address that is off unless it is configured.
                is_served = answer.status < 500 and answer.status != 403 \
                    and not (answer.status == 404 and answer.code is None)
                check(is_served, "%s %s: nginx does not pass it on: %d"
                      % (method, path, answer.status))
        for path in ("/", "/admin", "/v1", "/v1/", "/v1/sync/", "/v2/sync", "/v1/agency",
                     "/server.sqlite", "/.git/config", "/devices"):
            answer = ask("GET", path)
            check(answer.status == 404 and answer.code is None,
                  "%s goes beyond nginx: %d" % (path, answer.status))
    finally:
        nginx.end()
    print("  %d addresses of openapi.yaml through nginx, %d of them kept from the public"
          % (len(paths), len(kept)), flush=True)


def check_tls(world, options):
    """TLS 1.2 and 1.3 with the private authority, nothing older, and no name but the site's."""
    certificates = Certificates(os.path.join(world.folder, "tls"))
    nginx = Nginx(os.path.join(world.folder, "nginx"), certificates, world.port)
    nginx.start()

    def openssl(*words, name=NAME):
        done = subprocess.run(
            ["openssl", "s_client", "-connect", "127.0.0.1:%d" % nginx.port, "-servername", name,
             "-CAfile", certificates.authority, "-verify_return_error", "-brief", *words],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        text = (done.stdout + done.stderr).decode(errors="replace")
        version = re.search(r"Protocol version: (\S+)", text)
        return version[1] if version else None

    def chosen(*protocols):
        """What nginx chooses of the protocols that a client offers in its handshake."""
        context = certificates.context()
        context.set_alpn_protocols(list(protocols))
        with socket.create_connection(("127.0.0.1", nginx.port), timeout=20) as plain, \
                context.wrap_socket(plain, server_hostname=NAME) as secure:
            return secure.selected_alpn_protocol()

    try:
        check(openssl("-tls1_3") == "TLSv1.3", "no TLS 1.3")
        check(openssl("-tls1_2") == "TLSv1.2", "no TLS 1.2")
        check(chosen("h2", "http/1.1") == "http/1.1", "HTTP/2 is chosen, which no test speaks")
        weak = ("-cipher", "DEFAULT@SECLEVEL=0")
        for old in ("-tls1_1", "-tls1"):
            check(openssl(old, *weak) is None, "%s is spoken" % old)
        for cipher in ("AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA256",
                       "NULL@SECLEVEL=0"):
            check(openssl("-tls1_2", "-cipher", cipher) is None, "%s is spoken" % cipher)
        check(openssl("-tls1_2", name="elsewhere.example") is None, "another name is served")
        data = asyncio.run(exchange(
            nginx.plain_port, [("GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % NAME).encode()]))
        check(data == b"", "plain HTTP is answered: %r" % data[:200])
        data = asyncio.run(exchange(
            nginx.port, [("GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % NAME).encode()]))
        check(b" 400 " in data.split(b"\r\n")[0] and b"Location" not in data,
              "plain HTTP on the port of TLS: %r" % data[:200])
    finally:
        nginx.end()
    print("  TLS 1.3 and 1.2 with forward secrecy; 1.1, 1.0, four ciphers, another name and plain "
          "HTTP refused", flush=True)


def sign_in(claims, name):
    """The start of a sign-in by somebody who claims to be at other addresses."""
    fields = "".join("X-Forwarded-For: %s\r\n" % claim for claim in claims)
    return ("POST /v1/oauth/device_authorization HTTP/1.1\r\nHost: %s\r\n%s"
            "Content-Length: 11\r\n\r\nclient_id=t" % (name, fields)).encode()


def form(path, body, fields=""):
    return ("POST %s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n%s"
            % (path, NAME, fields, len(body), body)).encode()


async def check_connections(port, context):
    """One network has so many requests open at nginx, and not one more; others have their own."""
    own, other = "198.51.102.7", "198.51.102.8"
    room = asyncio.Semaphore(16)
    begun = time.monotonic()
    held = []

    async def hold():
        """A request whose body does not come: nginx has counted it before it asks for the body."""
        async with room:
            reader, writer = await connect(port, context, NAME)
            held.append((reader, writer))
            writer.write(("POST /v1/oauth/token HTTP/1.1\r\nHost: %s\r\n%s: %s\r\n"
                          "Expect: 100-continue\r\nContent-Length: 16\r\n\r\n"
                          % (NAME, TOLD, own)).encode())
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_SECONDS)
            check(b" 100 " in head, "a request that is held open: %r" % head[:200])

    async def ask(address):
        request = form("/v1/oauth/token", "grant_type=x",
                       "%s: %s\r\nConnection: close\r\n" % (TOLD, address))
        return read_answers(await exchange(port, [request], context, NAME), [b"POST"])[0]

    try:
        await asyncio.gather(*(hold() for _ in range(CONNECTIONS - 1)))
        last = await ask(own)
        await hold()
        past = await ask(own)
        beside = await ask(other)
        held.pop()[1].transport.abort()
        end = time.monotonic() + 5
        while (after := await ask(own)).status == 429 and time.monotonic() < end:
            await asyncio.sleep(0.02)
        check(time.monotonic() - begun < HELD_SECONDS_MAX,
              "%d connections were not open within %d s" % (CONNECTIONS, HELD_SECONDS_MAX))
        check(not any(reader.at_eof() for reader, _ in held), "a held request was broken off")
    finally:
        for _, writer in held:
            writer.transport.abort()
    check(last.status == 400, "connection %d of an address: %d" % (CONNECTIONS, last.status))
    check(past.status == 429 and past.code is None and past.field("retry-after") == b"2",
          "connection %d of an address: %d, %s" % (CONNECTIONS + 1, past.status, past.fields))
    check(beside.status == 400, "another address beside them: %d" % beside.status)
    check(after.status == 400, "when one of them has ended: %d" % after.status)


def check_rates(world, options):
    """What nginx refuses by itself, whom, and when it says to come again.

    The server was not told that there is a proxy, so whatever is refused here nginx refuses.
    """
    certificates = Certificates(os.path.join(world.folder, "tls"))
    nginx = Nginx(os.path.join(world.folder, "nginx"), certificates, world.port, told=TOLD)

    def ask(pieces, port=None):
        closing = b"GET /device HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % NAME.encode()
        data = asyncio.run(exchange(
            port or nginx.port, [b"".join(pieces) + closing], certificates.context(), NAME))
        return read_answers(data, [b"POST"] * len(pieces) + [b"GET"])[:-1]

    def start(address):
        return form("/v1/oauth/device_authorization", "client_id=t", "%s: %s\r\n" % (TOLD, address))

    def are_one(addresses):
        """Whether sign-ins from all of them are too many; on a slow machine asked again."""
        for _ in range(5):
            answers = ask([start(address) for address in addresses])
            refused = [answer for answer in answers if answer.status == 429]
            check(all(answer.status in (200, 429) for answer in answers), "sign-ins: %s"
                  % [answer.status for answer in answers])
            for answer in refused:
                check(answer.code is None, "the server has refused, and not nginx")
                check(answer.field("retry-after") == b"2", "429 of nginx without Retry-After")
            if refused:
                return True
        return False

    def ask_until_refused(what, request, taken, at_once, a_second):
        """Asks until nginx refuses: not before so many, and not after what time has added."""
        begun, passed, refused = time.monotonic(), 0, []
        while not refused:
            answers = ask([request] * ASKED_TOGETHER)
            statuses = [answer.status for answer in answers]
            check(set(statuses) <= {taken, 429}, "%s: %s" % (what, set(statuses)))
            refused = [answer for answer in answers if answer.status == 429]
            passed += statuses.index(429) if refused else len(statuses)
            most = at_once + 1 + a_second * (time.monotonic() - begun + 1)
            check(passed <= most, "%d %s of one address pass" % (passed, what))
        check(passed > at_once, "of %s only %d pass at once" % (what, passed))
        for answer in refused:
            check(answer.code is None, "the server has refused, and not nginx")
            check(answer.field("retry-after") == b"2", "429 of nginx without Retry-After")
        return passed

    nginx.start()
    try:
        # A device asks every second; behind one address there are many.
        grant = "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=x"
        polls = [form("/v1/oauth/token", grant)] * (POLLS - 2) + [
            form("/v1/oauth/token", "grant_type=refresh_token&refresh_token=x"),
            form("/v1/oauth/revoke", "token=x")]
        statuses = {answer.status for answer in ask(polls)}
        check(statuses == {200, 400}, "of %d polls and refreshes some met %s" % (POLLS, statuses))
        more = SIGN_INS + 1
        check(are_one(["198.51.100.7"] * more), "%d sign-ins of one address all begin" % more)
        check(are_one(["2001:db8:0:1:%x::%x" % (number, number) for number in range(more)]),
              "%d sign-ins of one network of IPv6 all begin" % more)
        for own in (["198.51.101.%d" % number for number in range(more)],
                    ["2001:db8:1:%x::1" % number for number in range(more)],
                    ["2001:db8:0:1%x::" % number for number in range(more)]):
            statuses = {answer.status for answer in ask([start(address) for address in own])}
            check(statuses == {200}, "%s and others are taken for one: %s" % (own[0], statuses))
        page = "GET /device HTTP/1.1\r\nHost: %s\r\n%s: %%s\r\n\r\n" % (NAME, TOLD)
        requests = ask_until_refused(
            "requests", (page % "198.51.103.7").encode(), 200, REQUESTS_AT_ONCE,
            REQUESTS_A_SECOND)
        poll = "%s: %%s\r\n" % TOLD
        tokens = ask_until_refused(
            "polls", form("/v1/oauth/token", grant, poll % "198.51.103.7"), 400, TOKENS_AT_ONCE,
            TOKENS_A_SECOND)
        neighbour = ask([(page % "198.51.103.8").encode(),
                         form("/v1/oauth/token", grant, poll % "198.51.103.8")])
        check([answer.status for answer in neighbour] == [200, 400],
              "a neighbour's requests: %s" % [answer.status for answer in neighbour])
        asyncio.run(check_connections(nginx.port, certificates.context()))
    finally:
        nginx.end()
    lost = Nginx(os.path.join(world.folder, "lost"), certificates, free_port())
    lost.start()
    try:
        answer = ask([form("/v1/oauth/token", "grant_type=x")], lost.port)[0]
        check(answer.status == 502 and answer.field("retry-after") == b"5",
              "without a server: %d, %s" % (answer.status, answer.fields))
    finally:
        lost.end()
    print("  %d polls and refreshes of one address pass; %d sign-ins of an address, or of 64 bits "
          "of IPv6, do not; nginx says when to come again" % (POLLS, more), flush=True)
    print("  of one address %d requests and %d polls pass, and %d connections at once; the next "
          "is refused" % (requests, tokens, CONNECTIONS), flush=True)


def check_addresses(world, options):
    """A server that believes its proxy counts by the address of the connection at nginx."""
    world.end(signal.SIGTERM)
    # A shell that stays, because the server is looked for among the children of what is started.
    world.start(["sh", "-c", '"$@" --behind-proxy yes; exit $?', "sh"], seconds_max=20)
    certificates = Certificates(os.path.join(world.folder, "tls"))
    nginx = Nginx(os.path.join(world.folder, "nginx"), certificates, world.port)

    def ask(port, claims, tls=None):
        """All answers to sign-ins on one connection, each with claims of its own."""
        pieces = [sign_in(claim, NAME) for claim in claims]
        closing = b"GET /device HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % NAME.encode()
        data = asyncio.run(exchange(port, [b"".join(pieces) + closing], tls, NAME))
        return read_answers(data, [b"POST"] * len(pieces) + [b"GET"])[:-1]

    def is_counted(answers):
        """Whether all of them were of one asker: the server, not nginx, has refused the last."""
        last = answers[-1]
        return last.status == 429 and last.code == "limit.rate" and \
            last.field("retry-after") == b"2" and all(
                answer.status == 200 for answer in answers[:20])

    one = ["198.51.100.%d" % number for number in range(1, 32)]
    claims = {
        "a field": [[address] for address in one],
        "two fields": [[address, "203.0.113.9"] for address in one],
        "a list": [[address + ", 203.0.113.9"] for address in one],
    }
    nginx.start()
    try:
        # nginx and the server each let 30 come at once, and one more in 2 s: 31 go through nginx.
        # Only a machine that takes so long for them needs another connection, from elsewhere.
        for name, claim in claims.items():
            check(any(is_counted(ask(nginx.port, claim, certificates.context()))
                      for _ in range(5)), "%s of a client is believed behind nginx" % name)
    finally:
        nginx.end()
    # What a proxy would send that only adds: all of them are one, whoever they say they are.
    told = [pair for index in range(31) for pair in (
        claims["a list"][index], claims["two fields"][index])]
    check(ask(world.port, told)[-1].code == "limit.rate", "several addresses are told apart")
    # One that it wrote itself still counts for itself.
    check(ask(world.port, [["192.0.2.77"]])[0].status == 200, "a single address is not believed")
    print("  31 sign-ins on a connection, each with other claims of X-Forwarded-For: one address",
          flush=True)


def check_descriptors(world, options):
    """A server with few descriptors refuses whom it cannot take, serves the rest, and recovers."""
    for limit in OPEN_LIMITS:
        exhaust_descriptors(world, limit)


def exhaust_descriptors(world, limit):
    world.end(signal.SIGTERM)
    # A shell that stays, because the server is looked for among the children of what is started.
    world.start(["sh", "-c", '"$@"; exit $?', "sh", "prlimit",
                 "--nofile=%d:%d" % (limit, limit)], seconds_max=20)
    before = world.descriptors()
    first = socket.create_connection(("127.0.0.1", world.port), timeout=20)

    def is_served(connection):
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        return b'{"status":"ok"}' in connection.recv(4096)

    check(is_served(first), "the first connection is not served")
    knockers = []
    for _ in range(KNOCKERS):
        knockers.append(socket.create_connection(("127.0.0.1", world.port), timeout=20))
    served, refused, silent = 0, 0, 0
    for knocker in knockers:
        try:
            knocker.settimeout(20)
            knocker.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            head = knocker.recv(4096)
            served += b" 200 " in head
            if b" 503 " in head:
                refused += 1
                check(b"Retry-After:" in head, "503 without Retry-After")
            silent += not head
        except OSError:
            silent += 1
    check(is_served(first), "the connection from before is not served any more")
    check(refused > 0, "nobody was refused")
    check(served > 0 or limit == min(OPEN_LIMITS), "nobody was served")
    check(served + refused + silent == KNOCKERS and silent == 0,
          "%d knockers got no answer" % silent)
    # A write needs files of its own besides the connection's.
    world.admin("person", "add")
    for knocker in knockers:
        knocker.close()
    first.close()
    left = world.wait_for_descriptors(before)
    check(left <= before, "%d descriptors before, %d after" % (before, left))
    again = socket.create_connection(("127.0.0.1", world.port), timeout=20)
    check(is_served(again), "not served after the others have left")
    again.close()
    check(world.process.poll() is None, "the server ended")
    print("  with %d descriptors: of %d connections %d served, %d answered 503; an open one and "
          "an operator's write served meanwhile; all served again after"
          % (limit, KNOCKERS, served, refused), flush=True)
