/// How large the parts of a request may be, and why.
package enum FormLimits {
    /// Members of a form; the largest form of the catalogue has eight.
    package static let fieldsMax = 64
    /// Code points of one text: two printed pages.
    package static let textLengthMax = 4000
    /// Attachments of one request: more is a case for an office.
    package static let attachmentsMax = 20
    /// Bytes of one attachment, 10 MB: a scan of several pages.
    package static let attachmentBytesMax: Int64 = 10 << 20
    /// Code points of the name of an attachment.
    package static let attachmentNameLengthMax = 200
}
