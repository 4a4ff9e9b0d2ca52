"""What schemathesis must be told of this interface: answers of lines."""

import json

import schemathesis


@schemathesis.deserializer("application/json", "application/x-ndjson")
def lines(context, response):
    """Every line must be JSON; the last one, the end, is held against the schema."""
    return [json.loads(line) for line in response.content.splitlines()][-1]


@schemathesis.serializer("application/x-ndjson")
def feed(context, value):
    """A value is one line of a feed; a list is so many lines."""
    values = value if isinstance(value, list) else [value]
    return b"\n".join(json.dumps(one).encode() for one in values)
