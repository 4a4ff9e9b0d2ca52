"""What the programs are made of and how they are linked; what must not be in the repository.

Standard library only.
"""

import json
import os
import re
import subprocess
import sys

PROGRAMS = ("tangrat-server", "tangrat")

# Each library that a program may name, by where it comes from. One that is new needs a reason here.
FROM_SWIFT = {
    "libswiftCore.so", "libswift_Concurrency.so", "libswift_StringProcessing.so",
    "libswift_RegexParser.so", "libswiftSynchronization.so", "libswiftGlibc.so",
    "libswiftDispatch.so", "libBlocksRuntime.so", "libdispatch.so", "libswift_Builtin_float.so",
}
FROM_SYSTEM = {"libsqlite3.so.0", "libm.so.6", "libc.so.6", "ld-linux-x86-64.so.2",
               "ld-linux-aarch64.so.1", "libpthread.so.0", "libdl.so.2", "libgcc_s.so.1",
               "libstdc++.so.6"}
FOR_CLIENT = {
    "libFoundation.so", "libFoundationEssentials.so", "libFoundationNetworking.so",
    "libFoundationInternationalization.so", "lib_FoundationICU.so",
}
ALLOWED = {
    # The server has neither Foundation's networking nor a library of TLS.
    "tangrat-server": FROM_SWIFT | FROM_SYSTEM,
    "tangrat": FROM_SWIFT | FROM_SYSTEM | FOR_CLIENT,
}
# What the unit takes from the service, so that memory goes to no disk.
UNIT = "deploy/tangrat-server.service"
UNIT_MEMORY = ("LimitCORE=0", "MemorySwapMax=0", "PrivateTmp=yes",
               "Environment=SWIFT_BACKTRACE=enable=no")
# Doors that only a test may have.
TEST_DOORS = re.compile(rb"TANGRAT_(CRASH|FAULT|SIM|TEST|SEED)[A-Z_]*|-DBUG_[0-9]+")
SECRETS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/]{40}"),
    "a key of AWS": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "a token of GitHub": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
    "a token of Slack": re.compile(r"\bxox[abpr]-[A-Za-z0-9-]{20,}"),
    "a token of ours": re.compile(r"\btr[akr]_[A-Za-z0-9_-]{43}\b"),
    "a token in JWT": re.compile(r"\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\."),
}


def run(*words):
    return subprocess.run(words, capture_output=True, check=True).stdout


def needed(path):
    return set(re.findall(r"\(NEEDED\).*\[(.+)\]", run("readelf", "-dW", path).decode()))


def package_of(path):
    """The Debian package of a file and its version, or None."""
    for candidate in (os.path.realpath(path), path, path.removeprefix("/usr")):
        done = subprocess.run(["dpkg-query", "-S", candidate], capture_output=True)
        if done.returncode == 0:
            name = done.stdout.decode().split(": ")[0].split(",")[0]
            return name, run("dpkg-query", "-W", "-f", "${Version}", name).decode()
    return None


def sbom(folder, swift):
    components, programs = {}, []
    for program in PROGRAMS:
        path = os.path.join(folder, program)
        programs.append({"type": "application", "name": program})
        for line in run("ldd", path).decode().splitlines():
            match = re.match(r"\s+(\S+) => (/\S+)", line) or re.match(r"\s+(/\S+)()", line)
            if not match:
                continue
            name = os.path.basename(match[1])
            found = package_of(match[2] or match[1])
            is_swift = found is None
            package, version = found or ("swift-runtime", swift)
            component = components.setdefault(package, {
                "type": "library", "name": package, "version": version,
                "purl": ("pkg:generic/swift@%s" % swift if is_swift
                         else "pkg:deb/debian/%s@%s" % (package.split(":")[0], version)),
                "properties": [],
            })
            file = {"name": "file", "value": name}
            if file not in component["properties"]:
                component["properties"].append(file)
    print(json.dumps({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {"component": {
            "type": "application", "name": "tangrat-sync", "components": programs}},
        "components": [components[name] for name in sorted(components)],
    }, indent=1))


def program_problems(path, program):
    """What is wrong with an optimised program, be it built for tests or to be installed."""
    head, segments = run("readelf", "-hW", path).decode(), run("readelf", "-lW", path).decode()
    dynamic = run("readelf", "-dW", path).decode()
    for what, holds in {
        "a position-independent executable": re.search(r"Type:\s+DYN", head),
        "no executable stack": re.search(r"GNU_STACK.* RW ", segments),
        "relocations read-only": "GNU_RELRO" in segments,
        "all of them, bound at start": re.search(r"BIND_NOW|FLAGS.*\bNOW\b", dynamic),
        "no segment to write and run": not re.search(r"LOAD.* RWE ", segments),
        "no RPATH": "(RPATH)" not in dynamic,
    }.items():
        if not holds:
            yield "S40: %s: not %s" % (program, what)
    with open(path, "rb") as file:
        doors = set(match[0] for match in TEST_DOORS.finditer(file.read()))
    if doors:
        yield "S42: %s holds %s" % (program, sorted(doors))


def check_installed(path):
    """What must be true of the server as Scripts/release makes it: nothing but the system's."""
    problems = list(program_problems(path, "tangrat-server"))
    if "(RUNPATH)" in run("readelf", "-dW", path).decode():
        problems.append("S40: a search path for libraries")
    if re.search(r"\.(symtab|debug_\w+)\b", run("readelf", "-SW", path).decode()):
        problems.append("S40: symbols")
    strange = needed(path) - FROM_SYSTEM
    if strange:
        problems.append("S39: loads %s" % sorted(strange))
    for problem in problems:
        print("%s: %s" % (path, problem), file=sys.stderr)
    if problems:
        return 1
    print("S39 S40 S42: %s, with libraries of the system alone" % path)
    return 0


def check(folder):
    problems = []
    if os.path.exists("Package.resolved") or ".package(" in open("Package.swift").read():
        problems.append("S39: Package.swift depends on packages")
    with open(UNIT) as file:
        lines = set(file.read().splitlines())
    for setting in UNIT_MEMORY:
        if setting not in lines:
            problems.append("S38: %s has no %s" % (UNIT, setting))
    for program in PROGRAMS:
        path = os.path.join(folder, program)
        strange = needed(path) - ALLOWED[program]
        if strange:
            problems.append("S39: %s loads %s" % (program, sorted(strange)))
        problems += program_problems(path, program)
    history = run("git", "log", "--all", "-p", "--no-textconv", "--format=commit %h").decode(
        errors="replace")
    for what, pattern in SECRETS.items():
        for match in pattern.finditer(history):
            # A secret is random: of its 43 characters some 31 differ, of a test's "AAAA…" one.
            if what == "a token of ours" and len(set(match[0])) < 12:
                continue
            commit = history.rfind("\ncommit ", 0, match.start())
            problems.append("S43: %s: %s in %s"
                            % (what, match[0][:12] + "…", history[commit + 8:commit + 15]))
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return 1
    print("S38 S39 S40 S42 S43: %d programs and %d MB of history" % (
        len(PROGRAMS), len(history) // 1_000_000))
    return 0


if __name__ == "__main__":
    if sys.argv[1] == "sbom":
        sbom(sys.argv[2], sys.argv[3])
    elif sys.argv[1] == "installed":
        sys.exit(check_installed(sys.argv[2]))
    else:
        sys.exit(check(sys.argv[2]))
