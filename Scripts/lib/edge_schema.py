"""schemathesis against docs/openapi.yaml: no 5xx, no status that is not described, and nothing
taken that the document does not allow."""

import base64
import json
import os
import re
import secrets
import signal
import subprocess

from edge_world import ROOT, check
from torture.devices import LineDevice

# What an answer must be, whatever was asked. Not unsupported_method, which sends a body with GET:
# that is refused as a message, before the method is looked at, and the table has it (H086).
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance," \
    "response_headers_conformance,response_schema_conformance,ignored_auth," \
    "missing_required_header,wrong_data_is_refused"
EXAMPLES = 200
# A live channel has no end to wait for: its statuses are looked at by the HTTP table.
ENDLESS = "/v1/live"
LIBRARY = os.path.join(ROOT, "Scripts", "lib")


def start_with_provider(world):
    """Starts the server again, with an identity provider: else one address is there for nobody."""
    path = os.path.join(world.folder, "provider.json")
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"audience": "https://sync.example.go.th", "ial_min": "2.1",
                   "issuer": "schema", "keys": [key]}, file)
    world.end(signal.SIGTERM)
    # A shell that stays, because the server is looked for among the children of what is started.
    world.start(["sh", "-c", '"$@" --identity-provider "$0"; exit $?', path], seconds_max=20)
    status, answer = world.request(
        "POST", "/v1/oauth/decision", b"assertion=x",
        {"Content-Type": "application/x-www-form-urlencoded"})
    check(status == 400, "with an identity provider its address answers %d: %r" % (status, answer))


def check_schema(world, options):
    check(options.schemathesis, "schemathesis is not given: Scripts/edge --schema")
    start_with_provider(world)
    person = world.admin("person", "add")["subject"]
    tokens = {
        "device": LineDevice(world, person, "schema").token,
        "agency": world.admin("agency", "add", "dlt", "--tables", "driving_licence")["key"],
        "nobody": None,
    }
    for name, token in tokens.items():
        paths = ["--include-path", "/v1/agency/records"] if name == "agency" else [
            "--exclude-path", ENDLESS, "--exclude-path", "/v1/agency/records"]
        command = [
            options.schemathesis, "--config-file",
            os.path.join(LIBRARY, "schemathesis.toml"), "run",
            os.path.join(ROOT, "docs", "openapi.yaml"), "--url",
            "http://127.0.0.1:%d" % world.port, "--checks", CHECKS, "--max-examples",
            str(options.count or EXAMPLES), "--seed", "2569", "--continue-on-failure",
            "--no-color", *paths]
        if token:
            command += ["--header", "Authorization: Bearer " + token]
        done = subprocess.run(command, capture_output=True, cwd=world.folder, timeout=1800,
            env=dict(os.environ, PYTHONPATH=LIBRARY, SCHEMATHESIS_HOOKS="schemathesis_hooks"))
        text = done.stdout.decode() + done.stderr.decode()
        with open(os.path.join(world.folder, "schemathesis-%s.log" % name), "w") as log:
            log.write(text)
        check(world.process.poll() is None, "the server ended")
        check(done.returncode == 0, "as %s:\n%s" % (name, text[-6000:]))
        cases = re.search(r"(\d+) generated", text)
        print("  as %-7s %s" % (name, cases[0] if cases else text[-300:]), flush=True)
