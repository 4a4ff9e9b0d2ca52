"""Writes under an old device name: section 3."""


def taken(outbox, ask):
    """The numbers of the writes that the server has under the outbox's name.

    `ask(after)` is the answer of `/v1/devices/replace`. Writes that wait and were refused are not
    among the numbers: they are sent once more, so that the person is told.
    """
    links = dict(outbox.vacant)
    links.update((item["mid"], item["chain"]) for item in outbox.kept + outbox.waiting)
    if not links:
        return set()
    first, acked = min(links), outbox.acked[0]
    # The link of the last acknowledged write tells of all before it.
    start = acked - 1 if first <= acked else acked
    last, refused = _compare(links, start, ask)
    if last < acked and first <= start:
        last, refused = _compare(links, first - 1, ask)
    return {mid for mid in links if mid <= last and (mid <= acked or mid not in refused)}


def _compare(links, last, ask):
    """Goes on behind `last`, up to the first link that differs; also the refused ones among them."""
    refused = set()
    while True:
        answer = ask(last)
        chains = [answer["chains"][at:at + 16] for at in range(0, len(answer["chains"]), 16)]
        for chain, effect in zip(chains, answer["took_effect"]):
            if links.get(last + 1) != chain:
                return last, refused
            last += 1
            if effect == "0":
                refused.add(last)
        if not chains or last >= answer["last"]:
            return last, refused
