"""The golden vectors of Tests/Vectors, as a client in another language checks them."""

import itertools
import json
import os
import unittest

from trs1 import hashes, hybrid, merge, ranges, wire
from trs1.canonical import canonical

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Vectors")


def vectors(name):
    with open(os.path.join(FOLDER, name + ".json"), encoding="utf-8") as file:
        return json.load(file)


class VectorTests(unittest.TestCase):
    def each(self, name):
        """Every vector of a file, each as a test of its own within the test."""
        found = vectors(name)
        self.assertTrue(found)
        for vector in found:
            with self.subTest(vector["id"]):
                yield vector["input"], vector["expected"]

    def test_frames(self):
        for given, expected in self.each("frames"):
            data = bytes.fromhex("".join(given["hex"]))
            frames = list(wire.Decoder().frames(data))
            self.assertEqual([wire.to_line(frame).decode() for frame in frames], expected["lines"])
            encoder = wire.Encoder()
            lines = [wire.from_line(line.encode()) for line in expected["lines"]]
            self.assertEqual(b"".join(encoder.frame(frame) for frame in lines), data)

    def test_row_hashes(self):
        for given, expected in self.each("rowhash"):
            body = given["body"].encode()
            row = given["table"], given["id"], given["owner"], given["as_of"]
            self.assertEqual(
                hashes.row_hash(*row, given["source_version"], body).hex(), expected["hash"])

    def test_merging_in_any_order(self):
        for given, expected in self.each("merge"):
            created = hybrid.parse(given["created"])
            for order in itertools.permutations(given["mutations"]):
                document = merge.Document(created)
                for mutation in order:
                    self.write(document, mutation)
                self.same(document, expected)

    def test_merging_of_states(self):
        for given, expected in self.each("merge"):
            devices = [mutation["time"][17:] for mutation in given["mutations"]]
            if len(set(devices)) < len(devices):
                continue
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

    def test_ranges(self):
        for given, expected in self.each("reconcile"):
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


if __name__ == "__main__":
    unittest.main()
