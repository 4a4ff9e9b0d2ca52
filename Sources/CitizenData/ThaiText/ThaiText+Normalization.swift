// The standard library keeps its normalizer to itself, so text outside Latin
// and Thai goes through Foundation. This is the module's only use of it.
internal import Foundation

extension ThaiText {
    static func normalizedNFC(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        Array(string(scalars).precomposedStringWithCanonicalMapping.unicodeScalars)
    }
}
