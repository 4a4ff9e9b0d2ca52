"""JSON as section 7 has it: one strict parser and one canonical form."""

import json
import re

IDENTIFIER = re.compile(r"[A-Za-z0-9_.:-]{1,128}\Z")


class JSONProblem(ValueError):
    """Text that is not JSON of this protocol; `code` is a code of section 7."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def _whole(digits):
    if digits == "-0":
        raise JSONProblem("json.number")
    if len(digits) > 20 or not -(1 << 63) <= int(digits) < 1 << 63:
        raise JSONProblem("json.range")
    return int(digits)


def _refuse_fraction(_):
    raise JSONProblem("json.fraction")


def _refuse_constant(_):
    raise JSONProblem("json.syntax")


def _object(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise JSONProblem("json.duplicate_key")
    return members


def _check(value, depth, limit):
    if isinstance(value, str):
        if "\0" in value:
            raise JSONProblem("json.nul")
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise JSONProblem("json.surrogate")
    elif isinstance(value, (dict, list)):
        if depth == limit:
            raise JSONProblem("json.depth")
        if isinstance(value, dict):
            for name in value:
                _check(name, depth, limit)
            value = value.values()
        for item in value:
            _check(item, depth + 1, limit)


def parse(data, depth=32):
    """Reads UTF-8 bytes; raises JSONProblem."""
    if data.startswith(b"\xef\xbb\xbf"):
        raise JSONProblem("json.bom")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise JSONProblem("json.utf8") from None
    try:
        value = json.loads(
            text, parse_int=_whole, parse_float=_refuse_fraction,
            parse_constant=_refuse_constant, object_pairs_hook=_object)
    except json.JSONDecodeError as problem:
        if problem.msg.startswith("Extra data"):
            raise JSONProblem("json.trailing") from None
        if problem.msg.startswith("Invalid control"):
            raise JSONProblem("json.control") from None
        raise JSONProblem("json.syntax") from None
    except RecursionError:
        raise JSONProblem("json.depth") from None
    _check(value, 0, depth)
    return value


def canonical(value):
    """The canonical bytes of a value. Python orders text by code point, which is the order of UTF-8."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
