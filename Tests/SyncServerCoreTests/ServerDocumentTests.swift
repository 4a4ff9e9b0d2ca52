import SyncProtocol
import Testing

@testable import SyncServerCore

@Suite("What the server tells of itself")
struct ServerDocumentTests {
    private func document(_ path: String, _ running: RunningServer) throws -> JSONValue {
        let answer = try running.request("GET", path)
        #expect(answer.status == 200)
        #expect(answer.head.contains("Content-Type: application/json\r\n"))
        return try JSON.parse(answer.body, limits: .document)
    }

    @Test("is an OpenAPI document of the addresses that it answers")
    func openAPI() throws {
        // All that can be there is described.
        let running = try RunningServer { $0.identity = TestGateway.provider() }
        let document = try document("/openapi.json", running)
        #expect(document["openapi"]?.text?.hasPrefix("3.1") == true)
        let paths = try #require(document["paths"]?.fields?.members)
        #expect(paths.count > 10)
        for (path, operations) in paths {
            let methods = try #require(operations.fields?.members.map { $0.0 })
            let place = path.replacing("{user_code}", with: "BCDF-GHJK")
            for method in ["GET", "POST", "PUT", "DELETE"] {
                let isThere = methods.contains(method.lowercased())
                let body: [UInt8]? = method == "GET" ? nil : []
                // A stream has no end that could be waited for.
                if isThere, path == "/v1/live" { continue }
                let answer = try running.request(method, place, [:], body)
                #expect((answer.status != 405) == isThere, "\(method) \(place): \(answer.status)")
                #expect(answer.status != 404, "\(method) \(place)")
                let told = operations[isThere ? method.lowercased() : methods[0]]?["responses"]
                #expect(
                    told?["\(answer.status)"] != nil, "\(method) \(place): \(answer.status)")
            }
        }
    }

    @Test("has the addresses for signing in under its public address (RFC 8414)")
    func metadata() throws {
        let running = try RunningServer {
            $0.publicURL = PublicURL("https://sync.example.go.th/mirror")
        }
        let document = try document("/.well-known/oauth-authorization-server", running)
        let issuer = "https://sync.example.go.th/mirror"
        #expect(document["issuer"]?.text == issuer)
        for (name, path) in [
            ("token_endpoint", "/v1/oauth/token"),
            ("device_authorization_endpoint", "/v1/oauth/device_authorization"),
            ("revocation_endpoint", "/v1/oauth/revoke"),
        ] {
            #expect(document[name]?.text == issuer + path)
            // And there is something that does not refuse the method.
            #expect(try running.request("POST", path, [:], []).status == 400)
        }
        #expect(document["grant_types_supported"]?.items?.count == 2)
    }
}
