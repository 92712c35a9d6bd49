"""What an operator does to an index besides indexing.

May import: core, storage, models, vectors, generation, drafting.
"""
