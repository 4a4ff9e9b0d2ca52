// trsync_selftest: the C encoder and reader of trsync.h against bytes that the Swift encoder wrote.
#include "trsync.h"

static int failures;

static void expect(const char *name, const Bytes *made, const char *golden) {
    Bytes hex = {0};
    for (size_t i = 0; i < made->n; i++) {
        char t[3];
        snprintf(t, 3, "%02x", made->p[i]);
        add(&hex, t, 2);
    }
    if (hex.n != strlen(golden) || memcmp(hex.p, golden, hex.n)) {
        printf("%s differs:\n  made   %.*s\n  golden %s\n", name, (int)hex.n, (char *)hex.p,
               golden);
        failures++;
    }
}

static void check(const char *name, int holds) {
    if (!holds) {
        printf("%s\n", name);
        failures++;
    }
}

int main(void) {
    Bytes out = {0}, fields = {0};
    add_fixed(&fields, 1, 0x0102030405060708);
    add_frame(&out, 2, &fields);
    expect("push", &out, "0b020a080102030405060708");

    out.n = 0;
    add_mutation(&out, 0xa1b2c3d4e5f60718, 129, 1763000000000ull << 16 | 7, 0xffeeddccbbaa9988,
                 "request_draft", "draft-003", "form.text",
                 "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \\\"x\\\"");
    expect("mutation", &out,
           "87010308810110878080f0d1df9ecd011a08a1b2c3d4e5f6071820012a08ffeeddccbbaa9988321c0801120"
           "d726571756573745f64726166741a0964726166742d30303332430803120d726571756573745f6472616674"
           "1a0964726166742d3030332209666f726d2e746578742a1a22e0b8aae0b8a7e0b8b1e0b8aae0b894e0b8b52"
           "05c22785c2222");

    Response r = {0};
    const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const char chunk[] = "5\r\n\x04\x1a\x08\x8a\x01\r\n0\r\n\r\n";
    int whole = 0;
    for (size_t i = 0; i < sizeof head - 1; i++) whole |= response_feed(&r, head + i, 1);
    for (size_t i = 0; i < sizeof chunk - 1; i++) whole |= response_feed(&r, chunk + i, 1);
    PushAnswer answer = read_push_answer(&r);
    check("a chunked answer is whole at its end", whole);
    check("pushed 138", !answer.problem[0] && answer.acked == 138 && !answer.refused);

    response_reset(&r);
    const char failed[] = "HTTP/1.1 200 OK\r\nContent-Length: 28\r\n\r\n"
                          "\x1b\x1c\x0a\x08push.gap\x12\x0a"
                          "expected 3\x18\x00\x20\x02";
    check("an error answer is whole", response_feed(&r, failed, sizeof failed - 1));
    answer = read_push_answer(&r);
    check("an error is a problem", !strcmp(answer.problem, "error push.gap: expected 3"));

    response_reset(&r);
    const char cut[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\x04\x1a\x08";
    check("a cut answer is whole to HTTP", response_feed(&r, cut, sizeof cut - 1));
    check("a cut answer is a problem", read_push_answer(&r).problem[0]);

    check("the link of the Python side",
          chain_link(0xa1b2c3d4e5f60718, 129) == 0x6e66433dc52dd064ull);
    if (!failures) puts("trsync: ok");
    return failures != 0;
}
