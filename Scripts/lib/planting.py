"""Puts texts into a copy of the tree, behind a number that an environment variable chooses.

For what no build of the product may have: bugs that must be found, and guards that are
taken away to see what they cost. A list of them is a text with blocks like

    === 7 what it is
    file Sources/…
    --- is
    the lines that stand there once
    --- planted
    what stands there instead, with Planted.isOn(7)
    --- end
"""

import re
import sys
from pathlib import Path

SWITCH = """internal import Glibc

/// Chooses the planting of this run.
enum Planted {
    private static let number = getenv("PLANTED").map { atoi($0) } ?? 0

    /// Whether one is switched on.
    static func isOn(_ planting: Int32) -> Bool { number == planting }
}
"""

def read(path):
    """Gives each planting of a list: number, what it is, and its replacements."""
    found = []
    for part in re.split(r"^=== ", path.read_text(), flags=re.M)[1:]:
        head, body = part.split("\n", 1)
        number, what = head.split(" ", 1)
        blocks = re.findall(
            r"^file ([^\n]*)\n--- is\n(.*?)\n--- planted\n(.*?)\n--- end$", body, re.S | re.M
        )
        found.append((int(number), what, blocks))
    return found


def copy(root, folder, plantings, modules):
    """Makes the copy, with everything in it and nothing switched on."""
    wanted = {}
    for name in ["Package.swift", "Sources", "Tests"]:
        path = root / name
        files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
        for file in files:
            wanted[file.relative_to(root)] = file.read_bytes()
    for number, what, blocks in plantings:
        for name, before, after in blocks:
            key = Path(name)
            text = wanted[key].decode()
            if text.count(before + "\n") != 1:
                sys.exit(f"planting {number} ({what}): its text does not stand once in {name}")
            wanted[key] = text.replace(before + "\n", after + "\n").encode()
    for module in modules:
        wanted[Path(f"Sources/{module}/Planted.swift")] = SWITCH.encode()
    for old in (p for p in folder.rglob("*") if p.is_file() and ".build" not in p.parts):
        if old.relative_to(folder) not in wanted:
            old.unlink()
    # What has not changed keeps its time, so that little is built again.
    for key, data in wanted.items():
        path = folder / key
        if not path.exists() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
