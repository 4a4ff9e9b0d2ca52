"""What a client does about an answer that is not rows: sections 2, 4 and 14."""

STATUSES = {401: "refresh", 403: "signed_out", 426: "update"}
AGAIN = {408, 429, 500, 502, 503, 504}
ERRORS = {"push.gap": "offer", "push.forked": "copy", "server.busy": "again",
          "client.too_old": "update", "schema.too_old": "update"}


def of_status(status, is_repairing=False, is_refreshed=False):
    """`refresh`, `signed_out`, `update`, `again`, `anew` or `stop`."""
    if status == 401 and is_refreshed:
        return "signed_out"
    if status == 404 and is_repairing:
        return "anew"
    return "again" if status in AGAIN else STATUSES.get(status, "stop")


def of_error(code, is_repairing=False):
    """What an `error` frame asks for: as above, or `offer` or `copy`."""
    if code == "reconcile.too_large" and is_repairing:
        return "anew"
    return ERRORS.get(code, "stop")
