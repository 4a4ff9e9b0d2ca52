"""The real server, and Debian's nginx with the shipped site, as the edge test starts them."""

import os
import re
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import time

from torture.world import World, check

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NAME = "sync.example.go.th"
# What the site is templated in: nothing but addresses and files.
SHIPPED_BACKEND = "127.0.0.1:8470"


def free_port():
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        return own.getsockname()[1]


class Certificates:
    """A private authority, made by openssl, and a certificate for the name and for localhost."""

    def __init__(self, folder):
        self.folder = folder
        self.authority = os.path.join(folder, "authority.pem")
        self.chain = os.path.join(folder, "fullchain.pem")
        self.key = os.path.join(folder, "key.pem")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        names = "subjectAltName=DNS:%s,DNS:localhost,IP:127.0.0.1" % NAME
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", "authority.key", "-out", "authority.pem", "-days", "2", "-subj",
            "/CN=Private authority of a test", "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign")
        self._openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            "key.pem", "-out", "request.pem", "-subj", "/CN=" + NAME)
        with open(os.path.join(folder, "names"), "w") as file:
            file.write(names + "\nextendedKeyUsage=serverAuth\n")
        self._openssl(
            "x509", "-req", "-in", "request.pem", "-CA", "authority.pem", "-CAkey",
            "authority.key", "-CAcreateserial", "-days", "2", "-extfile", "names", "-out",
            "leaf.pem")
        with open(self.chain, "wb") as chain:
            for part in ("leaf.pem", "authority.pem"):
                with open(os.path.join(folder, part), "rb") as file:
                    chain.write(file.read())

    def for_another_name(self):
        """A certificate of this authority for a name that nobody asks for; its files."""
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", "other.key", "-out", "other.pem", "-days", "2", "-subj",
            "/CN=other.example", "-CA", "authority.pem", "-CAkey", "authority.key", "-addext",
            "subjectAltName=DNS:other.example", "-addext", "basicConstraints=critical,CA:FALSE")
        return os.path.join(self.folder, "other.pem"), os.path.join(self.folder, "other.key")

    def self_signed(self):
        """A certificate that no authority vouches for, with the right names; its files."""
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", "lone.key", "-out", "lone.pem", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        return os.path.join(self.folder, "lone.pem"), os.path.join(self.folder, "lone.key")

    def context(self):
        """What a client needs that trusts this authority and speaks HTTP/1.1."""
        context = ssl.create_default_context(cafile=self.authority)
        context.set_alpn_protocols(["http/1.1"])
        return context

    def _openssl(self, *words):
        done = subprocess.run(["openssl", *words], cwd=self.folder, capture_output=True)
        check(done.returncode == 0, "openssl %s: %s" % (words[0], done.stderr.decode()))


class Nginx:
    """Debian's nginx with deploy/nginx.conf, before one server."""

    def __init__(self, folder, certificates, backend_port, workers=1, extra_names="", told=""):
        """With `told`, the address of a client is what a field of that name says: a test has no
        networks of its own to come from."""
        self.folder = folder
        self.port = free_port()
        self.plain_port = free_port()
        self.process = None
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with open(os.path.join(ROOT, "deploy", "nginx.conf")) as file:
            site = file.read()
        self.changes = []
        self._replace(site, SHIPPED_BACKEND, "127.0.0.1:%d" % backend_port)
        for old, new in [
            ("listen 443 ", "listen 127.0.0.1:%d " % self.port),
            ("listen [::]:443 ", "listen [::1]:%d " % self.port),
            ("listen 80 ", "listen 127.0.0.1:%d " % self.plain_port),
            ("listen [::]:80 ", "listen [::1]:%d " % self.plain_port),
            ("/etc/ssl/tangrat/fullchain.pem", certificates.chain),
            ("/etc/ssl/tangrat/key.pem", certificates.key),
            ("/var/log/nginx/tangrat.log", os.path.join(folder, "access.log")),
            ("/var/log/nginx/tangrat-error.log", os.path.join(folder, "site-error.log")),
        ]:
            self._replace(self.site, old, new)
        if extra_names:
            self._replace(
                self.site, "server_name %s;" % NAME, "server_name %s %s;" % (NAME, extra_names))
        if not socket.has_ipv6 or not os.path.exists("/proc/net/if_inet6"):
            self.site = re.sub(r"(?m)^ *listen \[::1\].*\n", "", self.site)
        with open(os.path.join(folder, "site.conf"), "w") as file:
            file.write(self.site)
        user = "user root;\n" if os.geteuid() == 0 else ""
        temporary = "".join(
            "    %s_temp_path %s;\n" % (kind, os.path.join(folder, kind))
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        if told:
            temporary += "    set_real_ip_from 127.0.0.0/8;\n    real_ip_header %s;\n" % told
        with open(os.path.join(folder, "nginx.conf"), "w") as file:
            file.write(
                user + "worker_processes %d;\ndaemon off;\npid %s;\nerror_log %s;\n"
                "events { worker_connections %d; }\nhttp {\n%s    access_log off;\n"
                "    include %s;\n}\n" % (
                    workers, os.path.join(folder, "nginx.pid"),
                    os.path.join(folder, "error.log"),
                    min(30000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 100), temporary,
                    os.path.join(folder, "site.conf")))

    def _replace(self, text, old, new):
        check(old in text, "deploy/nginx.conf has no %r any more" % old)
        self.site = text.replace(old, new)
        self.changes.append((old, new))

    def start(self):
        program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        check(program is not None, "nginx is not installed")
        command = [program, "-p", self.folder, "-c", os.path.join(self.folder, "nginx.conf"),
                   "-e", os.path.join(self.folder, "error.log")]
        tested = subprocess.run(command + ["-t"], capture_output=True)
        check(tested.returncode == 0, "nginx -t: %s" % tested.stderr.decode())
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
                return
            except OSError:
                check(self.process.poll() is None, "nginx ended: " + self.errors())
                time.sleep(0.02)
        check(False, "nginx does not listen")

    def errors(self):
        with open(os.path.join(self.folder, "error.log"), errors="replace") as file:
            return file.read()[-2000:]

    def end(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=30)
            self.process = None


class EdgeWorld(World):
    """A server on a store of its own, and what the edge test asks of its process."""

    def descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.pid))

    def resident_kib(self):
        with open("/proc/%d/status" % self.pid) as status:
            return int(re.search(r"VmRSS:\s+([0-9]+) kB", status.read())[1])

    def wait_for_descriptors(self, count, seconds=20):
        """Waits until no more than so many are open; returns how many are."""
        end = time.monotonic() + seconds
        while True:
            found = self.descriptors()
            if found <= count or time.monotonic() > end:
                return found
            time.sleep(0.05)


__all__ = ["NAME", "ROOT", "Certificates", "EdgeWorld", "Nginx", "check",
           "free_port"]
