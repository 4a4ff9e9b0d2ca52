"""A client of TangRat Sync, version 1, written from docs/protocol.md alone.

It exists to prove that document: nothing here was taken from the Swift sources.
Section numbers in comments are those of the document. The standard library is all it needs.
"""
