"""The Python side of the wire against bytes that the Swift encoder (BinaryFrames) wrote."""

import json
import unittest

import tangrat_wire as wire

# One entry a call of BinaryFrames.append, in hexadecimal.
GOLDEN = {
    "sync_push_alone": "11010a03010203100018808040200128ac02",
    "sync_first": "0c0110904e1880801020012800",
    "sync_priority": "0e0110904e18808010200128003001",
    "push": "0b020a080102030405060708",
    "mutation": (
        "87010308810110878080f0d1df9ecd011a08a1b2c3d4e5f6071820012a08ffeeddccbbaa9988321c"
        "0801120d726571756573745f64726166741a0964726166742d30303332430803120d726571756573"
        "745f64726166741a0964726166742d3030332209666f726d2e746578742a1a22e0b8aae0b8a7e0b8"
        "b1e0b8aae0b894e0b8b5205c22785c2222"
    ),
    "hello": "0e100a04545253311080bcf4d7a733",
    "unchanged": "03110805",
    "bucket": (
        "32120801120f706572736f6e2f6162632f636f7265180220ac0228c8013210000102030405060708"
        "090a0b0c0d0e0f3801480a"
    ),
    "name": "13140803120e747261666669635f7469636b6574",
    "row": "1715080110031a03742d3120ac0228043001380442027b7d",
    "tombstone": "0d16080110031a03742d3220ad02",
    "outcomes": "07170801100a18011617080b100b1803220a726f775f616273656e742a0178",
    "page": "19180a02090910641a10000102030405060708090a0b0c0d0e0f",
    "checkpoint": (
        "37190a010710011a10000102030405060708090a0b0c0d0e0f2081012a0800000000000000013210"
        "05050505050505050505050505050505"
    ),
    "pushed": "041a088a01",
    "restart": "0a1b0a076c696e65616765",
    "error": "1b1c0a08707573682e676170120a6578706563746564203318002002",
}
DEVICE = 0xA1B2C3D4E5F60718


def golden(*names):
    return bytes.fromhex("".join(GOLDEN[name] for name in names))


class Writing(unittest.TestCase):
    def test_a_push_alone_asks_for_no_rows(self):
        made = wire.sync_frame(b"\1\2\3", rows_max=0, bytes_max=1 << 20, outcomes_seen=300)
        self.assertEqual(made, golden("sync_push_alone"))

    def test_a_first_sync_has_no_cursor(self):
        self.assertEqual(wire.sync_frame(), golden("sync_first"))

    def test_a_priority_is_sent_only_when_it_is_not_everything(self):
        self.assertEqual(wire.sync_frame(priority_max=1), golden("sync_priority"))

    def test_push_header(self):
        self.assertEqual(wire.push_frame(0x0102030405060708), golden("push"))

    def test_a_mutation_with_thai_text_and_quotes(self):
        operations = [
            wire.operation(wire.CREATE, "request_draft", "draft-003"),
            wire.operation(wire.SET, "request_draft", "draft-003", "form.text", 'สวัสดี "x"'),
        ]
        made = wire.mutation_frame(
            129, 1_763_000_000_000, DEVICE, 0xFFEEDDCCBBAA9988, operations, counter=7
        )
        self.assertEqual(made, golden("mutation"))

    def test_a_feed_line_is_one_canonical_line(self):
        line = wire.feed_line("bill", "b-1", 5, 2, "s", {"z": 1, "a": "ก"})
        self.assertEqual(line.count(b"\n"), 1)
        self.assertIn('"body":{"a":"ก","z":1}'.encode(), line)
        self.assertEqual(json.loads(line)["source_version"], 2)

    def test_links_differ_and_stay_in_64_bits(self):
        links = {wire.chain_link(DEVICE, mid) for mid in range(1_000)}
        self.assertEqual(len(links), 1_000)
        self.assertTrue(all(0 <= link < 1 << 64 for link in links))


class Reading(unittest.TestCase):
    def test_unchanged(self):
        answer = wire.read_answer(golden("hello", "unchanged"))
        self.assertEqual((answer.end, answer.acked_mid, answer.rows), (wire.UNCHANGED, 5, 0))

    def test_a_checkpoint_counts_rows_and_gives_the_cursor(self):
        answer = wire.read_answer(
            golden("hello", "bucket", "name", "row", "row", "tombstone", "checkpoint")
        )
        self.assertEqual((answer.rows, answer.bodies, answer.cursor), (3, 4, b"\7"))
        self.assertEqual(answer.acked_mid, 129)

    def test_a_page_gives_where_to_go_on(self):
        answer = wire.read_answer(golden("hello", "row", "page"))
        self.assertEqual((answer.end, answer.cursor), (wire.PAGE, b"\t\t"))

    def test_a_push_answer_names_what_was_refused(self):
        answer = wire.read_answer(golden("hello", "outcomes", "pushed"))
        self.assertEqual((answer.acked_mid, answer.refused), (138, ["row_absent x"]))

    def test_errors_restarts_cuts_and_strangers_are_refused(self):
        for bad in (
            golden("hello", "error"),
            golden("hello", "restart"),
            golden("hello", "row"),
            golden("hello", "unchanged")[:-1],
            golden("unchanged"),
            golden("hello", "unchanged", "unchanged"),
            b"<html>",
            b"",
        ):
            with self.assertRaises(wire.WireError, msg=bad):
                wire.read_answer(bad)

    def test_every_golden_frame_can_be_walked(self):
        for name in GOLDEN:
            kinds = [kind for kind, _ in wire.frames(golden(name))]
            self.assertTrue(kinds, name)


if __name__ == "__main__":
    unittest.main()
