"""The golden vectors of Tests/Vectors, as a client in another language checks them."""

import itertools
import json
import os
import unittest

import make_vectors
from trs1 import decisions, hashes, hybrid, merge, ranges, wire
from trs1.answer import Answer
from trs1.canonical import JSONProblem, canonical, parse
from trs1.mirror import Mirror, SumsDiffer
from trs1.outbox import Outbox
from trs1.session import BINARY, NoAnswer

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Vectors")


def vectors(name):
    with open(os.path.join(FOLDER, name + ".json"), encoding="utf-8") as file:
        return json.load(file)


def over(*names):
    """A test of each vector of some files: it gets `input` and `expected`."""
    def wrap(test):
        def run(self):
            found = [vector for name in names for vector in vectors(name)]
            self.assertTrue(found)
            for vector in found:
                with self.subTest(vector["id"]):
                    test(self, vector["input"], vector["expected"])
        return run
    return wrap


class VectorTests(unittest.TestCase):
    @over("frames")
    def test_frames(self, given, expected):
        data = bytes.fromhex("".join(given["hex"]))
        frames = list(wire.Decoder().frames(data))
        self.assertEqual([wire.to_line(frame).decode() for frame in frames], expected["lines"])
        encoder = wire.Encoder()
        lines = [wire.from_line(line.encode()) for line in expected["lines"]]
        self.assertEqual(b"".join(encoder.frame(frame) for frame in lines), data)

    @over("rowhash")
    def test_row_hashes(self, given, expected):
        body = given["body"].encode()
        row = given["table"], given["id"], given["owner"], given["as_of"]
        self.assertEqual(
            hashes.row_hash(*row, given["source_version"], body).hex(), expected["hash"])

    @over("merge", "history")
    def test_merging_in_any_order(self, given, expected):
        created = hybrid.parse(given["created"])
        for order in itertools.permutations(given["mutations"]):
            document = merge.Document(created)
            for mutation in order:
                self.write(document, mutation)
            self.same(document, expected)

    @over("merge", "history")
    def test_merging_of_states(self, given, expected):
        devices = [mutation["time"][17:] for mutation in given["mutations"]]
        if len(set(devices)) < len(devices):
            return
        replicas = []
        for mutation in given["mutations"]:
            replicas.append(merge.Document(hybrid.parse(given["created"])))
            self.write(replicas[-1], mutation)
        for order in itertools.permutations(replicas):
            document = merge.Document(hybrid.parse(given["created"]))
            for replica in order + order[:1]:
                document.merge(replica)
            self.same(document, expected)

    def write(self, document, mutation):
        time = hybrid.parse(mutation["time"])
        for operation in mutation["operations"]:
            document.apply(operation, time, (time[1], mutation["mid"]))

    def same(self, document, expected):
        self.assertEqual(document.body().decode(), expected["body"])
        self.assertEqual(document.is_alive, expected["alive"])
        self.assertEqual(canonical(document.shown()).decode(), expected["shown"])
        self.assertEqual(merge.Document.read(document.body()).body(), document.body())

    @over("reconcile")
    def test_ranges(self, given, expected):
        depth, low = given["depth"], int(given["low"], 16)
        if "split" in given:
            held = [bytes.fromhex(item) for item in given["hashes"]]
            parts = [{"count": count, "sum": sum.hex()} for _, _, count, sum
                     in ranges.parts(held, depth, low, given["split"])]
            self.assertEqual(parts, expected["parts"])
            self.assertEqual(wire.encode_parts(parts).hex(), expected["hex"])
            self.assertEqual(wire.decode_parts(bytes.fromhex(expected["hex"])), parts)
        else:
            server, device = (
                {item.hex() for item in ranges.cut(
                    [bytes.fromhex(item) for item in given[side]], depth, low)}
                for side in ("server", "device"))
            self.assertEqual(sorted(server - device), expected["rows"])
            self.assertEqual(sorted(device - server), expected["surplus"])


    @over("hybrid")
    def test_times(self, given, expected):
        op = given["op"]
        if op in ("time", "dot"):
            read = hybrid.parse if op == "time" else hybrid.parse_dot
            if "refused" in expected:
                self.assertRaises(ValueError, read, given["text"])
                return
            first, second = read(given["text"])
            if op == "time":
                self.assertEqual(first, hybrid.pack(expected["milliseconds"], expected["counter"]))
                self.assertEqual("%016x" % second, expected["device"])
            else:
                self.assertEqual("%016x" % first, expected["device"])
                self.assertEqual(str(second), expected["mid"])
        elif op == "order":
            self.assertEqual(sorted(given["times"], key=hybrid.parse), expected["times"])
        elif op == "stamp":
            packed = hybrid.stamp(
                given["clock"], given["offset"], int(given["last"], 16), int(given["seen"], 16),
                given["random"])
            self.assertEqual("%016x" % packed, expected["packed"])
        else:
            packed = hybrid.stored(
                int(given["sent"], 16), given["server"], int(given["previous"], 16))
            self.assertEqual("%016x" % packed, expected["packed"])

    @over("json")
    def test_json(self, given, expected):
        data = bytes.fromhex(given["hex"])
        if "canonical" in expected:
            self.assertEqual(canonical(parse(data)).decode(), expected["canonical"])
            self.assertEqual(canonical(parse(canonical(parse(data)))).decode(), expected["canonical"])
        else:
            # What it is called is the server's business.
            self.assertRaises(JSONProblem, parse, data)

    @over("wire")
    def test_wire(self, given, expected):
        if given["op"] == "base64":
            if "refused" in expected:
                self.assertRaises(wire.WireProblem, wire.unb64, given["text"])
            else:
                self.assertEqual(wire.unb64(given["text"]).hex(), expected["hex"])
                self.assertEqual(wire.b64(bytes.fromhex(expected["hex"])), given["text"])
            return
        data = bytes.fromhex(given["hex"])
        if "code" in expected:
            with self.assertRaises(wire.WireProblem) as caught:
                if given["op"] == "varint":
                    wire.read_varint(data, 0)
                else:
                    list(wire.Decoder().frames(data))
            self.assertEqual(caught.exception.code, expected["code"])
        elif given["op"] == "varint":
            number, at = wire.read_varint(data, 0)
            self.assertEqual((str(number), at), (expected["number"], len(data)))
            self.assertEqual(wire.varint(number), data)
            self.assertEqual(str(wire.unzigzag(number)), expected["zigzag"])
            self.assertEqual(wire.zigzag(int(expected["zigzag"])), number)
        else:
            lines = [wire.to_line(frame).decode() for frame in wire.Decoder().frames(data)]
            self.assertEqual(lines, expected["lines"])

    @over("sums")
    def test_sums(self, given, expected):
        items = [bytes.fromhex(item) for item in given["hashes"]]
        for order in itertools.permutations(items):
            self.assertEqual(hashes.total(order).hex(), expected["sum"])
        self.assertEqual(hashes.total(items[1:]).hex(), expected["without_first"])

    def test_one_lane_alone_proves_nothing(self):
        """Two sums that are equal in three lanes are two sums."""
        held = Mirror()
        held.announce({"bucket": "b", "count": 1, "sum": "00" * 16})
        held.take({"frame": "row", "bucket": "b", "table": "t", "id": "i", "rev": 1, "owner": "o",
                   "as_of": 1, "source_version": 1, "body": b"{}"})
        right = held.rows["t", "i"].hash
        for lane in range(4):
            wrong = bytearray(right)
            wrong[lane * 4] ^= 1
            held.buckets["b"]["sum"] = wrong.hex()
            self.assertRaises(SumsDiffer, held.check)
        held.buckets["b"]["sum"] = right.hex()
        held.check()

    @over("push")
    def test_pushes(self, given, expected):
        outbox = Outbox({"device": "00000000000000ab", "nonce": given["nonce"],
                         "acked": [given["mutations"][0]["mid"] - 1, given["nonce"]]})
        for mutation in given["mutations"]:
            outbox.last_time = int(mutation["time"][:16], 16)
            outbox._append(
                outbox.last_time, 1, mutation["operations"], mutation.get("origin"))
        self.assertEqual([item["chain"] for item in outbox.waiting], expected["chains"])
        encoder = wire.Encoder()
        head = [{"frame": "sync", "cursor": given["cursor"], "rows_max": 100,
                 "outcomes_seen": given["outcomes_seen"]},
                {"frame": "push", "base_chain": given["nonce"]}]
        body = b"".join(encoder.frame(frame) for frame in head + outbox.waiting)
        self.assertEqual(body.hex(), expected["body"])
        self.assertEqual(list(wire.Decoder().frames(body))[2:], outbox.waiting)

    @over("pull")
    def test_pulls(self, given, expected):
        mirror, refused = Mirror(), 0
        for answers in given["rounds"]:
            staged, numbers = mirror.copy(), mirror.by_number()
            try:
                for answer in answers:
                    self.stage(Answer(bytes.fromhex(answer), BINARY, numbers), staged, numbers)
            except NoAnswer:
                refused = 1
                continue
            staged.check()
            mirror = staged
        self.assertEqual(refused, expected.get("refused", 0))
        self.assertEqual([
            '{"agency":"%s","as_of":%d,"body":%s,"id":"%s","source_version":%d,"table":"%s"}' % (
                row.owner, row.as_of, row.body.decode(), id, row.source_version, table)
            for (table, id), row in sorted(mirror.rows.items())], expected["rows"])

    def stage(self, answer, mirror, numbers):
        for name in answer.gone:
            mirror.lose(name)
        for bucket in answer.buckets:
            numbers[bucket["number"]] = bucket
            mirror.announce(bucket)
        for item in answer.items:
            mirror.take(item)

    @over("errors")
    def test_errors(self, given, expected):
        is_repairing = given.get("is_repairing") == 1
        if "error" in given:
            found = decisions.of_error(given["error"], is_repairing)
        else:
            found = decisions.of_status(
                given["status"], is_repairing, given.get("is_refreshed") == 1)
        self.assertEqual(found, expected["do"])

    def test_files_are_what_the_program_makes(self):
        for name in make_vectors.FILES:
            with open(os.path.join(FOLDER, name + ".json"), "rb") as file:
                self.assertEqual(file.read(), make_vectors.text(name), name)


if __name__ == "__main__":
    unittest.main()
