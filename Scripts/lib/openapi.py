"""Writes docs/openapi.yaml as JSON into a Swift source file, or compares the two."""

import json
import sys

import yaml

DOCUMENT = "docs/openapi.yaml"
SOURCE = "Sources/SyncServerCore/HTTP/OpenAPIDocument.swift"
COLUMNS = 90

HEAD = '''/// What the server answers at `/openapi.json`.
///
/// Made of `docs/openapi.yaml` by `Scripts/openapi`; never edited by hand.
enum OpenAPIDocument {
    /// The document, OpenAPI 3.1 as JSON.
    static let json: StaticString = #"""
'''
TAIL = '''        """#
}
'''


def source():
    with open(DOCUMENT, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    text = json.dumps(document, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    assert '"""#' not in text
    lines = []
    while text:
        # A line that ends in a space or a backslash would be read otherwise.
        end = COLUMNS
        while end < len(text) and (text[end - 1] in ' \\' or text[end] == "#"):
            end -= 1
        lines.append(text[:end])
        text = text[end:]
    body = "\\#\n        ".join(lines)
    return HEAD + "        " + body + "\n" + TAIL


def main():
    wanted = source()
    if sys.argv[1:] == ["--check"]:
        with open(SOURCE, encoding="utf-8") as file:
            if file.read() != wanted:
                sys.exit(f"error: {SOURCE} is not what {DOCUMENT} says\n  Run: Scripts/openapi")
        return
    with open(SOURCE, "w", encoding="utf-8") as file:
        file.write(wanted)


if __name__ == "__main__":
    main()
