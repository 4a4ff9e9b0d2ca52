internal import CitizenData

/// Lays a page out for a terminal of some width.
struct PageRenderer: Sendable {
    /// The cells of a line.
    var columns = 80

    /// Whether roles become colours.
    var usesColor = false

    /// Whether a screen reader reads it: no columns, no marks, no rules.
    var isPlain = false

    /// The narrowest and the widest layout; wider lines are hard to read.
    static let columnsRange = 40...100

    /// The widest column of labels.
    private static let labelCellsMax = 20

    /// The text of a page, each line with a line feed.
    func render(_ page: Page) -> String {
        let labelCells = min(
            Self.labelCellsMax,
            page.blocks.reduce(0) { widest, block in
                if case .field(let label, _, _) = block {
                    max(widest, ThaiText.cells(label))
                } else {
                    widest
                }
            })
        var lines = page.blocks.flatMap { render($0, labelCells: labelCells) }
        while lines.last == "" { lines.removeLast() }
        return lines.map { $0 + "\n" }.joined()
    }

    private func render(_ block: Page.Block, labelCells: Int) -> [String] {
        switch block {
        case .title(let text, let trailing):
            let lines = split(text, trailing, role: .strong, trailingRole: .quiet)
            return isPlain ? lines : lines + [paint(String(repeating: "─", count: columns), .quiet)]
        case .heading(let text, let trailing, let role):
            return split(text, trailing, role: .strong, trailingRole: role)
        case .field(let label, let value, let role):
            return field(label, value, role: role, labelCells: labelCells)
        case .text(let text, let role, let indent):
            return wrap(
                text, first: isPlain ? "" : String(repeating: " ", count: indent), role: role)
        case .item(let mark, let text, let role):
            return wrap(text, first: isPlain ? "" : "  \(mark) ", role: role)
        case .row(let text, let trailing, let role):
            return split(
                text, trailing, role: role, trailingRole: .quiet, first: isPlain ? "" : "  ")
        case .verbatim(let line): return [line]
        case .blank: return [""]
        }
    }

    /// Text at the left and at the right, on two lines where one is too short.
    private func split(
        _ text: String, _ trailing: String, role: Page.Role, trailingRole: Page.Role,
        first: String = ""
    ) -> [String] {
        guard !trailing.isEmpty else { return wrap(text, first: first, role: role) }
        if isPlain { return wrap("\(text): \(trailing)", first: "", role: role) }
        let room = columns - ThaiText.cells(first + text) - ThaiText.cells(trailing)
        guard room < 2 else {
            return [
                first + paint(text, role) + String(repeating: " ", count: room)
                    + paint(trailing, trailingRole)
            ]
        }
        return wrap(text, first: first, role: role)
            + wrap(trailing, first: "    ", role: trailingRole)
    }

    private func field(
        _ label: String, _ value: String, role: Page.Role, labelCells: Int
    ) -> [String] {
        if isPlain { return wrap("\(label): \(value)", first: "", role: role) }
        guard ThaiText.cells(label) <= labelCells else {
            return wrap(label, first: "  ", role: .quiet)
                + wrap(value, first: String(repeating: " ", count: labelCells + 4), role: role)
        }
        let indent = labelCells + 4
        let values = TextWrap.lines(value, cells: columns - indent)
        return values.enumerated().map { index, line in
            let lead =
                index == 0
                ? "  " + paint(ThaiText.padded(label, cells: labelCells), .quiet) + "  "
                : String(repeating: " ", count: indent)
            return lead + paint(line, role)
        }
    }

    private func wrap(_ text: String, first: String, role: Page.Role) -> [String] {
        let cells = ThaiText.cells(first)
        let lines = TextWrap.lines(text, cells: columns - cells)
        return lines.enumerated().map { index, line in
            (index == 0 ? first : String(repeating: " ", count: cells)) + paint(line, role)
        }
    }

    private func paint(_ text: String, _ role: Page.Role) -> String {
        guard usesColor, !text.isEmpty else { return text }
        let code: String
        switch role {
        case .plain: return text
        case .strong: code = "1"
        case .quiet: code = "2"
        case .good: code = "32"
        case .warning: code = "33"
        case .bad: code = "31"
        }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}
