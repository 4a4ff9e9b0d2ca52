import SyncProtocol
import Testing

@testable import SyncServerCore

@Suite("Numbers of people in what operators are told")
struct NumberMaskTests {
    @Test(
        "are taken out, however they are written",
        arguments: [
            "1999900101791", "1-9999-00101-79-1", "1 9999 00101 79 1", "๑๙๙๙๙๐๐๑๐๑๗๙๑",
            "๑-๙๙๙๙-๐๐๑๐๑-๗๙-๑",
        ])
    func masked(number: String) {
        #expect(
            "no bucket person/\(number)/transport".withoutPersonNumbers
                == "no bucket person/[number]/transport")
        #expect("\(number)".withoutPersonNumbers == "[number]")
        #expect("ก\(number)- \(number)".withoutPersonNumbers == "ก[number]- [number]")
    }

    @Test(
        "and nothing else is",
        arguments: [
            "", "199990010179", "line 12 of /srv/heads.ndjson", "1-9999-00101-79-", "2026-12-31",
            "19999001017911", "/srv/18446744073709551615", "1-999-900-101-79-1",
            "1-9999-00101-79-12", "1-9999-00101-79",
            "port 8470, 8471, 8472, 8473", "1_9999_00101_79_1", "กขค 12", "123456  7890123",
        ])
    func kept(text: String) {
        #expect(text.withoutPersonNumbers == text)
    }

    @Test("are not told of a command line either")
    func commandLine() async throws {
        let result = try #require(
            await #expect(
                processExitsWith: .exitCode(2), observing: [\.standardErrorContent]
            ) { ServerProgram.main(["1999900101791", "--data", "/nonexistent"]) })
        let text = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(text.contains("error usage: there is no command [number]\n"), "\(text)")
        #expect(!text.contains("1999900101791"))
    }
}
