public import CitizenData

/// A row together with the typed view of its kind.
///
/// The row says whose value it is, how old, and whether a write still waits in
/// it; the view says what it means.
public struct TypedRow<View: RecordView>: Hashable, Sendable, Identifiable {
    /// The row.
    public let row: SyncRow

    /// What the row says.
    public let view: View

    /// Reads a row, or gives nil where it is of another kind.
    init?(_ row: SyncRow) {
        guard let view = row.view(as: View.self) else { return nil }
        self.row = row
        self.view = view
    }

    /// The id of the row.
    public var id: String { row.id }
}

extension SyncRow {
    /// The row through the typed view of its kind.
    ///
    /// - Parameter kind: The view, for instance `DrivingLicenceRecord.self`.
    /// - Returns: The view, or nil where the row is of another table or its value
    ///   is not an object.
    public func view<View: RecordView>(as kind: View.Type) -> View? {
        guard table.utf8.elementsEqual(kind.kind.rawValue.utf8) else { return nil }
        return View(id: id, body: value)
    }
}

extension RowSnapshot {
    /// The rows of one kind in the snapshot, with their typed views.
    ///
    /// - Parameter kind: The view, for instance `DrivingLicenceRecord.self`.
    /// - Returns: Its rows in the order of the snapshot; empty where the kind was
    ///   not observed.
    public func rows<View: RecordView>(of kind: View.Type) -> [TypedRow<View>] {
        rows.compactMap(TypedRow.init)
    }
}

extension SyncClient {
    /// The rows of a kind with their typed views, ordered by the bytes of their ids.
    ///
    /// - Parameter kind: The view, for instance `DrivingLicenceRecord.self`.
    /// - Returns: What ``rows(_:)`` has for the table of the kind; a row whose value
    ///   is not an object is left out.
    /// - Throws: ``SyncFailure``.
    public func rows<View: RecordView>(
        of kind: View.Type
    ) async throws(SyncFailure) -> [TypedRow<View>] {
        try await rows(kind.kind.rawValue).compactMap(TypedRow.init)
    }

    /// One row with its typed view.
    ///
    /// - Parameters:
    ///   - kind: The view, for instance `DrivingLicenceRecord.self`.
    ///   - id: The id of the row.
    /// - Returns: The row, or nil if there is none or it may not be read any more.
    /// - Throws: ``SyncFailure``.
    public func row<View: RecordView>(
        of kind: View.Type, _ id: String
    ) async throws(SyncFailure) -> TypedRow<View>? {
        try await row(kind.kind.rawValue, id).flatMap(TypedRow.init)
    }

    /// The rows of some kinds now, and again after each change.
    ///
    /// ``RowSnapshot/rows(of:)`` reads each snapshot through the views. Otherwise
    /// like ``observe(tables:)``.
    ///
    /// - Parameter kinds: The views, for instance `DrivingLicenceRecord.self`.
    /// - Returns: The snapshots.
    public nonisolated func observe(_ kinds: any RecordView.Type...) -> RowObservation {
        RowObservation(client: self, tables: kinds.map { $0.kind.rawValue })
    }
}
