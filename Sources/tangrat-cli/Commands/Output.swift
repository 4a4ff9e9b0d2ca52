internal import CitizenData
internal import SyncProtocol

/// Where results go: screens for a person, lines of JSON for a script.
struct Output: Sendable {
    let world: World
    let renderer: PageRenderer

    /// Whether a line can be drawn over the last one.
    let showsProgress: Bool

    /// Decides how to write, from what was asked for and what the terminal can.
    init(world: World, invocation: Invocation) {
        self.world = world
        let isScript = invocation.isJSON
        let isDumb = world.environment["TERM"] == "dumb"
        // NO_COLOR counts where it is set to anything but nothing.
        let refusesColor =
            invocation.has(.noColor) || !(world.environment["NO_COLOR"] ?? "").isEmpty || isDumb
        renderer = PageRenderer(
            columns: Self.columns(world.environment, world.terminal.columns),
            usesColor: world.terminal.isOutputShown && !refusesColor && !isScript,
            isPlain: invocation.has(.plain))
        showsProgress =
            world.terminal.isErrorShown && !isScript && !isDumb && !invocation.has(.plain)
    }

    /// The cells of a line: as asked for, else of the terminal, in a range that reads well.
    static func columns(_ environment: [String: String], _ terminal: Int?) -> Int {
        let asked = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        let range = PageRenderer.columnsRange
        return min(max(asked ?? terminal ?? 80, range.lowerBound), range.upperBound)
    }

    /// How pictures are drawn, or nil where nobody sees them.
    var pictures: PictureStyle? {
        guard world.terminal.isOutputShown, !renderer.isPlain else { return nil }
        return renderer.usesColor ? .blackOnWhite : .light
    }

    /// Shows a screen.
    func show(_ page: Page) { world.output(renderer.render(page)) }

    /// Shows a sentence.
    func line(_ text: String) {
        var page = Page()
        page.text(text, indent: 0)
        show(page)
    }

    /// Writes a value as one line of canonical JSON.
    func json(_ value: JSONValue) {
        world.output(String(decoding: JSON.canonical(value), as: UTF8.self) + "\n")
    }

    /// Draws a line over the last one, where that is possible.
    func progress(_ text: String) {
        guard showsProgress else { return }
        let fitted = ThaiText.truncated(text, cells: renderer.columns - 1)
        world.error("\r\u{1B}[K\(fitted)")
    }

    /// Takes the progress line away.
    func endProgress() {
        if showsProgress { world.error("\r\u{1B}[K") }
    }
}
