"""The answers of a feed are held against its lines: what does not fit is noticed."""

import socket
import threading
import unittest

from ingest import Answer, expect

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
DONE = b'{"applied":2,"lines":3,"refused":1,"stale":0,"status":"done","unchanged":0}\n'


def chunks(*parts):
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def read(data, lines):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sender = threading.Thread(target=lambda: (theirs.sendall(data), theirs.shutdown(1)))
        sender.start()
        answer = Answer(ours)
        try:
            answer.end(lines)
        finally:
            sender.join()
        return answer


class AnswerTest(unittest.TestCase):
    runs = (
        b'{"from":1,"status":"applied","to":2}\n',
        b'{"code":"feed.pid","line":3,"message":"m","status":"refused"}\n',
    )

    def test_counts_each_line_once(self):
        answer = read(HEAD + chunks(*self.runs, DONE), 3)
        self.assertEqual(answer.counts, {"applied": 2, "refused": 1})
        self.assertEqual(answer.bytes, sum(map(len, self.runs)) + len(DONE))

    def test_refuses_gaps_and_missing_ends(self):
        for data in (
            HEAD + chunks(self.runs[1], DONE),
            HEAD + chunks(*self.runs),
            HEAD + chunks(self.runs[0], self.runs[0], DONE),
            HEAD + chunks(*self.runs)[:-5],
            b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n",
        ):
            with self.subTest(data=data), self.assertRaises(Exception):
                read(data, 3)

    def test_knows_what_became_of_them(self):
        expect({"applied": 3, "rows_s": 1}, applied=3)
        with self.assertRaises(RuntimeError):
            expect({"applied": 2, "stale": 1}, applied=3)


if __name__ == "__main__":
    unittest.main()
