"""A published index that answers queries.

May import: core, storage, text, vectors, lexicon.
"""
