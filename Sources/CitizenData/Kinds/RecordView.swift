package import SyncProtocol

/// A typed look at the body of one row.
///
/// A view is made from any object: it reads what it knows, leaves out what is
/// not there and ignores what it does not know, so an older client still shows
/// a newer row. Reading never fails and never invents: a text that is missing is
/// empty; a number, date, moment or flag that is missing or of another type is nil,
/// never zero.
///
/// Units are the same in every view. Money is a whole number of satang, 100 to the
/// baht, and ``Money`` writes it. Moments are milliseconds since 1970, UTC, and
/// ``BangkokTime`` writes them. Days are ``PartialDate``, because registers know
/// some only by month or year. A coded value comes as its code, and as a
/// ``Bilingual`` label with the names of the reference data
/// (`Data/reference/status-enums.json`); a code that this version does not know is
/// its own label. Names that end in `Thai` or `English` are the words of the row's
/// owner, not ours.
public protocol RecordView: Hashable, Sendable {
    /// The kind of row that the view reads.
    static var kind: RecordKind { get }
    /// Members without which an agency's row is refused at the door.
    static var mandatoryFields: [String] { get }

    /// The id of the row.
    var id: String { get }
    /// The members of the body.
    var fields: RecordFields { get }

    /// Makes the view of a body's members.
    init(id: String, fields: RecordFields)
}

extension RecordView {
    /// Makes the view of a body, or nil if it is not an object.
    package init?(id: String, body: JSONValue) {
        guard let object = body.fields else { return nil }
        self.init(id: id, fields: RecordFields(object))
    }

    /// The mandatory members that the row does not have.
    public var missingFields: [String] {
        Self.mandatoryFields.filter { fields.object[$0] == nil }
    }
}
