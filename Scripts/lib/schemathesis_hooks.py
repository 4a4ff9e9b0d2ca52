"""What schemathesis must be told of this interface: answers of lines, and what is forgiven."""

import json

import schemathesis
from schemathesis.specs.openapi.checks import negative_data_rejection

# What the server does not look at closely, and what it takes instead: a name that no device has is
# nobody's, and any number but 0 is a yes. Nothing else that is against the document is taken.
FORGIVEN = {
    "device_id": {"type": "string"},
    "checkpoint": {"type": "integer", "minimum": 0},
    "goes_on": {"type": "integer", "minimum": 0},
    "mismatch": {"type": "integer", "minimum": 0},
}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Puts what is forgiven into what may be asked; answers are held against the document."""
    asked = [operation["requestBody"] for path in raw_schema["paths"].values()
             for operation in path.values() if "requestBody" in operation]
    named = raw_schema["components"]["schemas"]
    forgive([asked, named["Sync"], named["ReconcileRequestFrame"]])


def forgive(value):
    if isinstance(value, list):
        for one in value:
            forgive(one)
    elif isinstance(value, dict):
        properties = value.get("properties", {})
        properties.update((name, FORGIVEN[name]) for name in FORGIVEN if name in properties)
        forgive(list(value.values()))


@schemathesis.check
def wrong_data_is_refused(ctx, response, case):
    """A request against the document is refused: by its status, or in the lines of its answer."""
    # A list is a feed of so many lines: each may be right, and there may be none.
    is_feed = isinstance(case.body, list) and case.media_type == "application/x-ndjson"
    if is_feed or response.status_code == 200 and refuses(response.content):
        return None
    return negative_data_rejection(ctx, response, case)


def refuses(content):
    """Whether one of the lines says that what was sent is not taken."""
    try:
        found = [json.loads(line) for line in content.splitlines()]
    except ValueError:
        return False
    return any(isinstance(line, dict) and (
        line.get("frame") in ("error", "restart") or line.get("status") in ("refused", "stopped"))
        for line in found)


@schemathesis.deserializer("application/json", "application/x-ndjson")
def lines(context, response):
    """Every line must be JSON; the last one, the end, is held against the schema."""
    return [json.loads(line) for line in response.content.splitlines()][-1]


@schemathesis.serializer("application/x-ndjson")
def feed(context, value):
    """A value is one line of a feed; a list is so many lines."""
    values = value if isinstance(value, list) else [value]
    return b"\n".join(json.dumps(one).encode() for one in values)
