"""An index in parts: each shard answers for some of its articles, and their answers are joined.

May import: core, storage, lexicon, retrieval, generation, drafting.
"""
