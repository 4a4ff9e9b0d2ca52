/// The page that tells a person how a sign-in is confirmed.
///
/// It grants nothing and asks nothing: no form, no script, no look at the store.
/// Where no identity provider is configured an operator stands in its place. A code that is
/// shown has passed a strict check of its form, so that nothing from a request
/// can become a part of the page.
enum VerificationPage {
    /// Who confirms codes.
    enum Confirmer {
        case `operator`
        case provider
    }

    /// The page, for a code if there is one.
    ///
    /// - Parameters:
    ///   - code: The end of the path; shown only if it has a code's form.
    ///   - confirmer: Who confirms codes here.
    /// - Returns: The page in UTF-8.
    static func html(
        for code: UnsafeRawBufferPointer?, confirmedBy confirmer: Confirmer = .operator
    ) -> [UInt8] {
        let shown = code.flatMap(userCode)
        let known = shown.map {
            """
            <p>รหัส · Code: <strong>\($0)</strong></p>
            <p>รหัสนี้ต้องตรงกับที่อุปกรณ์ของคุณแสดง<br>
            It must be the one that your own device shows.</p>

            """
        }
        return Array(
            """
            <!DOCTYPE html>
            <html lang="th">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <title>ยืนยันการลงชื่อเข้าใช้ · Confirm a sign-in</title>
            </head>
            <body>
            <h1>ยืนยันการลงชื่อเข้าใช้ · Confirm a sign-in</h1>
            \(known ?? "")\(way(confirmer, shown ?? "CODE"))
            <p>รหัสใช้ได้สิบนาทีและใช้ได้ครั้งเดียว \
            อย่ายืนยันรหัสที่คุณไม่ได้ขอเอง และอย่าบอกรหัสแก่ผู้อื่น<br>
            <span lang="en">A code lives ten minutes and counts once. Never confirm a code that you did
            not ask for yourself, and tell yours to nobody.</span></p>
            <p>หน้านี้ไม่ขอข้อมูลใด ๆ จากคุณ<br>
            <span lang="en">This page asks you for nothing.</span></p>
            </body>
            </html>

            """.utf8)
    }

    /// How a code is confirmed.
    private static func way(_ confirmer: Confirmer, _ code: String) -> String {
        switch confirmer {
        case .operator:
            """
            <p>ระบบทดลองนี้ไม่มีผู้ให้บริการยืนยันตัวตน \
            ผู้ดูแลระบบยืนยันให้ด้วยคำสั่งนี้บนเครื่องของระบบ<br>
            <span lang="en">This sandbox has no identity provider. Its operator confirms a sign-in
            with this command, on the server's own machine:</span></p>
            <pre>tangrat-server approve \(code) --person SUBJECT --data DIR</pre>
            """
        case .provider:
            """
            <p>ใส่รหัสนี้ในแอปหรือหน้าเว็บของผู้ให้บริการยืนยันตัวตนของคุณ แล้วยืนยัน<br>
            <span lang="en">Enter this code in the app or on the page of your identity provider, and
            confirm it there.</span></p>
            """
        }
    }

    /// A code in the one form that the server gives out, or nil.
    private static func userCode(_ bytes: UnsafeRawBufferPointer) -> String? {
        guard SecretSource.isUserCode(bytes) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
