/// The page that tells a person how a sign-in is confirmed.
///
/// It grants nothing and asks nothing: no form, no script, no look at the store.
/// The sandbox has an operator in place of an identity provider. A code that is
/// shown has passed a strict check of its form, so that nothing from a request
/// can become a part of the page.
enum VerificationPage {
    /// The page, for a code if there is one.
    ///
    /// - Parameter code: The end of the path; shown only if it has a code's form.
    /// - Returns: The page in UTF-8.
    static func html(for code: UnsafeRawBufferPointer?) -> [UInt8] {
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
            \(known ?? "")<p>ระบบทดลองนี้ไม่มีผู้ให้บริการยืนยันตัวตน \
            ผู้ดูแลระบบยืนยันให้ด้วยคำสั่งนี้บนเครื่องของระบบ<br>
            <span lang="en">This sandbox has no identity provider. Its operator confirms a sign-in
            with this command, on the server's own machine:</span></p>
            <pre>tangrat-server approve \(shown ?? "CODE") --person SUBJECT --data DIR</pre>
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

    /// A code in the one form that the server gives out, or nil.
    private static func userCode(_ bytes: UnsafeRawBufferPointer) -> String? {
        let letters = SecretSource.userCodeLetters
        guard bytes.count == 9, bytes[4] == UInt8(ascii: "-"),
            bytes.enumerated().allSatisfy({ $0.offset == 4 || letters.contains($0.element) })
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
