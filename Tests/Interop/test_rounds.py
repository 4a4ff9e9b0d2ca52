"""What answers change on a device, where no real server can be made to give them."""

import tempfile
import unittest

from trs1 import hashes
from trs1.answer import Answer
from trs1.canonical import canonical
from trs1.client import Client
from trs1.session import LINES, Trouble

ZERO = "0" * 16
MINE, PUBLIC = "person/p/core", "public/catalogue"
NOTE = {"do": "create", "table": "annotation", "id": "x"}


def bucket(name, count=0, sum=hashes.ZERO):
    return {"frame": "bucket", "bucket": name, "epoch": 1, "head": 1, "count": count,
            "sum": sum.hex(), "priority": 1, "lease_until": 0, "ahead": 0}


def row(name):
    return {"frame": "row", "bucket": name, "table": "t", "id": "i", "owner": "o", "rev": 1,
            "as_of": 1, "source_version": 1, "body": {}}


HASH = hashes.row_hash("t", "i", "o", 1, 1, b"{}")


def end(kind, rows=(), acked=0, chain=ZERO):
    return {"frame": kind, "cursor": "AAAA", "rows": len(rows), "acked_mid": acked,
            "sum": hashes.total([HASH] * len(rows)).hex(), "acked_chain": chain, "lineage": "AQ"}


def outcomes(last):
    return {"frame": "outcomes", "first": 1, "last": last, "status": "accepted", "code": "",
            "detail": ""}


class RoundTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.client = Client(folder.name, LINES)
        self.client.subject = "p"
        self.client.outbox.become("00000000000000ab")
        self.outbox = self.client.outbox

    def answer(self, *answers):
        """Runs a round with these answers: frames, or what makes them when it is asked."""
        answers, self.asked = list(answers), []

        def ask(path, frames, held):
            self.asked.append(frames)
            frames = answers.pop(0)
            frames = frames() if callable(frames) else frames
            hello = {"frame": "hello", "magic": "TRS1", "server_ms": 1}
            return Answer(b"\n".join(map(canonical, [hello, *frames])), LINES, held)

        self.client.ask = ask
        self.client.sync()
        self.assertEqual(answers, [])

    def write(self, count):
        for _ in range(count):
            self.outbox.write([NOTE], 1)

    def assert_copied(self, *answers):
        with self.assertRaises(Trouble) as caught:
            self.answer(*answers)
        self.assertEqual(caught.exception.code, "client.copied")

    def test_a_new_bucket_of_which_nothing_came_is_forgotten(self):
        found = row(PUBLIC)
        self.answer(
            [bucket(MINE, 2), bucket(PUBLIC, 1, HASH), bucket("person/p/z"), found,
             end("page", [found])],
            [end("checkpoint")])
        # An empty one is as it was announced, and the cursor names it.
        self.assertEqual(set(self.client.mirror.buckets), {PUBLIC, "person/p/z"})
        self.assertEqual(self.client.repairs, 0)

    def test_outcomes_beyond_what_was_sent_are_passed_over(self):
        self.write(250)
        self.answer(
            [outcomes(250), end("page")],
            lambda: [outcomes(250), end("checkpoint", acked=250, chain=self.outbox.chain(250))])
        # The first answer told of 200: the others were sent, and compared.
        self.assertEqual(self.asked[1][0]["outcomes_seen"], 200)
        self.assertEqual([frame["mid"] for frame in self.asked[1][2:]], list(range(201, 251)))
        self.assertEqual(self.outbox.acked[0], 250)

    def test_outcomes_under_a_link_of_its_own_are_its_own(self):
        self.write(250)
        self.answer(lambda: [
            outcomes(250), end("checkpoint", acked=250, chain=self.outbox.chain(250))])
        self.assertEqual((self.outbox.seen(), self.outbox.waiting), (250, []))

    def test_another_link_or_number_is_that_of_a_copy(self):
        self.write(250)
        self.assert_copied([outcomes(250), end("checkpoint", acked=250, chain="1" * 16)])
        self.assertEqual(self.outbox.seen(), 200)
        for answer in ([outcomes(251), end("page")], [end("unchanged", acked=251)]):
            self.client.is_copy = False
            self.assert_copied(answer)

    def test_a_write_stored_after_the_request_is_not_acknowledged_by_its_answer(self):
        def answer():
            self.write(1)
            return [end("unchanged", acked=1)]
        # A copy has sent its own under this number; the next request finds that.
        self.assert_copied(answer, [{"frame": "error", "code": "push.forked", "message": "",
                                     "retry_after_ms": 0, "acked_mid": 1}])
        self.assertEqual([item["mid"] for item in self.outbox.waiting], [1])
        self.assertEqual(self.asked[1][2]["mid"], 1)

    def test_a_number_that_is_used_twice_names_one_write(self):
        self.write(3)
        links = [item["chain"] for item in self.outbox.waiting]
        self.outbox.answered(3, links[2])
        self.outbox.vacant = {2: self.outbox.kept.pop(1)["chain"]}
        self.outbox.answered(1, links[0])
        self.write(2)
        self.assertEqual([item["mid"] for item in self.outbox.waiting], [2, 3, 4])
        names = [item.get("origin") for item in self.outbox.waiting]
        self.assertEqual(names[0].split(".")[1:], ["3", links[2]])
        link, mid, same = names[1].split(".")
        self.assertEqual((link, mid), (same, "3"))
        self.assertNotEqual(names[1], names[0])
        self.assertIsNone(names[2])

    def test_dots_of_what_is_used_anew_become_those_of_the_origins(self):
        write = {"do": "write", "table": "annotation", "id": "x", "field": "note", "text": "a"}
        self.outbox.write([NOTE, dict(write, dots=[])], 1)
        self.outbox.write([dict(write, dots=["00000000000000ab.1"])], 1)
        self.outbox.outcomes = {1: ["refused", "create_stale", ""],
                                2: ["refused", "row_absent", ""]}
        first, second = [item["chain"] for item in self.outbox.waiting]
        self.outbox.answered(2, second)
        self.client.use_aside()
        self.assertEqual([item["origin"] for item in self.outbox.waiting],
                         ["00000000000000ab.1." + first, "00000000000000ab.2." + second])
        self.assertEqual(self.outbox.waiting[1]["operations"][0]["dots"], [first + ".1"])
        self.assertEqual(self.outbox.aside, [])


if __name__ == "__main__":
    unittest.main()
