"""Which words of an index may stand for a word of a query.

May import: core, storage, text, vectors.
"""
