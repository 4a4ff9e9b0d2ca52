internal import CitizenData

/// Takes out of a text what could move the cursor or hide words.
///
/// Rows come from many agencies and from the person's other devices; a terminal
/// obeys control characters, so none reaches it. Marks that turn the direction
/// of writing go too. A line feed becomes a space, unless lines are kept.
enum SafeText {
    /// The text without anything that a terminal would obey.
    static func clean(_ text: String, keepsLines: Bool = false) -> String {
        var view = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A: view.append(keepsLines ? scalar : " ")
            case 0x09, 0x0D, 0x2028, 0x2029: view.append(" ")
            case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F: break
            default: view.append(scalar)
            }
        }
        return String(view)
    }
}
