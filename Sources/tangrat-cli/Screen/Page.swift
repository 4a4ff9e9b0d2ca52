/// What a screen shows, before it knows how wide the terminal is.
struct Page: Hashable, Sendable {
    /// How a piece of text is meant; colour only repeats what the words say.
    enum Role: Hashable, Sendable {
        case plain, strong, quiet, good, warning, bad
    }

    /// One part of a screen.
    enum Block: Hashable, Sendable {
        /// The name of the screen, and something short at the right.
        case title(String, trailing: String)
        /// The name of a record or a part, and something short at the right.
        case heading(String, trailing: String, role: Role)
        /// A detail with its name.
        case field(String, String, role: Role)
        /// A paragraph.
        case text(String, role: Role, indent: Int)
        /// A paragraph behind a mark.
        case item(String, String, role: Role)
        /// A line with something at its right end.
        case row(String, trailing: String, role: Role)
        /// A line that is never broken or cut, such as a row of a picture.
        case verbatim(String)
        case blank
    }

    /// The parts from top to bottom.
    private(set) var blocks: [Block] = []

    /// Adds the name of the screen.
    mutating func title(_ text: String, trailing: String = "") {
        blocks.append(.title(SafeText.clean(text), trailing: SafeText.clean(trailing)))
    }

    /// Adds the name of a record or a part, with an empty line before it.
    mutating func heading(_ text: String, trailing: String = "", role: Role = .plain) {
        blank()
        blocks.append(
            .heading(SafeText.clean(text), trailing: SafeText.clean(trailing), role: role))
    }

    /// Adds a detail; one without a value is left out.
    mutating func field(_ label: String, _ value: String?, role: Role = .plain) {
        guard let value, !value.isEmpty else { return }
        blocks.append(
            .field(SafeText.clean(label), SafeText.clean(value, keepsLines: true), role: role))
    }

    /// Adds a paragraph.
    mutating func text(_ text: String, role: Role = .plain, indent: Int = 2) {
        guard !text.isEmpty else { return }
        blocks.append(
            .text(SafeText.clean(text, keepsLines: true), role: role, indent: indent))
    }

    /// Adds a paragraph behind a mark.
    mutating func item(_ text: String, mark: String = "•", role: Role = .plain) {
        blocks.append(.item(mark, SafeText.clean(text), role: role))
    }

    /// Adds a line with something at its right end.
    mutating func row(_ text: String, trailing: String, role: Role = .plain) {
        blocks.append(
            .row(SafeText.clean(text), trailing: SafeText.clean(trailing), role: role))
    }

    /// Adds a line as it is.
    mutating func verbatim(_ line: String) { blocks.append(.verbatim(line)) }

    /// Adds an empty line, unless there is one.
    mutating func blank() {
        guard let last = blocks.last, last != .blank else { return }
        blocks.append(.blank)
    }

    /// Adds the parts of another page.
    ///
    /// A heading is set off from what stands above it, unless that is the title.
    mutating func append(_ page: Page) {
        if case .heading? = page.blocks.first, let last = blocks.last {
            if case .title = last {} else { blank() }
        }
        blocks += page.blocks
    }
}
