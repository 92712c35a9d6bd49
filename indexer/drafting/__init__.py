"""The next generation before it is published.

May import: core, storage, text, models, vectors, lexicon, generation.
"""
